import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting

@testable import Streams

/// Three instances run four tasks with two inputs for some hundred moves that the seed chooses. Then it is calm, and
/// the results are counted.
final class Simulation {
    private static let names = ["a", "b", "c"]

    let kafka: SimulatedKafka
    private let seed: UInt64
    private var instances: [String: SimulatedInstance<Ledger>] = [:]
    /// Instances in the middle of a call, each with its move and how many calls that has made.
    private var busy: [(name: String, move: Move, calls: Int, names: Set<String>)] = []
    /// Instances whose process dies at its next call.
    private var doomed: Set<String> = []
    private var versions: [String: Int] = [:]
    private var fed: [LedgerAudit.Input] = []
    private var performed = 0
    private let settings: Settings
    private let folder: String

    private struct Settings {
        let faults: Int
        let recordsPerStep: Int
        let commitInterval: Duration
        let flushInterval: Duration
        let idlePoll: Duration
        /// Machines without a volume: each start has an empty folder.
        let forgetsFiles: Bool
    }

    /// The moves of a seed.
    static func moves(seed: UInt64, count: Int = 420) -> [Move] {
        var generator = MoveGenerator(
            seed: seed, names: names, upgrades: seed % 3 == 0,
            brokerRefuses: KafkaError(simulated: "MSG_SIZE_TOO_LARGE", isAbortable: true).isAboutTheRecord)
        return generator.moves(count)
    }

    /// - Returns: what is wrong, or nil; and the story, if `tells` is set.
    static func run(
        seed: UInt64, _ moves: [Move], weakness: SimulatedKafka.Weakness = [], tells: Bool = false
    ) -> (violation: String?, story: [String]) {
        let simulation = Simulation(seed: seed, weakness)
        defer { try? FileManager.default.removeItem(atPath: simulation.folder) }
        if tells { simulation.kafka.story = [] }
        do throws(Violation) {
            try simulation.play(moves)
            try simulation.calm()
            return (nil, simulation.kafka.story ?? [])
        } catch {
            return (error.text, simulation.kafka.story ?? [])
        }
    }

    struct Violation: Error { let text: String }

    private init(seed: UInt64, _ weakness: SimulatedKafka.Weakness) {
        self.seed = seed
        kafka = SimulatedKafka(seed: seed, partitions: 4, weakness: weakness)
        (kafka.clientLimit, kafka.brokerLimit) = (2_000, 1_500)
        // In memory if possible: thousands of files are created and deleted.
        let shared = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
        folder = shared + "tillsammans-simulation-" + UUID().uuidString.lowercased()
        var random = SeededGenerator(seed: seed &* 104_729)
        settings = Settings(
            faults: Int.random(in: 0...12, using: &random), recordsPerStep: Int.random(in: 1...7, using: &random),
            commitInterval: .milliseconds(Int.random(in: 5...400, using: &random)),
            flushInterval: .milliseconds([0, 200, 4_000, 3_600_000][Int.random(in: 0..<4, using: &random)]),
            idlePoll: .milliseconds(Int.random(in: 5...50, using: &random)), forgetsFiles: seed % 5 == 4)
        kafka.beforeCall = { [unowned self] name, call in called(name, call) }
    }

    // MARK: Moves

    private func play(_ moves: [Move]) throws(Violation) {
        for move in moves { try make(move) }
    }

    private func make(_ move: Move) throws(Violation) {
        tell("\(move)")
        let (random, faults) = (kafka.random, kafka.faultsPerMille)
        kafka.random = SeededGenerator(seed: move.seed)
        kafka.faultsPerMille = move.hasFaults ? settings.faults : 0
        defer { (kafka.random, kafka.faultsPerMille) = (random, faults) }
        switch move.action {
        case .input(let number, let key, let topic, let deed): feed(number, key, topic, deed)
        case .work(let name):
            if instances[name] == nil, !isBusy(name) { return start(name) }
            try with(name, move) { try $0.thread.advance() }
        case .commit(let name): try with(name, move) { try $0.thread.commitStep() }
        case .stop(let name):
            try with(name, move) { try $0.stop() }
            kill(name)
        case .perform(let name): perform(name)
        case .kill(let name): kill(name)
        case .wipe(let name):
            // The files of a process that is in the middle of a call are not deleted.
            let isWiped = !isBusy(name)
            kill(name)
            if isWiped { try? FileManager.default.removeItem(atPath: configuration(name).folder) }
        case .expel(let name): kafka.expel(name)
        case .upgrade(let name):
            kill(name)
            versions[name] = 3 - versions[name, default: 2]
        case .wait(let time, let asleep): kafka.wait(time, asleep: Set(asleep + busy.map(\.name)))
        }
    }

    private func tell(_ move: String) {
        kafka.depth -= 1
        kafka.note(move)
        kafka.depth += 1
    }

    private func isBusy(_ name: String) -> Bool { busy.contains { $0.name == name } }

    /// Lets an instance make calls, unless it is in the middle of one. An error of Kafka ends its thread, as in
    /// `Streams`. Any other error is a fault of the runtime.
    private func with(
        _ name: String, _ move: Move, _ body: (SimulatedInstance<Ledger>) throws -> Void
    ) throws(Violation) {
        guard let instance = instances[name], !isBusy(name) else { return }
        busy.append((name, move, 0, []))
        let result = Result { try body(instance) }
        busy.removeLast()
        if let interrupted { throw interrupted }
        if doomed.remove(name) != nil { kill(name) }
        do { try result.get() } catch let error as KafkaError {
            kafka.note("\(name) fails: \(error.name)")
            kill(name)
        } catch {
            throw Violation(text: "\(name) threw \(error)")
        }
    }

    /// A violation inside an interruption. It is thrown when the calls around it have ended.
    private var interrupted: Violation?

    private func called(_ name: String, _ call: String) {
        guard let last = busy.indices.last, busy[last].name == name, interrupted == nil else { return }
        let (move, number) = (busy[last].move, busy[last].calls)
        busy[last].calls += 1
        let isFirst = busy[last].names.insert(call).inserted
        for interruption in move.interruptions {
            switch interruption.before {
            case .call(let wanted): guard wanted == number else { continue }
            case .named(let wanted): guard wanted == call, isFirst else { continue }
            }
            kafka.note("before \(name)'s \(call)\(interruption.isFrozen ? ", its process frozen" : ""):")
            if interruption.isFrozen { kafka.frozen.insert(name) }
            defer { kafka.frozen.remove(name) }
            kafka.depth += 1
            do throws(Violation) { try play(interruption.moves) } catch { interrupted = error }
            kafka.depth -= 1
        }
    }

    private func configuration(_ name: String) -> StreamsConfiguration {
        var configuration = StreamsConfiguration(
            Ledger.topology(inputs: versions[name, default: 2] == 2 ? ["inputs", "commands"] : ["inputs"]),
            instance: name, kafka: [:], stateDirectory: folder)
        configuration.commitInterval = settings.commitInterval
        configuration.recordsPerStep = settings.recordsPerStep
        configuration.flushInterval = settings.flushInterval
        configuration.idlePoll = settings.idlePoll
        return configuration
    }

    private func start(_ name: String) {
        let configuration = configuration(name)
        if settings.forgetsFiles { try? FileManager.default.removeItem(atPath: configuration.folder) }
        let instance = SimulatedInstance(Ledger(), configuration, kafka)
        instances[name] = instance
        do { try instance.log.join(configuration.inputs) } catch { kill(name) }
    }

    /// Ends without leaving the group, which notices later, or when the instance comes back.
    private func kill(_ name: String) {
        guard let instance = instances[name] else { return }
        instance.log.cutOff()
        if isBusy(name) { doomed.insert(name) } else { instances[name] = nil }
    }

    private func feed(_ number: Int, _ key: String, _ topic: String, _ deed: Ledger.Deed) {
        fed.append(LedgerAudit.Input(number, key: key, topic: topic, deed: deed))
        kafka.append(Ledger.input(number, key: key, topic: topic, deed: deed))
    }

    private func perform(_ name: String) {
        guard let instance = instances[name], !isBusy(name), let wish = instance.takeWish() else { return }
        let parts = wish.key.split(separator: "/").map(String.init)
        performed += 1
        kafka.note("wish \(wish.key)")
        feed(1_000_000 + performed, parts[0], "commands", .fulfil(wish: parts[1]))
    }

    // MARK: The end

    /// Runs one instance without faults until everything is done, and then a little longer, to see that nothing comes
    /// twice.
    private func calm() throws(Violation) {
        tell("calm: only a goes on")
        for name in Self.names { kill(name) }
        versions["a"] = 2
        kafka.wait(20_000)
        var random = SeededGenerator(seed: seed)
        func goOn(_ moves: Int) throws(Violation) {
            for _ in 0..<moves {
                try make(Move(action: .work("a"), seed: random.next(), hasFaults: false))
                for _ in 0..<3 { perform("a") }
                kafka.wait(200)
            }
        }
        var found: String?
        for _ in 0..<60 {
            try goOn(40)
            found = audit.violation
            if found == nil { break }
        }
        if found == nil {
            try goOn(40)
            found = audit.violation
        }
        if let found { throw Violation(text: found) }
    }

    private var audit: LedgerAudit {
        func text(_ bytes: Bytes?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
        func number(_ bytes: Bytes?) -> Int { Int(text(bytes)) ?? -1 }
        var audit = LedgerAudit()
        audit.inputs = fed
        audit.outputs = kafka.committedRecords("outputs").map {
            (text($0.key), number($0.value), number($0.headers["ce_cause"]))
        }
        audit.wakes = kafka.committedRecords("wakes").map { (text($0.key), text($0.value)) }
        audit.dead = kafka.committedRecords("dead-letters").map { number($0.headers["ce_id"]) }
        return audit
    }
}
