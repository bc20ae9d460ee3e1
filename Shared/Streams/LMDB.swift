import CLMDB
import Foundation

// Small owners of LMDB's handles. Each handle is released exactly once, however its owner ends.

extension UnsafeRawBufferPointer {
    init(_ value: MDB_val) { self.init(start: value.mv_data, count: value.mv_size) }

    /// LMDB has no constant type for this. It only reads values passed this way.
    fileprivate var value: MDB_val {
        MDB_val(mv_size: count, mv_data: UnsafeMutableRawPointer(mutating: baseAddress))
    }
}

/// An open LMDB file with its three databases, and the one transaction that all reads share.
final class Environment {
    /// Values by state key.
    let state: MDB_dbi
    /// An index with empty values. Its keys are a reminder's due time and state key.
    let reminders: MDB_dbi
    /// Data about the file as a whole.
    let about: MDB_dbi

    private let path: String
    private let handle: Handle
    /// Kept open from one write to the next, so that borrowed bytes stay valid during other reads.
    private let reader: OpaquePointer
    private var isReading = true
    /// The file could not be mapped again. LMDB must not be called any more.
    private var isUnmapped = false

    /// Opens `file`, or creates LMDB's first pages in an empty one.
    ///
    /// - Parameter size: the least size of the map.
    /// - Throws: `.corrupt` if it is not an LMDB file, or is truncated.
    init(_ file: borrowing LockedFile, size: Int) throws(StateFileError) {
        let path = file.path
        let found = try file.size()
        let handle = try Handle(path)
        try StateFileError.check(mdb_env_set_maxdbs(handle.pointer, 3), "open", path)
        try StateFileError.check(mdb_env_set_mapsize(handle.pointer, max(found, size)), "open", path)
        // NOLOCK: the file is locked already, and one thread uses it. NOSYNC: a cache needs no durability. WRITEMAP:
        // the kernel writes and drops changed pages. NORDAHEAD is not set: with read-ahead, a file that is not in
        // memory yet is read twice as fast, as long as it fits.
        let flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS | MDB_NOSYNC | MDB_WRITEMAP
        let code = mdb_env_open(handle.pointer, path, UInt32(flags), 0o600)
        if code == EINVAL || code == EFBIG { throw .corrupt("\(path) says that it is larger than can be") }
        try StateFileError.check(code, "open", path)

        // Reading a page that the file has lost would end the process with SIGBUS, so the size is checked before any
        // page is read.
        var information = MDB_envinfo()
        var statistics = MDB_stat()
        try StateFileError.check(mdb_env_info(handle.pointer, &information), "look at", path)
        try StateFileError.check(mdb_env_stat(handle.pointer, &statistics), "look at", path)
        let needed = (information.me_last_pgno + 1) * Int(statistics.ms_psize)
        guard found == 0 || found >= needed else { throw .corrupt("\(path) has \(found) bytes of \(needed)") }
        try file.allocate(upTo: information.me_mapsize)

        let first = try Transaction(handle.pointer, path)
        state = try first.database("state")
        reminders = try first.database("reminders")
        about = try first.database("about")
        try first.commit()

        var reader: OpaquePointer?
        try StateFileError.check(mdb_txn_begin(handle.pointer, nil, UInt32(MDB_RDONLY), &reader), "read", path)
        guard let reader else { throw .failed("read \(path)") }
        (self.path, self.handle, self.reader) = (path, handle, reader)
    }

    deinit { mdb_txn_abort(reader) }

    // MARK: Reading

    /// The bytes are in the map, and are valid until the next write.
    func get(_ key: UnsafeRawBufferPointer, in database: MDB_dbi) throws(StateFileError) -> UnsafeRawBufferPointer? {
        try read(reading(), database, key, path)
    }

    func count(of database: MDB_dbi) throws(StateFileError) -> Int {
        var statistics = MDB_stat()
        try StateFileError.check(mdb_stat(reading(), database, &statistics), "look at", path)
        return statistics.ms_entries
    }

    /// Must be destroyed before the next write.
    func cursor(in database: MDB_dbi) throws(StateFileError) -> Cursor { try Cursor(reading(), database, path) }

    private func reading() throws(StateFileError) -> OpaquePointer {
        if !isReading {
            guard !isUnmapped else { throw .failed("\(path) could not be mapped") }
            try StateFileError.check(mdb_txn_renew(reader), "read", path)
            isReading = true
        }
        return reader
    }

    /// LMDB reuses freed pages at the next write. Without its locks it does not know of any reader.
    private func stopReading() {
        if isReading { mdb_txn_reset(reader) }
        isReading = false
    }

    // MARK: Writing

    func begin() throws(StateFileError) -> Transaction {
        stopReading()
        guard !isUnmapped else { throw .failed("\(path) could not be mapped") }
        return try Transaction(handle.pointer, path)
    }

    /// The size of the map.
    var size: Int {
        var information = MDB_envinfo()
        mdb_env_info(handle.pointer, &information)
        return information.me_mapsize
    }

    /// Maps more of the file, which must be that large already.
    func map(_ size: Int) throws(StateFileError) {
        stopReading()
        isUnmapped = true
        try StateFileError.check(mdb_env_set_mapsize(handle.pointer, size), "map", path)
        isUnmapped = false
    }

    /// Writes every change to the disk.
    func sync() throws(StateFileError) {
        guard !isUnmapped else { throw .failed("\(path) could not be mapped") }
        try StateFileError.check(mdb_env_sync(handle.pointer, 1), "sync", path)
    }

    /// A class, so that its owner can hand it over once everything is ready.
    private final class Handle {
        let pointer: OpaquePointer

        init(_ path: String) throws(StateFileError) {
            var environment: OpaquePointer?
            try StateFileError.check(mdb_env_create(&environment), "open", path)
            guard let environment else { throw .failed("open \(path)") }
            pointer = environment
        }

        deinit { mdb_env_close(pointer) }
    }
}

/// A write transaction, aborted unless it is committed.
struct Transaction: ~Copyable {
    private let pointer: OpaquePointer
    private let path: String
    private var isOpen = true

    fileprivate init(_ environment: OpaquePointer, _ path: String) throws(StateFileError) {
        var transaction: OpaquePointer?
        try StateFileError.check(mdb_txn_begin(environment, nil, 0, &transaction), "begin in", path)
        guard let transaction else { throw .failed("begin in \(path)") }
        (pointer, self.path) = (transaction, path)
    }

    deinit { if isOpen { mdb_txn_abort(pointer) } }

    /// If this throws, nothing is committed, and the transaction is over too.
    consuming func commit() throws(StateFileError) {
        isOpen = false
        try StateFileError.check(mdb_txn_commit(pointer), "commit to", path)
    }

    /// Valid until the next write.
    func get(_ key: UnsafeRawBufferPointer, in database: MDB_dbi) throws(StateFileError) -> UnsafeRawBufferPointer? {
        try read(pointer, database, key, path)
    }

    func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in database: MDB_dbi
    ) throws(StateFileError) {
        var (key, value) = (key.value, value.value)
        try StateFileError.check(mdb_put(pointer, database, &key, &value, 0), "write", path)
    }

    func delete(_ key: UnsafeRawBufferPointer, in database: MDB_dbi) throws(StateFileError) {
        var key = key.value
        let code = mdb_del(pointer, database, &key, nil)
        if code != MDB_NOTFOUND { try StateFileError.check(code, "write", path) }
    }

    /// The database of that name, created if it does not exist.
    fileprivate func database(_ name: String) throws(StateFileError) -> MDB_dbi {
        var database: MDB_dbi = 0
        try StateFileError.check(mdb_dbi_open(pointer, name, UInt32(MDB_CREATE), &database), "open", path)
        return database
    }
}

private func read(
    _ transaction: OpaquePointer, _ database: MDB_dbi, _ key: UnsafeRawBufferPointer, _ path: String
) throws(StateFileError) -> UnsafeRawBufferPointer? {
    var (key, value) = (key.value, MDB_val())
    let code = mdb_get(transaction, database, &key, &value)
    if code == MDB_NOTFOUND { return nil }
    try StateFileError.check(code, "read", path)
    return UnsafeRawBufferPointer(value)
}

/// A position in the order of keys. It must not outlive its transaction.
struct Cursor: ~Copyable {
    typealias Entry = (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    private let pointer: OpaquePointer
    private let path: String

    init(_ transaction: OpaquePointer, _ database: MDB_dbi, _ path: String) throws(StateFileError) {
        var cursor: OpaquePointer?
        try StateFileError.check(mdb_cursor_open(transaction, database, &cursor), "read", path)
        guard let cursor else { throw .failed("read \(path)") }
        (pointer, self.path) = (cursor, path)
    }

    deinit { mdb_cursor_close(pointer) }

    /// The first entry at or after `key`.
    func seek(_ key: UnsafeRawBufferPointer) throws(StateFileError) -> Entry? {
        // LMDB has no empty keys.
        key.isEmpty ? try move(MDB_FIRST) : try move(MDB_SET_RANGE, key)
    }

    func next() throws(StateFileError) -> Entry? { try move(MDB_NEXT) }

    private func move(
        _ operation: MDB_cursor_op, _ key: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) throws(StateFileError) -> Entry? {
        var (key, value) = (key.value, MDB_val())
        let code = mdb_cursor_get(pointer, &key, &value, operation)
        if code == MDB_NOTFOUND { return nil }
        try StateFileError.check(code, "read", path)
        return (UnsafeRawBufferPointer(key), UnsafeRawBufferPointer(value))
    }
}
