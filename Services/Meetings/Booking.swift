import Codec
import Domain
import Foundation
import MeetingsCore
import Streams

// The life of a meeting until it is held: called, answered, moved, called off. Each change raises its SEQUENCE (RFC 5545),
// and ends the former booking in the same step, so that nobody is ever booked twice (rule 18).

extension MeetingsProcessor {
    /// Who is to be there, and when it may be.
    struct Wanted {
        var participants: [Participant]
        var first: LocalDate
        var last: LocalDate
        /// Keeps its id, so that calendars know it as the same meeting.
        var id: String?
        var why = ""
    }

    func call(_ command: CallMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        if cooperation.hasMeeting { return [Fault(.meetingExists)] }
        let today = CivilTime.day(of: turn.now)
        guard let latest = LocalDate(command.latestDate), latest > today else {
            return [Fault(.latestDate, at: "latest_date")]
        }
        cooperation.state.call = command
        let invited = Participants.choose(for: command, in: cooperation.county)
        cooperation.state.digital = false
        cooperation.state.wanted = cooperation.withPlan(invited.participants)
        guard invited.missing.isEmpty else {
            try impossible(
                cooperation, invited.missing.map { MeetingImpossible.Reason(Fault(.roleNobody, ["role": $0.role])) },
                &turn)
            return []
        }
        _ = try book(
            Wanted(participants: cooperation.state.wanted, first: notice(cooperation, turn), last: latest),
            &cooperation, &turn)
        return []
    }

    /// Calls the meeting off and gives everybody the time back. Nothing blocks it (rule 13).
    func cancel(_ command: CancelMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        guard cooperation.state.hasMeeting || cooperation.state.hasCall else {
            return [Fault(.meetingNone, at: "case_reference")]
        }
        if cooperation.hasMeeting { try callOff(&cooperation, &turn) }
        cooperation.state.wanted = []
        if command.closed { cooperation.end() }
        return []
    }

    /// The time is everybody's own again, and they are told.
    func callOff(_ cooperation: inout Cooperation, _ turn: inout Turn) throws {
        try release(cooperation.state.meeting, &turn)
        cooperation.state.cancelled = true
        cooperation.state.meeting.sequence += 1
        try publish(
            MeetingCancelled.with { [state = cooperation.state] in $0.meeting = state.meeting }, cooperation, &turn)
    }

    /// The child's identity has become protected: everybody invited is told again, without the place (rule 22).
    func protect(_ command: ProtectMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        guard cooperation.state.hasCall else { return [Fault(.meetingNone, at: "case_reference")] }
        cooperation.state.call.protectedIdentity = true
        guard cooperation.hasMeeting, !cooperation.state.meeting.place.isEmpty else { return [] }
        try amend("protected", &cooperation, &turn) { $0.place = "" }
        return []
    }

    /// Changes the meeting where it stands, and tells everybody.
    func amend(
        _ why: String, _ cooperation: inout Cooperation, _ turn: inout Turn, _ change: (inout Meeting) -> Void
    ) throws {
        try release(cooperation.state.meeting, &turn)
        cooperation.state.meeting.sequence += 1
        change(&cooperation.state.meeting)
        try reserve(cooperation.state.meeting, &turn)
        try tellScheduled(cooperation, why, &turn)
    }

    /// A participant's answer. One to an earlier invitation, or an older one to the same, is dropped: the order in which
    /// mail arrives means nothing.
    func answer(_ command: AnswerMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        guard cooperation.hasMeeting else { return [Fault(.meetingNone, at: "case_reference")] }
        guard let answer = Attendance(rawValue: command.answer) else {
            return [Fault(at: "answer", notOneOf: Attendance.self)]
        }
        // Somebody may be one of the staff, and here as a guardian.
        let names = [command.person, cooperation.state.told[command.email.lowercased()]]
        guard let index = cooperation.state.meeting.participants.firstIndex(where: { names.contains($0.person) }) else {
            return [Fault(.participantUnknown, at: "person")]
        }
        let participant = cooperation.state.meeting.participants[index]
        let stamp = command.hasStamp ? command.stamp.date : turn.now
        if command.sequence < cooperation.state.meeting.sequence { return [] }
        if participant.hasAnswered, participant.answered.date > stamp { return [] }
        let slot = cooperation.state.meeting.slot
        if answer == .delegated {
            guard !participant.family, cooperation.county.people[command.delegateTo] != nil else {
                return [Fault(.personUnknown, at: "delegate_to")]
            }
            let outside = cooperation.outsideConsent(command.delegateTo, at: "delegate_to")
            guard outside.isEmpty else { return outside }
            let delegate = cooperation.participant(command.delegateTo)
            guard try isFree(delegate, cooperation.state.meeting, cooperation.county, turn) else {
                return [Fault(.participantBusy, at: "delegate_to")]
            }
        }
        // Who had said no gave the time back, and may have another meeting then.
        let comesBack = participant.staysAway && answer != .declined
        if comesBack, try !isFree(participant, cooperation.state.meeting, cooperation.county, turn) {
            return [Fault(.participantBusy, at: "answer")]
        }
        cooperation.state.meeting.participants[index].answer = answer.rawValue
        cooperation.state.meeting.participants[index].answered = .init(stamp)
        try publish(
            MeetingAnswered.with { [sequence = cooperation.state.meeting.sequence] in
                ($0.caseReference, $0.county, $0.person) = (command.caseReference, command.county, participant.person)
                ($0.answer, $0.delegateTo, $0.sequence) = (command.answer, command.delegateTo, sequence)
            }, cooperation, &turn)
        switch answer {
        case .delegated:
            var participants = cooperation.state.meeting.participants
            participants[index] = cooperation.participant(command.delegateTo, isRequired: participant.required)
            try admit(participants, &cooperation, &turn)
        case .declined where participant.required:
            // The time is taken for this person, and the meeting moves.
            let name = turn.own(Self.calendar(of: participant.person, cooperation.reference))
            var calendar = try turn.get(Self.calendars, name) ?? PersonCalendar()
            calendar.busy.append(
                .with { ($0.start, $0.end, $0.meeting) = (slot.start, slot.end, cooperation.reference) })
            try turn.put(Self.calendars, name, calendar)
            try rebook("declined", &cooperation, &turn)
        case .declined,
            _ where comesBack:
            try release(cooperation.state.meeting, &turn)
            try reserve(cooperation.state.meeting, &turn)
        default: break
        }
        return []
    }

    /// By hand: to another time, into a room or out of it. Where there was no time yet, that is tried again.
    func move(_ command: MoveMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: CivilTime.day(of: turn.now))
        if !cooperation.hasMeeting, !cooperation.isWanted { faults.append(Fault(.meetingNone, at: "case_reference")) }
        if command.reason.isBlank { faults.append(Fault(.textMissing, at: "reason")) }
        for (path, text) in [("not_before", command.notBefore), ("latest_date", command.latestDate)]
        where !text.isEmpty && LocalDate(text) == nil {
            faults.append(Fault(.dateInvalid, at: path))
        }
        switch command.format {
        case "", "room": break
        case "digital":
            if cooperation.county.settings.meetingLink == nil { faults.append(Fault(.meetingLink, at: "format")) }
        default: faults.append(Fault(.meetingFormat, at: "format"))
        }
        guard faults.isEmpty else { return faults }
        let wasDigital = cooperation.state.digital
        if !command.format.isEmpty { cooperation.state.digital = command.format == "digital" }
        guard cooperation.hasMeeting else {
            if !command.latestDate.isEmpty { cooperation.state.call.latestDate = command.latestDate }
            try bookWanted(first: LocalDate(command.notBefore), &cooperation, &turn)
            return []
        }
        // Another form may suit at the same time; otherwise it is another time that is asked for.
        let after =
            cooperation.state.digital == wasDigital
            ? CivilTime.day(of: cooperation.state.meeting.start.date).plus(1) : nil
        let isBooked = try rebook(
            "moved", first: LocalDate(command.notBefore) ?? after, last: LocalDate(command.latestDate), &cooperation,
            &turn)
        if !isBooked { cooperation.state.digital = wasDigital }
        return []
    }

    /// Tries for what has no time yet.
    @discardableResult
    func bookWanted(first: LocalDate?, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> Bool {
        let noticed = notice(cooperation, turn)
        let first = first ?? LocalDate(cooperation.state.plan.followUpDate) ?? noticed
        return try book(
            Wanted(
                participants: cooperation.state.wanted, first: max(first, noticed),
                last: LocalDate(cooperation.state.call.latestDate) ?? noticed,
                why: cooperation.state.hasPlan ? "follow_up" : ""), &cooperation, &turn)
    }

    // MARK: Times

    /// The first day that keeps the notice time.
    func notice(_ cooperation: Cooperation, _ turn: Turn) -> LocalDate {
        WorkingDays.day(CivilTime.day(of: turn.now), plus: cooperation.county.settings.noticeDays)
    }

    /// Another time for the same meeting; where none exists it stays as it was, and the named person is told why.
    ///
    /// - Parameter participants: who is to come from now on; nil: the same.
    @discardableResult
    func rebook(
        _ why: String, participants: [Participant]? = nil, first: LocalDate? = nil, last: LocalDate? = nil,
        _ cooperation: inout Cooperation, _ turn: inout Turn
    ) throws -> Bool {
        let meeting = cooperation.state.meeting
        let noticed = notice(cooperation, turn)
        let day = CivilTime.day(of: meeting.start.date)
        let standing = max(LocalDate(cooperation.state.call.latestDate) ?? noticed, day)
        // A first meeting may come earlier than it was, a follow-up not before its date.
        let first = first ?? LocalDate(cooperation.state.plan.followUpDate).map { min($0, day) } ?? noticed
        try release(meeting, &turn)
        let isBooked = try book(
            Wanted(
                participants: participants ?? meeting.participants, first: max(first, noticed),
                last: last ?? standing, id: meeting.id, why: why), &cooperation, &turn)
        if !isBooked { try reserve(meeting, &turn) }
        return isBooked
    }

    /// Finds the earliest time and books it for everybody in the same step (rule 18).
    ///
    /// - Returns: false where there is none, which has been told.
    func book(_ wanted: Wanted, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> Bool {
        let choice: Scheduler.Choice
        switch Scheduler.answer(try question(wanted, cooperation, turn)) {
        case .choice(let found): choice = found
        case .none(let obstacles):
            try impossible(
                cooperation, obstacles.map { MeetingImpossible.Reason($0.fault, person: $0.person ?? "") }, &turn)
            return false
        }
        let call = cooperation.state.call
        let isDigital = cooperation.state.digital
        let mark = Reference.id(of: cooperation.commandId).prefix(8)
        let id = wanted.id ?? MeetingID(case: call.caseReference, mark: mark).text
        cooperation.state.meeting = Meeting.with {
            [before = cooperation.state.meeting, county = cooperation.county] in
            $0.id = id
            ($0.caseReference, $0.county) = (call.caseReference, call.county)
            $0.start = .init(Date(timeIntervalSince1970: Double(choice.slot.start)))
            $0.end = .init(Date(timeIntervalSince1970: Double(choice.slot.end)))
            $0.place = choice.room
            $0.link = isDigital ? (county.settings.meetingLink ?? "") + id : ""
            $0.participants = wanted.participants.filter { $0.required || choice.suits.contains($0.person) }
                .map { participant in
                    .with {
                        ($0.person, $0.role, $0.required) = (participant.person, participant.role, participant.required)
                        $0.family = participant.family
                    }
                }
            $0.sequence = wanted.id == nil ? 0 : before.sequence + 1
        }
        (cooperation.state.cancelled, cooperation.state.over, cooperation.state.wanted) = (false, false, [])
        try reserve(cooperation.state.meeting, &turn)
        watchMornings(&turn)
        try tellScheduled(cooperation, wanted.why, &turn)
        // Held and recorded by the working day after (rule 19).
        let recorded = WorkingDays.day(CivilTime.day(of: cooperation.state.meeting.end.date), plus: 1)
        let isFollowUp = cooperation.state.hasPlan
        try note(
            cooperation, done: isFollowUp ? [.bookFollowUp] : [], step: isFollowUp ? .planFollowUp : .meeting,
            on: recorded, &turn)
        return true
    }

    // MARK: Telling

    func tellScheduled(_ cooperation: Cooperation, _ why: String, _ turn: inout Turn) throws {
        try publish(
            MeetingScheduled.with { ($0.meeting, $0.why) = (cooperation.state.meeting, why) }, cooperation, &turn)
    }

    func impossible(_ cooperation: Cooperation, _ reasons: [MeetingImpossible.Reason], _ turn: inout Turn)
        throws
    {
        try publish(
            MeetingImpossible.with {
                ($0.caseReference, $0.county) = (cooperation.reference, cooperation.county.code)
                ($0.namedPerson, $0.reasons) = (cooperation.state.call.namedPerson, reasons)
            }, cooperation, &turn)
    }

    func publish(_ fact: some EventPayload, _ cooperation: Cooperation, _ turn: inout Turn) throws {
        try turn.publish(fact, to: Topic.meetings.rawValue, subject: cooperation.reference)
    }

    /// Tells Mapping what is done and what is next, since it watches every date (rule 19).
    func note(_ cooperation: Cooperation, done: [Step] = [], step: Step?, on day: LocalDate?, _ turn: inout Turn) throws
    {
        guard !cooperation.state.call.child.isEmpty else { return }
        try turn.publish(
            NoteCooperation.with {
                ($0.caseReference, $0.done) = (cooperation.reference, done.map(\.rawValue))
                ($0.step, $0.date) = (step?.rawValue ?? "", day?.description ?? "")
                $0.coordinator = cooperation.state.coordinator.person
            }, to: Topic.mappingCommands.rawValue, key: cooperation.state.call.child, subject: cooperation.reference)
    }

    /// The cooperation whose meeting a booking stands for; nil where that meeting does not stand any more.
    func cooperation(
        of booking: Booking, _ county: County, _ commandId: String, _ turn: Turn
    ) throws -> Cooperation? {
        guard let reference = MeetingID(booking.meeting).caseReference,
            let state = try turn.get(Self.meetings, reference)
        else { return nil }
        let cooperation = Cooperation(reference: reference, county: county, state: state, commandId: commandId)
        return cooperation.hasMeeting && state.meeting.id == booking.meeting ? cooperation : nil
    }
}
