import Foundation
import Logging
import Synchronization

/// The Kafka clients of this process: how many exist, and how many could not be ended.
///
/// librdkafka ends a client by joining its threads. This takes an unbounded time, and in some states for ever (see
/// ``Consumer/close(timeout:)``). So each client is ended on a thread of its own, with a deadline, and never on the
/// thread that releases it. A client that misses the deadline is logged, counted in ``leaked`` and abandoned.
///
/// ``drain(within:)`` waits for these threads, and so does the exit of the process, for at most 3 s.
public enum KafkaHandles {
    /// Clients that were started and have not ended. A client that is being ended still counts.
    public static var open: Int { Ending.counts.open.load(ordering: .relaxed) }

    /// Clients that missed their deadline and have not ended since. For a metric: if it is more than 0, read the log;
    /// if it grows, restart the process.
    public static var leaked: Int { Ending.counts.leaked.load(ordering: .relaxed) }

    /// Waits until every released client has ended.
    ///
    /// - Returns: false if one has not ended within `limit`, or had missed its deadline before.
    @discardableResult
    public static func drain(within limit: Duration) -> Bool {
        Ending.changed.lock()
        defer { Ending.changed.unlock() }
        let deadline = Date(timeIntervalSinceNow: limit / .seconds(1))
        while Ending.underWay > 0 {
            guard Ending.changed.wait(until: deadline) else { return false }
        }
        return leaked == 0
    }
}

/// The end of one client: not begun, under way, late, or done.
final class Ending: Sendable {
    /// How long an end may take before it counts as leaked.
    static let deadline: Duration = .seconds(10)

    private enum State { case open, underWay, late, come }
    private let state = Mutex(State.open)

    init() {
        _ = Self.drainsAtExit
        Self.counts.open.add(1, ordering: .relaxed)
    }

    /// Runs `body`, which ends the client, on a thread of its own.
    func begin(client: String, deadline: Duration = deadline, _ body: @escaping @Sendable () -> Void) {
        move(to: .underWay)
        DispatchQueue.global().asyncAfter(deadline: .now() + deadline / .seconds(1)) { [self] in
            guard move(to: .late) else { return }
            log.error(
                "a Kafka client has not ended in time and is left behind",
                metadata: ["client": "\(client)", "seconds": "\(deadline / .seconds(1))"])
        }
        DedicatedThread.start(name: "kafka-end") { [self] in
            body()
            if move(to: .come) { log.warning("a Kafka client has ended after all", metadata: ["client": "\(client)"]) }
        }
    }

    /// Waits for the end.
    func wait(within limit: Duration) -> Bool {
        Self.changed.lock()
        defer { Self.changed.unlock() }
        let deadline = Date(timeIntervalSinceNow: limit / .seconds(1))
        while state.withLock({ $0 != .come }) {
            guard Self.changed.wait(until: deadline) else { return false }
        }
        return true
    }

    /// - Returns: whether the client became late by this, or stopped being late.
    @discardableResult
    private func move(to next: State) -> Bool {
        Self.changed.lock()
        defer { Self.changed.unlock() }
        let before = state.withLock { state in
            let before = state
            if state != .come { state = next }
            return before
        }
        switch (before, next) {
        case (.open, .underWay): Self.counts.underWay.add(1, ordering: .relaxed)
        case (.underWay, .late):
            Self.counts.underWay.subtract(1, ordering: .relaxed)
            Self.counts.leaked.add(1, ordering: .relaxed)
        case (.underWay, .come):
            Self.counts.underWay.subtract(1, ordering: .relaxed)
            Self.counts.open.subtract(1, ordering: .relaxed)
        case (.late, .come):
            Self.counts.leaked.subtract(1, ordering: .relaxed)
            Self.counts.open.subtract(1, ordering: .relaxed)
        default: return false
        }
        Self.changed.broadcast()
        return before == .late || next == .late
    }

    fileprivate static let counts = Counts()
    /// Guards every change of state, so that a wait misses no change.
    fileprivate static let changed = NSCondition()
    fileprivate static var underWay: Int { counts.underWay.load(ordering: .relaxed) }

    fileprivate final class Counts: Sendable {
        let open = Atomic(0)
        let underWay = Atomic(0)
        let leaked = Atomic(0)
    }

    /// If the process exits while librdkafka's threads are ending, they use what `exit` has already destroyed.
    private static let drainsAtExit: Void = { _ = atexit { KafkaHandles.drain(within: .seconds(3)) } }()

    private let log = Logger(label: "kafka")
}
