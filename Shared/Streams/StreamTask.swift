import Foundation
import Kafka

/// One partition number of all inputs together, with its state: the unit that moves between threads and machines.
///
/// Inputs are known by their place in the stream's list of inputs, so that a record costs no look-up by name.
final class StreamTask {
    let partition: Int32
    let store: StateStore
    var phase: Phase

    /// The next offset to be taken of each input, with the open step.
    private(set) var positions: [Int64] = []
    /// The same as of the last committed step.
    private(set) var committed: [Int64] = []
    /// Positions of inputs that this version does not read. They are kept for the version that does: in a rolling upgrade
    /// a task may go to and fro between the two.
    private(set) var otherPositions: [String: Int64] = [:]
    /// The open step holds something of this task, so its positions must be part of the transaction: a transaction
    /// without offsets is not fenced.
    private(set) var isTouched = false
    /// Turns of this task in the open step.
    private(set) var turns = 0

    /// Turns that are still to be taken one a step, after an abort: one that fails is then known by itself.
    private(set) var redo = 0
    /// What Kafka refused, and will be laid among the dead letters when its turn comes again.
    var refused: [Trigger: Refusal] = [:]
    /// Nothing of this task is taken before this: its last steps failed, through no fault of a record.
    private(set) var pausedUntil: ContinuousClock.Instant?
    private var failures = 0

    /// The group's offsets as of when the task was taken, before the changelog's end was asked for (KIP-447).
    let groupOffsets: [Int64?]
    /// Where each input ended when the task was taken.
    private var backlog: [Int64] = []
    /// All that lay unread when the task was taken has been taken: what is due may be done. Before, a reminder would go
    /// out though its answer lies unread, and a wish though it is taken back there.
    private(set) var isCaughtUp = false

    /// When the restore that filled the file began: a tombstone written since then is still in the changelog.
    var restoredSince: Date
    var flushedAt: ContinuousClock.Instant
    /// A checkpoint from before a commit of this task that Kafka accepted.
    var proven: StateStore.Checkpoint?
    /// The next commit is to prove a checkpoint.
    var isFlushDue = false
    /// The disk is full; the file is tried again then.
    var fileIsFullUntil: ContinuousClock.Instant?
    /// A file that was not used, kept aside until the changelog is restored.
    var formerFile: FormerFile?

    struct FormerFile {
        let path: String
        /// It goes further than the changelog, which then has lost records.
        let isAhead: Bool
    }

    /// Keys of wishes that were made before all that lay unread was taken: nobody has begun them. At most a hundred
    /// thousand are known.
    private(set) var heldWishes: Set<String> = []
    /// There may be wishes in the state that have not been handed over.
    var hasWaitingWishes = true
    /// Reminders that failed before this start, from here on in the state's order, are tried once more; nil: no more.
    var retriesFailedAfter: Bytes? = []

    enum Phase: Equatable {
        /// The changelog is being read up to `end`, the offset after its last record or marker when the task was taken.
        case restoring(next: Int64, end: Int64)
        case restored
        case running
    }

    /// What a turn is taken for.
    enum Trigger: Hashable {
        case record(input: Int, offset: Int64)
        case reminder(Reminder)
    }

    /// Kafka does not take what follows from a turn, and never will.
    struct Refusal {
        let reason: String
        /// The dead letter with the whole record was refused as well.
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

    /// Records of this task are taken now.
    var isReading: Bool { isRunning && pausedUntil == nil }

    /// The input positions that the restored state reflects; nil in a state that never saw a step.
    func storedPositions() throws -> StoredPositions? {
        try store.get(StateKey.positions).map { try StoredPositions($0) }
    }

    /// When the next reminder is due.
    var nextReminder: Date? { try? store.firstReminder().map { try StoredReminder.reminder($0.key, $0.value).due } }

    /// The next reminder that is due; then those that failed before this start, once each.
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

    /// The state is complete and the inputs' positions are known: the first record may come.
    ///
    /// - Parameters:
    ///   - others: positions in the state of inputs that are not ours.
    ///   - ends: where each input ends now.
    func start(at positions: [Int64], others: [String: Int64], ends: [Int64]) {
        (self.positions, committed, otherPositions, backlog) = (positions, positions, others, ends)
        phase = .running
        lookWhetherCaughtUp()
    }

    // MARK: Steps

    func touch() { isTouched = true }

    func tookTurn() { turns += 1 }

    func wished(_ key: String) {
        if !isCaughtUp, heldWishes.count < 100_000 { heldWishes.insert(key) }
    }

    /// Wishes are handed over from now on.
    func lettingWishesGo() { heldWishes = [] }

    /// All below `offset` of an input has been taken.
    func advance(_ input: Int, to offset: Int64) {
        positions[input] = offset
        if !isCaughtUp { lookWhetherCaughtUp() }
    }

    private func lookWhetherCaughtUp() { isCaughtUp = zip(positions, backlog).allSatisfy { $0 >= $1 } }

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
        lookWhetherCaughtUp()
    }

    // MARK: Waiting

    /// Waits longer after each failure: 100 ms, 200 ms … 5 s.
    func pause(_ now: ContinuousClock.Instant) {
        pausedUntil = now + min(.seconds(5), .milliseconds(100) * (1 << min(failures, 6)))
        failures += 1
    }

    /// - Returns: whether the task waited and goes on now.
    func resumes(_ now: ContinuousClock.Instant) -> Bool {
        guard let pausedUntil, pausedUntil <= now else { return false }
        self.pausedUntil = nil
        return true
    }
}

/// Input positions as they lie in the state: `topic=offset` lines, sorted, and the number of partitions.
///
/// The number is there because a key's task follows from it: with another number, keys and their state part.
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
