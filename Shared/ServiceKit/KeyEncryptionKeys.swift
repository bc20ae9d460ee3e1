package import CloudEvents
package import Crypto
import Foundation
import Streams

/// The key-encryption keys of an installation: versions of 32 bytes each. The highest version wraps; all of them unwrap.
///
/// Each line of their file has a version and its key in base64:
///
///     1 q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=
package struct KeyEncryptionKeys: KeyEncryption {
    private let keys: [Int32: SymmetricKey]
    package let current: Int32

    /// - Throws: ``KeyUnusable`` for a text without a key, or with another line.
    package init(_ text: String) throws {
        var keys: [Int32: SymmetricKey] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let version = Int32(parts[0]), version > 0, keys[version] == nil,
                let bytes = Data(base64Encoded: String(parts[1])), bytes.count == Self.size
            else {
                throw KeyUnusable("each line of the key-encryption keys must have a version and 32 bytes in base64")
            }
            keys[version] = SymmetricKey(data: bytes)
        }
        guard let current = keys.keys.max() else { throw KeyUnusable("there is no key-encryption key") }
        (self.keys, self.current) = (keys, current)
    }

    /// - Throws: ``KeyUnusable`` for a file that cannot be read, or that others than its owner may read or write.
    package init(file path: String) throws {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int
        else { throw KeyUnusable("\(path) does not exist; make it with `tillsammans keys encryption-key`") }
        guard mode & 0o077 == 0 else {
            throw KeyUnusable("\(path) can be read or written by others than its owner; chmod 600 it")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeyUnusable("\(path) cannot be read")
        }
        try self.init(text)
    }

    /// Adds a new version to a file, or makes the file.
    ///
    /// - Returns: the version.
    /// - Throws: ``KeyUnusable`` for a file that cannot be used; an error of the file system.
    package static func addKey(toFile path: String) throws -> Int32 {
        let files = FileManager.default
        let former = files.fileExists(atPath: path) ? try KeyEncryptionKeys(file: path) : nil
        let version = (former?.current ?? 0) + 1
        var text = former == nil ? "" : try String(contentsOfFile: path, encoding: .utf8)
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        let next = "\(path).new"
        try? files.removeItem(atPath: next)
        let data = Data((text + line(version: version)).utf8)
        guard files.createFile(atPath: next, contents: data, attributes: [.posixPermissions: 0o600]) else {
            throw KeyUnusable("\(next) cannot be written")
        }
        // Whole or not at all: a file that was cut off would lose every child's key.
        guard rename(next, path) == 0 else { throw KeyUnusable("\(path) cannot be written") }
        return version
    }

    /// The line of a new key.
    static func line(version: Int32) -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { "\(version) \(Data($0).base64EncodedString())\n" }
    }

    private static let size = 32

    // MARK: Data keys

    /// The key as it lies on `child-keys`: four bytes of version, and what AES-GCM makes of the key.
    package func wrap(_ key: SymmetricKey, named name: String) throws -> Bytes {
        let box = try key.withUnsafeBytes {
            try AES.GCM.seal($0, using: self.key(current), authenticating: Bytes(name.utf8))
        }
        guard let combined = box.combined else { throw KeyUnusable("a key of another size") }
        return Self.bytes(current) + combined
    }

    package func unwrap(_ wrapped: Bytes, named name: String) throws -> SymmetricKey {
        let version = Self.version(of: wrapped)
        let key = try key(version)
        guard let box = try? AES.GCM.SealedBox(combined: wrapped.dropFirst(4)),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: Bytes(name.utf8)), bytes.count == Self.size
        else {
            throw KeyUnusable(
                "the data key of \(name) does not open under version \(version) of the key-encryption key")
        }
        return SymmetricKey(data: bytes)
    }

    /// The version under which a data key is wrapped.
    package static func version(of wrapped: Bytes) -> Int32 {
        wrapped.prefix(4).reduce(0) { $0 << 8 | Int32($1) }
    }

    private static func bytes(_ version: Int32) -> Bytes { withUnsafeBytes(of: version.bigEndian) { Bytes($0) } }

    private func key(_ version: Int32) throws -> SymmetricKey {
        if let key = keys[version] { return key }
        throw KeyUnusable(
            "version \(version) of the key-encryption key is not here, and data is sealed under it; the newest is \(current)"
        )
    }

    // MARK: Keys of applications

    /// `~intake.3`, with the version.
    package func ownKeyName(of application: String) -> String { "~\(application).\(current)" }

    /// HKDF-SHA256 (RFC 5869) of the key-encryption key.
    package func ownKey(named name: String) throws -> SymmetricKey? {
        guard name.hasPrefix("~"), let dot = name.lastIndex(of: "."),
            let version = Int32(name[name.index(after: dot)...]), name == "\(name[..<dot]).\(version)",
            let key = keys[version]
        else { return nil }
        return HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Bytes(name[..<dot].utf8), outputByteCount: Self.size)
    }
}

extension Setting {
    package static let keyEncryptionKeyFile = Setting(
        "KEY_ENCRYPTION_KEY_FILE", default: nil,
        "File of the keys that wrap children's data keys; only its owner may read it.")
}

extension Settings {
    /// - Throws: ``ConfigurationFault``
    package func keyEncryptionKeys() throws(ConfigurationFault) -> KeyEncryptionKeys {
        let path = try text(Setting.keyEncryptionKeyFile.name)
        do { return try KeyEncryptionKeys(file: path) } catch {
            throw ConfigurationFault("\(Setting.keyEncryptionKeyFile.name): \(error)")
        }
    }
}
