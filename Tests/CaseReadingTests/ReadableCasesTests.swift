import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite("What the policy of reading knows of a case, from the topics")
struct ReadableCasesTests {
    private static let reference = "TST-AAAA-AAAA-AA"

    private static let status = CaseStatus.with {
        ($0.caseReference, $0.county, $0.unit, $0.owner) = (reference, "TST", "school", "head-school")
        ($0.phase, $0.opened) = ("cooperation", .init(ExampleCounty.monday))
        $0.shared = [
            .with { $0.organisation = "education" },
            .with { ($0.organisation, $0.until) = ("health_care", "2026-12-31") },
            .with { $0.organisation = "police" }, .with { ($0.organisation, $0.until) = ("social_services", "soon") },
        ]
        $0.emergencies = [
            .with {
                ($0.by, $0.from) = ("head-kaa", .init(ExampleCounty.monday))
                $0.until = .init(ExampleCounty.monday + 3_600)
            }
        ]
    }

    private static func meeting(_ people: String..., id: String = "m1") -> Codec.Meeting {
        .with {
            ($0.id, $0.caseReference) = (id, reference)
            $0.participants = people.map { person in
                .with { ($0.person, $0.family) = (person, person == "g1") }
            }
        }
    }

    private func event(_ payload: some EventPayload, hours: Double) throws -> Event {
        try Event(id: "e", source: "test", time: ExampleCounty.monday + hours * 3_600, payload)
    }

    @Test("a case's people, scope and emergencies are its status; words of a later version let nobody read")
    func status() throws {
        var cases = ReadableCases()
        #expect(cases[Self.reference] == nil)
        cases.apply(try event(Self.status, hours: 0))
        let example = try #require(cases[Self.reference]?.facts)
        #expect(example.people == .init(unit: "school", namedPerson: "head-school") && example.isOpen)
        #expect(
            example.shared == [.init(.education, until: nil), .init(.healthCare, until: LocalDate("2026-12-31"))])
        #expect(example.emergencies.map(\.by) == ["head-kaa"] && cases[Self.reference]?.county == "TST")
    }

    @Test("who takes part in a booked meeting, or came to it, reads; the family and who was uninvited do not by that")
    func participants() throws {
        var cases = ReadableCases()
        cases.apply(try event(Self.status, hours: 0))
        func people() -> Set<String>? { cases[Self.reference]?.facts.participants }
        cases.apply(try event(MeetingScheduled.with { $0.meeting = Self.meeting("nurse", "teacher", "g1") }, hours: 1))
        #expect(people() == ["nurse", "teacher"])
        cases.apply(try event(MeetingScheduled.with { $0.meeting = Self.meeting("nurse", "family") }, hours: 2))
        #expect(people() == ["nurse", "family"])
        cases.apply(
            try event(
                MeetingEnded.with {
                    ($0.meeting, $0.caseReference, $0.came) = ("m1", Self.reference, ["family"])
                },
                hours: 3))
        #expect(people() == ["family"])
        cases.apply(try event(MeetingScheduled.with { $0.meeting = Self.meeting("nurse", id: "m2") }, hours: 4))
        cases.apply(try event(MeetingCancelled.with { $0.meeting = Self.meeting("nurse", id: "m2") }, hours: 5))
        #expect(people() == ["family"])
        cases.apply(try event(MeetingScheduled.with { $0.meeting = Self.meeting("nurse", id: "m2") }, hours: 4))
        #expect(people() == ["family"], "read once more, in whatever order")
    }

    @Test("meetings of an earlier mapping of the same child open nothing")
    func earlier() throws {
        var cases = ReadableCases()
        cases.apply(try event(MeetingScheduled.with { $0.meeting = Self.meeting("nurse") }, hours: -24))
        cases.apply(try event(Self.status, hours: 0))
        #expect(cases[Self.reference]?.facts.participants == [])
    }
}
