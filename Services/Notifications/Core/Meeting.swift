package import Domain
package import Foundation

/// A meeting, as far as its notices are concerned.
package struct Meeting: Sendable, Hashable {
    /// Stable over the meeting's life.
    package var id: String
    package var caseReference: String
    package var county: String
    package var time: TimeSlot
    package var place: Place
    /// Who decides what the family is told (rule 22).
    package var namedPerson: String
    package var participants: [Participant]
    /// Raised by another time or place, and by its end (RFC 5545, SEQUENCE).
    package var sequence: Int32

    package init(
        id: String, caseReference: String, county: String, time: TimeSlot, place: Place, namedPerson: String,
        participants: [Participant], sequence: Int32
    ) {
        (self.id, self.caseReference, self.county) = (id, caseReference, county)
        (self.time, self.place) = (time, place)
        (self.namedPerson, self.participants, self.sequence) = (namedPerson, participants, sequence)
    }

    package enum Place: Sendable, Hashable {
        case room(String)
        case digital(link: String)
        /// No room is known, or nobody may be told it (rule 22).
        case unnamed
    }

    package struct Participant: Sendable, Hashable {
        /// The directory's id, or the key of a guardian or the child.
        package var person: String
        package var role: String
        package var isRequired: Bool
        /// The child or a guardian.
        package var isFamily: Bool
        /// Nil where there is no answer yet.
        package var answer: Attendance?
        /// When the answer was given, where the meeting's fact said it.
        package var answered: Date?

        package init(
            person: String, role: String = "", isRequired: Bool, isFamily: Bool = false, answer: Attendance? = nil,
            answered: Date? = nil
        ) {
            (self.person, self.role) = (person, role)
            (self.isRequired, self.isFamily) = (isRequired, isFamily)
            (self.answer, self.answered) = (answer, answered)
        }
    }

    /// When its participants are reminded: at eight on the working day before.
    package var reminderDue: Date {
        let before = WorkingDays.day(CivilTime.day(of: time.start), plus: -1)
        return CivilTime.instant(before, minute: 8 * 60)
    }

    /// The meeting after a participant's answer.
    package func answered(by person: String, _ answer: Attendance?) -> Meeting {
        var meeting = self
        for index in participants.indices where participants[index].person == person {
            meeting.participants[index].answer = answer
        }
        return meeting
    }
}

/// From when to when.
package struct TimeSlot: Sendable, Hashable {
    package var start: Date
    package var end: Date

    package init(from start: Date, to end: Date) { (self.start, self.end) = (start, end) }

    /// As a Swedish letter writes it.
    package var swedish: String { CivilTime.swedish(from: start, to: end) }
}
