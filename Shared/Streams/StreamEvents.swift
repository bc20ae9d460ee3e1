import Foundation
import Kafka
import Logging
import Metrics
import Synchronization

/// What a stream tells of itself: log lines, metrics and health. One for all threads of a stream.
package final class StreamEvents: Sendable {
    /// How a stream is doing, for `/live` and `/ready`.
    package struct Health: Sendable {
        /// When a thread last came round; a stream that hangs in a call stops coming round.
        package var beat: Date
        /// The group has given this instance its tasks, and each of them is running.
        package var isReady: Bool
    }

    private struct State {
        var beat = Date.distantPast
        var hasJoined = false
        /// Tasks that are ours and not running yet.
        var waiting: Set<Int32> = []
        var restoreShown: [Int32: (ContinuousClock.Instant, from: Int64)] = [:]
    }

    package let now: @Sendable () -> Date
    private let logger: Logger
    private let state = Mutex(State())
    private let wishes: @Sendable (Wish) -> Void
    private let dimensions: [(String, String)]

    private let records: Counter
    private let stepTime: Metrics.Timer
    private let committedSteps: Counter
    private let abortedSteps: Counter
    private let deadLetters: Counter
    private let lostRecords: Counter
    private let restoredRecords: Counter

    package init(
        application: String, logger: Logger, now: @escaping @Sendable () -> Date,
        wishes: @escaping @Sendable (Wish) -> Void = { _ in }
    ) {
        let dimensions = [("application", application)]
        (self.logger, self.now, self.wishes, self.dimensions) = (logger, now, wishes, dimensions)
        records = Counter(label: "stream_records_total", dimensions: dimensions)
        stepTime = Metrics.Timer(label: "stream_step_seconds", dimensions: dimensions)
        committedSteps = Counter(label: "stream_transactions_committed_total", dimensions: dimensions)
        abortedSteps = Counter(label: "stream_transactions_aborted_total", dimensions: dimensions)
        deadLetters = Counter(label: "stream_dead_letters_total", dimensions: dimensions)
        lostRecords = Counter(label: "stream_records_lost_total", dimensions: dimensions)
        restoredRecords = Counter(label: "stream_restored_records_total", dimensions: dimensions)
    }

    package var health: Health {
        state.withLock { Health(beat: $0.beat, isReady: $0.hasJoined && $0.waiting.isEmpty) }
    }

    func beat() { state.withLock { $0.beat = Date() } }

    func assigned(_ partitions: Set<Int32>) {
        state.withLock {
            $0.hasJoined = true
            $0.waiting.formUnion(partitions)
        }
        logger.info("tasks assigned", metadata: ["tasks": "\(partitions.sorted())"])
    }

    func running(_ partitions: Set<Int32>) {
        state.withLock { $0.waiting.subtract(partitions) }
        logger.info("tasks running", metadata: ["tasks": "\(partitions.sorted())"])
    }

    func released(_ partitions: Set<Int32>) {
        state.withLock { state in
            state.waiting.subtract(partitions)
            for partition in partitions { state.restoreShown[partition] = nil }
        }
        if !partitions.isEmpty { logger.info("tasks given back", metadata: ["tasks": "\(partitions.sorted())"]) }
    }

    // MARK: Restore

    func restoring(_ partition: Int32, from: Int64, to end: Int64) {
        state.withLock { $0.restoreShown[partition] = (.now, from) }
        logger.info("restoring", metadata: ["task": "\(partition)", "records": "\(end - from) at most"])
    }

    func restored(_ partition: Int32, to offset: Int64, of end: Int64) {
        restoredRecords.increment()
        let from: Int64? = state.withLock {
            guard let shown = $0.restoreShown[partition], shown.0 + .seconds(2) < .now else { return nil }
            $0.restoreShown[partition]?.0 = .now
            return shown.from
        }
        guard let from else { return }
        let share = Double(offset - from) / Double(max(1, end - from))
        gauge("stream_restore_progress", partition).record(share)
        logger.info("restoring", metadata: ["task": "\(partition)", "done": "\(Int(share * 100)) %"])
    }

    func restoredAll(_ partition: Int32) {
        _ = state.withLock { $0.restoreShown.removeValue(forKey: partition) }
        gauge("stream_restore_progress", partition).record(1)
        logger.info("restored", metadata: ["task": "\(partition)"])
    }

    // MARK: Steps

    func committed(records count: Int, took: Duration) {
        records.increment(by: count)
        committedSteps.increment()
        stepTime.recordNanoseconds(Int64(took.inSeconds * 1e9))
    }

    func aborted(records count: Int) {
        abortedSteps.increment()
        logger.warning("a step was aborted; its records are taken again", metadata: ["records": "\(count)"])
    }

    func retrying(_ error: KafkaError) {
        logger.warning("a step failed", metadata: ["why": "\(error)"])
    }

    func lag(_ partition: TopicPartition, _ records: Int64) {
        Gauge(
            label: "stream_lag_records",
            dimensions: dimensions + [("topic", partition.topic), ("partition", "\(partition.partition)")]
        ).record(records)
    }

    func wish(_ wish: Wish) { wishes(wish) }

    func buried(_ partition: TopicPartition, _ offset: Int64, _ reason: String) {
        deadLetters.increment()
        logger.error(
            "a record was put among the dead letters",
            metadata: ["from": "\(partition)", "offset": "\(offset)", "why": "\(reason)"])
    }

    func failed(_ reminder: Reminder, _ error: any Error) {
        deadLetters.increment()
        logger.error(
            "a reminder could not be taken and was dropped", metadata: ["name": "\(reminder.name)", "why": "\(error)"])
    }

    func lost(_ partition: TopicPartition, from: Int64, to low: Int64) {
        if low > from { lostRecords.increment(by: Int(low - from)) }
        logger.critical(
            "the position is outside the log: records were deleted before they were read, or the topic was made anew",
            metadata: ["input": "\(partition)", "position": "\(from)", "reading from": "\(low)"])
    }

    func notFlushed(_ partition: Int32, _ error: any Error) {
        logger.warning(
            "the state file was not brought up to date; it lags behind the changelog",
            metadata: ["task": "\(partition)", "why": "\(error)"])
    }

    private func gauge(_ label: String, _ partition: Int32) -> Gauge {
        Gauge(label: label, dimensions: dimensions + [("task", "\(partition)")])
    }
}
