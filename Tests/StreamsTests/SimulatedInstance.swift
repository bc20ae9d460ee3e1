import Foundation
import Kafka
import Logging

@testable import Streams

/// One stream thread on a ``SimulatedKafka``, with its client and the wishes that it has handed over.
///
/// The one place where tests make a thread.
final class SimulatedInstance<P: Processor> {
    let log: SimulatedLog
    let thread: StreamThread
    let events: StreamEvents
    private let wishes = OpenWishes()

    init(
        _ processor: P, _ configuration: StreamsConfiguration, _ kafka: SimulatedKafka,
        logger: Logger = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }, partitions: Int? = nil,
        faults: @escaping (FaultPoint) -> Void = { _ in }
    ) {
        try? FileManager.default.createDirectory(
            atPath: configuration.folder, withIntermediateDirectories: true)
        events = StreamEvents(application: configuration.application, logger: logger)
        log = SimulatedLog(kafka, member: configuration.instance)
        thread = StreamThread(
            processor, configuration, log: log, globals: Globals(), partitions: partitions,
            clock: kafka.clock.streamClock, events: events, wishes: wishes, faults: faults)
    }

    /// Ends as `Streams` ends it on SIGTERM: nothing new is performed, the open step is finished, the tasks are given back.
    func stop() throws {
        wishes.close()
        let stop = StopFlag()
        stop.set()
        try thread.run(until: stop)
    }

    /// Gone without a word; what it held on this machine is free.
    func die() {
        log.cutOff()
        for task in thread.tasks.values { task.store.close() }
        thread.tasks = [:]
    }

    /// Takes the next wish that may be performed now; nil where there is none.
    func takeWish() -> Wish? {
        guard let attempt = wishes.tryNext() else { return nil }
        wishes.finished(attempt)
        return attempt.wish
    }
}
