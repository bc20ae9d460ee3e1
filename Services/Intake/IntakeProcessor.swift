import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

/// Registers each report in four turns, each under the key that its question needs. `Core/` decides.
///
/// 1. As it came, under whatever key its sender chose: can it be read? (`ReportTaken`)
/// 2. By its source and id: has it been received before, and does it hold? (`ReportAccepted`)
/// 3. By bucket of the index, which says next to nothing: which case reference has the child? (`ChildIdentified`)
///    While the secret is being replaced, it asks two buckets (``IndexedNumber``).
/// 4. By case reference: who owns it, and what else is known of the child? (`ConcernRegistered`)
///
/// The receipt is written in the turn that decides, so that each report gets exactly one each time that it is sent.
struct IntakeProcessor: Processor {
    let secrets: KeySecrets
    /// Told of each report that is taken though nobody has proven its source.
    var onUnsigned: @Sendable () -> Void = {}

    static let reports = Table("reports", of: TakenReport.self)
    static let numbers = Table("numbers", of: IndexBucket.self)
    /// By case reference.
    static let children = Table("children", of: ChildState.self) { reference, _ in .named(reference) }

    func process(_ event: Event, in turn: inout Turn) throws {
        switch Topic(rawValue: turn.topic) {
        case .intakeRepartition: try processOwn(event, in: &turn)
        case .mappings: try follow(event, in: &turn)
        default:
            guard event.faultsOfEnvelope.isEmpty else { return try refuseEnvelope(of: event, in: &turn) }
            let id = ReportID(source: event.source, id: event.id)
            let content = ReportTaken.OneOf_Content(event, turn.directory)
            do { try prove(event, content, in: &turn) } catch {
                return try turn.publish([.answered(Receipt(id, refused: error.faults, .init(event.content)))])
            }
            try repartition(id, .init(event.content), event.data, content, in: &turn)
        }
    }

    /// What Intake has sent itself, and what `tillsammans keys rotate-index` asks.
    private func processOwn(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case ReportTaken.eventType: try receive(event.decode(ReportTaken.self), in: &turn)
        case ReportAccepted.eventType: try identify(event.decode(ReportAccepted.self), in: &turn)
        case RehashChild.eventType: try rehash(event.decode(RehashChild.self), in: &turn)
        case RehashNumber.eventType: try rehash(event.decode(RehashNumber.self), in: &turn)
        case ForgetNumber.eventType: try forget(event.decode(ForgetNumber.self), in: &turn)
        case NumberForgotten.eventType: try released(event.decode(NumberForgotten.self), in: &turn)
        // For whoever has asked.
        case ChildRehashed.eventType: break
        default: try register(event, in: &turn)
        }
    }

    /// A source that has a key signs its reports, or lets the HTTP door do so. The pages for staff sign for whoever has signed
    /// in. Whether others are taken is for the county to say. A report that nobody has proven does not take its id.
    private func prove(
        _ event: Event, _ content: ReportTaken.OneOf_Content, in turn: inout Turn
    ) throws(Refusal) {
        let directory = turn.directory
        let home = directory.county(ofSource: event.source)
        if event.actor == nil, home == nil {
            guard let county = content.municipality.flatMap({ directory.county(ofMunicipality: $0) }) else { return }
            guard county.settings.takesUnsignedReports else { throw Refusal([.unproven("missing")]) }
            return onUnsigned()
        }
        let isDesk = directory.isDesk(event.source)
        try turn.prove(event, by: isDesk ? Speaker(staffOf: event.source) : Speaker(event.source), in: home?.code)
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        guard unreadable.topic == Topic.concernReports.rawValue else { return }
        let faults = unreadable.error.all.map(Fault.init)
        let format = Receipt.Format(unreadable.content)
        let (claimedId, claimedSource) = (turn.repeatable(unreadable.id), turn.repeatable(unreadable.source))
        guard let id = claimedId, let source = claimedSource else {
            // A report without an id is known by where it lies. It cannot come again.
            let id = ReportID(source: claimedSource ?? turn.repeatableKey, id: claimedId ?? unreadable.position)
            return try turn.publish([.answered(Receipt(id, refused: faults, format))])
        }
        let report = ReportID(source: source, id: id)
        // What cannot be read has no signature that could be looked at, so it takes no id of a source that signs.
        if turn.directory.county(ofSource: source) != nil {
            return try turn.publish([.answered(Receipt(report, refused: faults, format))])
        }
        try repartition(report, format, Bytes(unreadable.error.description.utf8), .refused(faults), in: &turn)
    }

    /// A report whose id holds a personal number is known by where it lies. Nothing of its envelope goes on.
    private func refuseEnvelope(of event: Event, in turn: inout Turn) throws {
        let faults = event.faultsOfEnvelope
        let source = faults.contains { $0.path == "ce_source" } ? "" : event.source
        turn.hideCause()
        try turn.publish([
            .answered(Receipt(ReportID(source: source, id: turn.position), refused: faults, .init(event.content)))
        ])
    }

    /// The memory of a report ends.
    func wake(_ reminder: Reminder, in turn: inout Turn) {
        turn.delete(Self.reports, reminder.name)
    }

    /// 1. As it came. Nothing is known but what the record says.
    ///
    /// - Parameter bytes: tell a report that cannot be read from another one.
    private func repartition(
        _ id: ReportID, _ format: Receipt.Format, _ bytes: Bytes, _ content: ReportTaken.OneOf_Content,
        in turn: inout Turn
    ) throws {
        try turn.publish(
            ReportTaken(
                id, receivedAt: turn.received, position: turn.position,
                digest: content.digest(bytes, secrets.current), format, content),
            to: Topic.intakeRepartition.rawValue, key: id.name, id: turn.position, sealedUnder: .own)
    }

    /// 2. By source and id.
    private func receive(_ message: ReportTaken, in turn: inout Turn) throws {
        let report = try ReceiveReport(message, turn.directory, previous: secrets.previous)
        let name = report.id.name
        let known = try turn.get(Self.reports, name).map { state in
            try Words.stored(in: Self.reports.name) { state.memory(&$0) }
        }
        let decision = report.decide(on: known, context(turn))
        if decision.subject != known { try turn.put(Self.reports, name, TakenReport(decision.subject)) }
        if known == nil { turn.remind(name, at: decision.subject.until) }
        for case .consultationRegistered(let question) in decision.facts {
            try turn.newDataKey(for: question.reference)
        }
        try turn.publish(decision.facts)
    }

    /// 4. By case reference.
    private func register(_ event: Event, in turn: inout Turn) throws {
        try unlessRefused(try event.decode(ChildIdentified.self).report, in: &turn) { accepted, turn in
            let known = try knownChild(turn)
            var taken = known?.taken ?? []
            guard taken.take(event) else { return }
            // The index finds the child under a new reference (rule 23).
            if known?.subject.isReleasing == true {
                return try turn.publish([.accepted(accepted, bucket: accepted.firstBucket(secrets))])
            }
            let decision = RegisterConcern(accepted, reference: turn.key).decide(on: known?.subject, context(turn))
            if let known = decision.known {
                try turn.put(Self.children, turn.key, ChildState(Kept(known, taken: taken)))
            }
            try turn.publish(decision.facts)
        }
    }

    /// Reads the report, which the second turn has accepted. Where the directory has changed since, it may be refused.
    func unlessRefused(
        _ message: ReportAccepted, in turn: inout Turn, _ body: (AcceptedReport, inout Turn) throws -> Void
    ) throws {
        let accepted: AcceptedReport
        do throws(Refusal) { accepted = try Words.read(turn.directory) { message.accepted(&$0) } } catch {
            return try turn.publish([.answered(Receipt(message.id, refused: error.faults, message.format))])
        }
        try body(accepted, &turn)
    }

    /// Mapping has opened, handed over, closed or erased a case.
    private func follow(_ event: Event, in turn: inout Turn) throws {
        let read: (inout Words) -> FollowCase?
        switch event.type {
        case MappingOpened.eventType: read = try event.decode(MappingOpened.self).command
        case CaseMoved.eventType: read = try event.decode(CaseMoved.self).command
        case CaseClosed.eventType: read = { _ in .isClosed }
        case ErasureOrdered.eventType: return try release(event.decode(ErasureOrdered.self), in: &turn)
        case ChildErased.eventType: return erase(in: &turn)
        default: return
        }
        guard var kept = try knownChild(turn) else { return }
        let command = try Words.stored(in: turn.topic) { read(&$0) }
        kept.subject = command.decide(on: kept.subject, by: .suite, context(turn)).subject
        try turn.put(Self.children, turn.key, ChildState(kept))
    }

    /// What is remembered of the child whose case reference is the turn's key.
    func knownChild(_ turn: Turn) throws -> Kept<KnownChild>? {
        try turn.get(Self.children, turn.key).map { state in
            try Words.stored(in: Self.children.name) { state.kept(&$0) }
        }
    }

    func context(_ turn: Turn) -> IntakeContext {
        IntakeContext(now: turn.now, directory: turn.directory, secrets: secrets)
    }
}
