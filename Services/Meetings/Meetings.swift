import Codec
import Domain
import Foundation
import ServiceKit
import Streams

/// Samarbeta: who meets, when and where. Keyed by county, so that every calendar that can collide lies behind one key.
@main enum Meetings {
    static func main() async {
        await ServiceMain(
            "meetings", "calls cooperation meetings: participants, time and place, never two at once.",
            inputs: [.meetingCommands], changelog: .meetingsState
        ) { _, _, _ in .init(MeetingsProcessor()) }.run()
    }
}

/// What Meetings decides: participants by the county's table, time by `Scheduler`.
struct MeetingsProcessor: Processor {
    static let meetings = Table("meetings", of: MeetingState.self)
    static let calendars = Table("calendars", of: PersonCalendar.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        do {
            switch event.type {
            case CallMeeting.eventType: try call(event.decode(CallMeeting.self), event, &turn)
            case CancelMeeting.eventType: try cancel(event.decode(CancelMeeting.self), event, &turn)
            case ProtectMeeting.eventType: try protect(event.decode(ProtectMeeting.self), event, &turn)
            default: try refuse(event, "", Fault(.commandUnknown, at: "ce_type"), &turn)
            }
        } catch let error as Undecodable {
            try refuse(event, "", Fault(error), &turn)
        }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: unreadable.id ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: Topic.meetings.rawValue)
    }

    /// Finds the earliest common time and books it for everybody in the same step (rule 18).
    private func call(_ command: CallMeeting, _ event: Event, _ turn: inout Turn) throws {
        guard command.county == turn.key, let county = turn.directory.counties[command.county] else {
            return try refuse(event, command.caseReference, Fault(.countyUnknown, at: "county"), &turn)
        }
        var state = try turn.get(Self.meetings, command.caseReference) ?? MeetingState()
        guard state.taken.take(event) else { return }
        if state.hasMeeting, !state.cancelled {
            return try refuse(event, command.caseReference, Fault(.meetingExists), &turn)
        }
        let today = CivilTime.day(of: turn.now)
        guard let latest = LocalDate(command.latestDate), latest > today else {
            return try refuse(event, command.caseReference, Fault(.latestDate, at: "latest_date"), &turn)
        }
        let invited = Participants.choose(for: command, in: county)
        let missing = invited.missing.map { MeetingImpossible.Reason(Fault(.roleNobody, ["role": $0.role])) }
        let calendars = try invited.participants.map { participant in
            let bookings = try turn.get(Self.calendars, participant.person)?.bookings ?? []
            return Scheduler.Calendar(
                person: participant.person, hours: county.people[participant.person]?.hours ?? [:],
                busy: bookings.map { Scheduler.Slot(start: $0.start, end: $0.end) })
        }
        switch Scheduler.earliest(
            calendars, minutes: county.settings.meetingMinutes, from: today.plus(1), through: latest)
        {
        case .slot(let slot) where missing.isEmpty:
            let meeting = Meeting.with {
                $0.id = "\(command.caseReference)-\(event.id.prefix(8))"
                $0.caseReference = command.caseReference
                $0.county = command.county
                $0.start = .init(Date(timeIntervalSince1970: Double(slot.start)))
                $0.end = .init(Date(timeIntervalSince1970: Double(slot.end)))
                // A child with protected identity gets no place (rule 22).
                $0.place = command.protectedIdentity ? "" : county.units[command.unit]?.place ?? ""
                $0.participants = invited.participants
            }
            try book(meeting, slot, &turn)
            (state.meeting, state.cancelled) = (meeting, false)
            try turn.put(Self.meetings, command.caseReference, state)
            try turn.publish(
                MeetingScheduled.with { $0.meeting = meeting }, to: Topic.meetings.rawValue,
                subject: command.caseReference)
        case let answer:
            var reasons = missing
            if case .none(let obstacles) = answer {
                reasons += obstacles.map { MeetingImpossible.Reason($0.fault, person: $0.person) }
            }
            try turn.put(Self.meetings, command.caseReference, state)
            try turn.publish(
                MeetingImpossible.with {
                    $0.caseReference = command.caseReference
                    $0.county = command.county
                    $0.namedPerson = command.namedPerson
                    $0.reasons = reasons
                }, to: Topic.meetings.rawValue, subject: command.caseReference)
        }
    }

    /// Calls the meeting off and gives everybody the time back. Nothing blocks it (rule 13).
    private func cancel(_ command: CancelMeeting, _ event: Event, _ turn: inout Turn) throws {
        guard var state = try turn.get(Self.meetings, command.caseReference), state.hasMeeting else {
            return try refuse(event, command.caseReference, Fault(.meetingNone, at: "case_reference"), &turn)
        }
        guard state.taken.take(event), !state.cancelled else { return }
        state.cancelled = true
        state.meeting.sequence += 1
        for participant in state.meeting.participants {
            var calendar = try turn.get(Self.calendars, participant.person) ?? PersonCalendar()
            calendar.bookings.removeAll { $0.meeting == state.meeting.id }
            try turn.put(Self.calendars, participant.person, calendar)
        }
        try turn.put(Self.meetings, command.caseReference, state)
        try turn.publish(
            MeetingCancelled.with { $0.meeting = state.meeting }, to: Topic.meetings.rawValue,
            subject: command.caseReference)
    }

    /// The child's identity has become protected: everybody invited is told again, without the place (rule 22).
    private func protect(_ command: ProtectMeeting, _ event: Event, _ turn: inout Turn) throws {
        guard var state = try turn.get(Self.meetings, command.caseReference), state.hasMeeting else {
            return try refuse(event, command.caseReference, Fault(.meetingNone, at: "case_reference"), &turn)
        }
        guard state.taken.take(event), !state.cancelled, !state.meeting.place.isEmpty else { return }
        state.meeting.sequence += 1
        state.meeting.place = ""
        try turn.put(Self.meetings, command.caseReference, state)
        try turn.publish(
            MeetingScheduled.with { $0.meeting = state.meeting }, to: Topic.meetings.rawValue,
            subject: command.caseReference)
    }

    private func book(_ meeting: Meeting, _ slot: Scheduler.Slot, _ turn: inout Turn) throws {
        for participant in meeting.participants {
            var calendar = try turn.get(Self.calendars, participant.person) ?? PersonCalendar()
            // What lies a day back can collide with nothing.
            calendar.bookings.removeAll { Double($0.end) < turn.now.timeIntervalSince1970 - 24 * 3_600 }
            calendar.bookings.append(
                .with { ($0.start, $0.end, $0.meeting) = (slot.start, slot.end, meeting.id) })
            try turn.put(Self.calendars, participant.person, calendar)
        }
    }

    private func refuse(_ event: Event, _ reference: String, _ fault: Fault, _ turn: inout Turn) throws {
        try turn.publish(
            CommandRefused(id: event.id, type: event.type, case: reference, [fault]), to: Topic.meetings.rawValue)
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
