import Foundation
import Kafka

/// One partition number of all inputs, with its state: the unit that moves between threads and machines.
///
/// Inputs are identified by their index in the stream's list of inputs, so that a record needs no look-up by name.
final class StreamTask {
    let partition: Int32
    let store: StateStore
    var phase: Phase

    /// The next offset to process of each input, including the open step.
    private(set) var positions: [Int64] = []
    /// The same after the last committed step.
    private(set) var committed: [Int64] = []
    /// Positions of inputs that this version does not read. They are kept for the version that does: in a rolling
    /// upgrade a task may move to and fro between the two.
    private(set) var otherPositions: [String: Int64] = [:]
    /// The open step includes this task, so its positions must be part of the transaction: a transaction without
    /// offsets is not fenced.
    private(set) var isTouched = false
    /// Turns of this task in the open step.
    private(set) var turns = 0

    /// Turns that are to be redone one a step after an abort, so that one that fails is identified.
    private(set) var redo = 0
    /// Turns that Kafka refused. When they come again, they go to the dead letters.
    var refused: [Trigger: Refusal] = [:]
    /// This task processes nothing before then: its last steps failed, through no fault of a record.
    private(set) var pausedUntil: ContinuousClock.Instant?
    private var failures = 0

    /// The group's offsets when the task was assigned. They were fetched before the changelog's end (KIP-447).
    let groupOffsets: [Int64?]
    /// The end of each input when the task started.
    private var backlog: [Int64] = []
    /// True once every record has been processed that was unread when the task started. Reminders and wishes run only
    /// then: before, a reminder could fire although its answer is unread, and a wish could be performed although it is
    /// cancelled there.
    private(set) var isCaughtUp = false

    /// When the restore that filled the file began. A tombstone written since then is still in the changelog.
    var restoredSince: Date
    var flushedAt: ContinuousClock.Instant
    /// A checkpoint that was read before a commit of this task which Kafka accepted.
    var proven: StateStore.Checkpoint?
    /// The next commit must prove a checkpoint.
    var isFlushDue = false
    /// The disk is full. The next flush is tried after this.
    var fileIsFullUntil: ContinuousClock.Instant?
    /// A file that could not be used. It is kept until the changelog is restored.
    var formerFile: FormerFile?

    struct FormerFile {
        let path: String
        /// Its checkpoint is after the changelog's end, so the changelog has lost records.
        let isAhead: Bool
    }

    /// Keys of wishes that were made before the task was caught up. None of them has been performed. At most 100,000
    /// are kept.
    private(set) var heldWishes: Set<String> = []
    /// The state may hold wishes that have not been handed over.
    var hasWaitingWishes = true
    /// Reminders that failed before this start are retried once, in the state's order. This is the last key that was
    /// retried; nil when all were.
    var retriesFailedAfter: Bytes? = []

    enum Phase: Equatable {
        /// The changelog is being read up to `end`: the offset after its last record or marker when the task was
        /// assigned.
        case restoring(next: Int64, end: Int64)
        case restored
        case running
    }

    /// What causes a turn.
    enum Trigger: Hashable {
        case record(input: Int, offset: Int64)
        case reminder(Reminder)
    }

    /// Kafka refused what a turn produced, and always will.
    struct Refusal {
        let reason: String
        /// Kafka also refused the dead letter with the whole record.
        var isWholeRefused = false
    }

    init(
        partition: Int32, store: StateStore, phase: Phase, groupOffsets: [Int64?], restoredSince: Date,
        now: ContinuousClock.Instant
    ) {
        (self.partition, self.store, self.phase, self.groupOffsets) = (partition, store, phase, groupOffsets)
        (self.restoredSince, flushedAt) = (restoredSince, now)
    }

    var isRunning: Bool { phase == .running }

    var isRestoring: Bool { if case .restoring = phase { true } else { false } }

    /// Records of this task are processed now.
    var isReading: Bool { isRunning && pausedUntil == nil }

    /// The input positions that the restored state reflects; nil if no step ever wrote to it.
    func storedPositions() throws -> StoredPositions? {
        try store.get(StateKey.positions).map { try StoredPositions($0) }
    }

    /// When the next reminder is due.
    var nextReminder: Date? { try? store.firstReminder().map { try StoredReminder.reminder($0.key, $0.value).due } }

    /// The next reminder that is due. After those, each reminder that failed before this start, once.
    func dueReminder(_ now: Date) throws -> Reminder? {
        if let first = try store.firstReminder() {
            let reminder = try StoredReminder.reminder(first.key, first.value)
            if reminder.due <= now { return reminder }
        }
        guard let after = retriesFailedAfter else { return nil }
        let failed = try store.firstFailedReminder(after: after)
        retriesFailedAfter = failed?.key
        return try failed.map { try StoredReminder.reminder($0.key, $0.value) }
    }

    /// Starts processing. The state is restored and the inputs' positions are known.
    ///
    /// - Parameters:
    ///   - others: positions in the state of inputs that this version does not read.
    ///   - ends: where each input ends now.
    func start(at positions: [Int64], others: [String: Int64], ends: [Int64]) {
        (self.positions, committed, otherPositions, backlog) = (positions, positions, others, ends)
        phase = .running
        updateIsCaughtUp()
    }

    // MARK: Steps

    func touch() { isTouched = true }

    func tookTurn() { turns += 1 }

    func wished(_ key: String) {
        if !isCaughtUp, heldWishes.count < 100_000 { heldWishes.insert(key) }
    }

    /// Called when wishes are handed over: from now on, any wish may have been performed.
    func releaseHeldWishes() { heldWishes = [] }

    /// Every record of an input below `offset` has been processed.
    func advance(_ input: Int, to offset: Int64) {
        positions[input] = offset
        if !isCaughtUp { updateIsCaughtUp() }
    }

    private func updateIsCaughtUp() { isCaughtUp = zip(positions, backlog).allSatisfy { $0 >= $1 } }

    func stepCommitted() {
        store.commitStep()
        committed = positions
        redo = max(0, redo - turns)
        (isTouched, isFlushDue, turns, failures) = (false, false, 0, 0)
        if redo == 0 { refused = [:] }
    }

    func stepAborted() {
        store.dropStep()
        positions = committed
        redo = max(redo, turns)
        (isTouched, isFlushDue, turns) = (false, false, 0)
        updateIsCaughtUp()
    }

    // MARK: Waiting

    /// Waits longer after each failure: 100 ms, 200 ms … 5 s.
    func pause(_ now: ContinuousClock.Instant) {
        pausedUntil = now + min(.seconds(5), .milliseconds(100) * (1 << min(failures, 6)))
        failures += 1
    }

    /// - Returns: whether the task was paused and continues now.
    func resumes(_ now: ContinuousClock.Instant) -> Bool {
        guard let pausedUntil, pausedUntil <= now else { return false }
        self.pausedUntil = nil
        return true
    }
}

/// Input positions as stored in the state: `topic=offset` lines, sorted, and the number of partitions.
///
/// The number of partitions decides which task a key belongs to. If it changes, keys and their state part.
struct StoredPositions: Equatable {
    var offsets: [String: Int64]
    var partitions: Int

    init(_ offsets: [String: Int64], partitions: Int) { (self.offsets, self.partitions) = (offsets, partitions) }

    /// No topic has this name.
    private static let partitionsName = "#partitions"

    var encoded: Bytes {
        var lines = offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        lines.append("\(Self.partitionsName)=\(partitions)\n")
        return StateValue.encode(Bytes(lines.joined().utf8))
    }

    /// - Throws: `Undecodable` for a format of a later version.
    init(_ stored: Bytes) throws {
        let text = String(decoding: try StateValue.decode(stored), as: UTF8.self)
        offsets = Dictionary(
            text.split(separator: "\n").compactMap { line in
                let split = line.lastIndex(of: "=") ?? line.startIndex
                return Int64(line[line.index(after: split)...]).map { (String(line[..<split]), $0) }
            }, uniquingKeysWith: { $1 })
        partitions = Int(offsets.removeValue(forKey: Self.partitionsName) ?? 0)
    }
}
