import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

@testable import tillsammans

/// What happens beside the desk: the worked example by commands, for tests that begin later in a case, and what people answer by
/// mail.
extension DeskSuite {
    /// A case of the worked example with a meeting that stands.
    struct Called: Sendable {
        let reference: String
        let meeting: Meeting
    }

    /// Plays the worked example to the meeting, which has moved once.
    func playToMeeting() async throws -> Called {
        let topics: [Topic] = [.concernReceipts, .concerns, .mappings, .meetings, .notices]
        return try await EventFeed.reading(connection, topics, fromBeginning: false, opens: true) { feed in
            var play = try Play(
                Self.examples + "/worked-example", WorkedExample.fictionalNumber(), connection, Facts(feed))
            let (detected, opened) = try await play.detect()
            try await play.map(detected, opened)
            return Called(reference: detected.caseReference, meeting: try await play.meet(detected))
        }
    }

    /// Plays the first chapter alone: a case that nobody has taken on yet.
    func playToConcern() async throws -> String {
        try await EventFeed.reading(
            connection, [.concernReceipts, .concerns, .mappings], fromBeginning: false, opens: true
        ) { feed in
            var play = try Play(
                Self.examples + "/worked-example", WorkedExample.fictionalNumber(), connection, Facts(feed))
            return try await play.detect().0.caseReference
        }
    }

    /// The meeting of a case that is called.
    func meeting(of reference: String) async throws -> Meeting {
        try await fact(MeetingScheduled.self, on: .meetings, "the meeting") { $0.meeting.caseReference == reference }
            .meeting
    }

    /// Says whether somebody comes, as an answer by mail would.
    func answer(_ answer: Attendance, to meeting: Meeting, by person: String) async throws {
        let command = AnswerMeeting.with {
            ($0.caseReference, $0.county, $0.meeting) = (meeting.caseReference, meeting.county, meeting.id)
            ($0.person, $0.answer, $0.sequence) = (person, answer.rawValue, meeting.sequence)
            $0.stamp = .init(date: connection.now)
        }
        try await give(command, by: person, about: meeting)
    }

    /// Lets a meeting's time come, and records it with its plan, which makes somebody coordinator (rule 15). Whoever has signed
    /// in must do it again: days have gone.
    func record(_ meeting: Meeting, coordinator: String) async throws {
        try connection.clock.move(to: meeting.end.date)
        let day = CivilTime.day(of: connection.now).plus(60).description
        let command = RecordMeeting.with {
            ($0.caseReference, $0.county, $0.by) = (meeting.caseReference, meeting.county, "nykoping-rektor")
            $0.came = ["nykoping-rektor", coordinator]
            $0.child = .with { ($0.tookPart, $0.how) = (true, "Var med hela mötet och berättade själv.") }
            $0.coordinator = .with { ($0.person, $0.chosenByChild) = (coordinator, true) }
            $0.plan.worksAlready = ["Slöjden", "Den nära vännen i klassen"]
            $0.plan.measures = [
                .with {
                    ($0.id, $0.area, $0.text) = ("stod-hemma", "home", "Familjestöd hemma varannan vecka.")
                    ($0.responsible, $0.organisation, $0.date) = (coordinator, "social_services", day)
                }
            ]
            $0.plan.followUpDate = day
        }
        try await give(command, by: "nykoping-rektor", about: meeting)
        _ = try await fact(MeetingHeld.self, on: .meetings, "the meeting's record") {
            $0.meeting.caseReference == meeting.caseReference
        }
    }

    /// How many facts of a type fit, up to one that is the last.
    func count<Fact: EventPayload>(
        _ type: Fact.Type, on topic: Topic, until isLast: @escaping @Sendable (Fact) -> Bool,
        where fits: @escaping @Sendable (Fact) -> Bool
    ) async throws -> Int {
        try await EventFeed.reading(connection, [topic], fromBeginning: true, opens: true) { feed in
            try await tillsammans.within(.seconds(60), waitingFor: "the last fact") {
                var count = 0
                for try await item in feed.items {
                    guard let fact = try? item.event?.decode(type) else { continue }
                    if fits(fact) { count += 1 }
                    if isLast(fact) { break }
                }
                return count
            }
        }
    }

    private func fact<Fact: EventPayload>(
        _ type: Fact.Type, on topic: Topic, _ what: String, where fits: @escaping @Sendable (Fact) -> Bool
    ) async throws -> Fact {
        try await EventFeed.reading(connection, [topic], fromBeginning: true, opens: true) { feed in
            try await Facts(feed).first(type, within: .seconds(60), what) { fits($1) }.1
        }
    }

    private func give(_ command: some EventPayload, by person: String, about meeting: Meeting) async throws {
        let event = try Event(
            id: UUID().uuidString, source: "urn:example:test", time: connection.now, subject: meeting.caseReference,
            command)
        let signed = try await connection.command(event, for: person, by: "test")
        try await Producer(connection.properties).send(
            connection.record(signed, to: .meetingCommands, key: meeting.county))
    }
}
