import Foundation
import Kafka

/// One partition number of all inputs together, with its state: the unit that moves between threads and machines.
final class StreamTask {
    let partition: Int32
    let store: StateStore
    var phase: Phase
    /// The next offset to be taken, by input topic, with the open step.
    var positions: [String: Int64] = [:]
    /// The same as of the last committed step.
    private(set) var committed: [String: Int64] = [:]
    /// The open step holds something of this task, so its positions must be part of the transaction: a transaction
    /// without offsets is not fenced.
    var isTouched = false
    var flushedAt = ContinuousClock.now

    enum Phase: Equatable {
        /// The changelog is being read up to `end`, the offset after its last record or marker when the task was taken.
        case restoring(next: Int64, end: Int64)
        case restored
        case running
    }

    init(partition: Int32, store: StateStore, phase: Phase) {
        (self.partition, self.store, self.phase) = (partition, store, phase)
    }

    var isRunning: Bool { phase == .running }

    /// The input positions that the restored state reflects; nil in a state that never saw a step.
    func storedPositions() throws -> [String: Int64]? {
        try store.get(StateKey.positions).map { try StoredPositions.decode($0) }
    }

    /// The state is complete and the inputs' positions are known: the first record may come.
    func start(at positions: [String: Int64]) throws {
        (self.positions, committed) = (positions, positions)
        phase = .running
    }

    var nextReminder: Date? { (try? firstReminder())??.due }

    func popDueReminder(_ now: Date) throws -> Reminder? {
        guard let reminder = try firstReminder(), reminder.due <= now else { return nil }
        return reminder
    }

    private func firstReminder() throws -> Reminder? {
        guard isRunning, let first = try store.firstReminder() else { return nil }
        return try StoredReminder.reminder(first.key, first.value)
    }

    /// Writes into the open step.
    func write(_ key: Bytes, _ value: Bytes?) throws {
        store.write(key, value)
        isTouched = true
    }

    func stepCommitted() {
        store.commitStep()
        committed = positions
        isTouched = false
    }

    func stepAborted() throws {
        store.dropStep()
        positions = committed
        isTouched = false
    }
}

/// Input positions as they lie in the state: `topic=offset` lines, sorted.
enum StoredPositions {
    static func encode(_ positions: [String: Int64]) -> Bytes {
        let lines = positions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        return StateValue.encode(Bytes(lines.joined().utf8))
    }

    static func decode(_ stored: Bytes) throws -> [String: Int64] {
        let text = String(decoding: try StateValue.decode(stored), as: UTF8.self)
        return Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").compactMap { line in
                let split = line.lastIndex(of: "=") ?? line.startIndex
                return Int64(line[line.index(after: split)...]).map { (String(line[..<split]), $0) }
            })
    }
}
