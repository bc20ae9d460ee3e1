import CloudEvents
import Codec
import Domain
import MeetingsCore
import ServiceKit
import Streams

/// Books, moves and follows up meetings. What follows from a command, a calendar or a date is decided in `Core/`.
struct MeetingsProcessor: Processor {
    /// By case reference.
    static let meetings = Table("meetings", of: MeetingState.self) { reference, _ in .named(reference) }
    static let calendars = Table("calendars", of: Codec.PersonCalendar.self)
    /// By day, so that a search reads only the days that it comes to.
    static let rooms = Table("rooms", of: Codec.RoomsOfDay.self)
    static let forums = Table("forums", of: ForumState.self)
    /// By case reference: the meetings that wait for a time.
    static let waiting = Table("waiting", of: WaitingMeeting.self)

    static let cases = CommandAdapter(
        .cases,
        [
            .on(CallMeeting.self), .on(CancelMeeting.self), .on(ProtectMeeting.self), .on(HandOverMeeting.self),
            .on(Codec.SeatGuardians.self), .on(RelocateMeeting.self), .on(EraseCooperation.self),
            .on(AnswerMeeting.self), .on(ForwardMail.self), .on(MoveMeeting.self), .on(ChangeParticipants.self),
            .on(RecordMeeting.self),
            .on(RecordNotHeld.self), .on(ReportPlanConcern.self), .on(AnswerPlanConcern.self),
            .on(RecordPlanFollowUp.self), .on(BookPlanFollowUp.self), .on(TellFamily.self),
            .on(Codec.AdmitOutsiders.self), .on(Codec.InviteOutsider.self), .on(Codec.DismissOutsider.self),
            .on(Codec.RecordParticipation.self),
            .on(RecordChildsWish.self), .on(Codec.ChangeCoordinator.self),
        ])
    static let people = CommandAdapter(.people, [.on(PublishBusyTimes.self)])
    static let consultations = CommandAdapter(.consultations, [.on(BookConsultation.self)])

    func process(_ event: Event, in turn: inout Turn) throws {
        if Self.people.accepts(event.type) { return try Self.people.process(event, in: &turn) }
        if Self.consultations.accepts(event.type) { return try Self.consultations.process(event, in: &turn) }
        try Self.cases.process(event, in: &turn)
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        try Self.cases.answer(unreadable, in: &turn)
    }
}

extension AggregateWiring<Planning> {
    /// One case of a county. A case without a meeting so far is one, too.
    static let cases = AggregateWiring(
        facts: .meetings,
        steps: .meetingCalls,
        unknown: .countyUnknown,
        find: { address, turn in
            guard turn.isOfItsCounty(address) else { return nil }
            return try turn.planning(of: address.reference)
        },
        context: { event, _, turn in try turn.countyContext(id: event.id) },
        load: { before, decided, turn in try turn.load(decided.agenda.unread, that: decided, lacked: before) },
        put: { kept, turn in try turn.put(kept) },
        publish: { fact, planning, turn in try turn.publish(fact, of: planning.key) })
}

extension AggregateWiring<PersonTimes> {
    /// One person's times. Meetings at times that are taken elsewhere move, and those that wait for a time are tried again
    /// (rule 18).
    static let people = AggregateWiring(
        facts: .meetings,
        steps: .meetingCalls,
        unknown: .countyUnknown,
        find: { address, turn in
            guard turn.isOfItsCounty(address) else { return nil }
            return Kept(PersonTimes(address.reference, try turn.calendar(of: address.reference)), taken: [])
        },
        context: { event, _, turn in try turn.countyContext(id: event.id) },
        put: { kept, turn in
            let times = kept.subject
            try turn.put(MeetingsProcessor.calendars, turn.own(times.person), .init(times.calendar))
        },
        publish: { fact, _, turn in
            try turn.publish(BusyTimesPublished(fact, county: turn.key), to: Topic.meetings.rawValue)
        },
        afterwards: { _, times, turn in
            let context = try turn.countyContext(id: turn.position)
            for meeting in times.collisions(after: turn.now) {
                try turn.apply(MoveAway(times.person, from: meeting, .declined), to: meeting, context)
            }
            try turn.seekTimes(for: times.person, context)
        })
}

extension AggregateWiring<Sittings> {
    /// The sittings of a county's forums (rule 5).
    static let consultations = AggregateWiring(
        facts: .meetings,
        steps: .meetingCalls,
        unknown: .countyUnknown,
        find: { address, turn in
            guard turn.isOfItsCounty(address), let county = turn.directory.counties[turn.key] else { return nil }
            let places = try county.forums.map { forum in
                (forum.id, [ConsultationPlace](try turn.get(MeetingsProcessor.forums, turn.own(forum.id)) ?? .init()))
            }
            return Kept(Sittings(Dictionary(places) { $1 }), taken: [])
        },
        context: { event, _, turn in try turn.countyContext(id: event.id) },
        put: { kept, turn in
            guard let forum = kept.subject.changed else { return }
            let places = ForumState(kept.subject.places[forum] ?? [])
            try turn.put(MeetingsProcessor.forums, turn.own(forum), places)
        },
        publish: { fact, _, turn in
            switch fact {
            case .booked(let booked):
                try turn.publish(
                    ConsultationBooked(booked, county: turn.key), to: Topic.meetings.rawValue,
                    subject: booked.reference)
            case .unplaced(let unplaced):
                try turn.publish(
                    ConsultationUnplaced(unplaced, county: turn.key), to: Topic.meetings.rawValue,
                    subject: unplaced.reference)
            }
        })
}

extension Fault {
    /// A command names its county, and the directory must have it.
    fileprivate static let countyUnknown = Fault(.countyUnknown, at: "county")
}

extension Turn {
    fileprivate func isOfItsCounty(_ address: CommandAddress) -> Bool {
        address.key == key && directory.counties[key] != nil
    }
}
