package import Domain
import Foundation

/// When a county's people and rooms are taken. Holds the part that a decision looks at.
///
/// A decision lists the parts that it needed and that are not loaded (``unread``). The caller loads them and decides again.
/// What is not loaded counts as free, so a refusal holds whatever is loaded later.
package struct Agenda: Sendable, Hashable {
    private var calendars: [CalendarID: PersonCalendar] = [:]
    private var rooms: [LocalDate: RoomsOfDay] = [:]
    package private(set) var unread: Set<Part> = []
    /// What a decision has reserved or given back.
    package private(set) var changed: Set<Part> = []
    /// A meeting was booked: from now on, new leave in the directory is looked for every morning.
    package private(set) var isToBeWatched = false
    private var searches = 0
    /// The rooms in order of their way from a unit. To sort them costs as much as a short search.
    private var nearest: [String: [String]] = [:]
    /// The first search that reached a day that is not loaded, and the day up to which it found nothing.
    private var progress: Progress?

    package init() {}

    /// People before days, each in order.
    package enum Part: Sendable, Hashable, Comparable {
        case calendar(CalendarID)
        case rooms(LocalDate)
    }

    private struct Progress: Sendable, Hashable {
        let search: Int
        let day: LocalDate
    }

    // MARK: For whoever loads and saves

    /// Continues the search of a decision that is made again with more loaded.
    package mutating func goOn(from decision: Agenda) {
        (progress, nearest) = (decision.progress, decision.nearest)
    }

    package mutating func load(_ calendar: PersonCalendar, of id: CalendarID) { calendars[id] = calendar }

    package mutating func load(_ taken: RoomsOfDay, on day: LocalDate) { rooms[day] = taken }

    package func knows(_ day: LocalDate) -> Bool { rooms[day] != nil }

    /// How many days' rooms are loaded.
    package var days: Int { rooms.count }

    package func calendar(_ id: CalendarID) -> PersonCalendar { calendars[id] ?? PersonCalendar() }

    package func rooms(on day: LocalDate) -> RoomsOfDay { rooms[day] ?? RoomsOfDay() }

    // MARK: For decisions

    /// What is known of one person's time.
    mutating func times(_ participant: Participant, _ key: CaseKey, in county: County) -> Scheduler.Calendar {
        let known = read(CalendarID(participant, in: key))
        let person = county.people[participant.person]
        return Scheduler.Calendar(
            person: participant.person, hours: participant.isFamily ? Self.always : person?.hours ?? [:],
            busy: known.busy.map(\.slot),
            visits: known.bookings.map { Scheduler.Visit(slot: $0.slot, place: $0.room ?? "") },
            absences: person?.absences ?? [])
    }

    /// Whether somebody can come to a meeting as it is booked: at work, free, and with time to travel.
    mutating func isFree(_ participant: Participant, _ meeting: Meeting, _ key: CaseKey, in county: County) -> Bool {
        let times = times(participant, key, in: county)
        guard !unread.contains(.calendar(CalendarID(participant, in: key))) else { return true }
        return times.isFree(
            meeting.slot, on: meeting.day, minute: CivilTime.clock(of: meeting.start).minute,
            minutes: Int(meeting.slot.end - meeting.slot.start) / 60, at: meeting.place.room,
            travel: county.minutes(from:to:))
    }

    /// The solver's answer, with the rooms that are loaded.
    mutating func answer(_ question: Scheduler.Question) -> Scheduler.Answer {
        let rooms = rooms
        var question = question
        question.taken = { rooms[$0]?.quarters }
        searches += 1
        let answer = Scheduler.answer(question, from: progress?.search == searches ? progress?.day : nil)
        if case .unread(let day, let reached) = answer {
            unread.insert(.rooms(day))
            progress = Progress(search: searches, day: reached)
        }
        return answer
    }

    /// All rooms, the nearest to a unit's first.
    mutating func rooms(near unit: String, in county: County) -> [String] {
        if let known = nearest[unit] { return known }
        let rooms = county.rooms(near: unit)
        nearest[unit] = rooms
        return rooms
    }

    /// Reserves a meeting's time for everybody who comes, and its room.
    mutating func reserve(_ meeting: Meeting, _ key: CaseKey, now: Date) {
        // A booking that ended a day ago cannot collide with a new one.
        let past = now.timeIntervalSince1970 - 24 * 3_600
        let room: String? = if case .room(let room) = meeting.place { room } else { nil }
        for participant in meeting.participants where !participant.isOptionalAndDeclined {
            change(CalendarID(participant, in: key)) { calendar in
                calendar.bookings.removeAll { Double($0.slot.end) < past || $0.meeting == meeting.id }
                calendar.busy.removeAll { Double($0.slot.end) < past }
                calendar.bookings.append(Booking(meeting.slot, meeting.id, room: room))
            }
        }
        if let room { change(meeting.day) { $0[room] |= meeting.quarters } }
    }

    /// Frees a meeting's time and room.
    mutating func release(_ meeting: Meeting, _ key: CaseKey) {
        for participant in meeting.participants {
            change(CalendarID(participant, in: key)) { $0.bookings.removeAll { $0.meeting == meeting.id } }
        }
        if case .room(let room) = meeting.place { change(meeting.day) { $0[room] &= ~meeting.quarters } }
    }

    /// Blocks a time that a person has declined.
    mutating func decline(_ slot: Scheduler.Slot, _ participant: Participant, _ key: CaseKey) {
        change(CalendarID(participant, in: key)) { $0.busy.append(BusyTime(slot, .declined(reference: key.reference))) }
    }

    /// Removes what somebody's calendar holds of a case.
    mutating func forget(_ key: CaseKey, of participant: Participant) {
        change(CalendarID(participant, in: key)) { calendar in
            calendar.bookings.removeAll { $0.meeting.caseReference == key.reference }
            calendar.busy.removeAll { $0.reason == .declined(reference: key.reference) }
        }
    }

    mutating func watch() { isToBeWatched = true }

    private mutating func read(_ id: CalendarID) -> PersonCalendar {
        guard let calendar = calendars[id] else {
            unread.insert(.calendar(id))
            return PersonCalendar()
        }
        return calendar
    }

    private mutating func change(_ id: CalendarID, _ change: (inout PersonCalendar) -> Void) {
        let before = read(id)
        var calendar = before
        change(&calendar)
        guard calendar != before, !unread.contains(.calendar(id)) else { return }
        calendars[id] = calendar
        changed.insert(.calendar(id))
    }

    private mutating func change(_ day: LocalDate, _ change: (inout RoomsOfDay) -> Void) {
        guard let before = rooms[day] else {
            unread.insert(.rooms(day))
            return
        }
        var taken = before
        change(&taken)
        guard taken != before else { return }
        rooms[day] = taken
        changed.insert(.rooms(day))
    }

    /// A family has no working hours in the directory: any hour will do, until they decline it.
    private static let always = Dictionary(
        uniqueKeysWithValues: (1...7).map { ($0, WorkingHours(from: 0, to: 24 * 60)) })
}

/// Whose calendar: one of the staff by the directory's id, a guardian by key, a child by the case that it has.
package struct CalendarID: Sendable, Hashable, Comparable {
    package let text: String

    package init(person: String) { text = person }

    package init(_ participant: Participant, in key: CaseKey) {
        switch participant.party {
        case .staff(let person, _): text = person
        case .guardian(let guardian): text = guardian
        case .child: text = "child:\(key.reference)"
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// When one person is taken.
package struct PersonCalendar: Sendable, Hashable {
    package var bookings: [Booking]
    package var busy: [BusyTime]

    package init(bookings: [Booking] = [], busy: [BusyTime] = []) { (self.bookings, self.busy) = (bookings, busy) }

    package var isEmpty: Bool { bookings.isEmpty && busy.isEmpty }
}

/// A meeting of this suite in somebody's calendar.
package struct Booking: Sendable, Hashable {
    package var slot: Scheduler.Slot
    package var meeting: MeetingID
    /// Nil where nobody has to go anywhere.
    package var room: String?

    package init(_ slot: Scheduler.Slot, _ meeting: MeetingID, room: String?) {
        (self.slot, self.meeting, self.room) = (slot, meeting, room)
    }
}

/// A time at which somebody cannot come.
package struct BusyTime: Sendable, Hashable {
    package var slot: Scheduler.Slot
    package var reason: Reason

    package init(_ slot: Scheduler.Slot, _ reason: Reason) { (self.slot, self.reason) = (slot, reason) }

    package enum Reason: Sendable, Hashable {
        /// A calendar elsewhere says so.
        case elsewhere
        /// They have said no to a meeting of this case.
        case declined(reference: String)
    }
}

/// Which rooms are taken on a day, and when.
package struct RoomsOfDay: Sendable, Hashable {
    /// By room; only rooms that are taken at some time.
    package private(set) var quarters: [String: Scheduler.Quarters]

    package init(_ quarters: [String: Scheduler.Quarters] = [:]) { self.quarters = quarters.filter { $0.value != 0 } }

    package subscript(room: String) -> Scheduler.Quarters {
        get { quarters[room] ?? 0 }
        set { quarters[room] = newValue == 0 ? nil : newValue }
    }
}
