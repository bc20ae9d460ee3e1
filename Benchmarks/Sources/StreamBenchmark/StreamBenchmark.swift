import CloudEvents
import Foundation
import Kafka
import Logging
import Streams

/// One stream thread with state: each event is put under its key and published again, 400 bytes each. Prints how many
/// events were taken by when, and with how much processor time, so that `run` can cut out the warm-up.
@main struct StreamBenchmark {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        if let command = CommandLine.arguments.dropFirst().first { return try topics(command, environment) }
        var configuration = StreamsConfiguration(
            Topology(
                environment["APPLICATION"] ?? "bench", inputs: [.init("inputs")], outputs: [.init("outputs")],
                changelog: .init(environment["CHANGELOG"] ?? "changelog", .compacted), tables: ["last"]),
            instance: "bench",
            kafka: ["bootstrap.servers": environment["KAFKA_BOOTSTRAP_SERVERS"] ?? "localhost:9092"],
            stateDirectory: environment["STATE_DIRECTORY"] ?? NSTemporaryDirectory() + "tillsammans-bench")
        configuration.prefix = environment["TOPIC_PREFIX"] ?? ""
        let total = Int(environment["EVENTS"] ?? "") ?? 1_500_000
        let warm = Int(environment["WARM_UP"] ?? "") ?? 300_000
        let copier = Copier(total: total, warm: warm)
        let streams = Streams(copier, configuration, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await streams.run() }
            await copier.finished()
            group.cancelAll()
            try? await group.waitForAll()
        }
    }
}

/// Creates or deletes the topics of a benchmark.
private func topics(_ command: String, _ environment: [String: String]) throws {
    let admin = try Admin(["bootstrap.servers": environment["KAFKA_BOOTSTRAP_SERVERS"] ?? "localhost:9092"])
    let prefix = environment["TOPIC_PREFIX"] ?? ""
    if command == "delete" {
        return try admin.delete(
            admin.topics(timeout: 10_000).keys.filter { $0.hasPrefix(prefix) && !prefix.isEmpty }, timeout: 30_000)
    }
    let changelogs = (1...(Int(environment["ROUNDS"] ?? "") ?? 3)).map { "changelog-\($0)" }
    try admin.create(
        ["inputs", "outputs"].map { TopicSpecification(prefix + $0, partitions: 4) }
            + (["changelog"] + changelogs).map {
                TopicSpecification(prefix + $0, partitions: 4, settings: ["cleanup.policy": "compact"])
            }
            + ["directory", "dead-letters"].map { TopicSpecification(prefix + $0, partitions: 1) },
        replication: -1, timeout: 30_000)
}

/// Keeps the last payload of each key and publishes it; counts, on the stream's one thread.
final class Copier: Processor {
    private let total: Int
    private let warm: Int
    nonisolated(unsafe) private var count = 0  // one stream thread only
    nonisolated(unsafe) private var first: Sample?
    nonisolated(unsafe) private var warmed: Sample?
    private let done: AsyncStream<Void>
    private let finish: AsyncStream<Void>.Continuation

    init(total: Int, warm: Int) {
        (self.total, self.warm) = (total, warm)
        (done, finish) = AsyncStream.makeStream()
    }

    func process(_ event: Event, in turn: inout Turn) throws {
        if first == nil { first = Sample() }
        turn.put(raw: "last", turn.key, event.data)
        turn.publish(type: event.type, event.data, to: "outputs")
        count += 1
        if count == warm { warmed = Sample() }
        if count == total {
            let end = Sample()
            if let first, let warmed {
                print("cold \(warm) \(warmed.wall - first.wall) \(warmed.processor - first.processor)")
                print("steady \(total - warm) \(end.wall - warmed.wall) \(end.processor - warmed.processor)")
                print("memory \(Sample.residentMegabytes)")
            }
            finish.finish()
        }
    }

    func finished() async { for await _ in done {} }
}

/// Wall clock and processor time of this process, in seconds.
struct Sample {
    let wall: Double
    let processor: Double

    init() {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        processor = usage.ru_utime.seconds + usage.ru_stime.seconds
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        wall = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    static var residentMegabytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096 / 1_000_000
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
