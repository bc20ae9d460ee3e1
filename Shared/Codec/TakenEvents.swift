/// The events that an aggregate has taken, so that one that comes again is known.
///
/// On a real broker a step happens once. This is for the rest: publishers that send again, and brokers that give only
/// at-least-once. The last 128 are kept, 8 bytes
/// of each source and id: an aggregate holds at most 1,024 bytes for it.
extension [UInt64] {
    public static var takenLimit: Int { 128 }

    /// Takes note of an event; false where it has been taken before.
    public mutating func take(_ event: Event) -> Bool {
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
