import Foundation
import StreamsTesting

/// A simulation that failed, shortened as far as the time allows.
struct SimulationStory {
    let seed: UInt64
    let weakness: SimulatedKafka.Weakness
    private(set) var moves: [Move]
    private(set) var violation: String
    private let deadline: ContinuousClock.Instant

    init(seed: UInt64, _ moves: [Move], _ violation: String, weakness: SimulatedKafka.Weakness = [], within: Duration) {
        (self.seed, self.moves, self.violation, self.weakness) = (seed, moves, violation, weakness)
        deadline = .now + within
    }

    /// Removes what the failure does not need: first moves, in ever smaller stretches; then interruptions and faults of
    /// the moves that are left.
    mutating func shorten() {
        removeMoves()
        for index in moves.indices where !isOver { simplify(index) }
        removeMoves()
    }

    private var isOver: Bool { .now > deadline }

    private mutating func removeMoves() {
        var size = max(1, moves.count / 2)
        while !isOver {
            var start = 0
            while start < moves.count, !isOver {
                var shorter = moves
                shorter.removeSubrange(start..<min(start + size, moves.count))
                if !takes(shorter) { start += size }
            }
            if size == 1 { break }
            size /= 2
        }
    }

    private mutating func simplify(_ index: Int) {
        func changed(_ change: (inout Move) -> Void) -> [Move] {
            var moves = moves
            change(&moves[index])
            return moves
        }
        if moves[index].hasFaults { takes(changed { $0.hasFaults = false }) }
        for interruption in moves[index].interruptions.indices.reversed() {
            if takes(changed { $0.interruptions.remove(at: interruption) }) { continue }
            var size = max(1, moves[index].interruptions[interruption].moves.count / 2)
            while !isOver {
                var start = 0
                while start < moves[index].interruptions[interruption].moves.count, !isOver {
                    let end = min(start + size, moves[index].interruptions[interruption].moves.count)
                    let isShorter = takes(
                        changed { $0.interruptions[interruption].moves.removeSubrange(start..<end) })
                    if !isShorter { start += size }
                }
                if size == 1 { break }
                size /= 2
            }
        }
    }

    @discardableResult
    private mutating func takes(_ shorter: [Move]) -> Bool {
        guard let violation = Simulation.run(seed: seed, shorter, weakness: weakness).violation else { return false }
        (moves, self.violation) = (shorter, violation)
        return true
    }

    /// The moves as numbered lines, each with what Kafka did.
    var text: String {
        let (violation, story) = Simulation.run(seed: seed, moves, weakness: weakness, tells: true)
        var number = 0
        let lines = story.prefix { !$0.hasPrefix("calm") }.map { line in
            guard !line.hasPrefix(" ") else { return "     " + line }
            number += 1
            return String(repeating: " ", count: max(0, 3 - "\(number)".count)) + "\(number)  \(line)"
        }
        return (["seed \(seed): \(violation ?? "\(self.violation) (not seen again: something is not seeded)")"] + lines)
            .joined(separator: "\n")
    }
}
