public import Domain
import Foundation

/// When and where people can meet (rule 18), on a quarter-hour grid. Pure; the clock is that of Europe/Stockholm.
///
/// Hard: who is required is at work, taken by nothing, and has the time to come from one place to the next; the room is
/// free; no public holiday. Soft, in this order: the earliest time, or one within the county's slack after it; more of the
/// optional people; fewer days with several meetings for one person; a place near the child.
public enum Scheduler {
    /// A stretch of time in seconds since 1970; the end belongs to what follows.
    public struct Slot: Sendable, Hashable {
        public var start: Int64
        public var end: Int64

        public init(start: Int64, end: Int64) { (self.start, self.end) = (start, end) }

        public func overlaps(_ other: Slot) -> Bool { start < other.end && other.start < end }

        /// A bit for each quarter of an hour that it touches, the day's first the lowest.
        public func quarters(since midnight: Int64) -> Quarters {
            let first = max(0, (start - midnight) / 900)
            let count = (end - midnight + 899) / 900 - first
            return ((1 << Quarters(max(0, count))) - 1) << Quarters(first)
        }

        /// The seconds between two slots that do not overlap.
        public func gap(to other: Slot) -> Int64 { max(other.start - end, start - other.end) }
    }

    /// A bit for each quarter of an hour of a day. Meetings begin on the grid, so nothing is lost by counting in quarters.
    public typealias Quarters = UInt128

    /// A booked meeting, with its place; empty where nobody has to go.
    public struct Visit: Sendable, Hashable {
        public var slot: Slot
        public var place: String

        public init(slot: Slot, place: String) { (self.slot, self.place) = (slot, place) }
    }

    /// What is known of one person's time.
    public struct Calendar: Sendable {
        public var person: String
        /// By weekday, 1 = Monday.
        public var hours: [Int: WorkingHours]
        public var busy: [Slot]
        public var visits: [Visit] = []
        public var absences: [ClosedRange<LocalDate>] = []

        public init(
            person: String, hours: [Int: WorkingHours], busy: [Slot], visits: [Visit] = [],
            absences: [ClosedRange<LocalDate>] = []
        ) {
            (self.person, self.hours, self.busy) = (person, hours, busy)
            (self.visits, self.absences) = (visits, absences)
        }

        /// At work on the day, from and to these minutes; nil on a day off.
        public func hours(on day: LocalDate) -> WorkingHours? {
            absences.contains { $0.contains(day) } ? nil : hours[day.weekday]
        }

        func isTaken(_ slot: Slot) -> Bool {
            busy.contains(where: slot.overlaps) || visits.contains { slot.overlaps($0.slot) }
        }

        package func isFree(
            _ slot: Slot, on day: LocalDate, minute: Int, minutes: Int, at place: String,
            travel: (String, String) -> Int
        ) -> Bool {
            guard let hours = hours(on: day) else { return false }
            return hours.from <= minute && minute + minutes <= hours.to && !isTaken(slot)
                && reaches(place, slot, travel)
        }

        /// Has the time to come from the meeting before, and to the one after.
        func reaches(_ place: String, _ slot: Slot, _ travel: (String, String) -> Int) -> Bool {
            place.isEmpty
                || visits.allSatisfy {
                    $0.place.isEmpty || $0.place == place
                        || slot.gap(to: $0.slot) >= Int64(travel($0.place, place)) * 60
                }
        }

        /// This person's part of a day, so that what lies far off is not looked at again and again.
        func near(_ window: Slot) -> Calendar {
            let wide = Slot(start: window.start - 86_400, end: window.end + 86_400)
            var near = self
            near.busy = busy.filter(window.overlaps)
            near.visits = visits.filter { wide.overlaps($0.slot) }
            return near
        }
    }

    /// Everything that an answer depends on.
    public struct Question {
        public var required: [Calendar]
        public var optional: [Calendar] = []
        public var minutes: Int
        public var first: LocalDate
        /// The last day on which the meeting may be held.
        public var last: LocalDate
        /// The nearest to the child first. Empty: nobody has to go anywhere.
        public var rooms: [String] = []
        /// For each room the quarters of an hour in which it is taken on a day; asked only for days that matter.
        /// Nil: that is not loaded.
        public var taken: (LocalDate) -> [String: Quarters]?
        /// Minutes on the way between two places.
        public var travel: (String, String) -> Int = { _, _ in 0 }
        /// Days after the earliest time within which another may be better otherwise.
        public var slackDays = 0
        /// When no meeting is held.
        public var lunch: WorkingHours?
        /// It could be held without a room.
        public var canBeDigital = false

        public init(
            required: [Calendar], optional: [Calendar] = [], minutes: Int, first: LocalDate, last: LocalDate,
            rooms: [String] = [], taken: @escaping (LocalDate) -> [String: Quarters]? = { _ in [:] },
            travel: @escaping (String, String) -> Int = { _, _ in 0 }, slackDays: Int = 0, lunch: WorkingHours? = nil,
            canBeDigital: Bool = false
        ) {
            (self.required, self.optional, self.minutes) = (required, optional, minutes)
            (self.first, self.last) = (first, last)
            (self.rooms, self.taken, self.travel) = (rooms, taken, travel)
            (self.slackDays, self.lunch, self.canBeDigital) = (slackDays, lunch, canBeDigital)
        }
    }

    /// Who or what is in the way, or what would help.
    public struct Obstacle: Sendable, Hashable {
        /// Nil where it is nobody's.
        public var person: String?
        public var fault: Fault

        public init(_ fault: Fault, person: String? = nil) { (self.person, self.fault) = (person, fault) }
    }

    public struct Choice: Sendable, Hashable {
        public var slot: Slot
        /// Empty: none.
        public var room: String
        /// The optional people whom it suits.
        public var suits: [String]

        public init(slot: Slot, room: String, suits: [String]) {
            (self.slot, self.room, self.suits) = (slot, room, suits)
        }
    }

    public enum Answer: Sendable, Hashable {
        case choice(Choice)
        case none([Obstacle])
        /// The rooms of a day are not loaded. Before the day that was reached there is no time.
        case unread(LocalDate, reached: LocalDate)
    }

    /// A search came to a day whose rooms are not loaded.
    struct Unread: Error {
        let day: LocalDate
    }

    /// Minutes between two possible beginnings.
    public static let grid = 15

    /// How far ahead it looks for the first time after the last day, to say how many days would help.
    static let lookAhead = 60

    /// The best time, or everything that is in the way.
    ///
    /// - Parameter from: a day before which there is known to be no time.
    public static func answer(_ question: Question, from: LocalDate? = nil) -> Answer {
        var reached: LocalDate?
        do throws(Unread) {
            guard let earliest = try question.earliest(from: from) else {
                reached = question.last.plus(1)
                return .none(try Obstacles(question).all)
            }
            guard question.slackDays > 0 else { return .choice(earliest.choice) }
            reached = earliest.day
            return .choice(try question.best(after: earliest).choice)
        } catch { return .unread(error.day, reached: reached ?? error.day) }
    }
}
