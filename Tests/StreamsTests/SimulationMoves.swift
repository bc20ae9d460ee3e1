import StreamsTestSupport
import StreamsTesting

/// One thing that happens in a simulation. A story is a list of moves. Each move has its own seed, so that it does the
/// same after another move was removed from the story.
struct Move: CustomStringConvertible, Sendable {
    enum Action: Sendable {
        /// An input is written.
        case input(number: Int, key: String, topic: String, deed: Ledger.Deed)
        /// A thread runs one loop. An instance that is down starts.
        case work(String)
        /// A thread commits without a poll, so it does not learn what happened meanwhile.
        case commit(String)
        /// An open wish is performed, and its result written.
        case perform(String)
        case kill(String)
        /// Kills an instance and deletes its state folder.
        case wipe(String)
        /// Ends an instance as SIGTERM does.
        case stop(String)
        /// The group expels an instance, even if it is alive.
        case expel(String)
        /// Kills an instance. Its next start is of the other version.
        case upgrade(String)
        /// Time passes. Instances that are asleep send no heartbeats.
        case wait(Int64, asleep: [String])
    }

    var action: Action
    let seed: UInt64
    /// Calls may fail in this move.
    var hasFaults = true
    var interruptions: [Interruption] = []

    /// What other instances do before one call of the move.
    struct Interruption: Sendable {
        let before: Place
        /// Its whole process is frozen, not only the thread: its buffers are not sent.
        var isFrozen: Bool
        var moves: [Move]
    }

    enum Place: Sendable {
        /// The call with this number within the move.
        case call(Int)
        /// The first call with this name.
        case named(String)
    }

    var description: String {
        switch action {
        case .input(let number, let key, let topic, let deed):
            "input \(number) for \(key) on \(topic)\(deed == .count ? "" : ": \(deed)")"
        case .work(let name): "\(name) works"
        case .commit(let name): "\(name) commits without a poll"
        case .perform(let name): "\(name) performs a wish"
        case .kill(let name): "\(name) is killed"
        case .wipe(let name): "\(name) is killed and its state folder deleted"
        case .stop(let name): "\(name) is asked to stop"
        case .expel(let name): "\(name) is expelled"
        case .upgrade(let name): "\(name) is killed, to start as the other version"
        case .wait(let time, let asleep):
            "\(time) ms go by" + (asleep.isEmpty ? "" : ", \(asleep.joined(separator: ", ")) asleep")
        }
    }
}

/// Chooses the moves of a seed's story.
struct MoveGenerator {
    private var random: SeededGenerator
    private var inputs = 0
    private let names: [String]
    private let upgrades: Bool
    private let brokerRefuses: Bool

    init(seed: UInt64, names: [String], upgrades: Bool, brokerRefuses: Bool) {
        random = SeededGenerator(seed: seed &* 7_919)
        (self.names, self.upgrades, self.brokerRefuses) = (names, upgrades, brokerRefuses)
    }

    mutating func moves(_ count: Int) -> [Move] { (0..<count).map { _ in move(depth: 0, busy: []) } }

    private mutating func move(depth: Int, busy: [String]) -> Move {
        let free = names.filter { !busy.contains($0) }
        let name = free.randomElement(using: &random) ?? names[0]
        let any = names.randomElement(using: &random) ?? names[0]
        let action: Move.Action =
            switch Int.random(in: 0..<1_000, using: &random) {
            case ..<130: input()
            case ..<145: .kill(any)
            case ..<149: .wipe(any)
            case ..<157: .stop(any)
            case ..<166: .expel(any)
            case ..<(upgrades ? 174 : 166): .upgrade(any)
            case ..<235: wait()
            case ..<265: .perform(name)
            case ..<320: .commit(name)
            default: .work(name)
            }
        var move = Move(action: action, seed: random.next())
        switch action {
        case .work(let name), .commit(let name), .stop(let name):
            if depth < 2, Int.random(in: 0..<100, using: &random) < 10 { interrupt(&move, name, depth, busy) }
        default: break
        }
        return move
    }

    /// Other instances act while this one stands still. Often the group considers it dead.
    private mutating func interrupt(_ move: inout Move, _ name: String, _ depth: Int, _ busy: [String]) {
        var moves: [Move] = []
        var count = Int.random(in: 1...6, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case ..<4:
            moves.append(Move(action: .expel(name), seed: random.next()))
            count = Int.random(in: 10...50, using: &random)
        case ..<7:
            moves.append(
                Move(
                    action: .wait(Int64.random(in: 6_000...13_000, using: &random), asleep: [name]), seed: random.next()
                ))
            count = Int.random(in: 10...50, using: &random)
        default: break
        }
        for _ in 0..<count { moves.append(self.move(depth: depth + 1, busy: busy + [name])) }
        // Most can go wrong while a transaction is undecided.
        let named = ["sendOffsets", "commit", "EndTxn", "watermarks", "read"][Int.random(in: 0..<5, using: &random)]
        let place: Move.Place =
            Bool.random(using: &random) ? .named(named) : .call(Int.random(in: 0..<14, using: &random))
        move.interruptions.append(
            Move.Interruption(before: place, isFrozen: Int.random(in: 0..<10, using: &random) < 6, moves: moves))
    }

    private mutating func wait() -> Move.Action {
        if Int.random(in: 0..<8, using: &random) == 0 {
            let asleep = names.filter { _ in Bool.random(using: &random) }
            return .wait(Int64.random(in: 5_000...12_000, using: &random), asleep: asleep)
        }
        return .wait(Int64.random(in: 5...900, using: &random), asleep: [])
    }

    private mutating func input() -> Move.Action {
        inputs += 1
        let key = "key-\(Int.random(in: 0..<9, using: &random))"
        // Times are absolute. A story lasts a few simulated minutes.
        let due = SimulatedClock.start + Int64.random(in: 0...180_000, using: &random)
        let deed: Ledger.Deed =
            switch Int.random(in: 0..<100, using: &random) {
            case ..<4: .fail
            case ..<7: .publish(bytes: brokerRefuses && Bool.random(using: &random) ? 1_800 : 3_000)
            case ..<17: .remind(at: due)
            case ..<22: .move(to: due)
            case ..<26: .cancel
            case ..<36: .wish
            case ..<39: .withdraw
            default: .count
            }
        // Reminders and wishes use one topic only, because there is no order between topics to check.
        let topic = deed == .count && Int.random(in: 0..<5, using: &random) == 0 ? "commands" : "inputs"
        return .input(number: inputs, key: key, topic: topic, deed: deed)
    }
}
