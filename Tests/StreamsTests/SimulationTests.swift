import Foundation
import StreamsTesting
import Synchronization
import Testing

@Suite("Exactly once, on a simulated Kafka that fails wherever Kafka can")
struct SimulationTests {
    /// Seeds after the first 300 that found a fault. 4166: when a broker did not answer while tasks were opened, the
    /// changelog reader continued where an earlier restore had left it, and skipped a stretch.
    private static let found: [UInt64] = [4166]

    @Test(
        "each event counts once and in order, whatever is killed, fenced, expelled, delayed or stands still",
        arguments: (1...300).map(UInt64.init) + Self.found)
    func exactlyOnce(seed: UInt64) { check(seed) }

    /// By hand: `SIMULATION_SEEDS=20000 swift test --filter SimulationTests.manySeeds`, starting at `SIMULATION_FIRST`.
    @Test("the same for as many seeds as are asked for", .enabled(if: SimulationTests.seeds > 0))
    func manySeeds() async {
        let first = UInt64(ProcessInfo.processInfo.environment["SIMULATION_FIRST"] ?? "") ?? 1_001
        var (started, done, failed) = (0, 0, 0)
        await withTaskGroup(of: Bool.self) { group in
            func count(_ isFine: Bool) {
                (done, failed) = (done + 1, failed + (isFine ? 0 : 1))
                if done.isMultiple(of: 500) { print("\(done) of \(Self.seeds) seeds, \(failed) failed") }
            }
            for seed in first..<first + UInt64(Self.seeds) {
                if started >= ProcessInfo.processInfo.activeProcessorCount, let isFine = await group.next() {
                    count(isFine)
                }
                started += 1
                group.addTask { check(seed) }
            }
            for await isFine in group { count(isFine) }
        }
    }

    private static let seeds = Int(ProcessInfo.processInfo.environment["SIMULATION_SEEDS"] ?? "") ?? 0

    /// How many failures were shortened. The first two are; the others are only named.
    private static let shortened = Atomic(0)

    @discardableResult
    private func check(_ seed: UInt64) -> Bool {
        let moves = Simulation.moves(seed: seed)
        guard let violation = Simulation.run(seed: seed, moves).violation else { return true }
        if Self.shortened.wrappingAdd(1, ordering: .relaxed).oldValue < 2 {
            var story = SimulationStory(seed: seed, moves, violation, within: .seconds(30))
            story.shorten()
            Issue.record("\(story.text)")
        } else {
            Issue.record("seed \(seed): \(violation)")
        }
        return false
    }

    @Test("the same seed gives the same run, call by call", arguments: (1...5).map(UInt64.init))
    func repeatable(seed: UInt64) {
        let moves = Simulation.moves(seed: seed)
        let first = Simulation.run(seed: seed, moves, tells: true)
        let second = Simulation.run(seed: seed, moves, tells: true)
        let difference = zip(first.story, second.story).enumerated().first { $0.element.0 != $0.element.1 }
        #expect(difference == nil)
        #expect(first.story.count == second.story.count)
    }

    @Test(
        "a Kafka weaker than the real one is seen to break the promise, so the simulation can see",
        arguments: [
            SimulatedKafka.Weakness.readsUncommitted, .noFencing, .stableEnds, .unstableOffsets, .noEpochs,
        ].map(\.rawValue))
    func weaker(rawValue: Int) {
        let weakness = SimulatedKafka.Weakness(rawValue: rawValue)
        let broken = (1...400).first { seed in
            Simulation.run(seed: seed, Simulation.moves(seed: seed), weakness: weakness).violation != nil
        }
        #expect(broken != nil)
    }
}
