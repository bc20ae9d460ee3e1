import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Kartlägga: one child's mapping")
struct MappingTests {
    @Test("rule 6: a concern opens the child's mapping; a later one joins it, also after an outcome")
    func joins() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.concern { $0.guardians = ["g2"] }
        #expect(tester.facts(MappingOpened.self).map(\.owner) == [MappingTester.owner])
        #expect(tester.facts(ConcernJoined.self).count == 1)
        #expect(tester.state.guardians.map(\.key) == ["g1", "g2"])
        var concluded = try MappingTester.ready()
        try concluded.conclude("own_measures")
        try concluded.concern { $0.linkedTo = "concern-1" }
        #expect(concluded.facts(ConcernJoined.self).map(\.linkedTo) == ["concern-1"])
        #expect(concluded.phase == .ownMeasures && concluded.status.step == "acknowledge")
    }

    @Test("rule 6: a closed case is opened anew by a concern, without what the former mapping said or was allowed")
    func anew() throws {
        var tester = try MappingTester.ready()
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude("nothing_further")
        try tester.followUp("end")
        #expect(tester.phase == .closed && tester.facts(CaseClosed.self).count == 1)
        try tester.information("child")
        #expect(tester.codes == ["case.closed"])
        try tester.concern()
        #expect(tester.facts(MappingOpened.self).count == 2)
        #expect(tester.state.answers.isEmpty && tester.state.consents.isEmpty && tester.phase == .mapping)
    }

    @Test("rule 3: suspected harm is visible on the case for ever, and a later concern can raise it")
    func harm() throws {
        var tester = MappingTester()
        try tester.concern()
        #expect(!tester.status.harmSuspected)
        try tester.concern { $0.harmSuspected = true }
        try tester.concern()
        #expect(tester.facts(ConcernJoined.self).map(\.harmSuspected) == [true, false])
        #expect(tester.status.harmSuspected)
        try tester.information("child")
        try tester.information("guardian")
        try tester.answers(1...5)
        try tester.conclude("nothing_further")
        try tester.followUp("end", because: "Allt är utrett.")
        try tester.concern()
        #expect(tester.status.harmSuspected && tester.phase == .mapping)
    }

    @Test("rule 4: a child who turns 18 in an open case is handed over in order, not cut off")
    func adult() throws {
        var tester = MappingTester()
        try tester.concern { $0.adultFrom = "2026-11-25" }
        try tester.advance(to: "2026-11-24", hour: 23)
        #expect(tester.facts(CameOfAge.self).isEmpty)
        try tester.advance(to: "2026-11-25")
        #expect(tester.facts(CameOfAge.self).map(\.owner) == [MappingTester.owner])
        try tester.takeOn()
        try tester.answers(1...1)
        #expect(tester.codes.isEmpty && tester.phase == .mapping)
        try tester.followUp("end")
        #expect(tester.phase == .closed)
    }

    @Test("rule 5: a consultation on the same topic opens no case")
    func consultation() throws {
        var tester = MappingTester()
        try tester.tester.process(ConsultationRegistered(), key: "q", topic: Topic.concerns.rawValue)
        #expect(tester.tester.published.isEmpty)
    }

    @Test(
        "rule 6: work is delegated within the own activity only, by who is responsible; the responsibility stays",
        arguments: [
            ("teacher", MappingTester.owner, [String]()), ("family", MappingTester.owner, ["delegate.outside"]),
            ("head-preschool", MappingTester.owner, ["delegate.outside"]),
            ("nobody", MappingTester.owner, ["person.unknown"]),
            ("teacher", "family", ["person.not_allowed"]), ("teacher", "manager", []),
        ])
    func delegate(to: String, by: String, codes: [String]) throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.delegate(to: to, by: by)
        #expect(tester.codes == codes)
        #expect(tester.status.owner == MappingTester.owner)
        #expect(tester.status.delegate == (codes.isEmpty ? to : ""))
    }

    @Test("rule 6: a delegate works, but neither decides the outcome nor delegates further; and hands back")
    func delegated() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.delegate(to: "teacher")
        try tester.takeOn(by: "teacher")
        try tester.information("child", by: "teacher")
        try tester.information("guardian", by: "teacher")
        try tester.answers(1...5, by: "teacher")
        #expect(tester.codes.isEmpty)
        try tester.conclude("nothing_further", by: "teacher")
        try tester.delegate(to: MappingTester.owner, by: "teacher")
        #expect(tester.codes == ["person.not_allowed", "person.not_allowed"])
        let handBack = HandBackWork.with { ($0.caseReference, $0.by) = (MappingTester.reference, "teacher") }
        try tester.send(handBack)
        #expect(tester.facts(WorkHandedBack.self).map(\.owner) == [MappingTester.owner])
        try tester.send(handBack)
        #expect(tester.codes.suffix(1) == ["person.not_allowed"] || tester.codes.suffix(2).contains("delegate.none"))
    }

    @Test("rule 7: no outcome before the child and the guardians were heard, or it says why not")
    func heard() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.answers(1...5)
        try tester.conclude("nothing_further")
        #expect(tester.codes == ["child.not_heard", "guardians.not_heard"])
        try tester.information("child", areas: [], kind: "not_asked")
        try tester.information("guardian", areas: [], kind: "not_asked")
        try tester.conclude("nothing_further")
        #expect(tester.codes.count == 2 && tester.phase == .resting)
    }

    @Test(
        "rule 8: information is a need, a strength or an obstacle in areas of the wheel, in words",
        arguments: [
            ("child", ["mood"], "need", "areas.unknown"), ("child", ["home", "mood"], "need", "areas.unknown"),
            ("child", [], "strength", "areas.missing"), ("neighbour", ["home"], "need", "word.unknown"),
            ("child", ["home"], "diagnosis", "word.unknown"),
        ])
    func information(source: String, areas: [String], kind: String, code: String) throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.information(source, areas: areas, kind: kind)
        #expect(tester.codes == [code])
        #expect(tester.facts(InformationAdded.self).isEmpty)
    }

    @Test("rule 8: strengths come first, and what was seen with them")
    func strengths() throws {
        var tester = MappingTester()
        try tester.concern { $0.strengths = ["Har en god vän"] }
        #expect(tester.state.information.map(\.kind) == ["strength", "need"])
    }

    @Test("rule 8: a correction keeps the earlier words, who corrected them and why")
    func correct() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.information("child")
        let id = try #require(tester.facts(InformationAdded.self).first).information.id
        for information in [id, "unknown"] {
            try tester.send(
                CorrectInformation.with {
                    ($0.caseReference, $0.by, $0.information) = (
                        MappingTester.reference, MappingTester.owner, information
                    )
                    ($0.area, $0.kind, $0.text, $0.reason) = ("home", "strength", "andra ord", "missförstånd")
                })
        }
        let fact = try #require(tester.facts(InformationCorrected.self).first)
        #expect((fact.before.text, fact.after.text, fact.after.areas) == ("ord", "andra ord", ["home"]))
        #expect(tester.state.corrections.map(\.before.text) == ["ord"])
        #expect(tester.codes == ["information.unknown"])
    }

    @Test("rule 9: no outcome without all five answers", arguments: 1...5 as ClosedRange<Int32>)
    func unanswered(missing: Int32) throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.information("child")
        try tester.information("guardian")
        for question in (1...5 as ClosedRange<Int32>).reversed() where question != missing {
            try tester.answers(question...question)
        }
        try tester.answers(6...6)
        try tester.conclude("nothing_further")
        #expect(tester.codes == ["question.unknown", "answers.missing"])
        let reason = try #require(tester.facts(CommandRefused.self).last?.reasons.first)
        #expect(reason.swedish.hasSuffix("?") && reason.english.contains("\(missing)"))
    }

    @Test(
        "rule 10: an outcome always has a date to come, and own measures say who does what",
        arguments: [("nothing_further", "look_again", Phase.resting), ("own_measures", "follow_up", .ownMeasures)])
    func outcome(outcome: String, step: String, phase: Phase) throws {
        var tester = try MappingTester.ready()
        for day in ["", "2026-11-23", "2026-02-30"] { try tester.conclude(outcome, next: day) }
        #expect(tester.codes == ["next_date", "next_date", "next_date"])
        try tester.conclude(outcome) { $0.measures = outcome == "own_measures" ? [] : $0.measures }
        #expect(tester.codes.count == (outcome == "own_measures" ? 4 : 3))
        if outcome == "own_measures" { try tester.conclude(outcome) }
        #expect((tester.phase, tester.status.step, tester.dueDay) == (phase, step, "2026-12-14"))
        try tester.followUp("continue", next: "2027-01-15", effect: "same")
        #expect((tester.status.step, tester.dueDay) == (step, "2027-01-15"))
        try tester.followUp("reopen")
        #expect((tester.phase, tester.status.step) == (.mapping, "conclude"))
        try tester.followUp("end")
        #expect(tester.codes.last == "follow_up.none")
    }

    @Test("rule 11: cooperation asks for a meeting with the areas found and the organisations that question 5 named")
    func cooperation() throws {
        var tester = try MappingTester.ready()
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude()
        #expect(tester.facts(MappingConcluded.self).first?.areas == ["home", "relationships", "safety"])
        let call = try #require(tester.facts(CallMeeting.self).first)
        #expect((call.namedPerson, call.latestDate, call.county) == (MappingTester.owner, "2026-12-14", "TST"))
        #expect(
            (call.organisations, call.caseReference) == (["social_services", "health_care"], MappingTester.reference))
        #expect((call.stage, call.attends) == ("school", "school"), "rule 14: the stage decides who is called, too")
        #expect(tester.tester.published.first { $0.topic == "meeting-calls" }?.key == "TST")
        #expect((tester.phase, tester.status.step, tester.dueDay) == (.cooperation, "meeting", "2026-12-14"))
    }

    @Test("rule 22: a child whose identity becomes protected while a meeting is asked for loses the place")
    func protected() throws {
        var tester = try MappingTester.ready()
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude()
        try tester.concern { $0.protectedIdentity = true }
        try tester.concern()
        #expect(tester.facts(ProtectMeeting.self).count == 1)
        #expect(tester.status.protectedIdentity)
    }

    @Test("rule 17: in cooperation Meetings tells what is next, and the last follow-up closes the case")
    func cooperationGoesOn() throws {
        var tester = try MappingTester.ready()
        func note(_ step: String, _ date: String, done: [String] = []) -> NoteCooperation {
            .with {
                ($0.caseReference, $0.step, $0.date, $0.done) = (MappingTester.reference, step, date, done)
                $0.coordinator = "family"
            }
        }
        try tester.send(note("meeting", "2026-12-01"))
        #expect(tester.codes == ["cooperation.none"])
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude()
        try tester.send(note("meeting", "2026-12-01"))
        #expect((tester.status.step, tester.dueDay) == ("meeting", "2026-12-01"))
        try tester.send(note("plan_follow_up", "2027-01-21", done: ["meeting"]))
        #expect((tester.status.step, tester.status.coordinator) == ("plan_follow_up", "family"))
        try tester.send(note("", "", done: ["plan_follow_up"]))
        #expect(tester.codes == ["cooperation.none", "text.missing"], "never without a next step")
        try tester.send(
            EndCooperation.with {
                ($0.caseReference, $0.by, $0.reason) = (MappingTester.reference, "family", "Stödet behövs inte.")
            })
        #expect(tester.phase == .closed && tester.facts(CancelMeeting.self).isEmpty)
        #expect(tester.facts(CaseClosed.self).map(\.reason) == ["Stödet behövs inte."])
        #expect(tester.status.coordinator.isEmpty, "the next case chooses its own")
    }

    @Test("a case that is closed in another way ends its plan as well, whether or not a meeting was asked for then")
    func closedOtherwise() throws {
        var tester = try MappingTester.ready { $0.adultFrom = "2026-12-01" }
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude()
        try tester.send(
            NoteCooperation.with {
                ($0.caseReference, $0.step, $0.date) = (MappingTester.reference, "plan_follow_up", "2027-01-21")
                ($0.done, $0.coordinator) = (["meeting"], "family")
            })
        try tester.advance(to: "2026-12-02", hour: 9)
        #expect(tester.facts(CancelMeeting.self).map(\.closed) == [false], "an adult consents alone")
        try tester.followUp("end")
        #expect(tester.facts(CancelMeeting.self).map(\.closed) == [false, true])
    }

    @Test("an event that comes again changes nothing")
    func again() throws {
        var tester = MappingTester()
        try tester.concern()
        let command = TakeOn.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) }
        try tester.send(command, id: "c1")
        let before = tester.tester.published.count
        try tester.send(command, id: "c1")
        #expect(tester.tester.published.count == before)
    }
}
