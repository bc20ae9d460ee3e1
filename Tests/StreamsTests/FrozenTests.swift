import Foundation
import StreamsTestSupport
import Testing

@Suite("A stream that stands still for longer than its session", .timeLimit(.minutes(3)))
struct FrozenTests {
    @Test("SIGSTOP under load until its tasks are another's, SIGCONT: it works again, and ends when told to")
    func frozen() async throws {
        guard ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] != nil else {
            return print("skipped: the embedded broker neither fences nor knows static members")
        }
        try await ProbeRun.with { run in
            let frozen = try run.start(instance: "one")
            try await eventually("tasks") { Self.runs(frozen) > 0 }
            let other = try run.start(instance: "two")
            try await eventually("tasks of both") { Self.runs(other) > 0 }
            let load = Task { while !Task.isCancelled { try await run.feed(20) } }
            try await run.feed(200)
            kill(frozen.pid, SIGSTOP)
            let (before, taken) = (Self.runs(frozen), Self.runs(other))
            try await eventually("the other to have all tasks") { Self.runs(other) > taken }
            try await run.feed(200)
            kill(frozen.pid, SIGCONT)
            do {
                try await eventually("tasks again", within: .seconds(60)) { Self.runs(frozen) > before }
            } catch { Issue.record("\(error): \(frozen.text.suffix(3_000))") }
            load.cancel()
            _ = try? await load.value
            try await run.complete()
            for process in [frozen, other] {
                let began = ContinuousClock.now
                #expect(try await process.terminate() == 0, "\(process.text.suffix(2_000))")
                #expect(ContinuousClock.now - began < .seconds(10))
            }
        }
    }

    /// How often the process has logged that its tasks are running.
    private static func runs(_ process: ChildProcess) -> Int {
        process.text.components(separatedBy: "tasks running").count - 1
    }
}
