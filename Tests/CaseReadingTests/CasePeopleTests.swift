import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Rule 12: who a case is about, as the named person has put it right, for whoever may see it")
struct CasePeopleTests {
    private static let reference = "TST-AAAA-AAAA-AA"
    private static let status = CaseStatus.with {
        ($0.caseReference, $0.county, $0.unit, $0.owner) = (reference, "TST", "school", "head-school")
        ($0.phase, $0.coordinator, $0.opened) = ("mapping", "family", .init(ExampleCounty.monday))
        $0.shared = [.with { $0.organisation = "social_services" }]
        $0.guardians = [.with { ($0.key, $0.standing) = ("g1", "protected") }]
    }

    private func people() throws -> CasePeople {
        var people = CasePeople(Self.status)
        func guardian(_ key: String, _ name: String) -> DescribedGuardian {
            .with {
                ($0.key, $0.names) = (key, [.with { $0.text = name }])
                $0.emails = [.with { $0.text = "\(key)@example.org" }]
            }
        }
        let events: [any EventPayload] = [
            Child.with {
                ($0.personalNumber, $0.names) = ("201703152387", [.with { $0.text = "Kim Exempelbarn" }])
                $0.guardians = [
                    guardian("g1", "Gun Exempelforalder"), guardian("g2", "G Exempel"), guardian("g3", "Bo"),
                ]
            },
            GuardianCorrected.with {
                ($0.guardian, $0.details.name) = ("g1", "Gun Exempelförälder")
                $0.details.phone = "070-174 06 05"
            },
            GuardiansMerged.with { ($0.guardian, $0.same) = ("g1", "g2") },
            GuardianRemoved.with { $0.guardian = "g3" },
            FormerGuardiansReported.with { $0.guardians = ["g3"] },
        ]
        for (index, payload) in events.enumerated() {
            people.take(
                try Event(
                    id: "\(index)", source: "test", time: ExampleCounty.monday + Double(index),
                    subject: Self.reference, payload))
        }
        return people
    }

    private func reading(_ person: String) async throws -> LoggedReading {
        let reader = Reader(person: person, door: "TST/desk", assurance: .three)
        var room = try ReadingRoom(
            reader, log: AccessLog { _, _ in }, directory: ExampleCounty.directory)
        return try await room.open(ReadableCase(Self.status, []), .status ... .whole, at: ExampleCounty.monday)
    }

    @Test("rule 12: what a person has written goes before what reports say; former guardians are told apart")
    func whole() async throws {
        let shown = try await #require(people().shown(reading("head-school")))
        #expect(shown.name == "Kim Exempelbarn" && shown.personalNumber == "20170315-2387")
        #expect(shown.guardians.map(\.name) == ["Gun Exempelförälder"])
        let guardian = try #require(shown.guardians.first)
        #expect(guardian.place == .onRecord(.protected) && guardian.phone == "070-174 06 05" && guardian.email.isEmpty)
        #expect(shown.former.map(\.place) == [.same(as: "g1"), .removed])
        #expect(shown.former.map(\.reportedAgain) == [nil, ExampleCounty.monday + 4])
    }

    @Test("rule 13: whoever reads the plan knows who the case is about, and not how the guardians are reached")
    func plan() async throws {
        let shown = try await #require(people().shown(reading("family")))
        #expect(shown.name == "Kim Exempelbarn" && shown.names["g1"] == "Gun Exempelförälder")
        #expect((shown.guardians + shown.former).allSatisfy { $0.phone.isEmpty && $0.email.isEmpty })
    }

    @Test("rule 22: whoever reads only where a case stands is not told who it is about")
    func status() async throws {
        #expect(try await people().shown(reading("county")) == nil)
    }

    @Test("rule 13: that the no of somebody unknown was ended stands in the log of the case, with its reason")
    func log() throws {
        var book = AccessBook()
        book.apply(
            try Event(
                id: "1", source: "test", time: ExampleCounty.monday, subject: Self.reference,
                ObjectionEnded.with {
                    ($0.caseReference, $0.county, $0.by) = (Self.reference, "TST", "head-school")
                    $0.reason = "Skrivfel."
                }))
        let entry = try #require(book.entries.first)
        #expect((entry.what, entry.by, entry.reason) == ("objection", "head-school", "Skrivfel."))
    }
}
