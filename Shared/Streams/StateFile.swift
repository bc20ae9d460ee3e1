import CloudEvents
import Foundation

/// One task's state on disk: an LMDB file. It is a cache of the changelog and may be deleted at any time.
///
/// It needs no durability of its own. It only needs to know when it cannot be trusted (``TrustMark``). A file that
/// cannot be trusted or read is replaced by an empty one.
///
/// The map is never larger than the allocated file, so a flush that finds no room fails before it loses anything. This
/// does not hold on a copy-on-write file system such as ZFS or Btrfs.
final class StateFile {
    let path: String
    private(set) var checkpoint: StateStore.Checkpoint?

    private let file: LockedFile
    private let environment: Environment
    private let mark: TrustMark
    private let maximumSize: Int

    /// Small, because tests create hundreds of files.
    private static let initialSize = 1 << 20
    /// Sizes are multiples of this, which is a whole number of pages on every platform.
    private static let granule = 1 << 16
    /// The most entries in one transaction. LMDB can list 131,071 changed pages at most, and reuses freed pages from
    /// the second transaction after.
    private static let stretch = 8_192

    /// Opens the file, or creates an empty one if there is none or it cannot be trusted.
    init(path: String, maximumSize: Int, boot: String = TrustMark.currentBoot) throws(StateFileError) {
        let file = try LockedFile(path)
        mark = TrustMark(path, boot: boot)
        self.path = path
        self.maximumSize = max(maximumSize, Self.granule) / Self.granule * Self.granule
        if !mark.isTrusted { try file.resize(to: 0) }
        (environment, checkpoint) = try Self.open(file, size: min(Self.initialSize, self.maximumSize))
        self.file = file
    }

    private static func open(
        _ file: borrowing LockedFile, size: Int
    ) throws(StateFileError) -> (Environment, StateStore.Checkpoint?) {
        do {
            if try file.size() > 0 {
                let environment = try Environment(file, size: size)
                if let checkpoint = try StateStore.Checkpoint(in: environment) { return (environment, checkpoint) }
                // Entries without a checkpoint come from a first flush that was not completed. They are discarded
                // below.
                if try environment.count(of: environment.state) == 0 { return (environment, nil) }
            }
        } catch .corrupt {
            // Replaced below, as it is only a cache.
        }
        try file.resize(to: 0)
        do { return (try Environment(file, size: size), nil) } catch {
            try? file.resize(to: 0)
            throw error
        }
    }

    /// Deletes the file and its mark. It must not be open.
    static func remove(_ path: String) throws(StateFileError) {
        for path in [path, TrustMark.path(of: path)] where unlink(path) != 0 && errno != ENOENT {
            throw StateFileError(errno, "remove", path)
        }
    }

    /// Renames the file and its mark, and replaces an older one of that name.
    static func move(_ path: String, to other: String) throws(StateFileError) {
        try remove(other)
        for name in [{ $0 }, TrustMark.path] where rename(name(path), name(other)) != 0 && errno != ENOENT {
            throw StateFileError(errno, "rename", path)
        }
    }

    /// True if nothing was ever flushed.
    var isEmpty: Bool { checkpoint == nil && (try? environment.count(of: environment.state)) == 0 }

    // MARK: Reading

    /// The value under `key`, valid until the next write.
    func value(_ key: Bytes) throws(StateFileError) -> UnsafeRawBufferPointer? {
        guard key.count > StateFileKey.limit else { return try stored(key) }
        let storedKey = StateFileKey.stored(key)
        guard let value = try stored(storedKey) else { return nil }
        return try entry(storedKey, value).value
    }

    private func stored(_ key: Bytes) throws(StateFileError) -> UnsafeRawBufferPointer? {
        // LMDB has no empty keys.
        if key.isEmpty { return nil }
        return try key.borrowed { (key) throws(StateFileError) in
            try environment.get(key, in: environment.state)
        }
    }

    /// The entries whose key begins with `prefix`, in key order, until `body` returns false.
    ///
    /// - Parameter after: only keys after this one are visited.
    func scan(_ prefix: Bytes, after: Bytes?, _ body: (Cursor.Entry) throws -> Bool) throws {
        // Stored keys equal the state keys up to the limit. Beyond it, the full keys are compared.
        let common = Bytes(prefix.prefix(StateFileKey.limit))
        var start = common
        if let after, common.isOrdered(before: after) { start = Bytes(after.prefix(StateFileKey.limit)) }
        func give(_ entry: Cursor.Entry) throws -> Bool {
            guard prefix.borrowed({ entry.key.begins(with: $0) }) else { return true }
            if let after, after.borrowed({ entry.key.order($0) }) <= 0 { return true }
            return try body(entry)
        }

        let cursor = try environment.cursor(in: environment.state)
        var next = try start.borrowed { (start) throws(StateFileError) in try cursor.seek(start) }
        while let stored = next, common.borrowed({ stored.key.begins(with: $0) }) {
            guard StateFileKey.isShortened(stored.key) else {
                guard try give(stored) else { return }
                next = try cursor.next()
                continue
            }
            // Long keys with the same beginning are stored in the order of their hashes.
            var group: [Cursor.Entry] = []
            while let other = next, StateFileKey.isShortened(other.key),
                other.key.begins(with: UnsafeRawBufferPointer(rebasing: stored.key[..<StateFileKey.limit]))
            {
                group.append(try StateFileKey.entry(other.key, other.value))
                next = try cursor.next()
            }
            for entry in group.sorted(by: { $0.key.isOrdered(before: $1.key) }) {
                guard try give(entry) else { return }
            }
        }
    }

    /// Reminders in the order of ``ReminderRank``, until `body` returns false.
    ///
    /// - Parameter start: a key of the reminders' database. Empty starts at the beginning.
    func reminders(from start: Bytes, _ body: (_ fileKey: Bytes, Cursor.Entry) throws -> Bool) throws {
        let cursor = try environment.cursor(in: environment.reminders)
        var next = try start.borrowed { (start) throws(StateFileError) in try cursor.seek(start) }
        while let place = next {
            let storedKey = ReminderRank.storedKey(in: place.key)
            guard let value = try environment.get(storedKey, in: environment.state) else {
                throw StateFileError.corrupt("\(path) has a reminder without its state")
            }
            guard try body(Bytes(place.key), StateFileKey.entry(storedKey, value)) else { return }
            next = try cursor.next()
        }
    }

    // MARK: Writing

    /// Writes `entries`, which must be sorted, and then the checkpoint.
    ///
    /// Many entries are written in several transactions. The old checkpoint stays until the last one. Restoring from
    /// the old checkpoint ends in the same state.
    func write(
        _ entries: StateBatch, _ checkpoint: StateStore.Checkpoint, insideCommit: () -> Void
    ) throws(StateFileError) {
        try mark.unsync()
        var start = 0
        repeat {
            let end = min(start + Self.stretch, entries.count)
            try growing { () throws(StateFileError) in
                let transaction = try environment.begin()
                try entries.forEach(in: start..<end) { (key, value) throws(StateFileError) in
                    try write(key, value, transaction)
                }
                if end == entries.count {
                    try checkpoint.write(environment, transaction)
                    insideCommit()
                }
                try transaction.commit()
            }
            start = end
        } while start < entries.count
        self.checkpoint = checkpoint
    }

    /// Runs `body`, and repeats it with a larger map while it finds no room.
    private func growing(_ body: () throws(StateFileError) -> Void) throws(StateFileError) {
        while true {
            do { return try body() } catch .full { try grow() }
        }
    }

    private func grow() throws(StateFileError) {
        let size = environment.size
        let step = max(size / 4, min(size, 64 << 20))
        let larger = min(maximumSize, (size + step) / Self.granule * Self.granule)
        guard larger > size else { throw .full("\(path) has reached its bound of \(maximumSize) bytes") }
        try file.allocate(upTo: larger)
        try environment.map(larger)
    }

    private func write(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?, _ transaction: borrowing Transaction
    ) throws(StateFileError) {
        let isReminder = ReminderRank.isReminder(key)
        guard isReminder || key.count > StateFileKey.limit else {
            guard let value else { return try transaction.delete(key, in: environment.state) }
            return try transaction.put(key, value, in: environment.state)
        }
        try StateFileKey.stored(Bytes(key)).borrowed { (storedKey) throws(StateFileError) in
            if isReminder { try forget(storedKey, transaction) }
            guard let value else { return try transaction.delete(storedKey, in: environment.state) }
            try StateFileKey.storedValue(Bytes(key), Bytes(value)).borrowed { (value) throws(StateFileError) in
                try transaction.put(storedKey, value, in: environment.state)
            }
            guard isReminder else { return }
            try ReminderRank.fileKey(storedKey, value).borrowed { (place) throws(StateFileError) in
                try transaction.put(place, UnsafeRawBufferPointer(start: nil, count: 0), in: environment.reminders)
            }
        }
    }

    /// Removes a reminder from the index of reminders, under the due time that the file has for it.
    private func forget(
        _ storedKey: UnsafeRawBufferPointer, _ transaction: borrowing Transaction
    ) throws(StateFileError) {
        guard let old = try transaction.get(storedKey, in: environment.state) else { return }
        let place = ReminderRank.fileKey(storedKey, try StateFileKey.entry(storedKey, old).value)
        try place.borrowed { (place) throws(StateFileError) in
            try transaction.delete(place, in: environment.reminders)
        }
    }

    private func entry(
        _ storedKey: Bytes, _ value: UnsafeRawBufferPointer
    ) throws(StateFileError) -> Cursor.Entry {
        try storedKey.borrowed { (key) throws(StateFileError) in try StateFileKey.entry(key, value) }
    }

    /// Writes the file to the disk, so that it is trusted after the machine has restarted.
    func sync() throws(StateFileError) {
        guard checkpoint != nil, !mark.isSynced else { return }
        try environment.sync()
        try mark.sync()
    }
}

extension StateStore.Checkpoint {
    private static let key = Bytes("checkpoint".utf8)
    private static let format: UInt8 = 1

    /// - Throws: `.corrupt` for a checkpoint that a later version wrote.
    fileprivate init?(in environment: Environment) throws(StateFileError) {
        let found = try Self.key.borrowed { (key) throws(StateFileError) in
            try environment.get(key, in: environment.about)
        }
        guard let found else { return nil }
        guard found.count >= 17, found[0] == Self.format else { throw .corrupt("a checkpoint of another version") }
        offset = Int64(bigEndian: found.loadUnaligned(fromByteOffset: 1, as: Int64.self))
        let seconds = UInt64(bigEndian: found.loadUnaligned(fromByteOffset: 9, as: UInt64.self))
        at = Date(timeIntervalSinceReferenceDate: Double(bitPattern: seconds))
        cluster = String(decoding: found[17...], as: UTF8.self)
    }

    fileprivate func write(
        _ environment: Environment, _ transaction: borrowing Transaction
    ) throws(StateFileError) {
        var bytes: Bytes = [Self.format]
        withUnsafeBytes(of: offset.bigEndian) { bytes += $0 }
        withUnsafeBytes(of: at.timeIntervalSinceReferenceDate.bitPattern.bigEndian) { bytes += $0 }
        bytes += cluster.utf8
        try Self.key.borrowed { (key) throws(StateFileError) in
            try bytes.borrowed { (value) throws(StateFileError) in
                try transaction.put(key, value, in: environment.about)
            }
        }
    }
}
