import Codec
import Domain
import Foundation
import ServiceKit
import Streams

/// Upptäcka: every report is registered with its named person, or refused with reasons.
@main enum Intake {
    static func main() async {
        await ServiceMain(
            "intake", "registers reported concerns with the child's named person, or refuses them with reasons.",
            inputs: [.concernReports], changelog: .intakeState,
            settings: [
                Setting(
                    "KEY_SECRET", default: nil, isSecret: true,
                    "Secret under which children's keys are made, at least 32 characters; never changed.")
            ]
        ) { settings, _, _ in
            do {
                return (IntakeProcessor(secret: try KeySecret(try settings.text("KEY_SECRET"))), nil)
            } catch let fault as Fault {
                throw ConfigurationFault("KEY_SECRET: \(fault.english)")
            }
        }.run()
    }
}

/// What Intake decides about one report.
struct IntakeProcessor: Processor {
    let secret: KeySecret

    static let reports = Table("reports", of: TakenReport.self)

    /// How long a repeated report is known as repeated.
    static let memory: TimeInterval = 30 * 24 * 3_600

    func process(_ event: Event, in turn: inout Turn) throws {
        do {
            let report = try event.decode(ConcernReported.self)
            guard try isNew(event, &turn) else { return try refuse(event, [.alreadyReceived], &turn) }
            try register(try Report(report, received: event.time, turn.directory), event, &turn)
        } catch let error as Undecodable {
            try refuse(event, [Fault(error)], &turn)
        } catch let faults as Faults {
            try refuse(event, faults.list, &turn)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        try answer(
            .refused(.with { $0.reasons = [Reason(Fault(unreadable.error))] }),
            id: unreadable.id ?? unreadable.position,
            source: unreadable.source ?? turn.key, &turn)
    }

    /// A report's memory ends.
    func wake(_ reminder: Reminder, in turn: inout Turn) {
        turn.delete(Self.reports, reminder.name)
    }

    /// Takes note of the report's id; false where it has been taken before (rule 4: already received).
    private func isNew(_ event: Event, _ turn: inout Turn) throws -> Bool {
        let name = "\(event.source)\u{1E}\(event.id)"
        guard try turn.get(Self.reports, name) == nil else { return false }
        let until = turn.now + Self.memory
        try turn.put(Self.reports, name, .with { $0.until = .init(until) })
        turn.remind(name, at: until)
        return true
    }

    private func register(_ report: Report, _ event: Event, _ turn: inout Turn) throws {
        let child = ChildKey(report.number, secret: secret)
        let owner = Routing.owner(of: report, in: report.county)
        let reference = child.caseReference(county: report.county.code)
        let guardians = report.message.guardians.map { guardian in
            GuardianKey(
                Personal(
                    guardian.personalNumber.isEmpty ? "\(guardian.name)|\(guardian.email)" : guardian.personalNumber),
                secret: secret
            ).text
        }
        try turn.publish(
            ConcernRegistered.with {
                $0.caseReference = reference
                $0.child = child.text
                $0.county = report.county.code
                $0.municipality = report.message.municipality
                $0.unit = owner.unit.id
                $0.namedPerson = owner.person
                $0.fallback = owner.isFallback
                $0.areas = report.areas.map(\.rawValue)
                $0.observation = report.message.observation
                $0.strengths = report.message.strengths
                $0.harmSuspected = report.message.harmSuspected
                $0.observedAt = .init(report.observedAt)
                $0.reporter = report.message.reporter
                $0.guardians = guardians
                $0.youthConsentFrom = report.youthConsentFrom.description
                $0.protectedIdentity = report.message.protectedIdentity
            }, to: Topic.concerns.rawValue, key: child.text, subject: reference)
        try turn.publish(
            Child.with {
                $0.personalNumber = report.number.digits.reveal
                $0.name = report.message.name
                $0.guardians = report.message.guardians
                $0.protectedIdentity = report.message.protectedIdentity
            }, to: Topic.children.rawValue, key: child.text, subject: reference)
        try answer(
            .registered(
                .with {
                    $0.caseReference = reference
                    $0.child = child.text
                    $0.unit = owner.unit.id
                    $0.unitName = owner.unit.name
                    $0.fallback = owner.isFallback
                    $0.dutyToReport = report.message.harmSuspected
                }), id: event.id, source: event.source, subject: reference, &turn)
    }

    private func refuse(_ event: Event, _ faults: [Fault], _ turn: inout Turn) throws {
        try answer(
            .refused(.with { $0.reasons = faults.map(Reason.init) }), id: event.id, source: event.source, &turn)
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

extension Fault {
    static let alreadyReceived = Fault(
        "report.already_received", sv: "Anmälan är redan mottagen.", en: "This report has been received before.")
}
