public import Foundation
public import GRDB
import Kafka
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a view's file up to date with its topics, and lets pages read from it.
///
///     let follower = ViewFollower(Latest(), .init(folder: "state/views", kafka: properties), logger: logger)
///     …                                                  // in a ServiceGroup: follower.run()
///     let count = try follower.reader().read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM latest") }
///
/// One thread of its own reads from Kafka and writes to SQLite. What may pass is waited for. What cannot be continued is built
/// from the beginning.
public final class ViewFollower: Service {
    private struct State {
        var pool: DatabasePool?
        var isCaughtUp = false
        var lag: Int64 = 0
        var freshAt = Date.distantPast
    }

    /// How long a request to a broker may take, in milliseconds. A service has ten seconds to end.
    static let answerTimeout: Int32 = 3_000

    private let view: any View
    private let configuration: ViewConfiguration
    private let open: OpenViewSource
    private let events: ViewEvents
    private let state = Mutex(State())

    /// - Parameter source: nil reads the topics from Kafka.
    public init(
        _ view: any View, _ configuration: ViewConfiguration, source: OpenViewSource? = nil, logger: Logger
    ) {
        (self.view, self.configuration) = (view, configuration)
        events = ViewEvents(view: view.name, logger: logger)
        let topics = view.topics.map(configuration.physical)
        // What is read ahead only costs memory.
        let properties = ["queued.max.messages.kbytes": "16384", "fetch.message.max.bytes": "1048576"]
            .merging(configuration.kafka) { $1 }
        open = source ?? { try TopicReader(topics, from: .chosen($0), properties, timeout: Self.answerTimeout) }
    }

    /// True once every topic has been read to the end that it had when this view was opened. It stays true, but for the time
    /// of a rebuild.
    public var isCaughtUp: Bool { state.withLock { $0.isCaughtUp } }

    /// How many offsets the view is behind its topics, as of the last answer of the brokers. Also the metric
    /// `view_lag_records`.
    public var lag: Int64 { state.withLock { $0.lag } }

    /// The view holds all that its topics held at this time; after that it may lack something. If the brokers do not answer,
    /// it stays where it is. In order, it is little more than ``ViewConfiguration/tendingInterval`` ago. Also the metric
    /// `view_fresh_seconds`, in seconds since 1970.
    public var freshAt: Date { state.withLock { $0.freshAt } }

    /// The rows, to be read from any thread or task while the view is written. To be asked for anew for each page: a rebuilt
    /// view has another one.
    ///
    /// - Throws: ``ViewNotReady`` until the view has caught up. Nobody sees half of it.
    public func reader() throws(ViewNotReady) -> any DatabaseReader {
        let pool = state.withLock { $0.isCaughtUp ? $0.pool : nil }
        guard let pool else { throw ViewNotReady(view: view.name) }
        return pool
    }

    /// Follows until the task is cancelled or the service shuts down.
    ///
    /// - Throws: ``ViewUnusable``, for example if another process follows the view; an error of the view's SQL; `KafkaError`
    ///   for properties that cannot be used.
    public func run() async throws {
        let stop = StopFlag()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await DedicatedThread.run(name: "view-\(view.name)") { try self.follow(until: stop) }
        } onCancelOrGracefulShutdown: {
            stop.set()
        }
    }

    // MARK: On the thread

    private func follow(until stop: StopFlag) throws {
        let file = try ViewFile(view, configuration)
        defer { state.withLock { $0 = State(freshAt: $0.freshAt) } }
        while !stop.isSet {
            state.withLock { $0.pool = file.pool }
            do { try read(into: file, until: stop) } catch {
                let why = Self.whyToRebuild(error)
                guard why != nil || Self.isPassing(error) else { throw error }
                state.withLock { if why != nil { ($0.isCaughtUp, $0.pool) = (false, nil) } }
                if let why {
                    events.rebuilding(why)
                    try file.rebuild()
                } else {
                    events.trouble(error)
                    pause(.seconds(1), until: stop)
                }
            }
        }
    }

    private static func whyToRebuild(_ error: any Error) -> ViewProgress.Unfit? {
        (error as? DatabaseError)?.isDamage == true ? .damaged : error as? ViewProgress.Unfit
    }

    /// The world's fault, which may be over next time. Kafka's errors all are, but for a property that cannot be used.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as KafkaError: !error.isConfiguration
        case let error as DatabaseError: error.isPassing
        case is NoTopic, is PartitionsChanged: true
        default: false
        }
    }

    /// Reads from where the file is, until something goes wrong or the view is to end.
    private func read(into file: ViewFile, until stop: StopFlag) throws {
        let configuration = configuration
        let progress = try file.progress()
        let source = try open { log in
            try progress.start(in: log, at: configuration.now(), longestAbsence: configuration.longestAbsence)
        }
        var batch = ViewBatch(progress, cluster: source.cluster)
        var tended = ContinuousClock.now
        note(source, batch)
        while !stop.isSet {
            try fill(&batch, from: source)
            if !batch.isEmpty { try write(&batch, file, source) }
            if source.isCaughtUp, !isCaughtUp {
                batch.freshAt = configuration.now()
                note(source, batch)
                state.withLock { $0.isCaughtUp = true }
                events.caughtUp()
            }
            if .now >= tended + configuration.tendingInterval {
                try tend(file, source, &batch)
                tended = .now
            }
        }
        try write(&batch, file, source)
        try file.tidy()
    }

    /// Takes what there is, up to the limits. Nothing is waited for that a page might wait for.
    private func fill(_ batch: inout ViewBatch, from source: any ViewSource) throws {
        var timeout: Int32 = 100
        while batch.count < configuration.recordsPerBatch, batch.bytes < configuration.bytesPerBatch,
            let record = try source.read(timeout: timeout)
        {
            try batch.add(record, topic: configuration.logical(record.topic))
            timeout = isCaughtUp ? 0 : 10
        }
    }

    private func write(_ batch: inout ViewBatch, _ file: ViewFile, _ source: any ViewSource) throws {
        let began = ContinuousClock.now
        let skipped = try file.write(batch.changes, batch.progress(source.position))
        events.wrote(batch.count, in: .now - began)
        events.skipped(skipped)
        batch.clear()
        note(source, batch)
    }

    /// Now and then: looks for the brokers, and sees to the file.
    private func tend(_ file: ViewFile, _ source: any ViewSource, _ batch: inout ViewBatch) throws {
        do {
            guard try source.hasSamePartitions(timeout: 1_000) else { throw PartitionsChanged() }
            if source.isCaughtUp { batch.look(at: source.knownEnds, now: configuration.now()) }
        } catch let error as KafkaError where error.isRetriable { events.trouble(error) }
        // So that it is known after a crash for how long the view has been away, however idle it was.
        try write(&batch, file, source)
        try file.tidy()
    }

    private func note(_ source: any ViewSource, _ batch: ViewBatch) {
        let lag = source.lag
        state.withLock { ($0.lag, $0.freshAt) = (lag, batch.freshAt) }
        events.isAt(lag: lag, freshAt: batch.freshAt)
    }

    private func pause(_ duration: Duration, until stop: StopFlag) {
        let end = ContinuousClock.now + duration
        while !stop.isSet, .now < end { usleep(50_000) }
    }
}

/// A view cannot be read yet: it is being built, or is catching up.
public struct ViewNotReady: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(view: String) { description = "the view \(view) has not caught up with its topics yet" }
}

/// A topic has other partitions than when it was opened.
struct PartitionsChanged: Error, CustomStringConvertible {
    let description = "a topic has other partitions than before; it is opened again"
}
