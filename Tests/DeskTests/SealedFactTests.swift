import CloudEvents
import Codec
import Foundation
import GRDB
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("The view keeps every fact, though it can open none")
struct SealedFactTests {
    @Test(
        "a fact whose content is sealed is kept",
        arguments: EventRegistry.all.filter { EventRegistry.sealed.contains($0.eventType) && $0.kind == .fact })
    func kept(type: any SuiteEvent.Type) async throws {
        let view = try MemoryView()
        for topic in type.topics where [.concerns, .mappings, .meetings, .notices].contains(topic) {
            var event = Event(
                id: topic.rawValue, source: "test", type: type.eventType, time: ExampleCounty.monday, subject: "TST-1",
                data: [])
            event.sealed = .init(key: "TST-1", bytes: [1, 2, 3], isOpen: false)
            try view.apply(event, topic: topic, key: "TST-1")
            let kept = try await view.reader().read { try $0.facts(of: "TST-1") }
            #expect(kept.map(\.id).contains(event.id))
        }
    }

    @Test("who did not come to a meeting takes part no more, though the meeting's record is sealed")
    func absent() async throws {
        let view = try MemoryView()
        func apply(_ event: Event) throws { try view.apply(event, topic: .meetings, key: "TST") }
        let meeting = Codec.Meeting.with {
            ($0.id, $0.caseReference) = ("m1", "TST-1")
            $0.participants = ["nurse", "family"].map { person in .with { $0.person = person } }
        }
        let time = ExampleCounty.monday
        try apply(Event(id: "1", source: "t", time: time, MeetingScheduled.with { $0.meeting = meeting }))
        var held = Event(
            id: "2", source: "t", type: MeetingHeld.eventType, time: time, subject: "TST-1", data: [])
        held.sealed = .init(key: "TST-1", bytes: [1, 2, 3], isOpen: false)
        try apply(held)
        try apply(
            Event(
                id: "3", source: "t", time: time,
                MeetingEnded.with { ($0.meeting, $0.caseReference, $0.came) = ("m1", "TST-1", ["family"]) }))
        let people = try await view.reader().read { try String.fetchAll($0, sql: "SELECT person FROM participant") }
        #expect(people == ["family"])
    }

    @Test(
        "the outcome of a sealed conclusion is counted, in whatever order the topics are read",
        arguments: [true, false])
    func outcome(isStatusFirst: Bool) async throws {
        let view = try MemoryView()
        let time = ExampleCounty.monday
        let status = CaseStatus.with {
            ($0.caseReference, $0.county, $0.phase, $0.outcome) = ("TST-1", "TST", "resting", "nothing_further")
        }
        let opened = MappingOpened.with { ($0.caseReference, $0.county, $0.municipality) = ("TST-1", "TST", "0001") }
        func applyStatus() throws {
            try view.apply(
                Event(id: "s", source: "t", time: time, subject: "TST-1", status), topic: .cases, key: "TST-1")
        }
        if isStatusFirst { try applyStatus() }
        try view.apply(
            Event(id: "o", source: "t", time: time, subject: "TST-1", opened), topic: .mappings, key: "TST-1")
        if !isStatusFirst { try applyStatus() }
        let outcome = try await view.reader().read { try String.fetchOne($0, sql: "SELECT outcome FROM pace") }
        #expect(outcome == "nothing_further")
    }
}
