import Foundation

/// What a function costs, in processor time, and how that grows with what it is given.
package struct Growth: Sendable, CustomStringConvertible {
    /// How many times more is spent on eight times as much; about 8 where the work is linear, and 64 where it is quadratic.
    package let ratio: Double
    /// On the larger of the two, in milliseconds for 1,000 bytes.
    package let costPerKB: Double

    /// Nothing that an outsider sends costs more than this, in milliseconds for 1,000 bytes. In a release build 5. A debug
    /// build is about ten times slower.
    package static let highestCostPerKB: Double = isDebug ? 50 : 5

    package var isBounded: Bool { ratio < 24 && costPerKB < Self.highestCostPerKB }

    package var description: String { String(format: "%.1f times for 8, %.3f ms/kB", ratio, costPerKB) }

    /// Compares the work on eight times as much with the work on a size.
    ///
    /// - Parameters:
    ///   - bytes: how many somebody sends for it.
    ///   - make: makes what is worked on, of a size.
    package static func ofEightfold<Value>(
        from size: Int, bytes: (Value) -> Int, _ make: (Int) -> Value, _ work: (Value) -> Void
    ) -> Growth {
        let (small, large) = (make(size), make(8 * size))
        let time = least(large, work)
        return Growth(
            ratio: time / max(least(small, work), 20_000), costPerKB: time / 1_000 / Double(max(bytes(large), 1)))
    }

    /// The least of some tries, in nanoseconds of the thread's own processor time: whatever else the machine does only adds.
    private static func least<Value>(_ value: Value, _ work: (Value) -> Void) -> Double {
        (0..<4).map { _ in
            let start = threadTime()
            work(value)
            return Double(threadTime() - start)
        }.min() ?? 0
    }

    private static func threadTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static var isDebug: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }
}
