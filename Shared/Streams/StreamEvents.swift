package import Foundation
import Kafka
package import Logging
import Metrics
import Synchronization

/// What a stream reports about itself: log lines, metrics and health. All threads of a stream share one.
package final class StreamEvents: Sendable {
    /// How a stream is doing, for `/live` and `/ready`.
    package struct Health: Sendable {
        /// When the slowest thread last completed a loop. A thread that hangs in a call completes none.
        package var beat: Date
        /// The brokers answer, the group has assigned this instance its tasks, all of them are running, and their files can be
        /// written.
        package var isReady: Bool
    }

    private struct State {
        var beats: [Int: Date] = [:]
        var hasJoined = false
        /// Assigned tasks that are not running yet.
        var waiting: Set<Int32> = []
        var isStalled = false
        /// The brokers have not answered the last question.
        var areBrokersSilent = false
        var restoreShown: [Int32: (ContinuousClock.Instant, from: Int64)] = [:]
        var troubleShown: [String: ContinuousClock.Instant] = [:]
    }

    private let logger: Logger
    private let state = Mutex(State())
    private let dimensions: [(String, String)]

    private let records: Counter
    private let stepTime: Metrics.Timer
    private let committedSteps: Counter
    private let abortedSteps: Counter
    private let deadLetters: Counter
    private let passedOver: Counter
    private let lostRecords: Counter
    private let restoredRecords: Counter
    private let troubles: Counter
    private let openHandles: Gauge
    private let leakedHandles: Gauge

    package init(application: String, logger: Logger) {
        let dimensions = [("application", application)]
        (self.logger, self.dimensions) = (logger, dimensions)
        records = Counter(label: "stream_records_total", dimensions: dimensions)
        stepTime = Metrics.Timer(label: "stream_step_seconds", dimensions: dimensions)
        committedSteps = Counter(label: "stream_transactions_committed_total", dimensions: dimensions)
        abortedSteps = Counter(label: "stream_transactions_aborted_total", dimensions: dimensions)
        deadLetters = Counter(label: "stream_dead_letters_total", dimensions: dimensions)
        passedOver = Counter(label: "stream_passed_over_total", dimensions: dimensions)
        lostRecords = Counter(label: "stream_records_lost_total", dimensions: dimensions)
        restoredRecords = Counter(label: "stream_restored_records_total", dimensions: dimensions)
        troubles = Counter(label: "stream_troubles_total", dimensions: dimensions)
        openHandles = Gauge(label: "stream_kafka_handles_open", dimensions: dimensions)
        leakedHandles = Gauge(label: "stream_kafka_handles_leaked", dimensions: dimensions)
    }

    package var health: Health {
        state.withLock {
            Health(
                beat: $0.beats.values.min() ?? .distantPast,
                isReady: $0.hasJoined && $0.waiting.isEmpty && !$0.isStalled && !$0.areBrokersSilent)
        }
    }

    /// A thread completed a loop, or is in a wait with a time limit: it does not hang.
    func beat(_ thread: Int) { state.withLock { $0.beats[thread] = Date() } }

    // MARK: Brokers

    /// The brokers were asked whether they are there.
    func brokers(answer: Bool) {
        let isNews = state.withLock { state in
            defer { state.areBrokersSilent = !answer }
            return state.areBrokersSilent == answer
        }
        Gauge(label: "stream_brokers_answer", dimensions: dimensions).record(answer ? 1 : 0)
        guard isNews else { return }
        if answer {
            logger.notice("the brokers answer again")
        } else {
            logger.error("the brokers do not answer; nothing is lost, and work goes on when they do")
        }
    }

    // MARK: Tasks

    /// - Parameter partly: tasks of which the group assigned some inputs to us and the others to another member.
    func assigned(_ partitions: Set<Int32>, partly: Set<Int32> = []) {
        state.withLock {
            $0.hasJoined = true
            $0.waiting.formUnion(partitions)
        }
        logger.info("tasks assigned", metadata: ["tasks": "\(partitions.sorted())"])
        guard !partly.isEmpty else { return }
        logger.warning(
            "tasks whose inputs are shared with another member rest until one has them whole; are two versions running?",
            metadata: ["tasks": "\(partly.sorted())"])
    }

    func running(_ partitions: Set<Int32>) {
        state.withLock { $0.waiting.subtract(partitions) }
        logger.info("tasks running", metadata: ["tasks": "\(partitions.sorted())"])
    }

    func released(_ partitions: Set<Int32>) {
        state.withLock { state in
            state.waiting.subtract(partitions)
            state.isStalled = false
            for partition in partitions { state.restoreShown[partition] = nil }
        }
        if !partitions.isEmpty { logger.info("tasks given back", metadata: ["tasks": "\(partitions.sorted())"]) }
    }

    // MARK: Restore

    func restoring(_ partition: Int32, from: Int64, to end: Int64) {
        state.withLock { $0.restoreShown[partition] = (.now, from) }
        logger.info("restoring", metadata: ["task": "\(partition)", "records": "\(end - from) at most"])
    }

    func restored(_ records: Int) { restoredRecords.increment(by: records) }

    func restored(_ partition: Int32, to offset: Int64, of end: Int64) {
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
        openHandles.record(KafkaHandles.open)
        leakedHandles.record(KafkaHandles.leaked)
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

    /// A record or reminder was passed over: the key of what it is about has been erased.
    func passedOver(_ partition: Int32) {
        passedOver.increment()
        logger.notice("passed over what has been erased", metadata: ["task": "\(partition)"])
    }

    func buried(_ partition: TopicPartition, _ offset: Int64, _ reason: String) {
        deadLetters.increment()
        logger.error(
            "a record was put among the dead letters",
            metadata: ["from": "\(partition)", "offset": "\(offset)", "why": "\(reason)"])
    }

    func failed(_ reminder: Reminder, _ reason: String) {
        deadLetters.increment()
        logger.error(
            "a reminder was put among the dead letters; it is tried again at the next start",
            metadata: ["name": "\(reminder.name)", "why": "\(reason)"])
    }

    /// An error that the client reported beside the records. The same error is logged at most once in ten seconds.
    func trouble(_ error: KafkaError, _ partition: TopicPartition?) {
        troubles.increment()
        let place = partition.map { "\($0)" } ?? "-"
        let isNew = state.withLock {
            let key = "\(error.name) \(place)"
            if let shown = $0.troubleShown[key], shown + .seconds(10) > .now { return false }
            if $0.troubleShown.count > 1_000 { $0.troubleShown = [:] }
            $0.troubleShown[key] = .now
            return true
        }
        guard isNew else { return }
        logger.error("Kafka reports an error", metadata: ["why": "\(error)", "at": "\(place)"])
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

    /// The stream ended before its last step was finished. The task's next owner redoes it.
    func cutShort(_ error: any Error) {
        logger.warning("stopped before the last step was finished", metadata: ["why": "\(error)"])
    }

    func setAside(_ partition: Int32, _ path: String) {
        logger.critical(
            "the state file goes further than its changelog, which has lost records; the file is kept aside",
            metadata: ["task": "\(partition)", "file": "\(path)"])
    }

    func fileHasRoom(_ partition: Int32) {
        logger.notice("the state file can be written again", metadata: ["task": "\(partition)"])
    }

    /// Processing stopped because files cannot be written and memory is at its limit; or it continues.
    func stalled(_ isStalled: Bool) {
        state.withLock { $0.isStalled = isStalled }
        Gauge(label: "stream_stalled", dimensions: dimensions).record(isStalled ? 1 : 0)
        if isStalled {
            logger.critical("no records are taken: the state files cannot be written; make room on the disk")
        } else {
            logger.notice("records are taken again")
        }
    }

    private func gauge(_ label: String, _ partition: Int32) -> Gauge {
        Gauge(label: label, dimensions: dimensions + [("task", "\(partition)")])
    }
}
