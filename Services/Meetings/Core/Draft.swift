import Domain
import Foundation

/// A decision while it is being made: what has changed so far, and the facts to publish.
///
/// Another time or place raises a meeting's SEQUENCE. Other participants do not: the answers of those who stay hold
/// (RFC 5546 §2.1.4). The former booking ends in the same step, so that nobody is ever booked twice (rule 18).
struct Draft {
    var cooperation: Cooperation
    var agenda: Agenda
    private(set) var facts: [Planning.Fact] = []
    let context: CountyContext
    /// Who gives the command, where they decide about the meeting: they learn what came of it.
    private let actor: Actor
    /// From which organisations nobody was to come before the decision.
    var uninvitedBefore: [Uninvited]
    /// A time was looked for before the decision.
    private let hasWaited: Bool

    init(_ cooperation: Cooperation, _ agenda: Agenda, _ context: CountyContext, by actor: Actor = .suite) {
        (self.cooperation, self.agenda, self.context, self.actor) = (cooperation, agenda, context, actor)
        uninvitedBefore = cooperation.uninvited
        hasWaited = cooperation.isWaiting
    }

    var county: County { context.county }

    var decision: Decision<Planning> {
        var draft = self
        draft.reviewInvited()
        // Whoever waits for a time is looked to every morning.
        if draft.cooperation.isWaiting { draft.agenda.watch() }
        // Where a time was found, the booking says it.
        if hasWaited, case .idle = draft.cooperation.stage { draft.report(.call(.waitEnded)) }
        return Decision(Planning(draft.cooperation.key, draft.cooperation, draft.agenda), draft.facts)
    }

    // MARK: Facts

    mutating func report(_ fact: Planning.Fact) {
        facts.append(fact)
        facts += outsidersTold(by: fact)
    }

    /// No time exists, or the directory has nobody for a required role: it says who or what is in the way (rule 18).
    mutating func reportImpossible(_ obstacles: [Scheduler.Obstacle]) {
        let told = obstacles.map { Impossible.Obstacle($0.fault, who: $0.person.map(who)) }
        report(
            .call(
                .impossible(
                    Impossible(namedPerson: cooperation.request.namedPerson, to: concerned, obstacles: told))))
    }

    /// Who decides about a time: the named person, whoever asked for it, and, once there is a plan, the coordinator (rule 17).
    var concerned: [String] {
        let coordinator = cooperation.agreement == nil ? nil : cooperation.contact(in: county)
        return [cooperation.request.namedPerson, actor.id, coordinator ?? ""].filter { !$0.isEmpty }.uniqued()
    }

    /// What somebody is, by role and unit.
    private func who(_ person: String) -> Impossible.Who {
        if person == Participant.child { return .init(person, role: "child", unit: nil) }
        if cooperation.request.guardians.contains(person) { return .init(person, role: "guardian", unit: nil) }
        let known = county.people[person]
        return .init(person, role: known?.role ?? "", unit: known?.unit)
    }

    /// Notes for Mapping, which watches every date, what is done and what is next (rule 19).
    mutating func note(done: [Step] = [], next: Note.Next?) {
        noteToMapping(.steps(done: done, next: next, coordinator: cooperation.agreement?.coordinator.person))
    }

    mutating func noteToMapping(_ content: Note.Content) {
        report(.mapping(Note(content)))
    }

    /// Raises the alarm for a plan without a booked follow-up (rule 17).
    ///
    /// The coordinator and their manager are notified, and Mapping watches the date.
    mutating func alarm(done: [Step] = []) {
        let manager = county.units[cooperation.request.unit]?.manager
        report(.plan(.followUpMissing(Alarm(coordinator: cooperation.contact(in: county), manager: manager))))
        note(done: done, next: .init(.bookFollowUp, context.answered))
    }

    // MARK: Changing

    /// Changes the booked meeting at its time.
    mutating func amend(_ booked: Meeting, _ why: Scheduled.Why, _ change: (inout Meeting) -> Void) {
        agenda.release(booked, cooperation.key)
        var meeting = booked
        meeting.namedPerson = cooperation.request.namedPerson
        change(&meeting)
        if meeting.slot != booked.slot || meeting.place != booked.place { meeting.sequence += 1 }
        cooperation.stage = .booked(meeting)
        agenda.reserve(meeting, cooperation.key, now: context.now)
        report(.scheduled(Scheduled(meeting, why)))
    }

    /// Cancels the meeting, frees its time, and notifies everybody.
    mutating func callOff(_ meeting: Meeting, _ end: Cooperation.End = .calledOff) {
        agenda.release(meeting, cooperation.key)
        var meeting = meeting
        meeting.sequence += 1
        meeting.namedPerson = cooperation.request.namedPerson
        cooperation.stage = .idle(after: .init(meeting, end))
        report(.cancelled(meeting))
        // To another meeting they are invited by another decision.
        cooperation.outsiders = []
    }

    /// Changes who comes to the meeting. It keeps its time where the new ones are free then, and moves where they are not.
    ///
    /// - Returns: false where no time exists. The meeting stays as it was, and a fact says why.
    @discardableResult
    mutating func admit(_ participants: [Participant], to meeting: Meeting, last: LocalDate? = nil) -> Bool {
        let known = Set(meeting.participants.map(\.person))
        for newcomer in participants where !known.contains(newcomer.person) {
            guard agenda.isFree(newcomer, meeting, cooperation.key, in: county) else {
                return rebook(meeting, .participants, participants: participants, last: last)
            }
        }
        amend(meeting, .participants) { $0.participants = participants }
        return true
    }

    // MARK: Finding a time

    /// Finds another time for the same meeting. Where none exists it stays as it was, and the named person learns why.
    ///
    /// - Parameter participants: who comes from now on; nil: the same people.
    @discardableResult
    mutating func rebook(
        _ meeting: Meeting, _ why: Scheduled.Why, participants: [Participant]? = nil, first: LocalDate? = nil,
        last: LocalDate? = nil
    ) -> Bool {
        // A first meeting may move to an earlier day. A follow-up may not be before its date.
        let earliest = first ?? cooperation.agreement?.plan.followUp.map { min($0, meeting.day) } ?? context.noticed
        agenda.release(meeting, cooperation.key)
        let isBooked = book(
            participants ?? meeting.participants, first: earliest,
            last: last ?? max(cooperation.request.latestDate, meeting.day), inPlaceOf: meeting, why)
        if !isBooked { agenda.reserve(meeting, cooperation.key, now: context.now) }
        return isBooked
    }

    /// Books a new meeting. Where no time exists, the participants wait for one.
    ///
    /// - Parameter why: nil for a first meeting.
    @discardableResult
    mutating func book(waiting participants: [Participant], first: LocalDate, _ why: Scheduled.Why?) -> Bool {
        cooperation.stage = .waiting(.init(participants), after: cooperation.former)
        return book(participants, first: first, last: cooperation.request.latestDate, why)
    }

    /// Tries again for those who wait: a follow-up from its date on, a first meeting as early as possible.
    mutating func bookAgain(_ participants: [Participant], first: LocalDate?) {
        book(waiting: participants, first: first ?? earliest, whyWaiting)
    }

    /// The first day for those who wait.
    var earliest: LocalDate { cooperation.agreement?.plan.followUp ?? context.noticed }

    /// What a meeting is, for those who wait; nil for a first one.
    var whyWaiting: Scheduled.Why? { cooperation.agreement == nil ? nil : .followUp }

    /// Finds the earliest time and books it for everybody (rule 18).
    ///
    /// - Parameter former: the meeting that moves; nil for a new one.
    /// - Returns: false where no time exists. A fact says why.
    private mutating func book(
        _ participants: [Participant], first: LocalDate, last: LocalDate, inPlaceOf former: Meeting? = nil,
        _ why: Scheduled.Why?
    ) -> Bool {
        switch find(participants, first: first, last: last) {
        case .choice(let choice)?:
            book(participants, at: choice, inPlaceOf: former, why)
            return true
        case .none(let obstacles)?:
            reportImpossible(obstacles)
            return false
        case .unread?, nil: return false
        }
    }

    /// The best time, with the notice time kept; nil while somebody's calendar is not loaded.
    mutating func find(_ participants: [Participant], first: LocalDate, last: LocalDate) -> Scheduler.Answer? {
        question(participants, first: max(first, context.noticed), last: last).map { agenda.answer($0) }
    }

    /// Books a time for everybody whom it suits.
    ///
    /// - Parameter former: the meeting that moves; nil for a new one.
    mutating func book(
        _ participants: [Participant], at choice: Scheduler.Choice, inPlaceOf former: Meeting? = nil,
        _ why: Scheduled.Why?
    ) {
        let mark = Reference.id(of: context.commandId).prefix(8)
        let id = former?.id ?? MeetingID(case: cooperation.key.reference, mark: mark)
        let comes = participants.filter { $0.isRequired || choice.suits.contains($0.person) }
        for participant in participants where !comes.contains(participant) {
            leaveOut(participant) { .time(role: $0) }
        }
        let meeting = Meeting(
            id: id, slot: choice.slot, place: place(choice.room, id), namedPerson: cooperation.request.namedPerson,
            participants: comes.map {
                Participant(
                    $0.party, isRequired: $0.isRequired, hasDeclinedOnce: former != nil && $0.hasDeclinedOnce)
            },
            sequence: former.map { $0.sequence + 1 } ?? 0)
        cooperation.stage = .booked(meeting)
        agenda.reserve(meeting, cooperation.key, now: context.now)
        agenda.watch()
        report(.scheduled(Scheduled(meeting, why)))
        // Due: the working day after the meeting, when it must have been held and recorded (rule 19).
        let isFollowUp = cooperation.agreement != nil
        let recorded = WorkingDays.day(
            CivilTime.day(of: Date(timeIntervalSince1970: Double(meeting.slot.end))), plus: 1)
        note(done: isFollowUp ? [.bookFollowUp] : [], next: .init(isFollowUp ? .planFollowUp : .meeting, recorded))
    }

    /// The question to the solver; nil while somebody's calendar is not loaded.
    private mutating func question(
        _ participants: [Participant], first: LocalDate, last: LocalDate
    ) -> Scheduler.Question? {
        let (key, county) = (cooperation.key, county)
        let required = participants.filter(\.isRequired).map { agenda.times($0, key, in: county) }
        let optional = participants.filter { !$0.isRequired }.map { agenda.times($0, key, in: county) }
        guard agenda.unread.isEmpty else { return nil }
        // No place is named for a child with protected identity (rule 22). A person arranges it.
        let hasRoom = cooperation.form == .room && !cooperation.request.isProtected
        return Scheduler.Question(
            required: required, optional: optional, minutes: county.settings.meetingMinutes, first: first, last: last,
            rooms: hasRoom ? agenda.rooms(near: cooperation.request.unit, in: county) : [],
            travel: county.minutes(from:to:), slackDays: county.settings.slackDays, lunch: county.settings.lunch,
            canBeDigital: county.settings.meetingLink != nil)
    }

    private func place(_ room: String, _ id: MeetingID) -> Meeting.Place {
        switch cooperation.form {
        case .digital: .digital(link: (county.settings.meetingLink ?? "") + id.text)
        case .room: room.isEmpty ? .unnamed : .room(room)
        }
    }
}
