import Foundation

/// Says whether what lies in a state file can be trusted: a few bytes in a file of their own, `<path>.boot`.
///
/// The state file is never synced while it is written, so a power failure can leave any mixture of old and new pages.
/// A process that dies leaves all of them with the kernel. So a file is good if it was written since the machine
/// started, or was synced when it was closed. That must be known before LMDB looks into the file, which it may not
/// survive; therefore the mark does not lie inside.
struct TrustMark {
    let path: String
    private let boot: String

    private static let length = 36
    private static let synced = "synced"

    /// - Parameter boot: what tells this start of the machine from every other.
    init(_ file: String, boot: String) { (path, self.boot) = (Self.path(of: file), boot) }

    static func path(of file: String) -> String { file + ".boot" }

    /// The kernel's id of this start; where there is none, nothing but a synced file is trusted.
    static let currentBoot: String = {
        let id = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return id?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString
    }()

    var isTrusted: Bool { text == boot || isSynced }
    var isSynced: Bool { text == Self.synced }

    /// The file is about to change. The mark must reach the disk before the change can.
    func unsync() throws(StateFileError) {
        if text != boot { try write(boot, durably: isSynced) }
    }

    /// The file is on the disk as it is.
    func sync() throws(StateFileError) { try write(Self.synced, durably: true) }

    private var text: String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespaces)
    }

    /// Overwrites in place, in one length, so that a full disk does not stand in the way of a mark that exists.
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
