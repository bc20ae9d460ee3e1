import CloudEvents
public import Foundation
import Kafka
public import Logging
public import ServiceLifecycle
import Synchronization

/// A stream: one processor that runs with exactly-once steps on its input topics. It runs on as many threads and
/// machines as there are tasks, until it is stopped.
///
///     let streams = Streams(MyProcessor(), configuration, logger: logger)
///     try await ServiceGroup(services: [streams], gracefulShutdownSignals: [.sigterm], logger: logger).run()
///
/// On graceful shutdown each thread finishes its open step and gives its tasks back, within 10 s. No further wish is
/// performed.
public struct Streams<P: Processor>: Service {
    private let processor: P
    private let configuration: StreamsConfiguration
    private let performer: (any WishPerformer)?
    private let logger: Logger
    private let clock: StreamClock
    private let events: StreamEvents
    private let wishes = OpenWishes()
    private let faults: @Sendable (FaultPoint) -> Void

    /// - Parameters:
    ///   - performer: performs the processor's wishes; nil if it makes none.
    ///   - ahead: how far the time that turns see is ahead of this machine's, in seconds. For trying what happens later; it
    ///     may grow while the stream runs.
    public init(
        _ processor: P, _ configuration: StreamsConfiguration, performer: (any WishPerformer)? = nil, logger: Logger,
        ahead: @escaping @Sendable () -> TimeInterval = { 0 }
    ) {
        self.init(
            processor, configuration, performer: performer, logger: logger, clock: StreamClock(ahead: ahead),
            faults: { _ in })
    }

    package init(
        _ processor: P, _ configuration: StreamsConfiguration, performer: (any WishPerformer)?, logger: Logger,
        clock: StreamClock, faults: @escaping @Sendable (FaultPoint) -> Void
    ) {
        (self.processor, self.configuration, self.performer) = (processor, configuration, performer)
        (self.logger, self.clock, self.faults) = (logger, clock, faults)
        events = StreamEvents(application: configuration.application, logger: logger)
    }

    /// True if every thread completed a loop within the last minute. If not, a thread hangs and the process should be
    /// restarted. A thread that waits for brokers still completes loops.
    public var isLive: Bool { events.health.beat.timeIntervalSinceNow > -60 }

    /// True if the brokers answer, the group has been joined, all tasks of this instance are running, and the state files
    /// can be written. Missing brokers are noticed within ten seconds.
    public var isReady: Bool { events.health.isReady }

    /// Runs until graceful shutdown or cancellation.
    ///
    /// - Throws: ``TopicsNotReady`` if the topics do not fit or a changelog has lost records; ``Undeclared``; the last
    ///   error of a thread that failed too often.
    public func run() async throws {
        let lock = try FolderLock(configuration.folder)
        defer { lock.unlock() }
        let stop = Stop()
        let wishes = wishes
        @Sendable func stopNow() {
            wishes.close()
            stop.now()
        }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<configuration.threads {
                    group.addTask {
                        try await DedicatedThread.run(name: "\(configuration.application)-\(index)") {
                            try keepRunning(index, stop)
                        }
                    }
                }
                group.addTask {
                    try await DedicatedThread.run(name: "\(configuration.application)-brokers") {
                        try watchBrokers(stop)
                    }
                }
                if let performer { group.addTask { await perform(with: performer) } }
                defer { stopNow() }
                for _ in 0..<configuration.threads { try await group.next() }
            }
        } onCancelOrGracefulShutdown: {
            stopNow()
        }
    }

    // MARK: Threads

    /// Runs thread number `index`, and restarts it when it fails. After a retriable error it waits longer each time, up
    /// to 15 s. Five other failures within five minutes end the stream. A fatal error, such as being fenced, does not
    /// count if the thread had run for 10 s: its machine stood still for a while, which happens. A thread that is
    /// fenced sooner has a rival with the same name.
    private func keepRunning(_ index: Int, _ stop: Stop) throws {
        var failures: [ContinuousClock.Instant] = []
        var pause = 0.5
        while !stop.flag.isSet {
            events.beat(index)
            let began = ContinuousClock.now
            do {
                return try runOnce(index, stop)
            } catch let error where error is TopicsNotReady || error is Undeclared {
                throw error
            } catch let error as KafkaError where error.isConfiguration {
                throw error
            } catch {
                if stop.flag.isSet { return events.cutShort(error) }
                logger.error(
                    "a stream thread failed and is built anew", metadata: ["thread": "\(index)", "why": "\(error)"])
                let failure = error as? KafkaError
                if failure?.isRetriable == true {
                    pause = min(pause * 2, 15)
                } else if failure?.isFatal == true, began + .seconds(10) < .now {
                    pause = 0.5
                } else {
                    failures = failures.filter { $0 + .seconds(300) > .now } + [.now]
                    if failures.count >= 5 { throw error }
                    pause = 1
                }
                stop.wait(seconds: pause)
            }
        }
    }

    private func runOnce(_ index: Int, _ stop: Stop) throws {
        let partitions = try TopicCheck.run(configuration)
        let reader = try GlobalReader(configuration, logger, until: stop.flag)
        if stop.flag.isSet { return }
        events.beat(index)
        let log = try KafkaLog(
            group: configuration.physical(configuration.application), member: "\(configuration.instance)-\(index)",
            configuration.kafka
        ) { [events] () throws(KafkaError) in
            events.beat(index)
            if stop.isOlder(than: .seconds(4)) { throw .stopped }
        }
        stop.wakes(index, log.waker)
        let thread = StreamThread(
            processor, configuration, log: log, globals: reader.globals,
            refreshGlobals: reader.refresh, catchUpGlobals: reader.catchUp, index: index, partitions: partitions,
            clock: clock, events: events, wishes: wishes, faults: faults)
        try thread.run(until: stop.flag)
    }

    /// Asks again and again whether the brokers are there. A consumer says nothing of it while librdkafka tries to connect.
    private func watchBrokers(_ stop: Stop) throws {
        let properties = configuration.kafka.filter { !$0.key.hasPrefix("session.") }
        let admin = try Admin(properties)
        while !stop.flag.isSet {
            let isAnswered = admin.isAnswered(within: TopicCheck.answerTimeout)
            if !stop.flag.isSet { events.brokers(answer: isAnswered) }
            stop.wait(seconds: 5)
        }
    }

    /// A stop signal that also wakes threads that wait in a poll or between two attempts.
    private final class Stop: Sendable {
        let flag = StopFlag()
        private let wakers = Mutex<[Int: Waker]>([:])
        private let waiting = DispatchSemaphore(value: 0)
        private let since = Mutex<ContinuousClock.Instant?>(nil)

        func wakes(_ index: Int, _ waker: Waker) {
            // The replaced waker is released outside the lock: no deinitialiser may run under it.
            let former = wakers.withLock { wakers in
                defer { wakers[index] = waker }
                return wakers[index]
            }
            _ = former
            if flag.isSet { waker.wake() }
        }

        func now() {
            since.withLock { $0 = $0 ?? .now }
            flag.set()
            let wakers = wakers.withLock { Array($0.values) }
            for waker in wakers { waker.wake() }
            waiting.signal()
        }

        /// True if the stop was requested longer ago than that. Calls that still wait for a broker then give up, and
        /// their step is redone later.
        func isOlder(than duration: Duration) -> Bool { since.withLock { $0.map { $0 + duration < .now } ?? false } }

        func wait(seconds: Double) {
            if waiting.wait(timeout: .now() + seconds) == .success { waiting.signal() }
        }
    }

    // MARK: Wishes

    /// Performs wishes as they come, at most eight at a time, until the stream stops.
    private func perform(with performer: any WishPerformer) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            while let attempt = await wishes.next() {
                if running >= 8 {
                    await group.next()
                    running -= 1
                }
                running += 1
                let wishes = wishes
                group.addTask {
                    // It may have been removed while it waited for a free slot.
                    if wishes.stands(attempt) { await performer.perform(attempt.wish) }
                    wishes.finished(attempt)
                }
            }
        }
    }
}

/// The lock on an instance's state folder. A second process with the same name would fence the first again and again.
private struct FolderLock {
    private let descriptor: Int32

    init(_ folder: String) throws {
        do { try PrivateFolder.create(folder) } catch { throw TopicsNotReady("\(error)") }
        descriptor = open(folder + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw TopicsNotReady(
                "another process works in \(folder); give this one an instance name of its own")
        }
    }

    func unlock() { close(descriptor) }
}
