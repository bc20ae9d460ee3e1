import CloudEvents
import Codec
import Domain
import MeetingsCore
import Streams

// Commands about no case: a person's other times (rule 18), and an anonymous question (rule 5).

extension MeetingsProcessor {
    /// What a person's calendar elsewhere says; meetings at those times move.
    func publishTimes(
        _ message: PublishBusyTimes, _ event: Event, _ context: CountyContext, _ turn: inout Turn
    ) throws {
        var wire = WireReader(today: context.today)
        let command = PublishTimes(message, &wire)
        let times = PersonTimes(message.person, try turn.calendar(of: message.person))
        switch Result(catching: { () throws(Refusal) in try command.decide(on: times, by: .suite, context) }) {
        case .failure(let refusal): try turn.refuse(event, refusal.faults + wire.faults, on: .meetings)
        case .success where !wire.faults.isEmpty: try turn.refuse(event, wire.faults, on: .meetings)
        case .success(let decision):
            try turn.put(Self.calendars, turn.own(message.person), .init(decision.subject.calendar))
            for fact in decision.facts {
                try turn.publish(BusyTimesPublished(fact, county: message.county), to: Topic.meetings.rawValue)
            }
            for meeting in decision.subject.collisions(after: turn.now) {
                try turn.apply(MoveAway(message.person, from: meeting, .declined), to: meeting, context)
            }
        }
    }

    func placeConsultation(
        _ message: BookConsultation, _ event: Event, _ context: CountyContext, _ turn: inout Turn
    ) throws {
        var wire = WireReader(today: context.today)
        let command = PlaceConsultation(message, &wire)
        guard wire.faults.isEmpty else { return try turn.refuse(event, wire.faults, on: .meetings) }
        var places: [String: [ConsultationPlace]] = [:]
        for forum in command.forums(in: context.county) {
            places[forum.id] = .init(try turn.get(Self.forums, turn.own(forum.id)) ?? .init())
        }
        let decision = try command.decide(on: Sittings(places), by: .suite, context)
        if let forum = decision.subject.changed {
            try turn.put(Self.forums, turn.own(forum), ForumState(decision.subject.places[forum] ?? []))
        }
        for fact in decision.facts {
            try turn.publish(
                ConsultationBooked(fact, county: message.county), to: Topic.meetings.rawValue, subject: fact.reference)
        }
    }
}

extension Turn {
    func calendar(of person: String) throws -> MeetingsCore.PersonCalendar {
        .init(try get(MeetingsProcessor.calendars, own(person)) ?? .init())
    }

    /// Applies what follows from a calendar or the directory to the case of a meeting.
    mutating func apply<C: Command>(
        _ command: C, to meeting: MeetingID, _ context: CountyContext
    ) throws where C.Subject == Planning {
        guard let reference = meeting.caseReference, let state = try get(MeetingsProcessor.meetings, reference) else {
            return
        }
        let key = CaseKey(reference, county: self.key)
        let planning = Planning(key, try cooperation(state, of: key))
        let decision = try decide(command, on: planning, by: .suite, context).get()
        if !decision.facts.isEmpty { try save(decision, taken: state.taken) }
    }
}
