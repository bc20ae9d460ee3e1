package import Domain
package import Foundation

/// When one person is taken, while something is decided about it (rule 18).
package struct PersonTimes: Aggregate {
    package let person: String
    package var calendar: PersonCalendar

    package init(_ person: String, _ calendar: PersonCalendar) { (self.person, self.calendar) = (person, calendar) }

    package typealias Context = CountyContext

    package struct Fact: Sendable, Hashable {
        package var person: String
        /// How many times elsewhere are known from now on.
        package var count: Int

        package init(person: String, count: Int) { (self.person, self.count) = (person, count) }
    }

    /// The times that a calendar elsewhere has published.
    private var elsewhere: [Scheduler.Slot] { calendar.busy.filter { $0.reason == .elsewhere }.map(\.slot) }

    /// The meetings ahead that this person cannot come to any more.
    package func collisions(after now: Date) -> [MeetingID] {
        calendar.bookings.filter { $0.slot.begin > now && elsewhere.contains(where: $0.slot.overlaps) }.map(\.meeting)
    }

    /// The meetings ahead that lie on this person's leave.
    package func onLeave(_ person: County.Person, after now: Date) -> [MeetingID] {
        calendar.bookings.filter { $0.slot.begin > now && person.isAbsent(on: CivilTime.day(of: $0.slot.begin)) }
            .map(\.meeting)
    }

    /// The meetings ahead.
    package func ahead(after now: Date) -> [MeetingID] {
        calendar.bookings.filter { $0.slot.begin > now }.map(\.meeting)
    }
}
