import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceHost
import ServiceKit
import ServiceLifecycle
import Streams

/// Upptäcka: every report is registered with its named person, or refused with reasons.
@main enum Intake {
    static func main() async {
        await ServiceMain(
            .intake, "registers reported concerns with the child's named person, or refuses them with reasons.",
            settings: [.keySecret] + Door.settings
        ) { settings, configuration, logger in
            .init(
                IntakeProcessor(secret: try settings.keySecret()),
                beside: try Door.services(settings, configuration, logger))
        }.run()
    }
}

/// What Intake decides about one report, in three turns, each under the key that its question needs:
///
/// 1. as it came, under whatever key its sender chose: can it be read? (`ReportTaken`)
/// 2. by its source and id: has it been received before, and does it hold? (`ReportAccepted`)
/// 3. by child: who owns it, and what else is known of the child? (`ConcernRegistered`)
///
/// The receipt is written in the turn that decides, so that each report gets exactly one.
struct IntakeProcessor: Processor {
    let secret: KeySecret

    static let reports = Table("reports", of: TakenReport.self)
    static let children = Table("children", of: ChildState.self)

    /// How long a repeated report is known as repeated.
    static let memory: TimeInterval = 30 * 24 * 3_600
    private static let positionsKept = 32

    func process(_ event: Event, in turn: inout Turn) throws {
        switch Topic(rawValue: turn.topic) {
        case .intakeRepartition where event.type == ReportTaken.eventType:
            try take(event.decode(ReportTaken.self), &turn)
        case .intakeRepartition:
            try register(event.decode(ReportAccepted.self), event, &turn)
        case .mappings:
            if event.type == CaseMoved.eventType { try moved(event.decode(CaseMoved.self), &turn) }
        default:
            try read(event, &turn)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        guard unreadable.topic == Topic.concernReports.rawValue else { return }
        let refused = ConcernReceipt.Refused.with { $0.reasons = [Reason(Fault(unreadable.error))] }
        // What has no id of its own is known by where it lies, and cannot come again.
        guard let id = unreadable.id, let source = unreadable.source, !id.isEmpty, !source.isEmpty else {
            return try answer(
                .refused(refused), id: unreadable.id ?? unreadable.position, source: unreadable.source ?? turn.key,
                &turn)
        }
        try repartition(.refused(refused), id: id, source: source, &turn)
    }

    /// A report's memory ends.
    func wake(_ reminder: Reminder, in turn: inout Turn) {
        turn.delete(Self.reports, reminder.name)
    }

    // MARK: 1. As it came

    /// What can be decided without knowing anything else. Of what is refused here, nothing is kept but the reasons.
    private func read(_ event: Event, _ turn: inout Turn) throws {
        let content: ReportTaken.OneOf_Content
        switch event.type {
        case ConcernReported.eventType:
            let faults = event.faults(as: ConcernReported.self)
            content =
                faults.isEmpty
                ? .report(try event.decode(ConcernReported.self)) : Self.refused(faults.map(Fault.init))
        case ConsultationRequested.eventType:
            do {
                let faults = event.faults(as: ConsultationRequested.self)
                guard faults.isEmpty else { throw Refusal(faults.map(Fault.init)) }
                content = .consultation(
                    try Consultation(event.decode(ConsultationRequested.self), turn.directory).message)
            } catch let refusal as Refusal {
                content = Self.refused(refusal.faults)
            }
        default:
            content = Self.refused([Fault(.typeUnknown, at: "ce_type")])
        }
        try repartition(content, id: event.id, source: event.source, &turn)
    }

    private static func refused(_ faults: [Fault]) -> ReportTaken.OneOf_Content {
        .refused(.with { $0.reasons = faults.map(Reason.init) })
    }

    private func repartition(
        _ content: ReportTaken.OneOf_Content, id: String, source: String, _ turn: inout Turn
    ) throws {
        try turn.publish(
            ReportTaken.with {
                ($0.reportID, $0.reportSource, $0.receivedAt) = (id, source, .init(turn.received))
                $0.position = turn.position
                $0.content = content
            }, to: Topic.intakeRepartition.rawValue, key: Self.name(source, id), id: turn.position)
    }

    private static func name(_ source: String, _ id: String) -> String { "\(source)\u{1E}\(id)" }

    // MARK: 2. By source and id

    private func take(_ taken: ReportTaken, _ turn: inout Turn) throws {
        let (id, source) = (taken.reportID, taken.reportSource)
        let name = Self.name(source, id)
        if var known = try turn.get(Self.reports, name) {
            // Read twice is not sent twice: it is answered already.
            guard !known.positions.contains(taken.position) else { return }
            known.positions = (known.positions + [taken.position]).suffix(Self.positionsKept)
            try turn.put(Self.reports, name, known)
            return try refuse([Fault(.alreadyReceived)], id, source, &turn)
        }
        let until = turn.now + Self.memory
        try turn.put(Self.reports, name, .with { ($0.until, $0.positions) = (.init(until), [taken.position]) })
        turn.remind(name, at: until)
        do {
            switch taken.content {
            case .report(let message):
                let report = try Report(message, received: taken.receivedAt.date, turn.directory)
                try turn.publish(
                    ReportAccepted.with {
                        ($0.reportID, $0.reportSource) = (id, source)
                        ($0.receivedAt, $0.report) = (taken.receivedAt, message)
                    }, to: Topic.intakeRepartition.rawValue, key: ChildKey(report.number, secret: secret).text)
            case .consultation(let message):
                try consult(Consultation(message, turn.directory), id, source, &turn)
            case .refused(let refused):
                try answer(.refused(refused), id: id, source: source, &turn)
            case nil:
                throw Undecodable("content", "missing")
            }
        } catch let refusal as Refusal {
            try refuse(refusal.faults, id, source, &turn)
        }
    }

    /// The question goes on, and nothing with it that tells whom it is about (rule 5).
    private func consult(_ consultation: Consultation, _ id: String, _ source: String, _ turn: inout Turn) throws {
        let county = consultation.county.code
        let reference = Consultation.reference(county, source: source, id: id)
        try turn.publish(
            ConsultationRegistered.with {
                ($0.reference, $0.county, $0.municipality) = (reference, county, consultation.message.municipality)
                ($0.areas, $0.question) = (consultation.message.areas, consultation.message.question)
                $0.reporter = consultation.message.reporter
            }, to: Topic.concerns.rawValue, key: reference, subject: reference)
        try turn.publish(
            BookConsultation.with {
                ($0.reference, $0.county, $0.municipality) = (reference, county, consultation.message.municipality)
                ($0.areas, $0.email) = (consultation.message.areas, consultation.message.reporter.email)
            }, to: Topic.meetingCalls.rawValue, key: county, subject: reference)
        try answer(
            .consultation(.with { $0.reference = reference }), id: id, source: source, subject: reference, &turn)
    }

    // MARK: 3. By child

    private func register(_ accepted: ReportAccepted, _ event: Event, _ turn: inout Turn) throws {
        let (id, source) = (accepted.reportID, accepted.reportSource)
        let report: Report
        do {
            report = try Report(accepted.report, received: accepted.receivedAt.date, turn.directory)
        } catch let refusal {
            // The directory has changed since the last turn.
            return try refuse(refusal.faults, id, source, &turn)
        }
        var known = try turn.get(Self.children, turn.key) ?? ChildState()
        guard known.taken.take(event) else { return }
        let decision = Registration(
            report, source: source, id: id, child: turn.key, known: known, secret: secret,
            today: CivilTime.day(of: turn.now))
        try turn.put(Self.children, turn.key, decision.state)
        let reference = decision.state.caseReference
        var registered = decision.registered
        registered.receivedAt = accepted.receivedAt
        try turn.publish(registered, to: Topic.concerns.rawValue, subject: reference)
        try turn.publish(
            Child.with {
                $0.personalNumber = report.number.digits.reveal
                $0.name = report.message.name
                $0.guardians = report.message.guardians
                $0.protectedIdentity = registered.protectedIdentity
            }, to: Topic.children.rawValue, subject: reference)
        try answer(
            .registered(
                .with {
                    ($0.caseReference, $0.child, $0.unit) = (reference, turn.key, registered.unit)
                    $0.unitName = report.county.units[registered.unit]?.name ?? ""
                    ($0.fallback, $0.fallbackReason) = (registered.fallback, registered.fallbackReason)
                    $0.dutyToReport = registered.harmSuspected
                    $0.linkedTo = registered.linkedTo
                }), id: id, source: source, subject: reference, &turn)
    }

    /// Mapping has handed the case over: the next report finds the child where it is now.
    private func moved(_ move: CaseMoved, _ turn: inout Turn) throws {
        guard var child = try turn.get(Self.children, turn.key) else { return }
        (child.county, child.municipality) = (move.county, move.municipality)
        (child.stage, child.attends) = (move.stage, move.attends)
        (child.unit, child.person, child.fallbackReason) = (move.toUnit, move.toPerson, move.fallbackReason)
        try turn.put(Self.children, turn.key, child)
    }

    // MARK: Answers

    private func refuse(_ faults: [Fault], _ id: String, _ source: String, _ turn: inout Turn) throws {
        try answer(.refused(.with { $0.reasons = faults.map(Reason.init) }), id: id, source: source, &turn)
    }

    /// The one receipt of a report, keyed by its source.
    private func answer(
        _ answer: ConcernReceipt.OneOf_Answer, id: String, source: String, subject: String? = nil, _ turn: inout Turn
    ) throws {
        try turn.publish(
            ConcernReceipt.with {
                $0.reportID = id
                $0.reportSource = source
                $0.answer = answer
            }, to: Topic.concernReceipts.rawValue, key: source, subject: subject)
    }
}
