import CloudEvents
import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

/// A county's meetings, with the commands that people give written shortly.
struct CooperationTester {
    var tester = ProcessorTester(
        MeetingsProcessor(), application: "meetings", directory: ExampleCounty.directory, now: ExampleCounty.monday)

    mutating func send(_ command: some EventPayload) throws { try tester.process(command, key: "TST") }

    mutating func call(
        _ reference: String = "A", latest: String = "2026-12-14", guardians: [String] = []
    ) throws {
        try send(
            CallMeeting.with {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = (reference, "TST", "school", "head-school")
                ($0.stage, $0.areas, $0.organisations) = ("school", ["safety"], ["social_services", "health_care"])
                ($0.latestDate, $0.guardians) = (latest, guardians)
            })
    }

    /// A call for a child at school.
    static func callMeeting(_ change: (inout CallMeeting) -> Void) -> CallMeeting {
        .with {
            ($0.stage, $0.attends) = ("school", "school")
            change(&$0)
        }
    }

    mutating func answer(
        _ person: String, _ answer: String, _ reference: String = "A", sequence: Int32 = 0, at offset: Double = 0,
        to delegate: String = "", meeting: String? = nil
    ) throws {
        let stamp = tester.now + offset
        let meeting = try meeting ?? state(reference)?.meeting.id ?? "\(reference)-none"
        try send(
            AnswerMeeting.with {
                ($0.caseReference, $0.county, $0.person, $0.answer) = (reference, "TST", person, answer)
                ($0.sequence, $0.stamp, $0.delegateTo) = (sequence, .init(stamp), delegate)
                $0.meeting = meeting
            })
    }

    /// A measure of somebody in an organisation.
    static func measure(_ id: String = "", _ organisation: String = "social_services") -> PlannedMeasure {
        let people = ["social_services": "family", "health_care": "nurse", "education": "teacher"]
        return .with {
            ($0.id, $0.area, $0.text) = (id, "safety", "Samtal varje vecka")
            $0.responsible = people[organisation] ?? ""
            ($0.organisation, $0.date) = (organisation, "2027-01-15")
        }
    }

    mutating func record(_ reference: String = "A", _ change: (inout RecordMeeting) -> Void = { _ in }) throws {
        var command = RecordMeeting.with {
            ($0.caseReference, $0.county, $0.by) = (reference, "TST", "head-school")
            $0.came = ["head-school", "family", "nurse"]
            $0.child = .with { ($0.tookPart, $0.how) = (true, "Var med hela mötet") }
            $0.coordinator = .with { ($0.person, $0.chosenByChild) = ("family", true) }
            $0.plan = .with {
                $0.measures = [Self.measure("m1"), Self.measure("m2", "health_care")]
                ($0.worksAlready, $0.followUpDate) = (["Slöjden"], "2027-01-20")
            }
        }
        change(&command)
        try send(command)
    }

    mutating func followUp(
        _ decisions: [(String, String)], next: String, because reason: String = "", effect: String = "better",
        _ reference: String = "A", by coordinator: String = "family"
    ) throws {
        try send(
            RecordPlanFollowUp.with {
                $0.closingReason = reason
                ($0.caseReference, $0.county, $0.by, $0.nextDate) = (reference, "TST", coordinator, next)
                $0.child = .with { ($0.tookPart, $0.how) = (true, "Berättade själv") }
                $0.judgements = decisions.map { measure, decision in
                    .with {
                        ($0.measure, $0.effect, $0.decision, $0.text) = (measure, effect, decision, "Varannan vecka")
                    }
                }
            })
    }

    func facts<Fact: EventPayload>(_ type: Fact.Type) -> [Fact] { tester.published(type) }
    var codes: [String] { facts(CommandRefused.self).flatMap { $0.reasons.map(\.code) } }
    var reasons: [String] { facts(MeetingImpossible.self).last?.reasons.map(\.code) ?? [] }
    var staff: [String] { meeting.participants.filter { !$0.family }.map(\.person) }
    var meeting: Meeting { facts(MeetingScheduled.self).last?.meeting ?? Meeting() }
    /// What Mapping is told: done and next.
    var notes: [String] {
        facts(NoteCooperation.self).map { "\($0.done.joined(separator: "+")) → \($0.step) \($0.date)" }
    }

    func state(_ reference: String) throws -> MeetingState? { try tester.state(MeetingsProcessor.meetings, reference) }

    /// Of one of the staff or a guardian, of `child:` with a case, or of `room:` with a name from today on.
    func bookings(_ person: String) throws -> [Booking] {
        guard person.hasPrefix("room:") else {
            return try tester.state(MeetingsProcessor.calendars, "TST|\(person)")?.bookings ?? []
        }
        // A room has no calendar of its own; what stands in it is in the calendars of who is there.
        let meetings = ExampleCounty.county.people.keys.sorted().flatMap { id in
            (try? tester.state(MeetingsProcessor.calendars, "TST|\(id)")?.bookings) ?? []
        }
        return Dictionary(meetings.filter { "room:\($0.place)" == person }.map { ($0.meeting, $0) }) { $1 }
            .values.sorted { $0.start < $1.start }
    }
}

extension Participant {
    /// Holds no booking.
    var isOptionalAndDeclined: Bool { !required && answer == Attendance.declined.rawValue }
}

extension Meeting {
    /// The day that it is on, in Sweden.
    var day: String { CivilTime.day(of: start.date).description }
}
