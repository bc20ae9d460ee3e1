import Codec
import Domain
import Foundation
import ServiceKit
import Streams

/// Kartlägga: one child's mapping, from what was detected to an outcome.
@main enum Mapping {
    static func main() async {
        await ServiceMain(
            "mapping", "leads each child's mapping: information, the five questions, consents, outcome.",
            inputs: [.concerns, .mappingCommands], changelog: .mappingState
        ) { _, _, _ in (MappingProcessor(), nil) }.run()
    }
}

/// What Mapping decides about one child, by the rules in `MappingRules`.
struct MappingProcessor: Processor {
    static let cases = Table("cases", of: MappingState.self)

    /// The reminder of the day when the mapping should have been concluded.
    private static let conclusion = "conclusion"

    func process(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case ConcernRegistered.eventType: try open(event.decode(ConcernRegistered.self), event, &turn)
        case AddInformation.eventType: try command(event, \.caseReference, &turn, add)
        case RecordAnswers.eventType: try command(event, \.caseReference, &turn, answers)
        case RecordConsent.eventType: try command(event, \.caseReference, &turn, consent)
        case ConcludeMapping.eventType: try command(event, \.caseReference, &turn, conclude)
        default: try refuse(event, "", [.unknownCommand], &turn)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        guard unreadable.topic == Topic.mappingCommands.rawValue else { return }
        try turn.publish(
            CommandRefused(id: unreadable.id ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: Topic.mappings.rawValue)
    }

    /// The mapping is still open on its last day: its owner is told (rule 19).
    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let state = try turn.get(Self.cases, turn.key), state.isOpen else { return }
        try turn.publish(
            MappingOverdue.with {
                $0.caseReference = state.caseReference
                $0.owner = state.owner
            }, to: Topic.mappings.rawValue, subject: state.caseReference)
    }

    // MARK: From Intake

    /// A concern opens the child's mapping, or joins the one that is open (rule 6).
    private func open(_ concern: ConcernRegistered, _ event: Event, _ turn: inout Turn) throws {
        var state = try turn.get(Self.cases, turn.key) ?? MappingState()
        guard state.take(event) else { return }
        let joins = state.isOpen
        state.caseReference = concern.caseReference
        state.county = concern.county
        state.concernAreas = (state.concernAreas + concern.areas).uniqued()
        state.information += concern.areas.map { area in
            Information.with {
                ($0.source, $0.area, $0.kind) = (
                    InformationSource.detector.rawValue, area, InformationKind.need.rawValue
                )
                $0.text = concern.observation
            }
        }
        state.guardians = (state.guardians + concern.guardians).uniqued()
        state.youthConsentFrom = concern.youthConsentFrom
        state.protectedIdentity = state.protectedIdentity || concern.protectedIdentity
        state.harmSuspected = state.harmSuspected || concern.harmSuspected
        if joins {
            try turn.publish(
                ConcernJoined.with {
                    $0.caseReference = state.caseReference
                    $0.owner = state.owner
                }, to: Topic.mappings.rawValue, subject: state.caseReference)
        } else {
            (state.owner, state.unit) = (concern.namedPerson, concern.unit)
            (state.outcome, state.answers) = ("", [:])
            let days = turn.directory.counties[concern.county]?.settings.mappingDays ?? 21
            let due = CivilTime.instant(CivilTime.day(CivilTime.day(of: turn.now), plus: days), minute: 17 * 60)
            turn.remind(Self.conclusion, at: due)
            state.isStarted = true
            try turn.publish(
                MappingOpened.with {
                    $0.caseReference = state.caseReference
                    $0.owner = state.owner
                    $0.unit = state.unit
                    $0.due = .init(due)
                }, to: Topic.mappings.rawValue, subject: state.caseReference)
        }
        try turn.put(Self.cases, turn.key, state)
    }

    // MARK: Commands

    /// Reads a command, finds its case, and answers with `decide`'s facts or with a refusal.
    private func command<Command: EventPayload>(
        _ event: Event, _ reference: KeyPath<Command, String>, _ turn: inout Turn,
        _ decide: (Command, inout MappingState, inout Turn) throws -> [Fault]
    ) throws {
        let command: Command
        do throws(Undecodable) { command = try event.decode(Command.self) } catch {
            return try refuse(event, "", [Fault(error)], &turn)
        }
        guard var state = try turn.get(Self.cases, turn.key), state.caseReference == command[keyPath: reference] else {
            return try refuse(event, command[keyPath: reference], [.unknownCase], &turn)
        }
        guard state.take(event) else { return }
        let faults = try decide(command, &state, &turn)
        if faults.isEmpty {
            try turn.put(Self.cases, turn.key, state)
        } else {
            try refuse(event, state.caseReference, faults, &turn)
        }
    }

    private func refuse(_ event: Event, _ reference: String, _ faults: [Fault], _ turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: event.id, type: event.type, case: reference, faults), to: Topic.mappings.rawValue)
    }

    private func add(_ command: AddInformation, _ state: inout MappingState, _ turn: inout Turn) throws -> [Fault] {
        let faults = MappingRules.check(command, state, turn.directory)
        guard faults.isEmpty else { return faults }
        let information = Information.with {
            ($0.source, $0.area, $0.kind, $0.text) = (command.source, command.area, command.kind, command.text)
        }
        state.information.append(information)
        try turn.publish(
            InformationAdded.with {
                $0.caseReference = state.caseReference
                $0.by = command.by
                $0.information = information
            }, to: Topic.mappings.rawValue)
        return []
    }

    private func answers(_ command: RecordAnswers, _ state: inout MappingState, _ turn: inout Turn) throws -> [Fault] {
        let faults = MappingRules.check(command, state, turn.directory)
        guard faults.isEmpty else { return faults }
        for answer in command.answers { state.answers[answer.question] = answer.text }
        try turn.publish(
            AnswersRecorded.with {
                $0.caseReference = state.caseReference
                $0.by = command.by
                $0.questions = command.answers.map(\.question)
            }, to: Topic.mappings.rawValue)
        return []
    }

    /// Consent is recorded; a refusal or withdrawal is blocked by nothing and calls off the meeting (rules 12 and 13).
    private func consent(_ command: RecordConsent, _ state: inout MappingState, _ turn: inout Turn) throws -> [Fault] {
        let faults = MappingRules.check(command, state, turn.directory)
        guard faults.isEmpty else { return faults }
        let consent = Consent.with {
            ($0.giver, $0.decision, $0.organisations) = (command.giver, command.decision, command.organisations)
            ($0.form, $0.at) = (command.form, .init(turn.now))
        }
        state.consents[command.giver] = consent
        try turn.publish(
            ConsentRecorded.with {
                $0.caseReference = state.caseReference
                $0.by = command.by
                $0.consent = consent
            }, to: Topic.mappings.rawValue)
        if command.decision != ConsentDecision.given.rawValue, state.meetingRequested {
            state.meetingRequested = false
            try turn.publish(
                CancelMeeting.with {
                    $0.caseReference = state.caseReference
                    $0.county = state.county
                }, to: Topic.meetingCommands.rawValue, key: state.county)
        }
        return []
    }

    private func conclude(_ command: ConcludeMapping, _ state: inout MappingState, _ turn: inout Turn) throws -> [Fault]
    {
        let faults = MappingRules.check(command, state, turn.directory, today: CivilTime.day(of: turn.now))
        guard faults.isEmpty else { return faults }
        let areas = MappingRules.areas(state)
        state.outcome = command.outcome
        turn.cancelReminder(Self.conclusion)
        try turn.publish(
            MappingConcluded.with {
                $0.caseReference = state.caseReference
                $0.by = command.by
                $0.outcome = command.outcome
                $0.areas = areas
                $0.organisations = command.organisations
                $0.nextDate = command.nextDate
            }, to: Topic.mappings.rawValue)
        guard command.outcome == Outcome.cooperation.rawValue else { return [] }
        state.meetingRequested = true
        try turn.publish(
            CallMeeting.with {
                $0.caseReference = state.caseReference
                $0.county = state.county
                $0.unit = state.unit
                $0.namedPerson = state.owner
                $0.areas = areas
                $0.organisations = command.organisations
                $0.latestDate = command.nextDate
                $0.protectedIdentity = state.protectedIdentity
            }, to: Topic.meetingCommands.rawValue, key: state.county)
        return []
    }
}

extension MappingState {
    /// A mapping that was opened and has no outcome yet.
    var isOpen: Bool { isStarted && outcome.isEmpty }

    /// Takes note of an event; false where it has been taken before.
    mutating func take(_ event: Event) -> Bool { taken.take(event) }
}
