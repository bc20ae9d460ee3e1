import Codec
import Domain
import Foundation
import ServiceHost
import ServiceKit
import Streams

/// Kartlägga: one child's mapping, from what was detected to an outcome.
@main enum Mapping {
    static func main() async {
        await ServiceMain(
            .mapping, "leads each child's mapping: information, the five questions, consents, outcome, deadlines."
        ) { _, _, _ in .init(MappingProcessor()) }.run()
    }
}

/// Keeps each child's case: finds it, lets ``Case`` decide, and takes over what it decided.
struct MappingProcessor: Processor {
    static let cases = Table("cases", of: MappingState.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        if turn.topic == Topic.concerns.rawValue {
            // A consultation has no identity, and no case (rule 5).
            guard event.type == ConcernRegistered.eventType else { return }
            return try concern(event, &turn)
        }
        guard let command = Self.commands[event.type] else {
            return try refuse(event, "", [Fault(.commandUnknown, at: "ce_type")], &turn)
        }
        try command(self, event, &turn)
    }

    /// Every command that there is, by type.
    private static let commands: [String: @Sendable (Self, Event, inout Turn) throws -> Void] = {
        func take<Command: CaseCommand>(
            _ type: Command.Type
        ) -> (String, @Sendable (Self, Event, inout Turn) throws -> Void) {
            (type.eventType, { try $0.command(type, $1, &$2) })
        }
        return Dictionary(uniqueKeysWithValues: [
            take(TakeOn.self), take(DelegateWork.self), take(HandBackWork.self), take(AddInformation.self),
            take(CorrectInformation.self), take(RecordAnswers.self), take(RecordConsent.self),
            take(RecordMaturity.self), take(ConcludeMapping.self), take(RecordFollowUp.self),
            take(ReopenMapping.self), take(MoveCase.self), take(NoteCooperation.self), take(EndCooperation.self),
        ])
    }()

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        guard unreadable.topic == Topic.mappingCommands.rawValue else { return }
        try turn.publish(
            CommandRefused(id: unreadable.id ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: Topic.mappings.rawValue)
    }

    /// A date comes near or has passed (rule 19), or what is in force changes with the day (rules 4, 12 and 13).
    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let before = try turn.get(Self.cases, turn.key) else { return }
        var subject = Case(before, turn)
        subject.keepOwner()
        if let step = Step(rawValue: reminder.name) {
            subject.remind(step, at: reminder.due)
        } else {
            subject.comeOfAge()
            subject.reviewConsents()
        }
        try takeOver(subject, before, &turn)
    }

    /// A concern opens the child's mapping, or joins what is going on (rule 6).
    private func concern(_ event: Event, _ turn: inout Turn) throws {
        let concern = try event.decode(ConcernRegistered.self)
        let before = try turn.get(Self.cases, turn.key) ?? MappingState()
        var subject = Case(before, turn)
        guard subject.state.taken.take(event) else { return }
        subject.take(concern)
        try takeOver(subject, before, &turn)
    }

    /// Reads a command, finds its case, and answers with its facts or with a refusal.
    private func command<Command: CaseCommand>(_ type: Command.Type, _ event: Event, _ turn: inout Turn) throws {
        let unreadable = event.faults(as: type)
        guard unreadable.isEmpty else { return try refuse(event, "", unreadable.map(Fault.init), &turn) }
        let command = try event.decode(type)
        guard let before = try turn.get(Self.cases, turn.key), before.caseReference == command.caseReference else {
            return try refuse(event, command.caseReference, [Fault(.caseUnknown, at: "case_reference")], &turn)
        }
        var subject = Case(before, turn)
        guard subject.state.taken.take(event) else { return }
        subject.keepOwner()
        let faults = command.faults(in: subject)
        guard faults.isEmpty else { return try refuse(event, before.caseReference, faults, &turn) }
        command.apply(to: &subject, id: Reference.id(of: "\(event.source)\u{1E}\(event.id)"))
        try takeOver(subject, before, &turn)
    }

    private func refuse(_ event: Event, _ reference: String, _ faults: [Fault], _ turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: event.id, type: event.type, case: reference, faults), to: Topic.mappings.rawValue,
            subject: reference.isEmpty ? nil : reference)
    }

    /// Writes the state, publishes the facts in their order, and moves the reminders and the case's status.
    private func takeOver(_ subject: Case, _ before: MappingState, _ turn: inout Turn) throws {
        let (state, reference) = (subject.state, subject.state.caseReference)
        try turn.put(Self.cases, turn.key, state)
        for fact in subject.facts {
            switch fact {
            case .mapping(let payload):
                try turn.publish(payload, to: Topic.mappings.rawValue, subject: reference)
            case .meetings(let payload, let county):
                try turn.publish(payload, to: Topic.meetingCommands.rawValue, key: county, subject: reference)
            }
        }
        let (old, new) = (before.wakes, state.wakes)
        for (name, due) in new.sorted(by: { $0.key < $1.key }) where old[name] != due { turn.remind(name, at: due) }
        for name in old.keys.sorted() where new[name] == nil { turn.cancelReminder(name) }
        if state.status(turn.now) != before.status(turn.now) {
            try turn.publish(state.status(turn.now), to: Topic.cases.rawValue, subject: reference)
        }
    }
}

extension Case {
    fileprivate init(_ state: MappingState, _ turn: Turn) {
        self.init(state, child: turn.key, now: turn.now, received: turn.received, directory: turn.directory)
    }
}

/// A command about a case, as a value that knows what stands against it and what it does.
protocol CaseCommand: EventPayload {
    var caseReference: String { get }

    /// What is against it; empty where it is allowed. Pure.
    func faults(in subject: Case) -> [Fault]

    /// - Parameters:
    ///   - id: the command's own id, for what it adds.
    func apply(to subject: inout Case, id: String)
}
