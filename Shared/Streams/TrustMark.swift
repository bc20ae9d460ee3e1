import Foundation

/// Says whether a state file can be trusted: a few bytes in a file of their own, `<path>.boot`.
///
/// The state file is not synced while it is written, so a power failure can leave any mixture of old and new pages. If
/// only the process dies, the kernel still has all pages. So a file is good if it was written since the machine
/// started, or was synced when it was closed. This must be known before LMDB opens the file, because a damaged file may
/// crash it; therefore the mark is not inside the file.
struct TrustMark {
    let path: String
    private let boot: String

    private static let length = 36
    private static let synced = "synced"

    /// - Parameter boot: identifies this start of the machine.
    init(_ file: String, boot: String) { (path, self.boot) = (Self.path(of: file), boot) }

    static func path(of file: String) -> String { file + ".boot" }

    /// The kernel's id of this start. If there is none, only a synced file is trusted.
    static let currentBoot: String = {
        let id = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return id?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString
    }()

    var isTrusted: Bool { text == boot || isSynced }
    var isSynced: Bool { text == Self.synced }
    /// Nothing was ever flushed to the file.
    var isMissing: Bool { text == nil }

    /// Called before the file changes. The mark must be on disk before the change can be.
    func unsync() throws(StateFileError) {
        if text != boot { try write(boot, durably: isSynced) }
    }

    /// Marks the file as synced.
    func sync() throws(StateFileError) { try write(Self.synced, durably: true) }

    private var text: String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespaces)
    }

    /// Overwrites in place with a fixed length, so that an existing mark can be changed on a full disk.
    private func write(_ text: String, durably: Bool) throws(StateFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateFileError(errno, "open", path) }
        defer { close(descriptor) }
        let bytes = Array(text.padding(toLength: Self.length, withPad: " ", startingAt: 0).utf8)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, !durably || fsync(descriptor) == 0 else {
            throw StateFileError(errno, "write", path)
        }
    }
}
