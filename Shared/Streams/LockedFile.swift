import Foundation

/// The one owner of a state file's descriptor, and of the lock that keeps everybody else out.
///
/// The lock replaces LMDB's own: a state file has one process and one thread. It belongs to the open file, so the
/// system lets go of it when the process dies, and a second open in the same process is refused too.
struct LockedFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws(StateFileError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateFileError(errno, "open", path) }
        // A child that this process has just forked has the file, too, until it runs its own program.
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(10_000)
        }
        close(descriptor)
        throw .failed("\(path) is open elsewhere; a state file belongs to one task of one process")
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

    /// Takes the disk's blocks for the whole file up to `size`: a page of the map that has no block yet would end the
    /// process with SIGBUS when it is written on a full disk.
    ///
    /// - Throws: `.full`, with the file as large as before.
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
