import Foundation
import Kafka
import Logging
import ServiceLifecycle
import Streams
import StreamsTestSupport
import UnixSignals

/// A stream of its own process that kills itself at a named point: `FAULT=afterOffsets:3` at the third time there.
@main enum Probe {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        var configuration = StreamsConfiguration(
            Ledger.topology("probe"), instance: environment["INSTANCE_ID"] ?? "one",
            kafka: ["bootstrap.servers": environment["KAFKA_BOOTSTRAP_SERVERS"] ?? ""],
            stateDirectory: environment["STATE_DIRECTORY"] ?? "")
        configuration.prefix = environment["TOPIC_PREFIX"] ?? ""
        configuration.commitInterval = .milliseconds(20)
        configuration.flushInterval = .milliseconds(50)
        configuration.idlePoll = .milliseconds(50)
        let logger = Logger(label: "probe")
        let streams = Streams(
            Ledger(), configuration, performer: nil, logger: logger, clock: StreamClock(),
            faults: fault(environment["FAULT"]))
        let group = ServiceGroup(services: [streams], gracefulShutdownSignals: [.sigterm], logger: logger)
        try await group.run()
    }

    private static func fault(_ text: String?) -> @Sendable (FaultPoint) -> Void {
        guard let parts = text?.split(separator: ":"), parts.count == 2,
            let point = FaultPoint(rawValue: String(parts[0])),
            let count = Int(parts[1])
        else { return { _ in } }
        let left = Countdown(count)
        return { reached in
            guard reached == point, left.isOver() else { return }
            if point == .duringCommit {
                // The next thing is the commit: strike while it is on its way.
                DedicatedThread.start(name: "killer") {
                    usleep(UInt32.random(in: 0...3_000))
                    kill(getpid(), SIGKILL)
                }
            } else {
                kill(getpid(), SIGKILL)
            }
        }
    }
}

/// Counts down from any thread.
private final class Countdown: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var left: Int  // guarded by the lock

    init(_ count: Int) { left = count }

    func isOver() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        left -= 1
        return left == 0
    }
}
