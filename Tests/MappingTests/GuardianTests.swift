import CloudEvents
import Codec
import Domain
import Foundation
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rules 12 and 13: guardians put right, and the no of somebody unknown, as messages")
struct GuardianTests {
    typealias Tester = MappingTester

    private static func add(_ change: (inout AddGuardian) -> Void = { _ in }) -> AddGuardian {
        var command = AddGuardian.with {
            ($0.caseReference, $0.by, $0.standing) = (Tester.reference, Tester.owner, "reachable")
            ($0.details.name, $0.reason) = ("Gun Exempelförälder", "Skolan har frågat hemma.")
        }
        change(&command)
        return command
    }

    @Test(
        "rule 12: the case's status says who the guardians are and how they stand, and nothing of what they are called")
    func status() throws {
        var tester = try Tester.ready()
        try tester.send(Self.add { ($0.standing, $0.details.personalNumber) = ("protected", "8501012382") })
        let added = try #require(tester.facts(GuardianAdded.self).first)
        #expect(added.details.personalNumber == "19850101-2382", "as everywhere else")
        #expect(tester.status.guardians.map(\.standing) == ["reachable", "protected"])
        #expect(tester.status.guardians.map(\.key) == ["g1", added.guardian])
        #expect(!tester.facts(CaseStatus.self).contains { $0.textFormatString().contains("Exempel") })
    }

    @Test(
        "rule 12: each change has a reason in words, and a guardian a name and a number that can be one",
        arguments: [
            ("reason", "text.missing"), ("details.name", "text.missing"), ("standing", "word.unknown"),
            ("details.personal_number", "personal_number.checksum"),
        ])
    func incomplete(path: String, code: String) throws {
        var tester = try Tester.ready()
        try tester.send(
            Self.add {
                switch path {
                case "reason": $0.reason = " "
                case "details.name": $0.details.name = ""
                case "standing": $0.standing = "away"
                default: $0.details.personalNumber = "19850101-2383"
                }
            })
        let reason = try #require(tester.facts(CommandRefused.self).first?.reasons.first)
        #expect((reason.path, reason.code) == (path, code))
        #expect(tester.facts(GuardianAdded.self).isEmpty)
    }

    @Test("rule 12: a guardian who is removed, merged or corrected is so in every later fact, and Meetings hears of it")
    func life() throws {
        var tester = try Tester.ready { $0.guardians = ["g1", "g2", "step"] }
        for guardian in ["g1", "g2", "step"] { try tester.send(Tester.consent(guardian)) }
        try tester.conclude()
        try tester.send(
            RemoveGuardian.with {
                ($0.caseReference, $0.by, $0.guardian, $0.reason) = (Tester.reference, Tester.owner, "step", "ord")
            })
        try tester.send(
            MergeGuardians.with {
                ($0.caseReference, $0.by, $0.reason) = (Tester.reference, Tester.owner, "ord")
                ($0.guardian, $0.same) = ("g1", "g2")
            })
        try tester.send(
            CorrectGuardian.with {
                ($0.caseReference, $0.by, $0.guardian) = (Tester.reference, Tester.owner, "g1")
                ($0.details.name, $0.standing, $0.reason) = ("Gun Exempelförälder", "protected", "ord")
            })
        #expect(tester.codes.isEmpty && tester.phase == .cooperation)
        let seats = tester.facts(SeatGuardians.self)
        #expect(seats.map(\.guardians) == [["g1", "g2"], ["g1"], ["g1"]])
        #expect(seats.last?.unwritten == ["g1"] && seats.last?.protectedIdentity == true)
        #expect(tester.facts(GuardiansMerged.self).first?.consent.giver == "g1")
        try tester.concern { $0.guardians = ["step", "g2"] }
        #expect(tester.facts(FormerGuardiansReported.self).map(\.guardians) == [["step", "g2"]])
        #expect(tester.status.guardians.map(\.key) == ["g1"] && tester.phase == .cooperation)
    }

    @Test("rule 13: a withdrawal whose `by` is nobody of the directory takes effect, and its fact says so")
    func unknownBy() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        tester.tester.door = { event, topic, now in
            ((try? ExampleDoor.desk.sign(event, for: "teacher", .three, now: now)) ?? event, topic)
        }
        try tester.send(Tester.consent("g1", "withdrawn", []) { $0.by = "tecaher" })
        #expect(tester.codes.isEmpty && tester.phase == .awaitingConsent)
        let fact = try #require(tester.facts(ConsentRecorded.self).last)
        #expect(fact.doubt.byUnknown && !fact.doubt.giverUnknown && fact.doubt.to == Tester.owner)
        #expect(fact.by.isEmpty && fact.consent.by.isEmpty)
        #expect(
            tester.tester.published.last { $0.event.type == ConsentRecorded.eventType }?.event.auth?.id == "teacher")
    }

    @Test("rule 13: nobody says no in the name of another of the staff, nor consents in nobody's")
    func inAnothersName() throws {
        var tester = try Tester.ready()
        tester.tester.door = { event, topic, now in
            ((try? ExampleDoor.desk.sign(event, for: "teacher", .three, now: now)) ?? event, topic)
        }
        try tester.send(Tester.consent("g1", "withdrawn"))
        try tester.send(Tester.consent("g1") { $0.by = "tecaher" })
        #expect(tester.codes == ["actor.unproven", "actor.unproven"])
        #expect(tester.facts(ConsentRecorded.self).isEmpty)
    }

    @Test(
        "rule 13: an objection is ended by whoever leads the case, with a reason, which its fact tells the privacy officer"
    )
    func objection() throws {
        var tester = try Tester.ready()
        tester.tester.directory.counties["TST"]?.privacyOfficer = "county"
        try tester.send(Tester.consent("stranger", "withdrawn"))
        #expect(tester.status.objections == ["stranger"])
        #expect(tester.facts(ConsentRecorded.self).last?.doubt.giverUnknown == true)
        try tester.endObjection("stranger", by: "teacher")
        #expect(tester.codes == ["person.not_allowed"])
        try tester.endObjection("stranger")
        let ended = try #require(tester.facts(ObjectionEnded.self).first)
        #expect((ended.giver, ended.to, ended.county) == ("stranger", "county", "TST") && !ended.reason.isEmpty)
        #expect(tester.status.objections.isEmpty)
        try tester.endObjection("stranger")
        #expect(tester.codes.last == "objection.none")
    }
}
