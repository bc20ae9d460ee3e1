import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

/// The worked example while it is played, in four chapters: each step publishes what a person would, waits for the fact
/// that answers it, and adds a row to the timeline.
struct Play {
    private(set) var timeline = Timeline()
    private let folder: String
    private let connection: Connection
    private let facts: Facts
    private let producer: Producer
    /// What the files leave open, by name.
    private var values: [String: String]
    /// Invitations that have a row.
    private var told: Set<String> = []

    /// The longest that one step may take; the first includes the start of the services.
    private static let patience = Duration.seconds(180)

    /// - Throws: ``KafkaError``
    init(_ folder: String, _ personalNumber: String, _ connection: Connection, _ facts: Facts) throws {
        (self.folder, self.connection, self.facts) = (folder, connection, facts)
        producer = try Producer(connection.properties)
        let now = connection.now
        let today = CivilTime.day(of: now)
        values = [
            "PERSONAL_NUMBER": personalNumber, "OBSERVED_AT": Timestamp.text(now),
            "FOLLOW_UP_DATE": today.plus(60).description, "LATEST_DATE": today.plus(21).description,
        ]
    }

    // MARK: Chapters

    /// Upptäcka: a concern is reported and registered, and a mapping opens.
    mutating func detect() async throws -> (ConcernReceipt.Registered, MappingOpened) {
        let report = try await publish("1-concern", ConcernReported.self, to: .concernReports, key: "demo")
        let (received, receipt) = try await first(ConcernReceipt.self, "the receipt") { $1.reportID == report }
        guard case .registered(let registered) = receipt.answer else {
            throw CommandFault("the report was refused: \(receipt.refused.reasons.map(\.code).joined(separator: ", "))")
        }
        values["CASE"] = registered.caseReference
        timeline.add(
            received, "Upptäcka", "Concern registered", "mentor → \(registered.unitName)",
            next: "the named person takes it on")
        let (_, concern) = try await first(ConcernRegistered.self, "the concern") {
            $1.caseReference == registered.caseReference
        }
        values["GUARDIAN_1"] = concern.guardians.first ?? ""
        let (event, opened) = try await first(MappingOpened.self, "the mapping") {
            $1.caseReference == registered.caseReference
        }
        timeline.add(
            event, "Kartlägga", "Mapping opened", opened.owner,
            next: "conclude by \(CivilTime.day(of: opened.due.date))")
        return (registered, opened)
    }

    /// Kartlägga: what all four sources say, the five answers, consent, and the outcome.
    mutating func map(_ detected: ConcernReceipt.Registered, _ opened: MappingOpened) async throws {
        let reference = detected.caseReference
        let (taken, _) = try await command("2-take-on", TakeOn.self, reference, answered: CaseTakenOn.self)
        timeline.add(taken, "Kartlägga", "Concern taken on", opened.owner, next: "hear all four sources")
        for (name, who) in [
            ("3-information-detector", "mentor: need, safety"), ("4-information-guardian", "guardian: strength, home"),
            ("5-information-child", "the child's own words"),
        ] {
            let (event, _) = try await command(name, AddInformation.self, reference, answered: InformationAdded.self)
            timeline.add(event, "Kartlägga", "Information added", who, next: "hear all four sources")
        }
        let (answered, _) = try await command(
            "6-answers", RecordAnswers.self, reference, answered: AnswersRecorded.self)
        timeline.add(answered, "Kartlägga", "Five questions answered", opened.owner, next: "ask for consent")
        let (consented, _) = try await command(
            "7-consent", RecordConsent.self, reference, answered: ConsentRecorded.self)
        timeline.add(consented, "Kartlägga", "Consent given", "guardian", next: "decide the outcome")
        let (concluded, outcome) = try await command(
            "8-conclude", ConcludeMapping.self, reference, answered: MappingConcluded.self)
        timeline.add(
            concluded, "Kartlägga", "Concluded: \(outcome.outcome)", outcome.organisations.joined(separator: ", "),
            next: "meet by \(outcome.nextDate)")
    }

    /// Samarbeta: a meeting is called, moves because somebody cannot come, and the family is told.
    mutating func meet(_ detected: ConcernReceipt.Registered) async throws -> Meeting {
        let (scheduled, fact) = try await first(MeetingScheduled.self, "the meeting") {
            $1.meeting.caseReference == detected.caseReference
        }
        timeline.add(
            scheduled, "Samarbeta", "Meeting scheduled", "\(fact.meeting.participants.count) participants",
            next: Self.time(of: fact.meeting))
        try await invited(fact.meeting)

        values["MEETING"] = fact.meeting.id
        values["STAMP"] = Timestamp.text(connection.now)
        let county = fact.meeting.county
        let declined = try await publish("9-decline", AnswerMeeting.self, to: .meetingCommands, key: county)
        let (moved, change) = try await first(MeetingScheduled.self, "the new time") {
            $0.cause == declined && $1.meeting.sequence == 1
        }
        timeline.add(
            moved, "Samarbeta", "Meeting moved", "nykoping-kurator declined", next: Self.time(of: change.meeting))
        try await invited(change.meeting)
        // Nobody writes to the family by itself: the named person decides, and tells the guardian in person (rule 22).
        let telling = try await publish("12-tell-family", TellFamily.self, to: .meetingCommands, key: county)
        let (decided, _) = try await first(FamilyTold.self, "the decision about the family") { event, _ in
            event.cause == telling
        }
        timeline.add(
            decided, "Samarbeta", "Family told", "nykoping-rektor, to the guardian in person",
            next: "meet, and record it")
        return change.meeting
    }

    /// The meeting is held, its plan is followed up, and the case is closed.
    mutating func followUp(_ detected: ConcernReceipt.Registered, _ meeting: Meeting) async throws {
        // What happened at a meeting is recorded when its time has come (rule 15).
        try connection.clock.move(to: meeting.end.date)
        let record = try await publish("10-record", RecordMeeting.self, to: .meetingCommands, key: meeting.county)
        let (event, held) = try await first(MeetingHeld.self, "the meeting's record") { event, _ in
            event.cause == record
        }
        timeline.add(
            event, "Samarbeta", held.plan.sip ? "Meeting held, SIP adopted" : "Meeting held, plan adopted",
            "coordinator: \(held.coordinator.person), the child's choice",
            next: "follow up \(held.plan.followUpDate)")
        let (booked, followUp) = try await first(MeetingScheduled.self, "the follow-up") {
            $0.cause == record && $1.why == "follow_up"
        }
        timeline.add(
            booked, "Samarbeta", "Follow-up booked", "\(followUp.meeting.participants.count) participants",
            next: Self.time(of: followUp.meeting))
        let judged = try await publish(
            "11-follow-up", RecordPlanFollowUp.self, to: .meetingCommands, key: meeting.county)
        let (followed, plan) = try await first(PlanFollowedUp.self, "the follow-up's record") { event, _ in
            event.cause == judged
        }
        timeline.add(
            followed, "Samarbeta", "Measures judged", plan.judgements.map(\.effect).joined(separator: ", "),
            next: "nothing is left to follow up")
        let (closed, _) = try await first(CaseClosed.self, "the case's end") {
            $1.caseReference == detected.caseReference
        }
        timeline.add(closed, "Samarbeta", "Case closed", "nykoping-familjestod", next: "")
    }

    // MARK: Steps

    /// Publishes a file of the example.
    ///
    /// - Returns: the event's id.
    private func publish(
        _ name: String, _ type: any EventPayload.Type, to topic: Topic, key: String
    ) async throws -> String {
        var text = try String(contentsOfFile: "\(folder)/\(name).json", encoding: .utf8)
        for (name, value) in values { text = text.replacing("$\(name)", with: value) }
        var event = Event(
            id: UUID().uuidString.lowercased(), source: "urn:example:demo", type: type.eventType, time: connection.now,
            subject: values["CASE"], content: .json, data: Bytes(text.utf8))
        // Whoever reports a concern has no key.
        if topic != .concernReports {
            let command = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            event = try await connection.command(
                event, for: command?["by"] as? String ?? command?["person"] as? String, by: "demo")
        }
        try await producer.send(connection.record(event, to: topic, key: key))
        return event.id
    }

    private func command<Fact: EventPayload>(
        _ name: String, _ type: any EventPayload.Type, _ reference: String, answered: Fact.Type
    ) async throws -> (Event, Fact) {
        let id = try await publish(name, type, to: .mappingCommands, key: reference)
        return try await first(Fact.self, "the answer to \(name)") { event, _ in event.cause == id }
    }

    private func first<Fact: EventPayload>(
        _ type: Fact.Type, _ what: String, where fits: @escaping @Sendable (Event, Fact) -> Bool
    ) async throws -> (Event, Fact) {
        try await facts.first(type, within: Self.patience, what, where: fits)
    }

    /// Waits until each participant has been sent the invitation, and adds one row for all.
    private mutating func invited(_ meeting: Meeting) async throws {
        var last: Event?
        let staff = meeting.participants.filter { !$0.family }
        for participant in staff {
            let (sent, _) = try await first(NoticeSent.self, "the invitation to \(participant.person)") {
                [told] event, fact in
                fact.caseReference == meeting.caseReference && fact.kind == "invitation"
                    && fact.recipient == participant.person && !told.contains(event.id)
            }
            told.insert(sent.id)
            last = sent
        }
        guard let last else { return }
        timeline.add(
            last, "Samarbeta", meeting.sequence == 0 ? "Invitations sent" : "Changed invitations sent",
            "\(staff.count) of the staff", next: "answer in the calendar")
    }

    private static func time(of meeting: Meeting) -> String {
        CivilTime.swedish(from: meeting.start.date, to: meeting.end.date)
    }
}

/// The facts of a feed, each looked for once in the order in which they are expected; those that came early are kept.
actor Facts {
    private var seen: [Event] = []
    private let feed: EventFeed

    init(_ feed: EventFeed) { self.feed = feed }

    /// The first fact of a type that fits.
    func first<Fact: EventPayload>(
        _ type: Fact.Type, within duration: Duration, _ what: String,
        where fits: @escaping @Sendable (Event, Fact) -> Bool
    ) async throws -> (Event, Fact) {
        for event in seen { if let fact = try? event.decode(type), fits(event, fact) { return (event, fact) } }
        let feed = feed
        let seen = seen
        let (more, found) = try await tillsammans.within(duration, waitingFor: what) { () -> ([Event], (Event, Fact)) in
            var more: [Event] = []
            for try await item in feed.items {
                guard let event = item.event else { continue }
                more.append(event)
                if let fact = try? event.decode(type), fits(event, fact) { return (more, (event, fact)) }
                if let refused = try? event.decode(CommandRefused.self), seen.last?.id != event.id, event.cause != nil,
                    refused.caseReference == seen.compactMap(\.subject).last
                {
                    throw CommandFault(
                        "a command was refused: \(refused.reasons.map(\.english).joined(separator: " "))")
                }
            }
            throw CommandFault("the feed ended before \(what)")
        }
        self.seen += more
        return found
    }
}
