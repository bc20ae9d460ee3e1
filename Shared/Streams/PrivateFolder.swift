import Foundation

/// Folders and files that their owner alone may read: state, messages, keys.
package enum PrivateFolder {
    /// A folder is open to others, or cannot be made.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Creates the folder with mode 0700, and those above it that do not exist. One that exists is closed to others: some
    /// systems open a volume's folders each time they mount it.
    ///
    /// - Throws: ``Fault`` if the folder belongs to somebody else or is shared on purpose, like `/tmp`.
    package static func create(_ path: String) throws(Fault) {
        try createIfMissing(path)
        guard let mode = mode(path), mode & 0o077 != 0 else { return }
        guard mode & sticky == 0, chmod(path, 0o700) == 0 else {
            throw Fault(
                description: "\(path) has mode \(octal(mode)), so that others could read children's matters; name a "
                    + "folder of its own, or run: chmod 700 \(path)")
        }
    }

    /// As ``create(_:)``, but leaves a folder that exists as it is: others may have their reasons.
    package static func createIfMissing(_ path: String) throws(Fault) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Fault(description: "\(path) cannot be made: it must be a folder that can be written") }
    }

    /// Replaces the file as a whole. It has mode 0600 from its first byte on.
    package static func write(_ bytes: [UInt8], to path: String) throws(Fault) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Fault(description: "\(path) cannot be written") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: bytes)
            try file.close()
            guard rename(draft, path) == 0 else { throw Fault(description: "") }
        } catch {
            unlink(draft)
            throw Fault(description: "\(path) cannot be written")
        }
    }

    /// Those of a folder, and of what lies below it, that others may read or write: each with its mode, sorted.
    package static func exposed(below path: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return ([path] + names.map { "\(path)/\($0)" }).sorted().compactMap { path in
            mode(path).flatMap { $0 & 0o077 == 0 ? nil : "\(path) has mode \(octal($0))" }
        }
    }

    /// Nil if there is no such file.
    private static func mode(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    /// Whoever may write the folder may not delete what others have in it.
    private static let sticky = 0o1000

    private static func octal(_ mode: Int) -> String { String(mode, radix: 8) }
}
