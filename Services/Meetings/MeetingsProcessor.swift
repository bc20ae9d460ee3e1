import CloudEvents
import Codec
import Domain
import MeetingsCore
import ServiceKit
import Streams

/// Meetings on its stream: each command is read, decided by the core on what is loaded for it, saved, and answered.
struct MeetingsProcessor: Processor {
    static let meetings = Table("meetings", of: MeetingState.self)
    static let calendars = Table("calendars", of: Codec.PersonCalendar.self)
    /// By day, so that a search reads only the days that it comes to.
    static let rooms = Table("rooms", of: Codec.RoomsOfDay.self)
    static let forums = Table("forums", of: ForumState.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        guard let handle = Self.handlers[event.type], !event.isInternal(on: turn.topic) else {
            return try turn.refuse(event, [Fault(.commandUnknown, at: "ce_type")], on: .meetings)
        }
        try handle(self, event, &turn)
    }

    private typealias Handler = @Sendable (Self, Event, inout Turn) throws -> Void

    private static let handlers: [String: Handler] = Dictionary(uniqueKeysWithValues: [
        on(Call.self), on(Cancel.self), on(Protect.self), on(HandOver.self), on(MeetingsCore.Answer.self),
        on(Move.self), on(ChangeAttendees.self), on(Record.self), on(CallAgain.self), on(ReportConcern.self),
        on(AnswerConcern.self), on(FollowUp.self), on(BookFollowUp.self), on(InformFamily.self),
        on(PublishTimes.self) { try $0.publishTimes($1, $2, $3, &$4) },
        on(PlaceConsultation.self) { try $0.placeConsultation($1, $2, $3, &$4) },
    ])

    /// A command about one case.
    private static func on<C: CaseCommand>(_ type: C.Type) -> (String, Handler) {
        on(type) { try $0.decide($1, as: type, $2, $3, &$4) }
    }

    /// A command to the county: read, and checked for its county.
    private static func on<C: WireCommand>(
        _ type: C.Type,
        _ apply: @escaping @Sendable (Self, C.Message, Event, CountyContext, inout Turn) throws -> Void
    ) -> (String, Handler) {
        (
            C.Message.eventType,
            { processor, event, turn in
                let unreadable = event.faults(as: C.Message.self)
                guard unreadable.isEmpty else {
                    return try turn.refuse(event, unreadable.map(Fault.init), on: .meetings)
                }
                let message = try event.decode(C.Message.self)
                guard message.county == turn.key, let county = turn.directory.counties[turn.key] else {
                    return try turn.refuse(
                        event, about: message.caseName, [Fault(.countyUnknown, at: "county")], on: .meetings)
                }
                try apply(
                    processor, message, event, CountyContext(now: turn.now, county: county, commandId: event.id),
                    &turn)
            }
        )
    }

    /// Decides about one case. Everything that is against the command is told at once.
    private func decide<C: CaseCommand>(
        _ message: C.Message, as type: C.Type, _ event: Event, _ context: CountyContext, _ turn: inout Turn
    ) throws {
        let state = try turn.get(Self.meetings, message.caseReference) ?? MeetingState()
        var taken = state.taken
        guard taken.take(event) else { return }
        var wire = WireReader(today: context.today)
        let command = C(message, &wire)
        let planning = Planning(message.key, try turn.cooperation(state, of: message.key))
        switch try turn.decide(command, on: planning, by: C.actor(of: message), context) {
        case .success(let decision) where wire.faults.isEmpty: try turn.save(decision, taken: taken)
        case .success: try turn.refuse(event, about: message.caseReference, wire.faults, on: .meetings)
        case .failure(let refusal):
            try turn.refuse(event, about: message.caseReference, refusal.faults + wire.faults, on: .meetings)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws { try turn.refuse(unreadable, on: .meetings) }
}
