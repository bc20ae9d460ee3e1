import Foundation

/// How the work of a function grows with what it is given.
package enum Growth {
    /// How many times more of the thread's processor time is spent on eight times as much; about 8 where the work is linear
    /// and 64 where it is quadratic.
    ///
    /// - Parameter make: makes what is worked on, of a size.
    package static func ofEightfold<Value>(
        from size: Int, _ make: (Int) -> Value, _ work: (Value) -> Void
    ) -> Double {
        let (small, large) = (make(size), make(8 * size))
        return least(large, work) / max(least(small, work), 20_000)
    }

    /// The least of some tries, in nanoseconds: whatever else the machine does only adds.
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
}
