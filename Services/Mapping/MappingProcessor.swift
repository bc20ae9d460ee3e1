import CloudEvents
import Codec
import Domain
import MappingCore
import ServiceKit
import Streams

/// Keeps each child's case. `Core/` decides what follows from a concern, a command or a date.
struct MappingProcessor: Processor {
    static let cases = Table("cases", of: MappingState.self) { reference, _ in .named(reference) }

    static let adapter = CommandAdapter<Case>(
        .cases,
        CommandAdapter<Case>.workCommands + CommandAdapter<Case>.moveCommands + CommandAdapter<Case>.contentCommands
            + CommandAdapter<Case>.counterpartCommands
            + CommandAdapter<Case>.guardianCommands + CommandAdapter<Case>.cooperationCommands
            + CommandAdapter<Case>.erasureCommands)

    func process(_ event: Event, in turn: inout Turn) throws {
        switch (Topic(rawValue: turn.topic), event.type) {
        case (.concerns, ConcernRegistered.eventType): try register(event, in: &turn)
        case (.concerns, ChildReleased.eventType): try follow({ $0.released($1) }, in: &turn)
        case (.concerns, ChildKept.eventType): try follow({ $0.kept($1) }, in: &turn)
        // A consultation has no identity, and no case (rule 5).
        case (.concerns, _): break
        case (.mappingSteps, NoticesErased.eventType): try erase(&turn)
        default: try Self.adapter.process(event, in: &turn)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        if unreadable.topic == Topic.mappingCommands.rawValue { try Self.adapter.answer(unreadable, in: &turn) }
    }

    /// A date is near or has passed, or a day begins on which consents or age limits change.
    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let kept = try turn.keptCase(), let wake = Case.Wake(name: reminder.name) else { return }
        let decision = kept.subject.woken(by: wake, due: reminder.due, turn.decisionContext(id: reminder.name))
        try Self.adapter.save(decision, before: kept.subject, taken: kept.taken, in: &turn)
        if case .day(let day) = wake { try turn.publishStatus(of: decision.subject, since: kept.subject, from: day) }
    }

    /// Intake has answered to an erasure. What was answered before changes nothing (rule 23).
    private func follow(
        _ decide: (Case, DecisionContext) -> Decision<Case>?, in turn: inout Turn
    ) throws {
        guard let kept = try turn.keptCase(),
            let decision = decide(kept.subject, turn.decisionContext(id: turn.cause.id))
        else { return }
        try Self.adapter.save(decision, before: kept.subject, taken: kept.taken, in: &turn)
    }

    /// No other service keeps anything of the case. It goes from here, and the fact says so (rule 23). Its reminders were
    /// cancelled when its erasure began.
    private func erase(_ turn: inout Turn) throws {
        guard let kept = try turn.keptCase(), let fact = kept.subject.erased else { return }
        try turn.publish(
            fact.message(of: kept.subject.reference), to: Topic.mappings.rawValue, subject: kept.subject.reference)
        turn.delete(Self.cases, turn.key)
        turn.erase(kept.subject.reference, from: Topic.cases.rawValue)
    }

    /// A concern opens the child's mapping, or joins an open one (rule 6).
    private func register(_ event: Event, in turn: inout Turn) throws {
        let concern = try turn.concern(event.decode(ConcernRegistered.self))
        let kept = try turn.keptCase()
        var taken = kept?.taken ?? []
        guard taken.take(event) else { return }
        let decision = concern.decide(on: kept?.subject, turn.decisionContext(id: event.id))
        try Self.adapter.save(decision, before: kept?.subject, taken: taken, in: &turn)
    }
}

extension AggregateWiring<Case> {
    /// One case for each case reference.
    static let cases = AggregateWiring(
        facts: .mappings,
        steps: .mappingSteps,
        unknown: Fault(.caseUnknown, at: "case_reference"),
        find: { address, turn in
            try turn.keptCase().flatMap { $0.subject.reference == address.reference ? $0 : nil }
        },
        context: { event, _, turn in
            turn.decisionContext(id: Reference.id(of: "\(event.source)\u{1E}\(event.id)"))
        },
        asOfToday: { $0.keepingOwner($1) },
        owner: { $0.owner.person },
        put: { kept, turn in try turn.put(MappingProcessor.cases, turn.key, MappingState(kept)) },
        publish: { fact, `case`, turn in
            let message = fact.message(of: `case`.reference)
            if case .meetings(let request) = fact {
                try turn.publish(
                    message, to: Topic.meetingCalls.rawValue, key: request.county, subject: `case`.reference)
            } else {
                try turn.publish(message, to: Topic.mappings.rawValue, subject: `case`.reference)
            }
        },
        reminders: { `case` in
            Dictionary(uniqueKeysWithValues: `case`.wakes.map { ($0.key.name, $0.value) })
        },
        afterwards: { before, after, turn in
            let status = CaseStatus(after, on: turn.today)
            if before.map({ CaseStatus($0, on: turn.today) }) != status { try turn.publish(status) }
        })
}

extension Turn {
    fileprivate var today: LocalDate { CivilTime.day(of: now) }

    fileprivate mutating func publish(_ status: CaseStatus) throws {
        try publish(status, to: Topic.cases.rawValue, subject: status.caseReference)
    }

    /// A day has come on which a consent has ended, or an age is reached: another status may follow from the same case, which so far
    /// has the one of the day before (rules 12 and 20).
    fileprivate mutating func publishStatus(of case: Case, since before: Case, from day: LocalDate) throws {
        let status = CaseStatus(`case`, on: today)
        guard CaseStatus(before, on: today) == status, CaseStatus(before, on: day.plus(-1)) != status else { return }
        try publish(status)
    }

    /// The case whose reference is the turn's key.
    ///
    /// - Throws: `StateUnreadable` if it contains words that this version does not know.
    fileprivate func keptCase() throws -> Kept<Case>? {
        try get(MappingProcessor.cases, key).map { state in
            do throws(Refusal) { return try state.kept() } catch {
                throw StateUnreadable(MappingProcessor.cases.name, error)
            }
        }
    }

    /// - Throws: `StateUnreadable` for words that this version does not know. Only Intake writes concerns, so a newer
    ///   Intake wrote this one. It waits for a newer Mapping; a child's concern must not end in the dead letters
    ///   (rule 19).
    fileprivate func concern(_ message: ConcernRegistered) throws(StateUnreadable) -> Concern {
        do throws(Undecodable) { return try Concern(message, receivedAt: received) } catch {
            throw StateUnreadable(Topic.concerns.rawValue, error)
        }
    }

    fileprivate func decisionContext(id: String) -> DecisionContext {
        DecisionContext(now: now, received: received, directory: directory, commandId: id)
    }
}
