import CloudEvents
import Foundation
import GRDB
import Kafka
import Logging
import Views

/// Builds a view of a county's year from a log in memory, stops and starts it, and reads cases from it while it is written.
@main struct ViewBenchmark {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let total = Int(environment["EVENTS"] ?? "") ?? 1_500_000
        let cases = Int(environment["CASES"] ?? "") ?? 36_000
        let folder = environment["STATE_DIRECTORY"] ?? NSTemporaryDirectory() + "tillsammans-view-bench"
        try? FileManager.default.removeItem(atPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }

        let log = YearLog(total: total, cases: cases)
        try await following(folder, log) { follower, began in
            try await caughtUp(follower)
            let seconds = began.duration(to: .now) / .seconds(1)
            print("built: \(total) records in \(rounded(seconds)) s, \(Int(Double(total) / seconds)) records/s")
            print("file: \(size(of: folder) / 1_000_000) MB")
            print("memory while built: \(Memory())")
        }
        let more = YearLog(total: total + total / 100, cases: cases)
        try await following(folder, more) { follower, began in
            try await caughtUp(follower)
            print("restarted, with 1 % more: \(rounded(began.duration(to: .now) / .seconds(1))) s")
            try await read(follower, cases)
            print("memory at the end: \(Memory())")
        }
    }

    /// Reads whole cases, eight at a time.
    private static func read(_ follower: ViewFollower, _ cases: Int) async throws {
        let reads = 20_000
        let (began, times) = (ContinuousClock.now, Times())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<8 {
                group.addTask {
                    for number in stride(from: reader, to: reads, by: 8) {
                        let before = ContinuousClock.now
                        let key = YearLog.key(number &* 7_919 % cases)
                        let events = try await follower.reader().read { try Facts.of(key, $0) }
                        guard !events.isEmpty else { fatalError("no facts of \(key)") }
                        await times.add(before.duration(to: .now) / .milliseconds(1))
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = began.duration(to: .now) / .seconds(1)
        let sorted = await times.sorted
        print(
            "cases read, with all their facts: \(Int(Double(reads) / seconds)) a second; "
                + "median \(rounded(sorted[reads / 2])) ms, p99 \(rounded(sorted[reads * 99 / 100])) ms")
    }

    private static func following(
        _ folder: String, _ log: YearLog, _ body: @Sendable (ViewFollower, ContinuousClock.Instant) async throws -> Void
    ) async throws {
        let follower = ViewFollower(
            Facts(), ViewConfiguration(folder: folder, kafka: [:]), source: { YearSource(log, try $0(log.state)) },
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let began = ContinuousClock.now
        let running = Task { try await follower.run() }
        try await body(follower, began)
        running.cancel()
        try await running.value
    }

    private static func caughtUp(_ follower: ViewFollower) async throws {
        while !follower.isCaughtUp { try await Task.sleep(for: .milliseconds(10)) }
    }

    private static func size(of folder: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { sum, name in
            let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
            return sum + (size ?? 0)
        }
    }

    private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}

private actor Times {
    private var all: [Double] = []
    func add(_ milliseconds: Double) { all.append(milliseconds) }
    var sorted: [Double] { all.sorted() }
}

/// What this process has had at most, and what it has that is not a mapped file.
private struct Memory: CustomStringConvertible {
    var description: String { "at most \(megabytes("VmHWM")) MB, now \(megabytes("RssAnon")) MB anonymous" }

    private func megabytes(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
            / 1_000_000
    }
}
