import Codec
import Domain
import Foundation
import Kafka

/// The pupil in year 6 (`002`, "Exempel på Barnets bästa-ansvarig"), step by step: each step publishes what a person
/// would, waits for the fact that answers it, and adds a row to the timeline.
struct WorkedExample: Sendable {
    private let folder: String

    /// The longest that one step may take; the first includes the start of the services.
    private static let patience = Duration.seconds(60)

    private let personalNumber: String

    /// - Parameter personalNumber: the pupil's; each run has a fictional pupil of its own unless told.
    /// - Throws: ``CommandFault`` when a file of the example is missing.
    init(folder: String, personalNumber: String = fictionalNumber()) throws {
        (self.folder, self.personalNumber) = (folder, personalNumber)
        for name in Self.files where !FileManager.default.isReadableFile(atPath: "\(folder)/\(name).json") {
            throw CommandFault(
                "\(folder)/\(name).json is missing; run this from the project's folder, or give --example")
        }
    }

    private static let files = [
        "1-concern", "2-take-on", "3-information-detector", "4-information-guardian", "5-information-child",
        "6-answers",
        "7-consent", "8-conclude", "9-decline", "10-record", "11-follow-up", "12-tell-family",
    ]

    func play(on connection: Connection, mailFolder: String?) async throws {
        let topics: [Topic] = [.concernReceipts, .concerns, .mappings, .meetings, .notices]
        try await EventFeed.reading(connection, topics, fromBeginning: false) { feed in
            try await play(on: connection, Facts(feed), mailFolder: mailFolder)
        }
    }

    private func play(on connection: Connection, _ facts: Facts, mailFolder: String?) async throws {
        let producer = try Producer(connection.properties)
        var timeline = Timeline()
        var values = [
            "PERSONAL_NUMBER": personalNumber, "OBSERVED_AT": Timestamp.text(Date()),
            "FOLLOW_UP_DATE": CivilTime.day(of: Date()).plus(60).description,
            "LATEST_DATE": CivilTime.day(of: Date()).plus(21).description,
        ]
        func publish(_ name: String, _ type: any EventPayload.Type, to topic: Topic, key: String) async throws -> String
        {
            let id = UUID().uuidString.lowercased()
            let event = Event(
                id: id, source: "urn:example:demo", type: type.eventType, time: Date(), content: .json,
                data: try text(name, values))
            try await producer.send(connection.record(event, to: topic, key: key))
            return id
        }
        func command<Fact: EventPayload>(
            _ name: String, _ type: any EventPayload.Type, _ child: String, answered: Fact.Type
        ) async throws -> (Event, Fact) {
            let id = try await publish(name, type, to: .mappingCommands, key: child)
            return try await facts.first(Fact.self, within: Self.patience, "the answer to \(name)") { event, _ in
                event.cause == id
            }
        }

        var told: Set<String> = []
        /// Waits until each participant has been sent the invitation, and tells one row for all.
        func invited(_ meeting: Meeting) async throws {
            var last: Event?
            let staff = meeting.participants.filter { !$0.family }
            for participant in staff {
                let (sent, _) = try await facts.first(
                    NoticeSent.self, within: Self.patience, "the invitation to \(participant.person)"
                ) { [told] event, fact in
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

        let report = try await publish("1-concern", ConcernReported.self, to: .concernReports, key: "demo")
        let (received, receipt) = try await facts.first(ConcernReceipt.self, within: Self.patience, "the receipt") {
            $1.reportID == report
        }
        guard case .registered(let registered) = receipt.answer else {
            throw CommandFault("the report was refused: \(receipt.refused.reasons.map(\.code).joined(separator: ", "))")
        }
        values["CASE"] = registered.caseReference
        let child = registered.child
        timeline.add(
            received, "Upptäcka", "Concern registered", "mentor → \(registered.unitName)",
            next: "the named person takes it on")
        let (_, concern) = try await facts.first(ConcernRegistered.self, within: Self.patience, "the concern") {
            $1.child == child
        }
        values["GUARDIAN_1"] = concern.guardians.first ?? ""
        let (opened, mapping) = try await facts.first(MappingOpened.self, within: Self.patience, "the mapping") {
            $1.caseReference == registered.caseReference
        }
        timeline.add(
            opened, "Kartlägga", "Mapping opened", mapping.owner,
            next: "conclude by \(CivilTime.day(of: mapping.due.date))")
        let (taken, _) = try await command("2-take-on", TakeOn.self, child, answered: CaseTakenOn.self)
        timeline.add(taken, "Kartlägga", "Concern taken on", mapping.owner, next: "hear all four sources")
        for (name, who) in [
            ("3-information-detector", "mentor: need, safety"), ("4-information-guardian", "guardian: strength, home"),
            ("5-information-child", "the child's own words"),
        ] {
            let (event, _) = try await command(name, AddInformation.self, child, answered: InformationAdded.self)
            timeline.add(event, "Kartlägga", "Information added", who, next: "hear all four sources")
        }
        let (answered, _) = try await command("6-answers", RecordAnswers.self, child, answered: AnswersRecorded.self)
        timeline.add(answered, "Kartlägga", "Five questions answered", mapping.owner, next: "ask for consent")
        let (consented, _) = try await command("7-consent", RecordConsent.self, child, answered: ConsentRecorded.self)
        timeline.add(consented, "Kartlägga", "Consent given", "guardian", next: "decide the outcome")
        let (concluded, outcome) = try await command(
            "8-conclude", ConcludeMapping.self, child, answered: MappingConcluded.self)
        timeline.add(
            concluded, "Kartlägga", "Concluded: \(outcome.outcome)", outcome.organisations.joined(separator: ", "),
            next: "meet by \(outcome.nextDate)")
        let (scheduled, fact) = try await facts.first(MeetingScheduled.self, within: Self.patience, "the meeting") {
            $1.meeting.caseReference == registered.caseReference
        }
        let first = fact.meeting
        timeline.add(
            scheduled, "Samarbeta", "Meeting scheduled", "\(first.participants.count) participants",
            next: CivilTime.swedish(from: first.start.date, to: first.end.date))
        try await invited(first)

        // A required participant cannot come, so the meeting moves.
        values["STAMP"] = Timestamp.text(Date())
        let declined = try await publish("9-decline", AnswerMeeting.self, to: .meetingCommands, key: first.county)
        let (moved, change) = try await facts.first(MeetingScheduled.self, within: Self.patience, "the new time") {
            event, fact in event.cause == declined && fact.meeting.sequence == 1
        }
        let meeting = change.meeting
        timeline.add(
            moved, "Samarbeta", "Meeting moved", "nykoping-kurator declined",
            next: CivilTime.swedish(from: meeting.start.date, to: meeting.end.date))
        try await invited(meeting)
        // Nobody writes to the family by itself: the named person decides, and tells the guardian in person (rule 22).
        let telling = try await publish("12-tell-family", TellFamily.self, to: .meetingCommands, key: first.county)
        let (decided, _) = try await facts.first(
            FamilyTold.self, within: Self.patience, "the decision about the family"
        ) {
            event, _ in event.cause == telling
        }
        timeline.add(
            decided, "Samarbeta", "Family told", "nykoping-rektor, to the guardian in person",
            next: "meet, and record it")
        let record = try await publish("10-record", RecordMeeting.self, to: .meetingCommands, key: first.county)
        let (held, meetingHeld) = try await facts.first(MeetingHeld.self, within: Self.patience, "the meeting's record")
        {
            event, _ in event.cause == record
        }
        timeline.add(
            held, "Samarbeta", meetingHeld.plan.sip ? "Meeting held, SIP adopted" : "Meeting held, plan adopted",
            "coordinator: \(meetingHeld.coordinator.person), the child's choice",
            next: "follow up \(meetingHeld.plan.followUpDate)")
        let (booked, followUp) = try await facts.first(MeetingScheduled.self, within: Self.patience, "the follow-up") {
            $0.cause == record && $1.why == "follow_up"
        }
        timeline.add(
            booked, "Samarbeta", "Follow-up booked", "\(followUp.meeting.participants.count) participants",
            next: CivilTime.swedish(from: followUp.meeting.start.date, to: followUp.meeting.end.date))
        let judged = try await publish("11-follow-up", RecordPlanFollowUp.self, to: .meetingCommands, key: first.county)
        let (followed, plan) = try await facts.first(
            PlanFollowedUp.self, within: Self.patience, "the follow-up's record"
        ) {
            event, _ in event.cause == judged
        }
        timeline.add(
            followed, "Samarbeta", "Measures judged",
            plan.judgements.map(\.effect).joined(separator: ", "), next: "nothing is left to follow up")
        let (closed, _) = try await facts.first(CaseClosed.self, within: Self.patience, "the case's end") {
            $1.caseReference == registered.caseReference
        }
        timeline.add(closed, "Samarbeta", "Case closed", "nykoping-familjestod", next: "")
        print(timeline.text(reference: registered.caseReference))
        if let mailFolder { try show(mailFolder, meeting) }
    }

    /// Prints the first invitation: where it lies, and what it says.
    private func show(_ folder: String, _ meeting: Meeting) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where name.contains("invitation") {
            let path = "\(folder)/\(name)"
            guard let message = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            // Each part is base64 between an empty line and the next boundary.
            let parts = message.components(separatedBy: "Content-Transfer-Encoding: base64\r\n\r\n").dropFirst()
                .compactMap {
                    Data(base64Encoded: $0.components(separatedBy: "\r\n--")[0], options: .ignoreUnknownCharacters)
                }.map { String(decoding: $0, as: UTF8.self).replacing("\r\n", with: "\n") }
            guard let calendar = parts.last, calendar.contains("UID:\(meeting.id)") else { continue }
            print("\nThe invitation: \(path)\n\n\(parts[0])\n\(calendar)")
            return
        }
        throw CommandFault("no invitation lies in \(folder)")
    }

    private func text(_ name: String, _ values: [String: String]) throws -> Bytes {
        var text = try String(contentsOfFile: "\(folder)/\(name).json", encoding: .utf8)
        for (name, value) in values { text = text.replacing("$\(name)", with: value) }
        return Bytes(text.utf8)
    }

    /// A number of the Tax Agency's test series (birth numbers 238 and 239), born in the year of a pupil in year 6.
    static func fictionalNumber(today: LocalDate = CivilTime.day(of: Date())) -> String {
        while true {
            let year = today.year - 12
            let nine = [
                year / 10 % 10, year % 10, 0, Int.random(in: 1...9), Int.random(in: 0...2), Int.random(in: 1...8), 2, 3,
                Int.random(in: 8...9),
            ]
            for check in 0...9 {
                let digits = nine.map(String.init).joined()
                let number = "\(year / 100)\(digits.prefix(6))-\(digits.suffix(3))\(check)"
                if (try? PersonalNumber(number, today: today)) != nil { return number }
            }
        }
    }
}

/// The facts of a feed, each looked for once in the order in which they are expected; those that came early are kept.
private actor Facts {
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
