import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import Streams

// Every morning at six a county's calendars are compared with its directory. New leave moves meetings, and whoever has left
// is replaced; then whoever waits for a time is tried again (rule 18). Rooms of past days are forgotten.

extension Turn {
    mutating func watchMornings() {
        let tomorrow = CivilTime.day(of: now).plus(1)
        remind("morning", at: CivilTime.instant(tomorrow, minute: 6 * 60))
    }
}

extension MeetingsProcessor {
    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        turn.watchMornings()
        let today = turn.own(CivilTime.day(of: turn.now).description)
        for (day, _) in try turn.scan(Self.rooms, prefix: turn.own("")) where day < today {
            turn.delete(Self.rooms, day)
        }
        guard let county = turn.directory.counties[turn.key] else { return }
        let context = try turn.countyContext(id: "\(reminder.name)@\(reminder.due)")
        for person in county.people.values.sorted(by: { $0.id < $1.id }) where !person.absences.isEmpty {
            let times = PersonTimes(person.id, try turn.calendar(of: person.id))
            for meeting in times.onLeave(person, after: turn.now) {
                try turn.apply(MoveAway(person.id, from: meeting, .absence), to: meeting, context)
            }
        }
        for (name, calendar) in try turn.scan(Self.calendars, prefix: turn.own("")) {
            let person = String(name.dropFirst(turn.own("").count))
            guard county.people[person] == nil else { continue }
            for meeting in PersonTimes(person, .init(calendar)).ahead(after: turn.now) {
                try turn.apply(Succeed(person, at: meeting), to: meeting, context)
            }
        }
        try turn.seekTimes(context)
    }
}
