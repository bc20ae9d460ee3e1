import Foundation
import Logging
import Synchronization

/// The Kafka clients of this process: how many there are, and how many could not be ended.
///
/// librdkafka ends a client by joining its threads, which takes as long as it takes, and in some states for ever (see
/// ``Consumer/close(timeout:)``). So no client is ended on the thread that lets go of it: each has a thread of its own
/// for that and a deadline. What misses the deadline is logged, counted in ``leaked`` and left behind.
///
/// What waits for these threads: ``drain(within:)``, and the exit of the process, for at most 3 s.
public enum KafkaHandles {
    /// Clients that were started and have not ended; a client that is being ended still counts.
    public static var open: Int { Ending.counts.open.load(ordering: .relaxed) }

    /// Clients whose end has missed its deadline and has not come since. For a metric: more than 0 wants a look at the
    /// log, a number that grows a new process.
    public static var leaked: Int { Ending.counts.leaked.load(ordering: .relaxed) }

    /// Waits until every client that was let go of has ended.
    ///
    /// - Returns: false where one has not ended within `limit`, or had missed its deadline before.
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

/// The end of one client: not begun, under way, late, come.
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

    /// - Returns: whether that put the client among the late, or took it from them.
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
    /// Guards every change of state, so that a wait misses none.
    fileprivate static let changed = NSCondition()
    fileprivate static var underWay: Int { counts.underWay.load(ordering: .relaxed) }

    fileprivate final class Counts: Sendable {
        let open = Atomic(0)
        let underWay = Atomic(0)
        let leaked = Atomic(0)
    }

    /// A process that exits while librdkafka's threads end would have them use what `exit` takes down.
    private static let drainsAtExit: Void = { _ = atexit { KafkaHandles.drain(within: .seconds(3)) } }()

    private let log = Logger(label: "kafka")
}
