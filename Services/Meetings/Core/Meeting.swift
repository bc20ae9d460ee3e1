package import Domain
package import Foundation

/// A meeting with a time: who, when, where.
package struct Meeting: Sendable, Hashable {
    /// Stays the same over the meeting's life, so that calendars recognise it.
    package let id: MeetingID
    package var slot: Scheduler.Slot
    package var place: Place
    /// Who leads the case, and decides what the family is told (rule 22).
    package var namedPerson: String
    package var participants: [Participant]
    /// Raised by another time or place, and by its end (RFC 5545, SEQUENCE).
    package var sequence: Int32

    package init(
        id: MeetingID, slot: Scheduler.Slot, place: Place, namedPerson: String, participants: [Participant],
        sequence: Int32
    ) {
        (self.id, self.slot, self.place) = (id, slot, place)
        (self.namedPerson, self.participants, self.sequence) = (namedPerson, participants, sequence)
    }

    package enum Place: Sendable, Hashable {
        case room(String)
        case digital(link: String)
        /// No room is known, or nobody may be told it (rule 22).
        case unnamed

        /// The room's name for the solver. It is empty where there is no room.
        var room: String {
            if case .room(let room) = self { room } else { "" }
        }
    }
}

extension Meeting {
    package var start: Date { slot.begin }

    /// The day that it is on, in Sweden.
    package var day: LocalDate { CivilTime.day(of: start) }

    /// The quarters of its day that it takes.
    var quarters: Scheduler.Quarters {
        slot.quarters(since: Int64(CivilTime.instant(day, minute: 0).timeIntervalSince1970))
    }
}

extension Scheduler.Slot {
    package var begin: Date { Date(timeIntervalSince1970: Double(start)) }

    package init(from start: Date, to end: Date) {
        self.init(start: Int64(start.timeIntervalSince1970), end: Int64(end.timeIntervalSince1970))
    }
}

/// Somebody who is to come to a meeting.
package struct Participant: Sendable, Hashable {
    package var party: Party
    package var isRequired: Bool
    /// What they said to the invitation; nil where they have not.
    package var answer: Reply?
    /// Has declined this meeting, at any of its times. Another decline moves nothing by itself.
    package var hasDeclinedOnce: Bool

    package init(_ party: Party, isRequired: Bool, answer: Reply? = nil, hasDeclinedOnce: Bool = false) {
        (self.party, self.isRequired, self.answer) = (party, isRequired, answer)
        self.hasDeclinedOnce = hasDeclinedOnce
    }

    package enum Party: Sendable, Hashable {
        /// By the directory's id, with the role in which they come.
        case staff(String, role: String)
        /// By key. Never written to automatically (rule 22).
        case guardian(String)
        case child
    }

    package struct Reply: Sendable, Hashable {
        package var attendance: Attendance
        package var given: Date

        package init(_ attendance: Attendance, given: Date) { (self.attendance, self.given) = (attendance, given) }
    }
}

extension Participant {
    /// Stands for the child among the participants.
    package static let child = "child"

    /// The directory's id, a guardian's key, or ``child``.
    package var person: String {
        switch party {
        case .staff(let person, _): person
        case .guardian(let key): key
        case .child: Self.child
        }
    }

    package var isFamily: Bool {
        if case .staff = party { false } else { true }
    }

    /// Holds no booking.
    var isOptionalAndDeclined: Bool { !isRequired && answer?.attendance == .declined }
}
