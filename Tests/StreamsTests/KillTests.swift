import Foundation
import Kafka
import StreamsTestSupport
import Testing

@testable import Streams

@Suite("A stream that is killed loses nothing and repeats nothing")
struct KillTests {
    @Test("kill -9 at each point of a step", arguments: FaultPoint.allCases)
    func killed(at point: FaultPoint) async throws {
        try await ProbeRun.with { run in
            for round in 1...2 {
                let probe = try run.start(fault: "\(point.rawValue):\(round * 2)")
                // Feeds it until it is gone, because only the probe knows how many records make a step.
                while probe.isRunning, await run.fed.count < 20_000 { try await run.feed(1) }
                #expect(try await probe.ended(), "it should have been killed: \(probe.text)")
            }
            let probe = try run.start()
            try await run.complete()
            #expect(try await probe.terminate() == 0)
        }
    }

    @Test("a state folder that is deleted is restored from the changelog")
    func stateDeleted() async throws {
        try await ProbeRun.with { run in
            let first = try run.start()
            try await run.feed(80)
            try await run.complete()
            try await first.terminate()
            run.deleteState()
            let second = try run.start()
            try await run.feed(80)
            try await run.complete()
            try await second.terminate()
        }
    }

    @Test("two instances share the tasks, and the one that is left takes over the other's with their state")
    func takeover() async throws {
        try await ProbeRun.with { run in
            let first = try run.start(instance: "one")
            try await eventually("the first to have tasks") { first.text.contains("tasks running") }
            let second = try run.start(instance: "two")
            try await eventually("the second to have tasks") { second.text.contains("tasks running") }
            try await run.feed(100)
            try await run.complete()
            try await second.kill9()
            try await run.feed(100)
            try await run.complete()
            try await first.terminate()
        }
    }

    @Test("SIGTERM under load ends within ten seconds, with nothing half-done")
    func graceful() async throws {
        try await ProbeRun.with { run in
            let first = try run.start()
            try await eventually("tasks") { first.text.contains("tasks running") }
            try await run.feed(300)
            let before = ContinuousClock.now
            #expect(try await first.terminate() == 0)
            #expect(ContinuousClock.now - before < .seconds(10))
            let second = try run.start()
            try await run.complete()
            try await second.terminate()
        }
    }
}

/// A broker, a folder, and probes that number their inputs.
final class ProbeRun: Sendable {
    let broker: TestBroker
    private let folder = TemporaryFolder()
    private let producer: Producer
    let fed = Counter()

    private init() async throws {
        broker = try TestBroker()
        try await broker.create(["inputs", "outputs", "wakes"], partitions: 3)
        try await broker.create([
            TopicSpecification(broker.prefix + "changelog", partitions: 3, settings: ["cleanup.policy": "compact"])
        ])
        try await broker.create(["dead-letters", "directory"], partitions: 1)
        producer = try Producer(broker.properties)
    }

    static func with(_ body: (ProbeRun) async throws -> Void) async throws {
        let run = try await ProbeRun()
        let result: Result<Void, any Error>
        do { result = .success(try await body(run)) } catch { result = .failure(error) }
        await run.broker.remove()
        run.folder.remove()
        try result.get()
    }

    func start(instance: String = "one", fault: String = "") throws -> ChildProcess {
        try ChildProcess(
            "stream-probe",
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "TOPIC_PREFIX": broker.prefix,
                "STATE_DIRECTORY": folder.path, "INSTANCE_ID": instance, "FAULT": fault,
            ])
    }

    func deleteState() { try? FileManager.default.removeItem(atPath: "\(folder.path)/\(broker.prefix)probe") }

    /// Publishes inputs for seven keys.
    func feed(_ count: Int) async throws {
        for _ in 0..<count {
            let number = await fed.next()
            var record = Ledger.input(number, key: "key-\(number % 7)")
            record.topic = broker.prefix + record.topic
            try await producer.send(record)
        }
    }

    /// Waits until all inputs are numbered, and checks that each was numbered once and in order.
    func complete() async throws {
        let count = await fed.count
        let broker = broker
        let found = Found()
        try await eventually("\(count) outputs", within: .seconds(90)) {
            let violation = Ledger.violation(
                inputs: (1...count).map { ($0, "key-\($0 % 7)") }, outputs: try await Self.outputs(broker),
                wakes: try await Self.wakes(broker))
            await found.set(violation)
            return violation == nil
        }
        let violation = await found.violation
        #expect(violation == nil)
    }

    /// The embedded broker shows aborted outputs, so an event that comes again under the same id counts once there.
    private static func events(_ broker: TestBroker, _ topic: String) async throws -> [(key: String, data: String)] {
        var seen: Set<String> = []
        return try await broker.records(topic).compactMap { record in
            let id = String(decoding: record.headers["ce_id"] ?? [], as: UTF8.self)
            let isNew = seen.insert(id).inserted
            guard isNew || broker.isReal else { return nil }
            return (
                String(decoding: record.key ?? [], as: UTF8.self), String(decoding: record.value ?? [], as: UTF8.self)
            )
        }
    }

    private static func outputs(_ broker: TestBroker) async throws -> [(key: String, number: Int)] {
        try await events(broker, "outputs").map { ($0.key, Int($0.data) ?? -1) }
    }

    private static func wakes(_ broker: TestBroker) async throws -> [(key: String, name: String)] {
        try await events(broker, "wakes").map { ($0.key, $0.data) }
    }

    actor Counter {
        private(set) var count = 0
        func next() -> Int {
            count += 1
            return count
        }
    }

    private actor Found {
        private(set) var violation: String?
        func set(_ violation: String?) { self.violation = violation }
    }
}
