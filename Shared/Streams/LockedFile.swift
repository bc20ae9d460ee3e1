import Foundation

/// The only owner of a state file's descriptor, and of the lock that excludes every other user. A view locks a file, too.
///
/// The lock replaces LMDB's own: one process and one thread use a state file. The lock belongs to the open file, so the
/// system releases it when the process dies, and a second open in the same process is refused too.
package struct LockedFile: ~Copyable {
    package let path: String
    private let descriptor: Int32

    /// - Parameter rule: who may have it open; for the error's text.
    package init(
        _ path: String, rule: String = "a state file belongs to one task of one process"
    ) throws(StateFileError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateFileError(errno, "open", path) }
        // One that was open to others, for example by a mount that opens all files, is closed to them.
        // Where this throws, `deinit` closes the descriptor. Closed here too, it would be another thread's by then.
        guard fchmod(descriptor, 0o600) == 0 else { throw StateFileError(errno, "close to others", path) }
        // A child that this process has just forked also holds the file, until it executes its own program.
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(10_000)
        }
        throw .failed("\(path) is open elsewhere; \(rule)")
    }

    deinit { close(descriptor) }

    func size() throws(StateFileError) -> Int {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw StateFileError(errno, "look at", path) }
        return Int(size)
    }

    func resize(to size: Int) throws(StateFileError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw StateFileError(errno, "resize", path) }
    }

    /// Allocates disk blocks for the whole file up to `size`. Otherwise a write to a mapped page without a block would
    /// end the process with SIGBUS on a full disk.
    ///
    /// - Throws: `.full`; the file keeps its size.
    func allocate(upTo size: Int) throws(StateFileError) {
        let before = try self.size()
        var code: Int32
        repeat { code = posix_fallocate(descriptor, 0, off_t(size)) } while code == EINTR
        guard code == 0 else {
            if try self.size() > before { try resize(to: before) }
            throw StateFileError(code, "take room on the disk for", path)
        }
    }
}
