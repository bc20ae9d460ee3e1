import Codec
import Domain
import Foundation
import Kafka
import Logging
import TestSupport
import Testing

@testable import Streams

@Suite("Exactly once, on a simulated Kafka that fails wherever Kafka can")
struct SimulationTests {
    @Test(
        "each event counts once and in order, whatever is killed, fenced, expelled, aborted or delayed",
        arguments: (1...60).map(UInt64.init))
    func exactlyOnce(seed: UInt64) throws {
        let violation = try Simulation(seed: seed).run()
        #expect(violation == nil, "seed \(seed)")
    }

    @Test(
        "a Kafka weaker than the real one is seen to break the promise, so the simulation can see",
        arguments: [SimulatedKafka.Weakness.readsUncommitted, .noFencing, .stableEnds].map(\.rawValue))
    func weaker(rawValue: Int) throws {
        let weakness = SimulatedKafka.Weakness(rawValue: rawValue)
        let seeds = (1...60).map(UInt64.init)
        let broken = try seeds.contains { try Simulation(seed: $0, weakness: weakness).run() != nil }
        #expect(broken)
    }
}

/// Three instances over four tasks for some thousand moves, each chosen by the seed; then calm, and the count.
struct Simulation {
    let seed: UInt64
    var weakness: SimulatedKafka.Weakness = []

    private final class Instance {
        let name: String
        var thread: StreamThread<Ledger>?
        var log: SimulatedLog?
        init(_ name: String) { self.name = name }
    }

    /// - Returns: what is wrong, or nil.
    func run() throws -> String? {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let kafka = SimulatedKafka(seed: seed, partitions: 4, weakness: weakness)
        var random = SeededGenerator(seed: seed &* 7_919)
        kafka.faultsPerMille = Int.random(in: 0...15, using: &random)
        let flushes = Bool.random(using: &random)
        let instances = ["a", "b", "c"].map(Instance.init)
        var inputs: [(number: Int, key: String)] = []
        var incarnation = 0

        func start(_ instance: Instance) throws {
            incarnation += 1
            var configuration = StreamsConfiguration(
                application: "ledger", instance: instance.name, inputs: ["inputs"], changelog: "changelog", kafka: [:],
                stateDirectory: folder.path)
            configuration.commitInterval = .seconds(3_600)
            configuration.recordsPerStep = Int.random(in: 1...7, using: &random)
            configuration.flushInterval = flushes ? .zero : .seconds(3_600)
            configuration.idlePoll = .zero
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/ledger/\(instance.name)", withIntermediateDirectories: true)
            let log = SimulatedLog(kafka, member: instance.name, incarnation: incarnation)
            instance.log = log
            instance.thread = StreamThread(
                Ledger(), configuration, log: log, directory: FixedDirectory(Directory()), clock: { Date() },
                events: StreamEvents(
                    application: "ledger", logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() },
                    now: { Date() }))
            log.join(["inputs"])
        }

        /// Gone without a word: no close, no leave; the group notices later, or when it comes back.
        func kill(_ instance: Instance) { (instance.thread, instance.log) = (nil, nil) }

        func move(_ instance: Instance) throws {
            guard let thread = instance.thread else { return try start(instance) }
            do { try thread.advance() } catch is KafkaError { kill(instance) }
        }

        for _ in 0..<1_500 {
            let instance = instances[Int.random(in: 0..<3, using: &random)]
            switch Int.random(in: 0..<1_000, using: &random) {
            case ..<120:
                let record = (number: inputs.count + 1, key: "key-\(Int.random(in: 0..<9, using: &random))")
                kafka.append(Ledger.input(record.number, key: record.key), transaction: -1)
                inputs.append(record)
            case 120..<128:
                kill(instance)
            case 128..<132:
                kill(instance)
                try? FileManager.default.removeItem(atPath: "\(folder.path)/ledger/\(instance.name)")
            case 132..<136:
                // Expelled by the group while it still works: the zombie.
                kafka.expel(instance.name)
            case 136..<138:
                if let log = instance.log, let thread = instance.thread {
                    try? thread.commitStep()
                    kill(instance)
                    log.close()
                }
            case 138..<180:
                // A commit after a stall, without a poll that could have told what happened meanwhile.
                do { try instance.thread?.commitStep() } catch is KafkaError { kill(instance) }
            default:
                try move(instance)
            }
        }

        // Calm: everybody works without faults until nothing moves any more.
        kafka.faultsPerMille = 0
        for instance in instances.dropFirst() {
            instance.log?.close()
            kill(instance)
            kafka.expel(instance.name)
        }
        let last = instances[0]
        for _ in 0..<6_000 {
            kafka.deliverMarkers(all: last.thread == nil)
            try move(last)
            if Int.random(in: 0..<10, using: &random) == 0 {
                do { try last.thread?.commitStep() } catch is KafkaError { kill(last) }
            }
        }
        kafka.deliverMarkers(all: true)
        func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
        return Ledger.violation(
            inputs: inputs,
            outputs: kafka.committedRecords("outputs").map { (text($0.key), Int(text($0.value)) ?? -1) },
            wakes: kafka.committedRecords("wakes").map { (text($0.key), text($0.value)) })
    }
}
