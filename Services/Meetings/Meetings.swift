import Codec
import Domain
import Foundation
import ServiceHost
import ServiceKit
import Streams

/// Samarbeta: who meets, when and where; coordinator, plan, follow-up. Keyed by county, so that every calendar that can
/// collide lies behind one key.
@main enum Meetings {
    static func main() async {
        await ServiceMain(
            .meetings, "calls cooperation meetings, never two at once; keeps the plan and its follow-up."
        ) { _, _, _ in .init(MeetingsProcessor()) }.run()
    }
}

/// What Meetings decides: who by the county's table (``Participants``), when by the ``Scheduler``, and what follows from
/// a meeting (`Recording.swift`).
struct MeetingsProcessor: Processor {
    static let meetings = Table("meetings", of: MeetingState.self)
    static let calendars = Table("calendars", of: PersonCalendar.self)
    /// By day, so that a search reads only the days that it comes to.
    static let rooms = Table("rooms", of: RoomsOfDay.self)
    static let forums = Table("forums", of: ForumState.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        guard let command = Self.commands[event.type] else {
            return try refuse(event, "", [Fault(.commandUnknown, at: "ce_type")], &turn)
        }
        try command(self, event, &turn)
    }

    private typealias Handler = @Sendable (Self, Event, inout Turn) throws -> Void

    private static let commands: [String: Handler] = Dictionary(uniqueKeysWithValues: [
        on(CallMeeting.self, \.county, \.caseReference) { try $0.call($1, &$2, &$3) },
        on(CancelMeeting.self, \.county, \.caseReference) { try $0.cancel($1, &$2, &$3) },
        on(ProtectMeeting.self, \.county, \.caseReference) { try $0.protect($1, &$2, &$3) },
        on(HandOverMeeting.self, \.county, \.caseReference) { try $0.handOver($1, &$2, &$3) },
        on(AnswerMeeting.self, \.county, \.caseReference) { try $0.answer($1, &$2, &$3) },
        on(MoveMeeting.self, \.county, \.caseReference) { try $0.move($1, &$2, &$3) },
        on(ChangeParticipants.self, \.county, \.caseReference) { try $0.change($1, &$2, &$3) },
        on(RecordMeeting.self, \.county, \.caseReference) { try $0.record($1, &$2, &$3) },
        on(RecordNotHeld.self, \.county, \.caseReference) { try $0.notHeld($1, &$2, &$3) },
        on(ReportPlanConcern.self, \.county, \.caseReference) { try $0.concern($1, &$2, &$3) },
        on(AnswerPlanConcern.self, \.county, \.caseReference) { try $0.answerConcern($1, &$2, &$3) },
        on(RecordPlanFollowUp.self, \.county, \.caseReference) { try $0.followUp($1, &$2, &$3) },
        on(BookPlanFollowUp.self, \.county, \.caseReference) { try $0.bookFollowUp($1, &$2, &$3) },
        on(TellFamily.self, \.county, \.caseReference) { try $0.tellFamily($1, &$2, &$3) },
        on(PublishBusyTimes.self, \.county) { try $0.busy($1, $2, $3, &$4) },
        on(BookConsultation.self, \.county) { try $0.bookConsultation($1, $2, $3, &$4) },
    ])

    /// A command that is about no case: read, and checked for its county.
    private static func on<Command: EventPayload>(
        _ type: Command.Type, _ county: KeyPath<Command, String> & Sendable,
        _ take: @escaping @Sendable (Self, Command, Event, County, inout Turn) throws -> Void
    ) -> (String, Handler) {
        (
            type.eventType,
            { processor, event, turn in
                let unreadable = event.faults(as: type)
                guard unreadable.isEmpty else {
                    return try processor.refuse(event, "", unreadable.map(Fault.init), &turn)
                }
                let command = try event.decode(type)
                guard let known = turn.directory.counties[turn.key], command[keyPath: county] == turn.key else {
                    return try processor.refuse(event, "", [Fault(.countyUnknown, at: "county")], &turn)
                }
                try take(processor, command, event, known, &turn)
            }
        )
    }

    /// A command about one case: read, checked for its county, given the case's state, and answered.
    ///
    /// - Parameter decide: changes the state and publishes the facts; what it returns is refused, and nothing changes.
    private static func on<Command: EventPayload>(
        _ type: Command.Type, _ county: KeyPath<Command, String> & Sendable,
        _ reference: KeyPath<Command, String> & Sendable,
        _ decide: @escaping @Sendable (Self, Command, inout Cooperation, inout Turn) throws -> [Fault]
    ) -> (String, Handler) {
        (
            type.eventType,
            { processor, event, turn in
                let unreadable = event.faults(as: type)
                guard unreadable.isEmpty else {
                    return try processor.refuse(event, "", unreadable.map(Fault.init), &turn)
                }
                let command = try event.decode(type)
                let name = command[keyPath: reference]
                guard command[keyPath: county] == turn.key, let known = turn.directory.counties[turn.key] else {
                    return try processor.refuse(event, name, [Fault(.countyUnknown, at: "county")], &turn)
                }
                var cooperation = Cooperation(
                    reference: name, county: known, state: try turn.get(Self.meetings, name) ?? MeetingState(),
                    commandId: event.id)
                guard cooperation.state.taken.take(event) else { return }
                var attempt = turn
                let faults = try decide(processor, command, &cooperation, &attempt)
                guard faults.isEmpty else { return try processor.refuse(event, name, faults, &turn) }
                turn = attempt
                try turn.put(Self.meetings, name, cooperation.state)
            }
        )
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: unreadable.id ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: Topic.meetings.rawValue)
    }

    private func refuse(_ event: Event, _ reference: String, _ faults: [Fault], _ turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: event.id, type: event.type, case: reference, faults), to: Topic.meetings.rawValue,
            subject: reference.isEmpty ? nil : reference)
    }
}

extension Turn {
    /// A name that is the county's own: several counties may share a task, and with it the tables.
    func own(_ name: String) -> String { "\(key)|\(name)" }
}

/// One case's cooperation while something is decided about it.
struct Cooperation {
    let reference: String
    let county: County
    var state: MeetingState
    let commandId: String

    /// There is a meeting that can be answered, moved or held.
    var hasMeeting: Bool { state.hasMeeting && !state.cancelled && !state.over }

    /// A meeting is called for, and had no time yet.
    var isWanted: Bool { state.hasCall && !hasMeeting && !state.wanted.isEmpty }

    /// The case is over: what was agreed becomes history, and the next one begins without.
    mutating func end() {
        if state.hasPlan { state.history.append(state.plan) }
        state.clearPlan()
        state.clearCoordinator()
        (state.concernOpen, state.told) = (false, [:])
    }

    /// Whom the family has as their contact: the coordinator, and where that is nobody any more, the named person
    /// (rule 21).
    var contact: String {
        county.people[state.coordinator.person] != nil ? state.coordinator.person : state.call.namedPerson
    }

    /// The named person, the coordinator, who stands in for them or answers for their unit.
    func isResponsible(_ person: String, on day: LocalDate) -> [Fault] {
        guard county.people[person] != nil else { return [Fault(.personUnknown, at: "by")] }
        let responsible: [String?] = [
            state.call.namedPerson, county.acting(for: state.call.namedPerson, on: day)?.id,
            state.coordinator.person, county.acting(for: state.coordinator.person, on: day)?.id,
            county.units[state.call.unit]?.manager, county.function,
        ]
        return responsible.contains(person) ? [] : [Fault(.personNotAllowed, at: "by")]
    }
}

extension MeetingImpossible.Reason {
    init(_ fault: Fault, person: String = "") {
        self = .with {
            ($0.person, $0.code) = (person, fault.code.rawValue)
            ($0.english, $0.swedish) = (fault.english, fault.swedish)
        }
    }
}
