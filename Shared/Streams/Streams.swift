import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceLifecycle
import Synchronization

/// A stream: one processor, run with exactly-once steps over its input topics on as many threads and machines as there
/// are tasks, until it is told to stop.
///
///     let streams = Streams(MyProcessor(), configuration, logger: logger)
///     try await ServiceGroup(services: [streams], gracefulShutdownSignals: [.sigterm], logger: logger).run()
///
/// On graceful shutdown each thread finishes its open step and gives its tasks back, within 10 s.
public struct Streams<P: Processor>: Service {
    private let processor: P
    private let configuration: StreamsConfiguration
    private let performer: (any WishPerformer)?
    private let logger: Logger
    private let clock: @Sendable () -> Date
    private let events: StreamEvents
    private let wishes: AsyncStream<Wish>
    private let noMoreWishes: @Sendable () -> Void
    private let faults: @Sendable (FaultPoint) -> Void

    /// - Parameters:
    ///   - performer: does what the processor wishes for; nil where it wishes for nothing.
    ///   - clock: the time that turns see.
    public init(
        _ processor: P, _ configuration: StreamsConfiguration, performer: (any WishPerformer)? = nil, logger: Logger,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.init(processor, configuration, performer: performer, logger: logger, clock: clock, faults: { _ in })
    }

    package init(
        _ processor: P, _ configuration: StreamsConfiguration, performer: (any WishPerformer)?, logger: Logger,
        clock: @escaping @Sendable () -> Date, faults: @escaping @Sendable (FaultPoint) -> Void
    ) {
        let (wishes, sink) = AsyncStream.makeStream(of: Wish.self)
        (self.processor, self.configuration, self.performer) = (processor, configuration, performer)
        (self.logger, self.clock, self.faults, self.wishes) = (logger, clock, faults, wishes)
        noMoreWishes = { sink.finish() }
        events = StreamEvents(application: configuration.application, logger: logger, now: clock) { sink.yield($0) }
    }

    /// A thread came round within the last minute: what hangs should be restarted.
    public var isLive: Bool { events.health.beat.timeIntervalSinceNow > -60 }

    /// The group has been joined and every task that this instance has is running.
    public var isReady: Bool { events.health.isReady }

    /// Runs until graceful shutdown or cancellation.
    ///
    /// - Throws: ``TopicsNotReady`` where the topics do not fit; the last error of a thread that failed too often.
    public func run() async throws {
        let lock = try FolderLock(configuration.folder)
        defer { lock.unlock() }
        let stop = Stop()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<configuration.threads {
                    group.addTask {
                        try await DedicatedThread.run(name: "\(configuration.application)-\(index)") {
                            try keepRunning(index, stop)
                        }
                    }
                }
                if let performer { group.addTask { await perform(with: performer) } }
                defer { stop.now() }
                for _ in 0..<configuration.threads { try await group.next() }
                noMoreWishes()
            }
        } onCancelOrGracefulShutdown: {
            stop.now()
        }
    }

    // MARK: Threads

    /// Runs thread number `index`, and builds it anew when it fails: at once what was fenced, with patience what is
    /// unreachable. Five failures within five minutes that are not the network's end it.
    private func keepRunning(_ index: Int, _ stop: Stop) throws {
        var failures: [ContinuousClock.Instant] = []
        var pause = 0.5
        while !stop.flag.isSet {
            do {
                return try runOnce(index, stop)
            } catch let error as TopicsNotReady {
                throw error
            } catch {
                logger.error(
                    "a stream thread failed and is built anew", metadata: ["thread": "\(index)", "why": "\(error)"])
                if (error as? KafkaError)?.isRetriable == true {
                    pause = min(pause * 2, 15)
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
        try CopartitionCheck.run(configuration)
        let directory = try DirectoryReader(
            topic: configuration.physical("directory"), configuration.kafka, logger)
        let log = try KafkaLog(
            group: configuration.physical(configuration.application), member: "\(configuration.instance)-\(index)",
            configuration.kafka)
        stop.wakes(index, log.waker)
        let thread = StreamThread(
            processor, configuration, log: log, directory: directory, clock: clock, events: events, faults: faults)
        try thread.run(until: stop.flag)
    }

    /// A stop that reaches threads which wait in a poll or between two attempts.
    private final class Stop: Sendable {
        let flag = StopFlag()
        private let wakers = Mutex<[Int: Waker]>([:])
        private let waiting = DispatchSemaphore(value: 0)

        func wakes(_ index: Int, _ waker: Waker) {
            wakers.withLock { $0[index] = waker }
            if flag.isSet { waker.wake() }
        }

        func now() {
            flag.set()
            wakers.withLock { $0.values.forEach { $0.wake() } }
            waiting.signal()
        }

        func wait(seconds: Double) {
            if waiting.wait(timeout: .now() + seconds) == .success { waiting.signal() }
        }
    }

    // MARK: Wishes

    /// Performs wishes as they come, a few at a time, and none twice at once.
    private func perform(with performer: any WishPerformer) async {
        await withTaskGroup(of: Wish.self) { group in
            var open: Set<Wish> = []
            for await wish in wishes where open.insert(wish).inserted {
                if open.count > 8, let done = await group.next() { open.remove(done) }
                group.addTask {
                    await performer.perform(wish)
                    return wish
                }
            }
        }
    }
}

/// One process has an instance's state folder; a second one with the same name would fence the first again and again.
private struct FolderLock {
    private let descriptor: Int32

    init(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        descriptor = open(folder + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw TopicsNotReady(
                "another process works in \(folder); give this one a name of its own with INSTANCE_ID")
        }
    }

    func unlock() { close(descriptor) }
}
