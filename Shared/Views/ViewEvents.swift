import CloudEvents
import Foundation
import GRDB
import Kafka
import Logging
import Metrics
import Synchronization

/// What a view reports about itself: log lines and metrics.
final class ViewEvents: Sendable {
    private let logger: Logger
    private let records: Counter
    private let skippedRecords: Counter
    private let rebuilds: Counter
    private let troubles: Counter
    private let lag: Gauge
    private let freshness: Gauge
    private let batchTime: Metrics.Timer
    private let troubleShown = Mutex<[String: ContinuousClock.Instant]>([:])

    init(view: String, logger: Logger) {
        let dimensions = [("view", view)]
        var logger = logger
        logger[metadataKey: "view"] = "\(view)"
        self.logger = logger
        records = Counter(label: "view_records_total", dimensions: dimensions)
        skippedRecords = Counter(label: "view_skipped_records_total", dimensions: dimensions)
        rebuilds = Counter(label: "view_rebuilds_total", dimensions: dimensions)
        troubles = Counter(label: "view_troubles_total", dimensions: dimensions)
        lag = Gauge(label: "view_lag_records", dimensions: dimensions)
        freshness = Gauge(label: "view_fresh_seconds", dimensions: dimensions)
        batchTime = Metrics.Timer(label: "view_batch_seconds", dimensions: dimensions)
    }

    func wrote(_ count: Int, in duration: Duration) {
        guard count > 0 else { return }
        records.increment(by: count)
        batchTime.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    /// One line for all of a batch: there may be many.
    func skipped(_ skipped: [ViewChange.Skipped]) {
        guard let first = skipped.first else { return }
        skippedRecords.increment(by: skipped.count)
        logger.warning(
            "records cannot be applied and are passed over",
            metadata: [
                "records": "\(skipped.count)", "why": "\(Self.withoutValues(first.why))",
                "first": "\(first.place.topic)/\(first.place.partition) at \(first.place.offset)",
            ])
    }

    /// An error of the view's own, or of GRDB about a row, may describe itself with values of a row, which may be personal.
    /// SQLite's errors show the statement without its values.
    private static func withoutValues(_ error: any Error) -> String {
        switch error {
        case is Undecodable, is DatabaseError, is KafkaError, is NoTopic, is PartitionsChanged: "\(error)"
        default: "\(type(of: error))"
        }
    }

    func isAt(lag: Int64, freshAt: Date) {
        self.lag.record(lag)
        freshness.record(freshAt.timeIntervalSince1970)
    }

    func caughtUp() { logger.info("the view has caught up") }

    func rebuilding(_ why: ViewProgress.Unfit) {
        rebuilds.increment()
        logger.notice("the view is built from the beginning", metadata: ["why": "\(why)"])
    }

    /// What is tried again. The same is shown once a minute.
    func trouble(_ error: any Error) {
        troubles.increment()
        let why = Self.withoutValues(error)
        let isNews = troubleShown.withLock { shown in
            if let last = shown[why], .now < last + .seconds(60) { return false }
            if shown.count > 100 { shown = [:] }
            shown[why] = .now
            return true
        }
        if isNews { logger.warning("the view waits, and goes on when it can", metadata: ["why": "\(why)"]) }
    }
}
