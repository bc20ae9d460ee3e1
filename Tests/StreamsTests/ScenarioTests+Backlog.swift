import CloudEvents
import Foundation
import Kafka
import StreamsTesting
import SwiftProtobuf
import Synchronization
import Testing

@testable import Streams

/// `ask` sets a reminder in ten minutes, `answer` cancels it; `wish` makes a wish, `fulfil` removes it.
private let asking = Scripted(event: { event, turn in
    switch event.type {
    case "ask": turn.remind("overdue", at: turn.now + 600)
    case "answer": turn.cancelReminder("overdue")
    case "wish": try turn.wish("mail", Google_Protobuf_Int64Value(Int64(event.data.count)))
    case "fulfil": turn.fulfil("mail")
    default: turn.publish(type: "taken", Bytes(event.id.utf8), to: "outputs")
    }
})

@Suite("What is due and what is wished for, against what lies unread")
struct BacklogScenarios {
    @Test("a reminder does not fire while an answer lies unread that was there when the task was taken")
    func unreadAnswer() throws {
        let scenario = Scenario(asking)
        let first = try scenario.start()
        scenario.feed("ask")
        try scenario.work(first)
        try first.stop()
        // The service is down for a weekend. Other events come before the answer.
        scenario.kafka.wait(48 * 3_600_000)
        for _ in 1...50 { scenario.feed("other", key: "other") }
        scenario.feed("answer")
        let second = try scenario.start { $0.recordsPerStep = 5 }
        try scenario.work(second)
        #expect(scenario.texts("wakes").isEmpty)
        #expect(scenario.texts("outputs").count == 50)
    }

    @Test("a reminder that no unread answer cancels fires when the backlog is taken")
    func overdueAfterAll() throws {
        let scenario = Scenario(asking)
        let first = try scenario.start()
        scenario.feed("ask")
        try scenario.work(first)
        try first.stop()
        scenario.kafka.wait(48 * 3_600_000)
        for _ in 1...50 { scenario.feed("other", key: "other") }
        let second = try scenario.start { $0.recordsPerStep = 5 }
        try scenario.work(second)
        #expect(scenario.texts("wakes") == ["overdue"])
    }

    @Test("a wish that is fulfilled in the backlog is not performed")
    func fulfilledInBacklog() throws {
        let scenario = Scenario(asking)
        let first = try scenario.start()
        scenario.feed("wish")
        try scenario.work(first)
        try first.stop()
        for _ in 1...20 { scenario.feed("other", key: "other") }
        scenario.feed("fulfil")
        let second = try scenario.start { $0.recordsPerStep = 5 }
        for _ in 1...40 {
            try second.thread.advance()
            #expect(second.takeWish() == nil)
        }
    }

    @Test("once stop is asked for, nothing new is performed; the next start performs it")
    func stopping() throws {
        let scenario = Scenario(asking)
        let first = try scenario.start { $0.commitInterval = .seconds(5) }
        try scenario.work(first, rounds: 10)
        scenario.feed("wish")
        try scenario.work(first, rounds: 1)
        try first.stop()
        #expect(first.takeWish() == nil)
        let second = try scenario.start()
        try scenario.work(second)
        #expect(second.takeWish() != nil)
    }

    // MARK: Wishes

    @Test("the same wish made again after it was fulfilled is performed again")
    func identicalWish() throws {
        let scenario = Scenario(asking)
        let instance = try scenario.start()
        for type in ["wish", "fulfil", "wish"] {
            scenario.feed(type)
            try scenario.work(instance, rounds: 10)
            if type == "wish" { #expect(instance.takeWish()?.key == "mail") }
        }
        #expect(instance.takeWish() == nil)
    }

    @Test("of a wish that was replaced, only what replaced it is performed")
    func replacedWish() throws {
        let scenario = Scenario(asking)
        let instance = try scenario.start()
        scenario.feed("wish")
        try scenario.work(instance, rounds: 10)
        scenario.feed("wish", data: [1])
        try scenario.work(instance, rounds: 10)
        let wish = try #require(instance.takeWish())
        #expect(try Google_Protobuf_Int64Value(wire: wish.data).value == 1)
        #expect(instance.takeWish() == nil)
    }

    @Test("a wish that was fulfilled before its turn came is not performed")
    func fulfilledWish() throws {
        let scenario = Scenario(asking)
        let instance = try scenario.start()
        for type in ["wish", "fulfil"] {
            scenario.feed(type)
            try scenario.work(instance, rounds: 10)
        }
        #expect(instance.takeWish() == nil)
    }

    @Test("the wishes of a task that went to another instance are performed there, and not here")
    func releasedWish() throws {
        let scenario = Scenario(asking)
        let first = try scenario.start("b")
        scenario.feed("wish")
        try scenario.work(first, rounds: 10)
        let second = try scenario.start("a")
        try scenario.work(first, second)
        #expect(first.takeWish() == nil)
        #expect(second.takeWish()?.key == "mail")
    }

    // MARK: Many at once

    @Test("many reminders that are due at once go in steps, none larger or longer than a step may be")
    func manyReminders() throws {
        let count = 3_000
        let scenario = Scenario(
            Scripted(event: { event, turn in
                if event.type == "plan" { for index in 0..<count { turn.remind("r\(index)", at: turn.now + 60) } }
            }))
        let instance = try scenario.start {
            $0.recordsPerStep = 500
            $0.commitInterval = .milliseconds(200)
        }
        scenario.feed("plan")
        try scenario.work(instance, rounds: 10)
        scenario.kafka.wait(61_000)
        var longest: Int64 = 0
        for _ in 0..<200 where scenario.texts("wakes").count < count {
            let before = scenario.kafka.clock.milliseconds
            try instance.thread.advance()
            longest = max(longest, scenario.kafka.clock.milliseconds - before)
        }
        #expect(Set(scenario.texts("wakes")).count == count)
        #expect(scenario.texts("wakes").count == count)
        #expect(scenario.stepSizes("wakes").max() ?? 0 <= 500)
        #expect(longest < 400, "each call takes a millisecond, a step 200, and its end a few more")
    }

    @Test("a reminder that is set again at once does not keep records waiting")
    func again() throws {
        let wakes = Tally()
        let scenario = Scenario(
            Scripted(
                event: { event, turn in
                    if event.type == "plan" { turn.remind("again", at: turn.now) }
                    if event.type == "record" {
                        turn.publish(type: "taken", Bytes("after \(wakes.count)".utf8), to: "outputs")
                    }
                },
                reminder: { reminder, turn in
                    // A runtime that never ends must fail here, not hang.
                    if wakes.next() < 2_000 { turn.remind(reminder.name, at: turn.now) }
                }))
        let instance = try scenario.start()
        scenario.feed("plan")
        try scenario.work(instance, rounds: 5)
        let before = wakes.count
        scenario.feed("record")
        try scenario.work(instance, rounds: 5)
        let text = try #require(scenario.texts("outputs").first)
        #expect(wakes.count < 1_000)
        #expect((Int(text.dropFirst(6)) ?? .max) < before + 200)
    }

    @Test("a reminder that is set again for the same time after it fired makes events of other ids")
    func idsOfReminders() throws {
        let scenario = Scenario(
            Scripted(event: { event, turn in turn.remind("again", at: .minutes(1)) }))
        let instance = try scenario.start()
        scenario.kafka.wait(120_000)
        for round in 1...2 {
            scenario.feed("plan")
            try scenario.work(instance)
            #expect(scenario.texts("wakes").count == round)
        }
        let ids = scenario.kafka.committedRecords("wakes").map { scenario.header("ce_id", $0) }
        #expect(Set(ids).count == 2)
    }

    private final class Tally: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
    }
}
