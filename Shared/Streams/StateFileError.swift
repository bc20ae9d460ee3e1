import CLMDB
import Foundation

/// Why the state file cannot be used. It is never the fault of a record, so no record is skipped for it.
package enum StateFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file is inconsistent. It is a cache: delete and restore it.
    case corrupt(String)
    /// The disk is full, or the file has reached its limit. Nothing is lost: the next flush tries again.
    case full(String)
    /// Any other error of the system.
    case failed(String)

    package var description: String {
        switch self {
        case .corrupt(let what): "the state file is corrupt: \(what)"
        case .full(let what): "no room for the state: \(what)"
        case .failed(let what): "the state file failed: \(what)"
        }
    }

    /// From a code that LMDB returns. Its own codes are negative; the others are the system's.
    init(_ code: Int32, _ doing: StaticString, _ path: String) {
        let what = "\(doing) \(path): \(String(cString: mdb_strerror(code)))"
        switch code {
        case MDB_MAP_FULL, ENOSPC, EDQUOT, EFBIG: self = .full(what)
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_PANIC, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_INCOMPATIBLE,
            MDB_PAGE_FULL, MDB_CURSOR_FULL:
            self = .corrupt(what)
        default: self = .failed(what)
        }
    }

    /// - Throws: for every code but success.
    static func check(_ code: Int32, _ doing: StaticString, _ path: String) throws(StateFileError) {
        if code != MDB_SUCCESS { throw StateFileError(code, doing, path) }
    }
}
