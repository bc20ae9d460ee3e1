/// Minutes from midnight, local time, within which somebody can be booked.
public struct WorkingHours: Sendable, Hashable {
    public var from: Int
    public var to: Int

    public init(from: Int, to: Int) { (self.from, self.to) = (from, to) }

    /// `08:00-16:30`; nil for anything else, and for hours that end before they begin.
    public init?(_ text: String) {
        let times = text.split(separator: "-").map { time -> Int? in
            let parts = time.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute)
            else { return nil }
            return hour * 60 + minute
        }
        guard times.count == 2, let from = times[0], let to = times[1], from < to, to <= 24 * 60 else { return nil }
        self.init(from: from, to: to)
    }
}
