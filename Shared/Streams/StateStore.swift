import CloudEvents
import Foundation

/// One task's state on this machine: the state file, overridden by what is not in the file yet.
///
/// The *overlay* holds what the open step has written, and what was committed in the changelog since the last flush
/// (the *tail*). When a step is aborted, its entries in the overlay are undone one by one. Now and then the tail is
/// flushed to the file, together with the ``Checkpoint`` from which a restore must read on. A checkpoint may be too
/// early, never too late: reading a stretch of the changelog again ends in the same state, since each record replaces
/// the one before it.
final class StateStore: StateView {
    private var overlay = Overlay()
    /// What the open step replaced in the overlay, oldest first. `previous` is nil if there was no entry.
    private var undo: [(key: Bytes, previous: Overlay.Entry?)] = []
    /// Changelog records that a restore has read and that need not be readable yet.
    private var restored = StateBatch()
    private var reminders = OverlayReminders()
    /// A key in the file's index of reminders. The overlay overrides every reminder of the file before it.
    private var firstReminderKey: (now: Bytes, committed: Bytes) = ([], [])
    private var file: StateFile?
    private let path: String
    private let maximumSize: Int
    private let boot: String
    /// The file is inconsistent.
    private var isDistrusted = false
    /// How many callers hold borrowed bytes of the file.
    private var borrowers = 0

    /// The changelog position that the file reflects.
    struct Checkpoint: Equatable {
        /// Every committed changelog record below this offset is in the file.
        var offset: Int64
        /// The cluster that the offset belongs to.
        var cluster: String
        /// When that was true. A checkpoint that is older than the changelog's retention of tombstones has missed
        /// deletions.
        var at: Date
    }

    /// Opens the file, or creates an empty one if there is none or it cannot be trusted.
    ///
    /// - Parameters:
    ///   - maximumSize: the largest size of the file on disk, in bytes.
    ///   - boot: identifies this start of the machine (``TrustMark``).
    init(path: String, maximumSize: Int = 64 << 30, boot: String = TrustMark.currentBoot) throws {
        (self.path, self.maximumSize, self.boot) = (path, maximumSize, boot)
        file = try StateFile(path: path, maximumSize: maximumSize, boot: boot)
    }

    var checkpoint: Checkpoint? { file?.checkpoint }

    /// Whether an error comes from the file, and not from the processor.
    static func isFailure(_ error: any Error) -> Bool { error is StateFileError }

    /// Whether the file is inconsistent, so that it must be restored.
    static func isCorrupt(_ error: any Error) -> Bool {
        if case .corrupt = error as? StateFileError { true } else { false }
    }

    /// Whether the file could not be written for lack of room.
    static func isFull(_ error: any Error) -> Bool {
        if case .full = error as? StateFileError { true } else { false }
    }

    private func opened() throws -> StateFile {
        guard let file else { throw StateFileError.failed("\(path) is closed") }
        return file
    }

    // MARK: Reading

    /// Passes the value under `key` to `body` without a copy. Returns nil if there is none.
    func read<Result>(_ key: Bytes, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result? {
        if let entry = overlay[key] { return try entry.value.map { try $0.withUnsafeBytes(body) } }
        guard let value = try opened().value(key) else { return nil }
        return try borrowing { try body(value) }
    }

    /// Passes every entry whose key begins with `prefix` to `body`, in key order and without a copy, until `body`
    /// returns false.
    func scan(
        _ prefix: Bytes, _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        try scan(prefix, after: nil, body)
    }

    /// At most `limit` entries whose key begins with `prefix` and comes after `after`, in key order.
    func scan(_ prefix: Bytes, after: Bytes?, limit: Int) throws -> [(key: Bytes, value: Bytes)] {
        guard limit > 0 else { return [] }
        var page: [(key: Bytes, value: Bytes)] = []
        try scan(prefix, after: after) { key, value in
            page.append((Bytes(key), Bytes(value)))
            return page.count < limit
        }
        return page
    }

    /// Merges the overlay and the file.
    private func scan(
        _ prefix: Bytes, after: Bytes?,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let newer = overlay.entries(prefix, after: after)
        var next = newer.startIndex
        func give(_ entry: (key: Bytes, value: Bytes?)) throws -> Bool {
            guard let value = entry.value else { return true }
            return try entry.key.withUnsafeBytes { key in try value.withUnsafeBytes { try body(key, $0) } }
        }
        var isStopped = false
        try borrowing {
            try opened().scan(prefix, after: after) { older in
                while next < newer.endIndex {
                    let order = newer[next].key.withUnsafeBytes { $0.order(older.key) }
                    if order > 0 { break }
                    next += 1
                    isStopped = try !give(newer[next - 1])
                    if isStopped || order == 0 { return !isStopped }
                }
                isStopped = try !body(older.key, older.value)
                return !isStopped
            }
        }
        while !isStopped, next < newer.endIndex {
            isStopped = try !give(newer[next])
            next += 1
        }
    }

    private func borrowing<Result>(_ body: () throws -> Result) rethrows -> Result {
        borrowers += 1
        defer { borrowers -= 1 }
        return try body()
    }

    // MARK: Steps

    /// Writes to the open step.
    func write(_ key: Bytes, _ value: Bytes?) {
        undo.append((key, overlay.replace(key, Overlay.Entry(value: value))))
        note(key, value)
    }

    /// The transaction is committed: makes the step part of the state.
    func commitStep() {
        undo.removeAll(keepingCapacity: true)
        firstReminderKey.committed = firstReminderKey.now
    }

    /// The transaction is aborted: undoes the step.
    func dropStep() {
        while let (key, previous) = undo.popLast() {
            overlay.replace(key, previous)
            if let previous { note(key, previous.value) }
        }
        firstReminderKey.now = firstReminderKey.committed
    }

    // MARK: Restoring

    /// Applies one committed record of the changelog.
    func restore(_ key: Bytes, _ value: Bytes?) {
        precondition(undo.isEmpty, "restored within a step")
        overlay.replace(key, Overlay.Entry(value: value))
        note(key, value)
    }

    /// Keeps one committed record of the changelog for the next flush, outside the overlay. It cannot be read before
    /// ``endRestore()`` or that flush.
    func restore(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) { restored.append(key, value) }

    /// Makes records readable that were restored and not flushed.
    func endRestore() {
        restored.forEach(in: 0..<restored.count) { restore(Bytes($0), $1.map { Bytes($0) }) }
        restored = StateBatch()
    }

    private func note(_ key: Bytes, _ value: Bytes?) {
        if ReminderRank.isReminder(key), let value { reminders.note(ReminderRank(key, value), overlay) }
    }

    // MARK: Reminders

    /// The earliest valid reminder, as stored in the state.
    func firstReminder() throws -> (key: Bytes, value: Bytes)? {
        let newer = reminders.first(overlay)
        var older: (rank: ReminderRank, value: Bytes)?
        try opened().reminders(from: firstReminderKey.now) { place, entry in
            firstReminderKey.now = place
            let key = Bytes(entry.key)
            if overlay[key] != nil { return true }
            let value = Bytes(entry.value)
            older = (ReminderRank(key, value), value)
            return false
        }
        guard let older, !older.rank.isFailed else { return newer }
        if let newer, ReminderRank(newer.key, newer.value) < older.rank { return newer }
        return (older.rank.stateKey, older.value)
    }

    /// The first reminder in key order, after `after`, whose `wake` threw.
    func firstFailedReminder(after: Bytes?) throws -> (key: Bytes, value: Bytes)? {
        let newer = overlay.entries(StateKey.reminders, after: after).lazy
            .compactMap { entry in entry.value.map { (key: entry.key, value: $0) } }
            .first { ReminderRank($0.key, $0.value).isFailed }
        var older: (key: Bytes, value: Bytes)?
        try opened().reminders(from: ReminderRank.firstFailed(after: after)) { _, entry in
            let key = Bytes(entry.key)
            // Long keys with the same beginning come in the order of their hashes, so all of them are compared.
            if let older, !key.begins(with: Bytes(older.key.prefix(StateFileKey.limit))) { return false }
            if let after, !after.isOrdered(before: key) { return true }
            if overlay[key] != nil { return true }
            if let older, older.key.isOrdered(before: key) { return true }
            older = (key, Bytes(entry.value))
            return key.count > StateFileKey.limit
        }
        guard let older, let newer else { return older ?? newer }
        return older.key.isOrdered(before: newer.key) ? older : newer
    }

    // MARK: The file

    /// Memory of the tail in bytes, including the overhead of each entry.
    var tailSize: Int { overlay.size + restored.size }

    /// True if there is something to flush.
    var hasTail: Bool { !overlay.isEmpty || !restored.isEmpty }

    /// Writes the tail and the checkpoint to the file. Must not be called while a step is open.
    ///
    /// - Parameter insideCommit: runs after the last write, before the file's commit. Tests kill here.
    /// - Throws: ``StateFileError``. The tail is kept, and the next flush tries again.
    func flush(_ checkpoint: Checkpoint, insideCommit: () -> Void = {}) throws {
        precondition(undo.isEmpty, "flushed within a step")
        precondition(borrowers == 0, "flushed while the file's bytes are borrowed")
        if overlay.isEmpty {
            restored.sort()
            try opened().write(restored, checkpoint, insideCommit: insideCommit)
        } else {
            endRestore()
            try opened().write(overlay.sorted(), checkpoint, insideCommit: insideCommit)
        }
        forgetTail()
    }

    /// Deletes everything, to be restored from the beginning of the changelog.
    func wipe() throws {
        precondition(borrowers == 0, "wiped while the file's bytes are borrowed")
        undo = []
        forgetTail()
        if let file, file.isEmpty { return }
        file = nil
        try StateFile.remove(path)
        file = try StateFile(path: path, maximumSize: maximumSize, boot: boot)
    }

    /// Keeps the file as evidence under another name, replacing an older one, and creates an empty file.
    ///
    /// - Returns: the other name.
    func setAside() throws -> String {
        precondition(borrowers == 0, "set aside while the file's bytes are borrowed")
        try? file?.sync()
        let aside = path + ".lost"
        try StateFile.move(path, to: aside)
        file = nil
        try wipe()
        return aside
    }

    /// Undoes ``setAside()``: renames the file back. The store is then closed.
    func restoreFormerFile(_ aside: String) throws {
        precondition(borrowers == 0, "brought back while the file's bytes are borrowed")
        file = nil
        undo = []
        forgetTail()
        try StateFile.move(aside, to: path)
    }

    /// Writes the file to the disk and closes it. What was not flushed is in the changelog.
    func close() {
        precondition(borrowers == 0, "closed while the file's bytes are borrowed")
        if isDistrusted {
            file = nil
            try? StateFile.remove(path)
            return
        }
        // A file that could not be synced is not marked as synced, and is restored after a power failure.
        try? file?.sync()
        file = nil
    }

    /// Marks the file as wrong. ``close()`` then deletes it, and its successor is restored from the changelog.
    func markCorrupt() { isDistrusted = true }

    private func forgetTail() {
        overlay.removeAll()
        restored.removeAll()
        reminders = OverlayReminders()
        firstReminderKey = ([], [])
    }
}
