import Codec
import Domain
import Foundation
import MeetingsCore
import Streams

// When people are taken elsewhere, as their calendars say (rule 18).

extension MeetingsProcessor {
    /// What a person's calendar elsewhere says; meetings at those times move.
    func busy(_ command: PublishBusyTimes, _ event: Event, _ county: County, _ turn: inout Turn) throws {
        var faults = county.people[command.person] == nil ? [Fault(.personUnknown, at: "person")] : []
        for (index, time) in command.busy.enumerated() where time.end.date <= time.start.date {
            faults.append(Fault(.busyTime, at: "busy[\(index)]"))
        }
        guard faults.isEmpty else {
            return try turn.publish(
                CommandRefused(id: event.id, type: event.type, case: "", faults), to: Topic.meetings.rawValue)
        }
        var calendar = try turn.get(Self.calendars, turn.own(command.person)) ?? PersonCalendar()
        var elsewhere = command.busy.map { Scheduler.Slot(from: $0.start.date, to: $0.end.date) }
        if !command.ownLeftOut {
            let known = calendar.busy.filter(\.meeting.isEmpty).map(Scheduler.Slot.init)
            elsewhere.removeEcho(of: calendar.bookings.map(Scheduler.Slot.init), known: known)
        }
        calendar.busy.removeAll(where: \.meeting.isEmpty)
        calendar.busy += elsewhere.map { slot in .with { ($0.start, $0.end) = (slot.start, slot.end) } }
        try turn.put(Self.calendars, turn.own(command.person), calendar)
        try turn.publish(
            BusyTimesPublished.with {
                ($0.county, $0.person) = (command.county, command.person)
                $0.count = Int32(clamping: elsewhere.count)
            }, to: Topic.meetings.rawValue)
        for booking in calendar.bookings where Double(booking.start) > turn.now.timeIntervalSince1970 {
            guard elsewhere.contains(where: Scheduler.Slot(booking).overlaps),
                var cooperation = try cooperation(of: booking, county, event.id, turn),
                cooperation.participants.contains(where: { $0.person == command.person && $0.required })
            else { continue }
            try rebook("declined", &cooperation, &turn)
            try turn.put(Self.meetings, cooperation.reference, cooperation.state)
        }
    }
}

extension [Scheduler.Slot] {
    /// Takes out our own meetings, which stand in a person's calendar like any other: left in, each would move itself.
    ///
    /// A time that is exactly a meeting's is that meeting. In a calendar that tells only free and busy (RFC 5545 §3.6.4), a
    /// meeting may have run together with its neighbours; it is known by being all that is new since the calendar was
    /// published last.
    mutating func removeEcho(of own: [Scheduler.Slot], known: [Scheduler.Slot]) {
        removeAll(where: own.contains)
        let new = merged().without(known.merged())
        for meeting in own.merged() where new.contains(meeting) { self = without([meeting]) }
    }

    /// In order, with what overlaps or touches as one.
    fileprivate func merged() -> Self {
        sorted { ($0.start, $0.end) < ($1.start, $1.end) }.reduce(into: []) { merged, slot in
            if let last = merged.last, slot.start <= last.end {
                merged[merged.count - 1].end = Swift.max(last.end, slot.end)
            } else {
                merged.append(slot)
            }
        }
    }

    /// What is left when others are cut out.
    fileprivate func without(_ others: Self) -> Self {
        others.reduce(self) { left, other in
            left.flatMap { slot in
                guard slot.overlaps(other) else { return [slot] }
                return [
                    Scheduler.Slot(start: slot.start, end: other.start),
                    Scheduler.Slot(start: other.end, end: slot.end),
                ].filter { $0.start < $0.end }
            }
        }
    }
}
