import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// A case in a running suite that is led by commands alone, as its people would give them.
struct LedCase {
    let suite: RunningSuite
    let reference: String
    /// The guardians' keys, in the order of the report.
    let guardians: [String]

    /// Reports a concern about a child with a number of its own, and waits for its case.
    ///
    /// - Parameter guardians: by name.
    init(
        _ suite: RunningSuite, age: Int, stage: Stage, unit: String = "", guardians: [String],
        _ change: (inout ConcernReported) -> Void = { _ in }
    ) async throws {
        self.suite = suite
        var report = ExampleCountyReport.message
        report.personalNumber = WorkedExample.fictionalNumber(age: age)
        (report.stage, report.unit) = (stage.rawValue, unit)
        report.guardians = guardians.map { name in .with { $0.name = name } }
        change(&report)
        let id = try await Self.send(report, on: suite)
        try await eventually("the concern") { try await Self.registered(id, suite) != nil }
        let registered = try #require(try await Self.registered(id, suite))
        reference = registered.caseReference
        try await eventually("the case") { [reference] in
            try await suite.events(.mappings, MappingOpened.self).contains { $0.caseReference == reference }
        }
        let concerns = try await suite.events(.concerns, ConcernRegistered.self)
        self.guardians = try #require(concerns.first { $0.caseReference == registered.caseReference }).guardians
    }

    /// - Returns: the report's id.
    static func send(
        _ report: ConcernReported, from source: String = "urn:test", on suite: RunningSuite
    ) async throws -> String {
        let event = try Event(id: UUID().uuidString, source: source, time: suite.connection.now, report)
        try await Producer(suite.broker.properties).send(
            suite.connection.record(event, to: .concernReports, key: event.id))
        return event.id
    }

    /// What the reporter was told; nil before there is a receipt.
    static func registered(_ report: String, _ suite: RunningSuite) async throws -> ConcernReceipt.Registered? {
        try await suite.events(.concernReceipts, ConcernReceipt.self).first { $0.reportID == report }?.registered
    }

    // MARK: Commands

    /// Gives a command, and waits for what it leads to.
    ///
    /// - Returns: the codes of a refusal; none where it was done.
    @discardableResult
    func give(
        _ command: some EventPayload, by person: String, to topic: Topic = .mappingCommands
    ) async throws -> [String] {
        let event = try Event(
            id: UUID().uuidString.lowercased(), source: "urn:test", time: suite.connection.now, subject: reference,
            command)
        let signed = try await suite.connection.command(event, for: person)
        try await Producer(suite.broker.properties).send(
            suite.connection.record(signed, to: topic, key: topic == .meetingCommands ? "SRM" : reference))
        try await eventually("an answer to \(type(of: command))") { try await refusal(of: event.id) != nil }
        return try await refusal(of: event.id) ?? []
    }

    /// Nil before there is an answer.
    private func refusal(of command: String) async throws -> [String]? {
        for topic in [Topic.mappings, .meetings] {
            let refused = try await suite.consequences(topic, CommandRefused.self).first { $0.cause == command }
            if let refused { return refused.payload.reasons.map(\.code) }
            for record in try await suite.broker.records(topic.rawValue) {
                let event = try Event(headers: record.headers, value: record.value, received: Date())
                if event.cause == command { return [] }
            }
        }
        return nil
    }

    func takeOn(by owner: String) async throws {
        #expect(try await give(TakeOn.with { ($0.caseReference, $0.by) = (reference, owner) }, by: owner) == [])
    }

    /// What one source says, of the home.
    func hear(
        _ source: InformationSource, _ kind: InformationKind, _ text: String, by owner: String
    ) async throws {
        let information = AddInformation.with {
            ($0.caseReference, $0.by, $0.source) = (reference, owner, source.rawValue)
            ($0.kind, $0.text) = (kind.rawValue, text)
            if kind != .notAsked { $0.area = "home" }
        }
        #expect(try await give(information, by: owner) == [])
    }

    /// The five questions (rule 9), each in words.
    func answer(_ words: String, by owner: String) async throws {
        let answers = RecordAnswers.with {
            ($0.caseReference, $0.by) = (reference, owner)
            $0.answers = Question.allCases.map { question in
                .with { ($0.question, $0.text) = (Int32(question.rawValue), words) }
            }
        }
        #expect(try await give(answers, by: owner) == [])
    }

    /// - Parameter outsiders: a yes lets people from outside the directory take part, too.
    func consent(
        _ decision: ConsentDecision, of giver: String, outsiders: Bool = false, by owner: String
    ) async throws {
        let consent = RecordConsent.with {
            ($0.caseReference, $0.by, $0.giver) = (reference, owner, giver)
            ($0.decision, $0.form) = (decision.rawValue, "spoken")
            if decision == .given {
                ($0.organisations, $0.outsiders) = (Organisation.allCases.map(\.rawValue), outsiders)
            }
        }
        #expect(try await give(consent, by: owner) == [])
    }

    /// - Returns: the codes of a refusal.
    func conclude(
        _ outcome: Outcome, by owner: String, _ change: (inout ConcludeMapping) -> Void = { _ in }
    ) async throws -> [String] {
        var conclusion = ConcludeMapping()
        (conclusion.caseReference, conclusion.by, conclusion.outcome) = (reference, owner, outcome.rawValue)
        conclusion.nextDate = CivilTime.day(of: Date()).plus(28).description
        if outcome == .cooperation { conclusion.organisations = ["social_services", "health_care"] }
        change(&conclusion)
        return try await give(conclusion, by: owner)
    }

    // MARK: What came of it

    /// Where the case stands, as of the last word.
    func status() async throws -> CaseStatus? {
        try await suite.events(.cases, CaseStatus.self).last { $0.caseReference == reference }
    }

    func stands(_ what: String, _ fits: @escaping @Sendable (CaseStatus) -> Bool) async throws {
        do { try await eventually(what) { try await status().map(fits) ?? false } } catch {
            print("the case stands otherwise: \(try await status()?.jsonString() ?? "nowhere")")
            throw error
        }
    }

    /// The meetings that were booked, in their order.
    func booked() async throws -> [Meeting] {
        try await suite.events(.meetings, MeetingScheduled.self).map(\.meeting).filter {
            $0.caseReference == reference
        }
    }
}
