import CLMDB
import CloudEvents
import Foundation

/// Looks into a state file that no stream uses now, and changes nothing. For tools; a stream has a ``StateFile``.
package enum StateFileReader {
    /// Passes each entry to `body`, in key order and without a copy. An entry is a table's key and value as they lie in the
    /// changelog. The bytes are valid during the call only.
    ///
    /// The file is locked meanwhile, so that no stream opens it. A file that a stream has open is refused: the stream would
    /// use pages again that are read here.
    ///
    /// - Parameter boot: identifies this start of the machine (``TrustMark``); nil asks the system.
    /// - Throws: ``StateFileError``, also for a file that a stream has open, and for one that was written before the machine
    ///   lost its power; what `body` throws.
    package static func forEachEntry(
        of path: String, boot: String? = nil,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StateFileError(errno, "open", path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            throw StateFileError.failed("\(path) is in use; stop the service that has it open")
        }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > 0 else { return }
        let mark = TrustMark(path, boot: boot ?? TrustMark.currentBoot)
        guard mark.isTrusted || mark.isMissing else {
            throw StateFileError.corrupt("\(path) was not closed before the machine started anew; delete it")
        }
        var environment: OpaquePointer?
        try StateFileError.check(mdb_env_create(&environment), "open", path)
        defer { mdb_env_close(environment) }
        try read(environment, path, size, body)
    }

    private static func read(
        _ environment: OpaquePointer?, _ path: String, _ size: Int,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try StateFileError.check(mdb_env_set_maxdbs(environment, 3), "open", path)
        // NOLOCK: see above. The map is as large as the file says.
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS | MDB_RDONLY)
        try StateFileError.check(mdb_env_open(environment, path, flags, 0o600), "open", path)
        // Reading a page that the file has lost would end the process with SIGBUS.
        var information = MDB_envinfo()
        var statistics = MDB_stat()
        try StateFileError.check(mdb_env_info(environment, &information), "look at", path)
        try StateFileError.check(mdb_env_stat(environment, &statistics), "look at", path)
        let needed = (information.me_last_pgno + 1) * Int(statistics.ms_psize)
        guard size >= needed else { throw StateFileError.corrupt("\(path) has \(size) bytes of \(needed)") }

        var transaction: OpaquePointer?
        try StateFileError.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction), "read", path)
        guard let transaction else { throw StateFileError.failed("read \(path)") }
        defer { mdb_txn_abort(transaction) }
        var database: MDB_dbi = 0
        let code = mdb_dbi_open(transaction, "state", 0, &database)
        if code == MDB_NOTFOUND { return }
        try StateFileError.check(code, "open", path)
        let cursor = try Cursor(transaction, database, path)
        var next = try cursor.seek(UnsafeRawBufferPointer(start: nil, count: 0))
        while let stored = next {
            let entry = try StateFileKey.entry(stored.key, stored.value)
            try body(entry.key, entry.value)
            next = try cursor.next()
        }
    }
}
