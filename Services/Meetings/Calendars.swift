import Codec
import Domain
import Foundation
import MeetingsCore
import Streams

// When people and rooms are taken, as state: what the ``Scheduler`` is asked with, and what a meeting takes and gives back.

extension MeetingsProcessor {
    /// What the solver is asked for a meeting.
    func question(_ wanted: Wanted, _ cooperation: Cooperation, _ turn: Turn) throws -> Scheduler.Question {
        let county = cooperation.county
        func calendars(_ isRequired: Bool) throws -> [Scheduler.Calendar] {
            try wanted.participants.filter { $0.required == isRequired }
                .map { try calendar($0, cooperation.reference, county, turn) }
        }
        // A child with protected identity gets no place (rule 22): a person sees to where it is.
        let hasRoom = !cooperation.state.digital && !cooperation.state.call.protectedIdentity
        return Scheduler.Question(
            required: try calendars(true), optional: try calendars(false), minutes: county.settings.meetingMinutes,
            first: wanted.first, last: wanted.last,
            rooms: hasRoom ? county.rooms(near: cooperation.state.call.unit) : [],
            taken: { day in (try? turn.get(Self.rooms, turn.own(day.description)))?.quarters ?? [:] },
            travel: { county.minutes(from: $0, to: $1) }, slackDays: county.settings.slackDays,
            lunch: county.settings.lunch,
            canBeDigital: county.settings.meetingLink != nil)
    }

    /// Staff by the directory's id, guardians by their key; a child has one case, and a calendar with it.
    static func calendar(of person: String, _ reference: String) -> String {
        person == Participants.child ? "child:\(reference)" : person
    }

    private func calendar(
        _ participant: Participant, _ reference: String, _ county: County, _ turn: Turn
    ) throws -> Scheduler.Calendar {
        let name = turn.own(Self.calendar(of: participant.person, reference))
        let known = try turn.get(Self.calendars, name) ?? PersonCalendar()
        let person = county.people[participant.person]
        // Nobody knows a family's hours: they come when staff can, or say that they cannot.
        let always = Dictionary(uniqueKeysWithValues: (1...7).map { ($0, WorkingHours(from: 0, to: 24 * 60)) })
        return Scheduler.Calendar(
            person: participant.person, hours: participant.family ? always : person?.hours ?? [:],
            busy: known.busy.map(Scheduler.Slot.init),
            visits: known.bookings.map(Scheduler.Visit.init),
            absences: person?.absences ?? [])
    }

    /// Somebody can come to a meeting as it is: at work, not taken, and in time from where they are before and after.
    func isFree(
        _ participant: Participant, _ meeting: Meeting, _ county: County, _ turn: Turn
    ) throws -> Bool {
        let day = CivilTime.day(of: meeting.start.date)
        let minute = CivilTime.clock(of: meeting.start.date).minute
        return try calendar(participant, meeting.caseReference, county, turn).isFree(
            meeting.slot, on: day, minute: minute, minutes: Int(meeting.slot.end - meeting.slot.start) / 60,
            at: meeting.place, travel: { county.minutes(from: $0, to: $1) })
    }

    func reserve(_ meeting: Meeting, _ turn: inout Turn) throws {
        let booking = Booking.with {
            ($0.start, $0.end) = (meeting.slot.start, meeting.slot.end)
            ($0.meeting, $0.place) = (meeting.id, meeting.place)
        }
        for participant in meeting.participants where !participant.staysAway {
            let name = turn.own(Self.calendar(of: participant.person, meeting.caseReference))
            var calendar = try turn.get(Self.calendars, name) ?? PersonCalendar()
            // What lies a day back can collide with nothing.
            let past = turn.now.timeIntervalSince1970 - 24 * 3_600
            calendar.bookings.removeAll { Double($0.end) < past || $0.meeting == meeting.id }
            calendar.busy.removeAll { Double($0.end) < past }
            calendar.bookings.append(booking)
            try turn.put(Self.calendars, name, calendar)
        }
        guard !meeting.place.isEmpty else { return }
        var rooms = try turn.get(Self.rooms, turn.own(meeting.day)) ?? RoomsOfDay()
        rooms.quarters[meeting.place, default: 0] |= meeting.quarters
        try turn.put(Self.rooms, turn.own(meeting.day), rooms)
    }

    func release(_ meeting: Meeting, _ turn: inout Turn) throws {
        for participant in meeting.participants {
            let name = turn.own(Self.calendar(of: participant.person, meeting.caseReference))
            var calendar = try turn.get(Self.calendars, name) ?? PersonCalendar()
            calendar.bookings.removeAll { $0.meeting == meeting.id }
            try turn.put(Self.calendars, name, calendar)
        }
        guard !meeting.place.isEmpty, var rooms = try turn.get(Self.rooms, turn.own(meeting.day)) else { return }
        rooms.quarters[meeting.place, default: 0] &= ~meeting.quarters
        try turn.put(Self.rooms, turn.own(meeting.day), rooms)
    }
}

extension Scheduler.Slot {
    init(from start: Date, to end: Date) {
        self.init(start: Int64(start.timeIntervalSince1970), end: Int64(end.timeIntervalSince1970))
    }

    init(_ booking: Booking) { self.init(start: booking.start, end: booking.end) }
}

extension Scheduler.Visit {
    init(_ booking: Booking) {
        self.init(slot: .init(booking), place: booking.place)
    }
}

extension RoomsOfDay {
    /// By room.
    var quarters: [String: Scheduler.Quarters] {
        get {
            Dictionary(rooms.map { ($0.name, Scheduler.Quarters($0.second) << 64 | Scheduler.Quarters($0.first)) }) {
                $1
            }
        }
        set {
            rooms = newValue.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { name, quarters in
                .with {
                    ($0.name, $0.first) = (name, UInt64(truncatingIfNeeded: quarters))
                    $0.second = UInt64(truncatingIfNeeded: quarters >> 64)
                }
            }
        }
    }
}

extension Participant {
    /// Has said no to a meeting that is held without them: their time is their own.
    var staysAway: Bool { !required && answer == Attendance.declined.rawValue }
}

extension Meeting {
    /// The day that it is on, in Sweden.
    var day: String { CivilTime.day(of: start.date).description }

    /// Those of its day that it takes.
    fileprivate var quarters: Scheduler.Quarters {
        let midnight = CivilTime.instant(CivilTime.day(of: start.date), minute: 0)
        return slot.quarters(since: Int64(midnight.timeIntervalSince1970))
    }

    var slot: Scheduler.Slot {
        Scheduler.Slot(from: start.date, to: end.date)
    }
}
