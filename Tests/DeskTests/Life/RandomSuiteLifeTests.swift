import CloudEvents
import Codec
import Domain
import Testing

@Suite("Whatever happens to a county's cases, in all services at once")
struct RandomSuiteLifeTests {
    private static let seeds = UInt64(1)...50
    private static let steps = 200

    /// 10 000 steps in all.
    @Test(
        """
        random sequences through the whole suite keep what must always hold: nobody is asked who is no guardian any more, \
        no consent of theirs counts, no case closes without its reason and its notices, an owner always has a step, each \
        command is answered once, and the services agree (rules 2, 3, 12, 13, 17, 19 and 22)
        """)
    func always() async throws {
        let accepted = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for seed in Self.seeds { group.addTask { try await Self.live(seed) } }
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
        let never = SuiteLife.deeds.map(\.name).filter { accepted[$0] == nil }
        #expect(never.isEmpty, "each kind of command is accepted now and then: \(accepted)")
    }

    /// - Returns: how often each kind of command was accepted.
    private static func live(_ seed: UInt64) async throws -> [String: Int] {
        var life = try SuiteLife(seed: seed)
        var accepted: [String: Int] = [:]
        for number in 1...steps {
            // Tests that wait for something run beside this one.
            await Task.yield()
            let step = try life.step()
            let faults = try LifeInvariants.faults(life, after: step)
            #expect(faults.isEmpty, "seed \(seed), step \(number), \(step.name)")
            // What follows from a fault is none of its own.
            if !faults.isEmpty { break }
            for given in step.given where !step.isRefused(given) { accepted[given.deed.name, default: 0] += 1 }
        }
        return accepted
    }

    @Test(
        "everything that a person can ask of Mapping and Meetings is done in such a life, but for what is tested elsewhere"
    )
    func complete() {
        let asked = Set(SuiteLife.deeds.map(\.command))
        let elsewhere = [EraseChild.eventType, PublishBusyTimes.eventType, ForwardMail.eventType]
        let all = EventRegistry.all.filter {
            $0.kind == .command && ($0.topics == [.mappingCommands] || $0.topics == [.meetingCommands])
        }
        #expect(Set(all.map { $0.eventType }) == asked.union(elsewhere))
    }
}
