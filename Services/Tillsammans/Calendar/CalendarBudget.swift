/// What reading one feed may cost. A step is a day or a time that is looked at, so the count is the same on every machine.
///
/// A full calendar takes some ten thousand steps. A rule that matches nothing, or everything, takes any number.
struct CalendarBudget {
    static let largestSteps = 2_000_000

    private(set) var steps = 0

    var isSpent: Bool { steps > Self.largestSteps }

    /// - Throws: ``CalendarFeed/Problem`` where the feed costs too much.
    mutating func spend(_ count: Int) throws(CalendarFeed.Problem) {
        steps += count
        if isSpent {
            throw .init(
                "its recurrences need more than \(Self.largestSteps) steps to work out; is there one that hardly ever "
                    + "occurs, or all the time?")
        }
    }
}
