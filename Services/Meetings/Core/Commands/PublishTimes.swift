package import Domain

/// What a person's calendar elsewhere says, in place of what it said before; meetings at those times move (rule 18).
package struct PublishTimes: Command, Hashable {
    package var busy: [Scheduler.Slot]
    /// Our own meetings, which stand in the person's calendar too, are not among the times.
    package var isOwnLeftOut: Bool

    package init(busy: [Scheduler.Slot], isOwnLeftOut: Bool) { (self.busy, self.isOwnLeftOut) = (busy, isOwnLeftOut) }

    package func decide(
        on times: PersonTimes, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<PersonTimes> {
        try Refusal.unless(context.county.faultsUnlessKnown(times.person, at: "person"))
        var (times, elsewhere) = (times, busy)
        if !isOwnLeftOut {
            let known = times.calendar.busy.filter { $0.reason == .elsewhere }.map(\.slot)
            elsewhere.removeEcho(of: times.calendar.bookings.map(\.slot), known: known)
        }
        times.calendar.busy.removeAll { $0.reason == .elsewhere }
        times.calendar.busy += elsewhere.map { BusyTime($0, .elsewhere) }
        return Decision(times, [.init(person: times.person, count: elsewhere.count)])
    }
}

extension [Scheduler.Slot] {
    /// Removes our own meetings, which stand in a person's calendar like any other. Left in, each would move itself.
    ///
    /// A time that is exactly a meeting's is that meeting. A calendar of free and busy times (RFC 5545 §3.6.4) may have merged
    /// a meeting with its neighbours. It is then recognised as all that is new since the calendar was published last.
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
