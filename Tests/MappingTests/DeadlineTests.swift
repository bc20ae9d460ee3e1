import CloudEvents
import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rule 19: every open case has an owner and a next step with a date, and a passed date escalates")
struct DeadlineTests {
    @Test("rule 19: clocks run from receipt, in working days, also when Mapping was late")
    func receipt() throws {
        var tester = MappingTester()
        // Received on the Thursday before. Two working days later is the Monday; fifteen, the Thursday three weeks
        // later.
        try tester.concern { $0.receivedAt = .init(ExampleCounty.monday - 4 * 24 * 3_600) }
        #expect((tester.status.step, tester.dueDay) == ("acknowledge", "2026-11-23"))
        try tester.takeOn()
        #expect((tester.status.step, tester.dueDay) == ("conclude", "2026-12-10"))
    }

    @Test("rule 19: Christmas is not worked")
    func holidays() throws {
        var tester = MappingTester(now: try Date("2026-12-22T08:00:00Z", strategy: .iso8601))
        try tester.concern()
        // 23 December is a working day. Then come Christmas Eve to Boxing Day and a Sunday; then 28 December.
        #expect(tester.dueDay == "2026-12-28")
    }

    @Test(
        "rule 19: reminder before, then the unit's manager, then the county's function: each once, and then it stays visible"
    )
    func escalates() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.takeOn()
        // Due on Monday 14 December: the owner two working days before, the manager when it has passed, the county
        // three working days later.
        try tester.advance(to: "2026-12-10", hour: 7)
        #expect(tester.facts(DeadlineReminded.self).isEmpty)
        try tester.advance(to: "2026-12-10", hour: 8)
        #expect(tester.facts(DeadlineReminded.self).map(\.to) == [[MappingTester.owner]])
        try tester.advance(to: "2026-12-14", hour: 17)
        try tester.advance(to: "2026-12-17", hour: 8)
        try tester.advance(to: "2027-12-17")
        let facts = tester.facts(DeadlineReminded.self)
        #expect(facts.map(\.level) == ["owner", "manager", "county"])
        #expect(facts.map(\.to) == [[MappingTester.owner], ["manager"], ["county"]])
        #expect(facts.allSatisfy { $0.step == "conclude" })
        #expect((tester.status.step, tester.status.reminded, tester.dueDay) == ("conclude", "county", "2026-12-14"))
    }

    @Test("rule 19: a step that was down over several dates tells each once, in order")
    func late() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.advance(to: "2027-03-01")
        let told = tester.facts(DeadlineReminded.self).map { "\($0.step) \($0.level)" }
        #expect(
            told == [
                "acknowledge owner", "acknowledge manager", "acknowledge county", "conclude owner", "conclude manager",
                "conclude county",
            ])
    }

    @Test("rule 19: what is done is not reminded of")
    func done() throws {
        var tester = try MappingTester.ready()
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude("own_measures", next: "2027-01-15")
        try tester.advance(to: "2027-01-12")
        #expect(tester.facts(DeadlineReminded.self).isEmpty)
        try tester.advance(to: "2027-01-13", hour: 9)
        #expect(tester.facts(DeadlineReminded.self).map(\.step) == ["follow_up"])
        try tester.followUp("end")
        try tester.advance(to: "2028-01-01")
        #expect(tester.facts(DeadlineReminded.self).count == 1)
        #expect(tester.tester.reminders.map(\.name) == ["retention"])
    }

    @Test("rule 19: consents that do not come are reminded of and escalate, while the case waits visibly")
    func consents() throws {
        var tester = try MappingTester.ready()
        try tester.conclude(next: "2027-02-01")
        try tester.advance(to: "2027-01-31")
        #expect(
            tester.facts(DeadlineReminded.self).map { "\($0.step) \($0.level)" } == [
                "consent owner", "consent manager", "consent county",
            ])
        #expect(tester.phase == .awaitingConsent && tester.status.reminded == "county")
    }

    @Test("rule 19: a delegate is reminded beside the owner; a deputy in place of one on leave")
    func whom() throws {
        var tester = MappingTester(
            try ExampleCounty.changed { county in
                guard let index = county.people.firstIndex(where: { $0.id == MappingTester.owner }) else { return }
                county.people[index].absences = [.with { ($0.from, $0.to) = ("2026-11-24", "2026-12-31") }]
                county.people[index].deputy = "manager"
            })
        try tester.concern()
        try tester.delegate(to: "teacher")
        try tester.advance(to: "2026-11-24", hour: 9)
        #expect(tester.facts(DeadlineReminded.self).map(\.to) == [["manager", "teacher"]])
        try tester.takeOn(by: "manager")
        #expect(tester.codes.isEmpty)
    }

    @Test(
        "rule 19: a unit without a manager goes to the county's function at once, and a county without one to the fallback"
    )
    func nobody() throws {
        var tester = MappingTester(
            try ExampleCounty.changed { county in
                county.countyFunction = ""
                for index in county.units.indices { county.units[index].manager = "" }
            })
        try tester.concern()
        try tester.advance(to: "2026-12-01")
        let facts = tester.facts(DeadlineReminded.self)
        #expect(facts.map(\.level) == ["owner", "county"])
        #expect(facts.last?.to == ["head-fallback"])
    }

    @Test(
        "random commands, valid and not, in any order and at any time, never break an invariant",
        arguments: (1...24).map(UInt64.init))
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tester = MappingTester()
        try tester.concern { $0.guardians = ["g1", "g2"] }
        var accepted = 0
        var status = tester.status
        for step in 0..<500 {
            let published = tester.tester.published.count
            try act(&tester, &random)
            let events = tester.tester.published[published...].map(\.event)
            if !events.contains(where: { $0.type == CommandRefused.eventType }) { accepted += 1 }
            if let told = events.last(where: { $0.type == CaseStatus.eventType }) {
                status = try told.decode(CaseStatus.self)
            }
            let place = "seed \(seed), step \(step)"
            let state = tester.state
            let today = CivilTime.day(of: tester.tester.now)
            let actual = try #require(state.status(tester.tester.now))
            #expect(
                status.unshared == actual.unshared || state.currentPhase == .awaitingConsent, "told, \(place)")
            #expect(status.organisations(on: today) == actual.organisations(on: today), "shared, \(place)")
            if state.isOpen {
                #expect(!state.owner.isEmpty && !status.step.isEmpty && status.hasDue, "owner and next step, \(place)")
                #expect(tester.tester.directory.counties["TST"]?.people[state.owner] != nil, "a real owner, \(place)")
                let isWatched = state.deadlines.values.allSatisfy { $0.hasNext || $0.reminded == "county" }
                #expect(isWatched, "every date is watched to the end, \(place)")
                #expect(
                    state.hasProposed == (state.deadlines["decide_move"] != nil), "a move waits with a date, \(place)")
                let ahead = state.wakes.values.filter { $0 > tester.tester.now }
                #expect(
                    Set(tester.tester.reminders.map(\.due)) == Set(ahead),
                    "durable \(Set(tester.tester.reminders.map(\.due)).symmetricDifference(ahead)), \(place)")
            } else {
                #expect(
                    tester.tester.reminders.map(\.name) == ["retention"],
                    "of a closed case only its time is looked at (rule 23), \(place)")
            }
            if !state.outcome.isEmpty {
                #expect((1...5).allSatisfy { state.answers[$0] != nil }, "no outcome without five answers, \(place)")
            }
            if state.meetingRequested {
                #expect(state.awaited(on: today).isEmpty, "no meeting without consent in force, \(place)")
                #expect(state.currentPhase == .cooperation, "\(place)")
            }
            #expect(
                events.allSatisfy { $0.cause != nil && $0.correlation != nil }, "no fact without a cause, \(place)")
        }
        // A child has one open mapping: each opening after the first follows a closing.
        let phases = tester.tester.published.compactMap { output in
            [MappingOpened.eventType, CaseClosed.eventType].firstIndex(of: output.event.type)
        }
        #expect(zip(phases, phases.dropFirst()).allSatisfy { $0 != $1 }, "seed \(seed)")
        // A requested meeting is cancelled or stays; it is never requested twice.
        let meetings = tester.tester.published.compactMap { output in
            [CallMeeting.eventType, CancelMeeting.eventType].firstIndex(of: output.event.type)
        }
        #expect(zip(meetings, meetings.dropFirst()).allSatisfy { $0 != $1 } && meetings.first != 1, "seed \(seed)")
        #expect(accepted > 100, "the commands must reach somewhere, seed \(seed)")
    }

    private func act(_ tester: inout MappingTester, _ random: inout SeededGenerator) throws {
        func one(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        let by = one([
            MappingTester.owner, MappingTester.owner, MappingTester.owner, "teacher", "manager", "nurse", "", "county",
        ])
        let day = CivilTime.day(of: tester.tester.now).plus(Int.random(in: -2...30, using: &random)).description
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            if Int.random(in: 0..<3, using: &random) == 0 {
                return try tester.concern(
                    proposing: one(["gymnasium", "kaa"]), stage: one(["upper_secondary", "school"]))
            }
            let harm = Bool.random(using: &random)
            try tester.concern { ($0.guardians, $0.harmSuspected) = (["g1", "g2"], harm) }
        case 1: try tester.takeOn(by: by)
        case 2: try tester.delegate(to: one(["teacher", "family", "nobody"]), by: by)
        case 3: try tester.send(HandBackWork.with { ($0.caseReference, $0.by) = (MappingTester.reference, by) })
        case 4, 5:
            try tester.information(one(["child", "guardian", "x"]), kind: one(["need", "strength", "not_asked", "y"]))
        case 6, 7:
            let first = Int32.random(in: 0...5, using: &random)
            try tester.answers(first...max(first, Int32.random(in: 1...6, using: &random)), by: tester.state.owner)
        case 8, 9, 10:
            let until = one(["", "", day])
            try tester.send(
                MappingTester.consent(
                    one(["g1", "g1", "g2", "g2", "youth", "g3"]),
                    one(["given", "given", "given", "refused", "withdrawn"])
                ) { ($0.by, $0.validUntil) = (tester.state.owner, until) })
        case 11, 12, 13:
            try tester.conclude(
                one(["cooperation", "cooperation", "own_measures", "nothing_further", "x"]), next: day,
                by: one([tester.state.owner, by]))
        case 14:
            try tester.send(
                RecordFollowUp.with {
                    ($0.caseReference, $0.by, $0.text) = (MappingTester.reference, tester.state.owner, "ord")
                    ($0.effect, $0.decision, $0.nextDate) = ("same", one(["continue", "end", "reopen", "x"]), day)
                })
        case 15: try tester.reopen(by: one([tester.state.owner, by]))
        case 16:
            try tester.move(
                stage: one(["school", "outside_upper_secondary", "before_school", "x"]),
                unit: one(["school", "", "bhv"]),
                municipality: one(["0001", "0001", "9"]), by: tester.state.owner)
        case 17: try tester.confirmMove(to: one(["gymnasium", "kaa"]), by: one([tester.state.owner, "head-kaa", by]))
        case 18:
            let unit = one(["gymnasium", "kaa"])
            try tester.send(
                DeclineMove.with {
                    ($0.caseReference, $0.by) = (MappingTester.reference, one([tester.state.owner, by]))
                    ($0.unit, $0.reason) = (unit, one(["ord", ""]))
                })
        default:
            try tester.tester.advance(to: tester.tester.now + Double.random(in: 0...(6 * 86_400), using: &random))
        }
    }
}
