import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

/// A case in the pages' suite, told by commands. Each text that somebody writes says how far one must read to see it.
struct CaseStory {
    let tester: DeskTester
    /// What each text ends in, by its number.
    private let marks: [String]
    private(set) var reference = ""
    private(set) var texts: [String] = []
    private(set) var information: [(id: String, text: String)] = []

    /// The example county with ids that no page has by chance, and a name for each person.
    static let county: CountyDirectory = {
        var county = ExampleCounty.message
        func unit(_ id: String) -> String { id.isEmpty ? "" : "unitid-\(id)" }
        for index in county.municipalities.indices {
            county.municipalities[index].fallbackUnit = unit(county.municipalities[index].fallbackUnit)
        }
        for index in county.units.indices {
            county.units[index].id = unit(county.units[index].id)
            county.units[index].namedPerson = person(county.units[index].namedPerson)
            county.units[index].manager = person(county.units[index].manager)
            county.units[index].name = "Enhet \(index)"
            county.units[index].place = "Rum \(index)"
        }
        for index in county.people.indices {
            county.people[index].id = person(county.people[index].id)
            county.people[index].unit = unit(county.people[index].unit)
            county.people[index].name = "Någon Exempelson \(index)"
        }
        (county.countyFunction, county.privacyOfficer) = (person("county"), person("officer"))
        county.steeringGroup = [person("chair")]
        return county
    }()

    static func person(_ id: String) -> String { id.isEmpty ? "" : "personid-\(id)" }

    static let people = county.people.map(\.id)

    static func name(of id: String) -> String { county.people.first { $0.id == person(id) }?.name ?? "" }

    static let owner = person("head-school")

    /// - Parameter send: takes what the desk's pages send, in place of the services; then nothing is waited for.
    init(
        isProtected: Bool = false, isHarmSuspected: Bool = false, county: CountyDirectory = county,
        marks: [String] = ["<b>&amp;"], report change: (inout ConcernReported) -> Void = { _ in },
        send: (@Sendable (ProducerRecord) throws -> Void)? = nil
    ) async throws {
        self.marks = marks
        tester = try DeskTester(county, patience: send == nil ? .seconds(60) : .zero, send: send)
        var report = SuiteInMemory.report
        (report.unit, report.protectedIdentity) = ("unitid-school", isProtected)
        (report.harmSuspected, report.observation) = (isHarmSuspected, text(.whole))
        (report.strengths, report.reporter.name) = ([text(.whole)], text(.whole))
        change(&report)
        try tester.suite.send(report, id: "r1", key: "r1", to: .concernReports)
        let receipt = try await tester.suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
        reference = try #require(receipt).registered.caseReference
    }

    /// A text that nobody who reads less may see.
    mutating func text(_ extent: Reading.Extent) -> String {
        let text = "Text\(texts.count)\(extent.rawValue.capitalized) \(marks[texts.count % marks.count])"
        texts.append(text)
        return text
    }

    /// As it stands on a page.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    func texts(for extent: Reading.Extent) -> [String] { texts.filter { $0.contains(extent.rawValue.capitalized) } }

    // MARK: What people do

    func send(
        _ payload: some EventPayload, by person: String = owner, to topic: Topic = .mappingCommands, key: String? = nil
    ) throws {
        let suite = tester.suite
        let event = try Event(
            id: UUID().uuidString.lowercased(), source: "desk", time: suite.now, subject: reference, payload)
        let signed = try ExampleDoor.desk.sign(event, for: person, .three, now: suite.now)
        try suite.send(
            ProducerRecord(
                topic: topic.rawValue, key: Array((key ?? reference).utf8), value: signed.asSent,
                headers: signed.headers))
    }

    func takeOn() throws { try send(TakeOn.with { ($0.caseReference, $0.by) = (reference, Self.owner) }) }

    func delegate(to person: String) throws {
        try send(DelegateWork.with { ($0.caseReference, $0.by, $0.to) = (reference, Self.owner, person) })
    }

    mutating func add(_ source: InformationSource, _ kind: InformationKind, _ area: WheelArea) async throws {
        let written = text(.whole)
        let isAsked = kind != .notAsked
        try send(
            AddInformation.with {
                ($0.caseReference, $0.by, $0.source) = (reference, Self.owner, source.rawValue)
                ($0.area, $0.kind, $0.text) = (isAsked ? area.rawValue : "", kind.rawValue, written)
            })
        let facts = try await facts(InformationAdded.self)
        information = facts.map { ($0.information.id, $0.information.text) }
    }

    mutating func correct() throws {
        guard let first = information.first else { return }
        let (after, reason) = (text(.whole), text(.whole))
        try send(
            CorrectInformation.with {
                ($0.caseReference, $0.by, $0.information) = (reference, Self.owner, first.id)
                ($0.area, $0.kind, $0.text, $0.reason) = ("home", "need", after, reason)
            })
    }

    /// Hears the child and the guardians, and answers the five questions.
    mutating func map() async throws {
        try await add(.child, .need, .relationships)
        try await add(.guardian, .strength, .home)
        var answers: [Answer] = []
        for question in 1...5 {
            let written = text(.whole)
            answers.append(.with { ($0.question, $0.text) = (Int32(question), written) })
        }
        try send(RecordAnswers.with { ($0.caseReference, $0.by, $0.answers) = (reference, Self.owner, answers) })
    }

    /// All guardians say the same.
    func consent(
        _ decision: ConsentDecision, to organisations: [String] = ["social_services", "health_care", "education"],
        until: LocalDate? = nil
    ) async throws {
        for guardian in try await facts(ConcernRegistered.self).flatMap(\.guardians) {
            try send(
                RecordConsent.with {
                    ($0.caseReference, $0.by, $0.giver) = (reference, Self.owner, guardian)
                    ($0.decision, $0.form) = (decision.rawValue, "spoken")
                    ($0.organisations, $0.validUntil) = (organisations, until?.description ?? "")
                })
        }
    }

    mutating func conclude(_ outcome: Outcome) throws {
        let written = outcome == .ownMeasures ? text(.whole) : ""
        try send(
            ConcludeMapping.with {
                ($0.caseReference, $0.by, $0.outcome) = (reference, Self.owner, outcome.rawValue)
                $0.nextDate = CivilTime.day(of: tester.suite.now).plus(28).description
                if outcome == .cooperation { $0.organisations = ["social_services", "health_care"] }
                if outcome == .ownMeasures {
                    $0.measures = [.with { ($0.area, $0.text, $0.responsible) = ("home", written, Self.owner) }]
                }
            })
    }

    func answerMeeting(_ person: String, _ answer: Attendance) async throws {
        guard let meeting = try await facts(MeetingScheduled.self).last?.meeting else { return }
        try send(
            AnswerMeeting.with {
                ($0.caseReference, $0.county, $0.person) = (reference, "TST", person)
                ($0.answer, $0.sequence, $0.meeting) = (answer.rawValue, meeting.sequence, meeting.id)
            }, by: person, to: .meetingCommands, key: "TST")
    }

    mutating func holdMeeting() async throws {
        guard let meeting = try await facts(MeetingScheduled.self).last?.meeting else { return }
        let (how, works, first, second) = (text(.plan), text(.plan), text(.plan), text(.plan))
        try tester.suite.advance(to: meeting.end.date + 60)
        try send(
            RecordMeeting.with {
                ($0.caseReference, $0.county, $0.by) = (reference, "TST", Self.owner)
                $0.came = meeting.participants.map(\.person)
                $0.child = .with { ($0.tookPart, $0.how) = (true, how) }
                $0.coordinator = .with { ($0.person, $0.chosenByChild) = (Self.person("family"), true) }
                $0.plan = .with {
                    $0.worksAlready = [works]
                    $0.measures = [first, second].map { words in
                        .with {
                            ($0.area, $0.text, $0.responsible) = ("safety", words, Self.person("family"))
                            ($0.organisation, $0.date) = (
                                "social_services", CivilTime.day(of: meeting.start.date).plus(20).description
                            )
                        }
                    }
                    $0.followUpDate = CivilTime.day(of: meeting.start.date).plus(28).description
                }
            }, to: .meetingCommands, key: "TST")
    }

    /// The family says that something in the plan is not followed, and gets an answer (rule 17).
    mutating func familySpeaks(isAnswered: Bool) throws {
        let (words, answer) = (text(.plan), text(.plan))
        try send(
            ReportPlanConcern.with {
                ($0.caseReference, $0.county, $0.by, $0.text) = (reference, "TST", Self.owner, words)
            }, to: .meetingCommands, key: "TST")
        guard isAnswered else { return }
        try send(
            AnswerPlanConcern.with {
                ($0.caseReference, $0.county, $0.by, $0.text) = (reference, "TST", Self.person("family"), answer)
            }, by: Self.person("family"), to: .meetingCommands, key: "TST")
    }

    func facts<Fact: EventPayload>(_ type: Fact.Type) async throws -> [Fact] {
        let reference = reference
        let events = try await tester.suite.view.reader().read { try $0.facts(of: reference) }
        return try events.filter { $0.type == Fact.eventType }.map { try $0.decode(Fact.self) }
    }
}
