import Foundation
import Kafka
package import Logging
package import Streams

/// One stream thread on a ``SimulatedKafka``, with its client and the wishes that it handed over.
///
/// The only place that creates a simulation's thread.
package final class SimulatedInstance<P: Processor> {
    package let log: SimulatedLog
    package let thread: StreamThread
    package let events: StreamEvents
    private let wishes = OpenWishes()

    package init(
        _ processor: P, _ configuration: StreamsConfiguration, _ kafka: SimulatedKafka,
        logger: Logger = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }, partitions: Int? = nil,
        globals: Globals = Globals(), catchUpGlobals: @escaping (String, Int64) throws -> Void = { _, _ in },
        faults: @escaping (FaultPoint) -> Void = { _ in }
    ) {
        try? FileManager.default.createDirectory(
            atPath: configuration.folder, withIntermediateDirectories: true)
        events = StreamEvents(application: configuration.topology.application, logger: logger)
        log = SimulatedLog(kafka, member: configuration.instance)
        thread = StreamThread(
            processor, configuration, log: log, globals: globals, catchUpGlobals: catchUpGlobals,
            partitions: partitions, clock: kafka.clock.streamClock, events: events, wishes: wishes, faults: faults)
    }

    /// Ends as `Streams` does on SIGTERM: performs no more wishes, finishes the open step, gives the tasks back.
    package func stop() throws {
        wishes.close()
        let stop = StopFlag()
        stop.set()
        try thread.run(until: stop)
    }

    /// Ends as SIGKILL does. Its state files are released.
    package func die() {
        log.cutOff()
        thread.abandon()
    }

    /// True if its tasks are assigned and running.
    var isReady: Bool { events.health.isReady }

    /// Returns the next wish that may be performed now; nil if there is none.
    package func takeWish() -> Wish? {
        guard let attempt = wishes.tryNext() else { return nil }
        wishes.finished(attempt)
        return attempt.wish
    }
}
