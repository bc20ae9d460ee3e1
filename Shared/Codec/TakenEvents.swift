package import CloudEvents

/// The events that an aggregate has applied. An event that arrives again is recognised and ignored.
///
/// On a real broker each step happens once. This protects against publishers that send twice, and against brokers that
/// only guarantee at-least-once. It keeps 8 bytes for each of the last 128 events: at most 1,024 bytes.
extension [UInt64] {
    package static var takenLimit: Int { 128 }

    /// Registers an event. Returns false if it was registered before.
    package mutating func take(_ event: Event) -> Bool {
        // FNV-1a: stable over processes, which Swift's own hash is not.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in event.source.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 0) &* 0x100_0000_01b3
        for byte in event.id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        guard !contains(hash) else { return false }
        append(hash)
        if count > Self.takenLimit { removeFirst(count - Self.takenLimit) }
        return true
    }
}
