import Codec
import Domain
import Foundation
import Streams

// Leave that the directory learns of after a meeting was booked moves the meeting (rule 18).

extension MeetingsProcessor {
    private static let absences = "absences"

    /// Every morning at six, the county's calendars are compared with who is away.
    func watchAbsences(_ turn: inout Turn) {
        let tomorrow = CivilTime.day(of: turn.now).plus(1)
        turn.remind(Self.absences, at: CivilTime.instant(tomorrow, minute: 6 * 60))
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        watchAbsences(&turn)
        guard let county = turn.directory.counties[turn.key] else { return }
        for person in county.people.values.sorted(by: { $0.id < $1.id }) where !person.absences.isEmpty {
            for booking in try turn.get(Self.calendars, person.id)?.bookings ?? [] {
                let start = Date(timeIntervalSince1970: Double(booking.start))
                guard start > turn.now, person.isAbsent(on: CivilTime.day(of: start)) else { continue }
                try moveAway(from: booking, person.id, county, reminder, &turn)
            }
        }
    }

    private func moveAway(
        from booking: Booking, _ person: String, _ county: County, _ reminder: Reminder, _ turn: inout Turn
    ) throws {
        let reference = Self.reference(of: booking.meeting)
        guard let state = try turn.get(Self.meetings, reference) else { return }
        var cooperation = Cooperation(
            reference: reference, county: county, state: state, commandId: "\(booking.meeting)@\(reminder.due)")
        guard cooperation.hasMeeting, cooperation.state.meeting.id == booking.meeting,
            cooperation.state.meeting.participants.contains(where: { $0.person == person && $0.required })
        else { return }
        try rebook("absence", &cooperation, &turn)
        try turn.put(Self.meetings, reference, cooperation.state)
    }
}
