import CloudEvents
import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport

@testable import mapping

/// One child's case, with short forms of the commands.
struct MappingTester {
    static let reference = "TST-AAAA-AAAA-AA"
    static let owner = "head-school"

    var tester: ProcessorTester<MappingProcessor>
    private var concerns = 0

    init(_ directory: Directory = ExampleCounty.directory, now: Date = ExampleCounty.monday) {
        tester = ProcessorTester(MappingProcessor(), application: "mapping", directory: directory, now: now)
    }

    /// A case whose mapping can be concluded, except for consents.
    static func ready(_ change: (inout ConcernRegistered) -> Void = { _ in }) throws -> MappingTester {
        var tester = MappingTester()
        try tester.concern(change)
        try tester.takeOn()
        try tester.information("child")
        try tester.information("guardian")
        try tester.answers(1...5)
        return tester
    }

    mutating func concern(_ change: (inout ConcernRegistered) -> Void = { _ in }) throws {
        concerns += 1
        var concern = ConcernRegistered.with {
            ($0.caseReference, $0.county, $0.municipality) = (Self.reference, "TST", "0001")
            ($0.stage, $0.attends) = ("school", "school")
            ($0.unit, $0.namedPerson) = ("school", Self.owner)
            ($0.areas, $0.observation) = (["safety", "home"], "…")
            ($0.guardians, $0.youthConsentFrom, $0.adultFrom) = (["g1"], "2029-03-15", "2032-03-15")
            ($0.concern, $0.receivedAt) = ("concern-\(concerns)", .init(tester.now))
        }
        change(&concern)
        try tester.process(concern, key: Self.reference, topic: Topic.concerns.rawValue)
    }

    /// - Parameter topic: if nil, the topic of such commands.
    mutating func send(_ command: some EventPayload, id: String? = nil, to topic: Topic? = nil) throws {
        let isStep = (type(of: command) as? any SuiteEvent.Type)?.kind == .internalCommand
        let topic = topic ?? (isStep ? .mappingSteps : .mappingCommands)
        try tester.process(command, key: Self.reference, id: id, topic: topic.rawValue)
    }

    mutating func takeOn(by: String = owner) throws {
        try send(TakeOn.with { ($0.caseReference, $0.by) = (Self.reference, by) })
    }

    mutating func delegate(to: String, by: String = owner) throws {
        try send(DelegateWork.with { ($0.caseReference, $0.by, $0.to) = (Self.reference, by, to) })
    }

    mutating func information(
        _ source: String, areas: [String] = ["relationships"], kind: String = "need", by: String = owner
    ) throws {
        try send(
            AddInformation.with {
                ($0.caseReference, $0.by, $0.text) = (Self.reference, by, "ord")
                ($0.source, $0.areas, $0.kind) = (source, areas, kind)
            })
    }

    mutating func answers(_ questions: ClosedRange<Int32>, by: String = owner) throws {
        try send(
            RecordAnswers.with {
                ($0.caseReference, $0.by) = (Self.reference, by)
                $0.answers = questions.map { number in .with { ($0.question, $0.text) = (number, "ord") } }
            })
    }

    static func consent(
        _ giver: String, _ decision: String = "given",
        _ organisations: [String] = ["education", "social_services", "health_care"],
        _ change: (inout RecordConsent) -> Void = { _ in }
    ) -> RecordConsent {
        var command = RecordConsent.with {
            ($0.caseReference, $0.by, $0.form) = (reference, owner, "signature")
            ($0.giver, $0.decision, $0.organisations) = (giver, decision, organisations)
        }
        change(&command)
        return command
    }

    mutating func conclude(
        _ outcome: String = "cooperation", next: String = "2026-12-14", by: String = owner,
        _ change: (inout ConcludeMapping) -> Void = { _ in }
    ) throws {
        var command = ConcludeMapping.with {
            ($0.caseReference, $0.by, $0.outcome, $0.nextDate) = (Self.reference, by, outcome, next)
            if outcome == "cooperation" { $0.organisations = ["social_services", "health_care"] }
            if outcome == "own_measures" {
                $0.measures = [
                    .with { ($0.area, $0.text, $0.responsible) = ("safety", "Möta varje morgon", "teacher") }
                ]
            }
        }
        change(&command)
        try send(command)
    }

    mutating func endObjection(_ giver: String, by: String = owner) throws {
        try send(
            EndObjection.with {
                ($0.caseReference, $0.by, $0.giver) = (Self.reference, by, giver)
                $0.reason = "Skrivfel."
            })
    }

    mutating func followUp(
        _ decision: String, next: String = "", effect: String = "better", because reason: String = ""
    ) throws {
        try send(
            RecordFollowUp.with {
                ($0.caseReference, $0.by, $0.text, $0.nextDate) = (Self.reference, Self.owner, "ord", next)
                ($0.effect, $0.decision, $0.closingReason) = (effect, decision, reason)
            })
    }

    mutating func reopen(by: String = owner) throws {
        try send(ReopenMapping.with { ($0.caseReference, $0.by, $0.reason) = (Self.reference, by, "ord") })
    }

    mutating func move(stage: String, unit: String, municipality: String = "0001", by: String = owner) throws {
        try send(
            MoveCase.with {
                ($0.caseReference, $0.by, $0.municipality) = (Self.reference, by, municipality)
                ($0.stage, $0.unit) = (stage, unit)
            })
    }

    /// A concern that says the child is elsewhere.
    mutating func concern(proposing unit: String, stage: String) throws {
        try concern {
            ($0.proposed.county, $0.proposed.municipality) = ("TST", "0001")
            ($0.proposed.stage, $0.proposed.attends) = (stage, unit)
            ($0.proposed.unit, $0.proposed.namedPerson) = (unit, "head-\(unit)")
        }
    }

    mutating func confirmMove(to unit: String, by: String) throws {
        try send(ConfirmMove.with { ($0.caseReference, $0.by, $0.unit) = (Self.reference, by, unit) })
    }

    /// Advances to the start of a day or to an hour of it, in Swedish time.
    mutating func advance(to day: String, hour: Int = 0) throws {
        guard let day = LocalDate(day) else { return }
        try tester.advance(to: CivilTime.instant(day, minute: hour * 60))
    }

    // MARK: Results

    func facts<Fact: EventPayload>(_ type: Fact.Type) -> [Fact] { tester.published(type) }
    var codes: [String] { facts(CommandRefused.self).flatMap { $0.reasons.map(\.code) } }
    var state: MappingState { (try? tester.state(MappingProcessor.cases, Self.reference)) ?? MappingState() }
    var phase: Phase? { state.currentPhase }
    /// The case's status, as last published.
    var status: CaseStatus { facts(CaseStatus.self).last ?? CaseStatus() }
    var dueDay: String { CivilTime.day(of: status.due.date).description }
}
