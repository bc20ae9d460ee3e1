public import CloudEvents
public import Crypto

/// How a stream seals: which events, under which keys, and what protects those keys.
///
/// Whatever is a ``SealedMessage`` is sealed with AES-GCM (NIST SP 800-38D) when a turn publishes, stores or wishes for it,
/// and opened before a processor or performer sees it. Nobody has to remember it, and a processor's code is the same with
/// and without sealing. Each payload is sealed under a *data key*, by its name. Data keys lie wrapped on a compacted topic
/// with one partition. Deleting a key there erases all that was sealed under it, wherever it lies.
public struct Sealing: Sendable {
    /// The topic of the wrapped data keys. The topology must declare it among its globals.
    public let keys: KeyTable
    /// Whether events of this type must be sealed on topics that only the installation's own processors write.
    public let isSealed: @Sendable (_ type: String) -> Bool
    public let keyEncryption: any KeyEncryption

    public init(
        keys: KeyTable, keyEncryption: any KeyEncryption, isSealed: @escaping @Sendable (_ type: String) -> Bool
    ) {
        (self.keys, self.keyEncryption, self.isSealed) = (keys, keyEncryption, isSealed)
    }
}

/// Wraps data keys under a key-encryption key, so that they can lie on a topic.
public protocol KeyEncryption: Sendable {
    /// - Throws: ``KeyUnusable``
    func wrap(_ key: SymmetricKey, named name: String) throws -> Bytes

    /// - Throws: ``KeyUnusable``, also for a key that was wrapped under another name.
    func unwrap(_ wrapped: Bytes, named name: String) throws -> SymmetricKey

    /// The name of the key that an application has of its own: for content that belongs to no data key. It begins with
    /// `~`, which no data key's name does. It is derived from the key-encryption key and lies nowhere.
    func ownKeyName(of application: String) -> String

    /// The key of such a name; nil if no key can have it.
    func ownKey(named name: String) throws -> SymmetricKey?
}

/// Under which key something is sealed.
public enum SealingKey: Sendable, Hashable {
    /// The data key of this name. Without it, the turn is passed over: what it tells of has been erased.
    case named(String)
    /// The data key of this name if there is one, else the application's own key. For what must be kept even if it tells
    /// of something that never existed.
    case namedOrOwn(String)
    /// The application's own key.
    case own
}

/// A key-encryption key is missing or does not fit. It is not a record's fault, so the record waits for an operator.
public struct KeyUnusable: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// A data key is not known here. It may have been written since this thread read the topic of keys.
struct KeyMissing: Error {
    let name: String
}

/// A data key does not exist: the topic of keys has been read to its end. What was sealed under it is erased.
struct KeyErased: Error {
    let name: String
}

/// Bytes under AES-GCM: a random nonce of 12 bytes, the ciphertext, a tag of 16 bytes.
enum SealedBytes {
    /// Bytes that sealing adds.
    static let overhead = 28

    static func seal(_ bytes: Bytes, _ key: SymmetricKey, _ associated: Bytes) throws -> Bytes {
        let box = try AES.GCM.seal(bytes, using: key, authenticating: associated)
        return Bytes(unsafeUninitializedCapacity: bytes.count + overhead) { buffer, count in
            let buffer = UnsafeMutableRawBufferPointer(buffer)
            box.nonce.withUnsafeBytes { buffer.copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: buffer[12...]).copyBytes(from: box.ciphertext)
            UnsafeMutableRawBufferPointer(rebasing: buffer[(12 + bytes.count)...]).copyBytes(from: box.tag)
            count = bytes.count + overhead
        }
    }

    /// - Returns: nil if the bytes were not sealed under this key for this place.
    static func open(_ bytes: some Collection<UInt8>, _ key: SymmetricKey, _ associated: Bytes) -> Bytes? {
        guard bytes.count >= overhead else { return nil }
        let box = try? AES.GCM.SealedBox(combined: Bytes(bytes))
        return box.flatMap { try? AES.GCM.open($0, using: key, authenticating: associated) }.map { Bytes($0) }
    }

    /// What is authenticated beside the bytes: each part with its length before it, as four bytes, big-endian.
    static func associated(
        _ first: some Collection<UInt8>, _ second: some Collection<UInt8>,
        _ third: some Collection<UInt8> = EmptyCollection<UInt8>()
    ) -> Bytes {
        var bytes = Bytes()
        bytes.reserveCapacity(first.count + second.count + third.count + 12)
        func add(_ part: some Collection<UInt8>) {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part)
        }
        add(first)
        add(second)
        add(third)
        return bytes
    }
}
