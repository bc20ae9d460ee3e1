package import CloudEvents
package import Crypto
package import Kafka

/// The keys of one thread, and what it seals and opens with them. Used by that thread only.
package final class Keyring {
    private let sealing: Sealing
    private let wrapped: KeyTable.Content
    /// The name of the application's own key.
    package let ownName: String
    /// Applies what has come of the topic of keys. Does not wait.
    package var refresh: () -> Void = {}
    /// The topic of keys has been read to its end: a key that is not known does not exist.
    package var isComplete = false

    /// Keys that were used lately. Unwrapping costs as much as opening an event.
    private var unwrapped: [String: SymmetricKey] = [:]
    private static let limit = 4_096
    /// Keys that this thread has made and whose records it has not read yet.
    private var made: [String: SymmetricKey] = [:]

    /// - Parameter wrapped: the content of the sealing's ``Sealing/keys``.
    package init(_ sealing: Sealing, _ wrapped: KeyTable.Content, application: String) {
        (self.sealing, self.wrapped) = (sealing, wrapped)
        ownName = sealing.keyEncryption.ownKeyName(of: application)
    }

    package var topic: String { sealing.keys.topic }

    // MARK: Keys

    /// - Returns: nil if there is no such key.
    /// - Throws: ``KeyMissing`` if it may have been written since the topic was read; ``KeyUnusable``.
    package func key(_ name: String) throws -> SymmetricKey? {
        if let key = unwrapped[name] ?? made[name] { return key }
        guard let key = try name.hasPrefix("~") ? sealing.keyEncryption.ownKey(named: name) : dataKey(name) else {
            return nil
        }
        if unwrapped.count >= Self.limit { unwrapped.removeAll(keepingCapacity: true) }
        unwrapped[name] = key
        return key
    }

    private func dataKey(_ name: String) throws -> SymmetricKey? {
        if wrapped[name] == nil { refresh() }
        guard let bytes = wrapped[name] else {
            // No key has a name that would not fit into a state value.
            if isComplete || name.isEmpty || name.utf8.count > Int(UInt8.max) { return nil }
            throw KeyMissing(name: name)
        }
        return try sealing.keyEncryption.unwrap(bytes, named: name)
    }

    /// The name of an existing key.
    ///
    /// - Throws: ``KeyErased``; as ``key(_:)``.
    func name(_ choice: SealingKey) throws -> String {
        switch choice {
        case .own: return ownName
        case .named(let name):
            guard try key(name) != nil else { throw KeyErased(name: name) }
            return name
        case .namedOrOwn(let name): return try name.isEmpty || key(name) == nil ? ownName : name
        }
    }

    func wrap(_ key: SymmetricKey, named name: String) throws -> Bytes {
        try sealing.keyEncryption.wrap(key, named: name)
    }

    /// Takes over the keys that a turn has made. They are part of the open step.
    package func adopt(_ keys: [String: SymmetricKey]) { if !keys.isEmpty { made.merge(keys) { $1 } } }

    /// The step was aborted, and its turns make other keys.
    func dropMade() { made = [:] }

    /// A record of the topic of keys was read.
    func changed(_ name: String) {
        unwrapped[name] = nil
        made[name] = nil
    }

    /// Whether an error says that a key does not exist.
    package static func isErased(_ error: any Error) -> Bool { error is KeyErased }

    // MARK: Events

    package func isSealed(_ type: String) -> Bool { sealing.isSealed(type) }

    /// The event with its payload sealed for the record. Its `data` stays in clear.
    ///
    /// - Parameter key: the key of that name, if it is known; else it must exist.
    package func seal(_ event: Event, under name: String, _ key: SymmetricKey? = nil) throws -> Event {
        var event = event
        let bytes = try SealedBytes.seal(event.data, key ?? requiredKey(name), Self.place(of: event, name))
        event.sealed = .init(key: name, bytes: bytes, isOpen: true)
        return event
    }

    /// Opens an event's payload, if it is sealed.
    ///
    /// - Parameter isFromOutside: others write to its topic, who cannot seal.
    /// - Throws: ``KeyErased``; `Undecodable` for a payload that was altered, moved to another event, or not sealed where it
    ///   must be; as ``key(_:)``.
    package func open(_ event: Event, isFromOutside: Bool = true) throws -> Event {
        guard let sealed = event.sealed else {
            if !isFromOutside, isSealed(event.type) { throw Undecodable("data", .unsealed) }
            return event
        }
        let key = try requiredKey(sealed.key)
        guard let data = SealedBytes.open(sealed.bytes, key, Self.place(of: event, sealed.key)) else {
            throw Undecodable("data", .sealed)
        }
        var event = event
        event.data = data
        event.sealed?.isOpen = true
        return event
    }

    private func requiredKey(_ name: String) throws -> SymmetricKey {
        guard let key = try key(name) else { throw KeyErased(name: name) }
        return key
    }

    private static func place(of event: Event, _ key: String) -> Bytes {
        SealedBytes.associated(event.id.utf8, event.type.utf8, key.utf8)
    }

    // MARK: Dead letters

    /// The header of a sealed dead letter that names its key.
    package static let deadLetterHeader = "dead-letter-sealed"

    func seal(deadLetter bytes: Bytes, of place: String) throws -> Bytes {
        try SealedBytes.seal(bytes, requiredKey(ownName), SealedBytes.associated(place.utf8, ownName.utf8))
    }

    /// What a sealed dead letter holds; nil for a letter that was not sealed by a service, or that does not open.
    package func openDeadLetter(_ letter: Record) throws -> (key: Bytes, value: Bytes, headers: [Header])? {
        guard let name = letter.headers[Self.deadLetterHeader].map({ String(decoding: $0, as: UTF8.self) }),
            let key = try key(name),
            let bytes = SealedBytes.open(
                letter.value ?? [], key,
                SealedBytes.associated(DeadLetter.place(of: letter).utf8, name.utf8)),
            let parts = Parts.decode(bytes), parts.count >= 2
        else { return nil }
        let headers = stride(from: 2, to: parts.count - 1, by: 2).map {
            (name: String(decoding: parts[$0], as: UTF8.self), value: parts[$0 + 1])
        }
        return (parts[0], parts[1], headers)
    }

    // MARK: State

    /// - Parameters:
    ///   - stateKey: table and key, to which the value is bound.
    ///   - key: the key of that name, if it is known; else it must exist.
    func seal(_ value: Bytes, at stateKey: Bytes, under name: String, _ key: SymmetricKey? = nil) throws -> Bytes {
        let associated = SealedBytes.associated(stateKey, Bytes(name.utf8))
        let bytes = try SealedBytes.seal(value, key ?? requiredKey(name), associated)
        return StateValue.encodeSealed(bytes, key: name)
    }

    /// The value of a stored value, in the format of values in clear.
    ///
    /// - Returns: nil if it was sealed under a key that does not exist any more.
    /// - Throws: ``StateUnreadable`` for a value that was altered; as ``key(_:)``.
    package func open(_ stored: UnsafeRawBufferPointer, at stateKey: UnsafeRawBufferPointer) throws -> Bytes? {
        let table = StateKey.table(of: Bytes(stateKey))
        let sealed: (key: String, bytes: UnsafeRawBufferPointer)
        do { sealed = try StateValue.sealed(stored) } catch { throw StateUnreadable(table, error) }
        guard let key = try key(sealed.key) else { return nil }
        let associated = SealedBytes.associated(Bytes(stateKey), Bytes(sealed.key.utf8))
        guard let value = SealedBytes.open(sealed.bytes, key, associated) else {
            throw StateUnreadable(table, Undecodable("state", .sealed))
        }
        return value
    }
}
