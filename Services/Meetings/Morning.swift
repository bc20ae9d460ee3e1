import Codec
import Domain
import Foundation
import Streams

// Every morning at six a county's calendars are compared with its directory: leave that it has learned of moves meetings,
// and who has left is succeeded (rule 18). What lies behind is forgotten.

extension MeetingsProcessor {
    private static let morning = "morning"

    func watchMornings(_ turn: inout Turn) {
        let tomorrow = CivilTime.day(of: turn.now).plus(1)
        turn.remind(Self.morning, at: CivilTime.instant(tomorrow, minute: 6 * 60))
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        watchMornings(&turn)
        let today = turn.own(CivilTime.day(of: turn.now).description)
        for (day, _) in try turn.scan(Self.rooms, prefix: turn.own("")) where day < today {
            turn.delete(Self.rooms, day)
        }
        guard let county = turn.directory.counties[turn.key] else { return }
        for person in county.people.values.sorted(by: { $0.id < $1.id }) where !person.absences.isEmpty {
            for booking in try turn.get(Self.calendars, turn.own(person.id))?.bookings ?? [] {
                let start = Date(timeIntervalSince1970: Double(booking.start))
                guard start > turn.now, person.isAbsent(on: CivilTime.day(of: start)) else { continue }
                try moveAway(from: booking, person.id, county, reminder, &turn)
            }
        }
        for (name, calendar) in try turn.scan(Self.calendars, prefix: turn.own("")) {
            let person = String(name.dropFirst(turn.own("").count))
            guard county.people[person] == nil else { continue }
            for booking in calendar.bookings where Double(booking.start) > turn.now.timeIntervalSince1970 {
                try succeed(person, booking, county, reminder, &turn)
            }
        }
    }

    private func moveAway(
        from booking: Booking, _ person: String, _ county: County, _ reminder: Reminder, _ turn: inout Turn
    ) throws {
        guard var cooperation = try cooperation(of: booking, county, "\(booking.meeting)@\(reminder.due)", turn),
            cooperation.participants.contains(where: { $0.person == person && $0.required })
        else { return }
        try rebook("absence", &cooperation, &turn)
        try turn.put(Self.meetings, cooperation.reference, cooperation.state)
    }

    /// Who has the role now comes in place of one of the staff whom the directory no longer has. For the named person
    /// Mapping says who it is.
    private func succeed(
        _ former: String, _ booking: Booking, _ county: County, _ reminder: Reminder, _ turn: inout Turn
    ) throws {
        guard var cooperation = try cooperation(of: booking, county, "\(booking.meeting)@\(reminder.due)", turn),
            former != cooperation.state.call.namedPerson,
            let index = cooperation.participants.firstIndex(where: { $0.person == former && !$0.family })
        else { return }
        var participants = cooperation.participants
        let left = participants.remove(at: index)
        let near = county.units[cooperation.state.call.unit]?.municipality
        let successor = Participants.person(with: left.role, near: near, in: county)?.id
        if let successor, !participants.contains(where: { $0.person == successor }) {
            participants.insert(cooperation.participant(successor, isRequired: left.required), at: index)
        }
        if try admit(participants, &cooperation, &turn), successor == nil, left.required {
            // The meeting stands without: the named person finds somebody, or does without.
            let reason = MeetingImpossible.Reason(Fault(.roleNobody, ["role": left.role]))
            try impossible(cooperation, [reason], &turn)
        }
        try turn.put(Self.meetings, cooperation.reference, cooperation.state)
    }
}
