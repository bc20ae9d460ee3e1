public import CloudEvents

extension Turn {
    /// Passes on the turn's event, to the topic where what it is about is kept.
    ///
    /// It stays the same event: id, source, type, time, subject, proof and data. What its sender says of a chain of events,
    /// and of who has been found to act, is replaced by what the turn knows. The next turn's ``received`` is this one's.
    /// Events of one partition that go to one key stay in order.
    ///
    /// - Parameters:
    ///   - topic: one of the topology's own inputs, without the installation's prefix.
    ///   - key: decides the partition.
    ///   - sealingKey: under which key a payload is sealed that came in clear, or under another key.
    /// - Throws: as ``publish(_:to:key:subject:id:as:sealedUnder:)``.
    public mutating func forward(
        _ event: Event, to topic: String, key: String, sealedUnder sealingKey: SealingKey
    ) throws {
        try publish(passedOn(event), to: topic, key, sealingKey)
    }

    /// Passes on the turn's event to every partition of a topic: for what only that one knows which has it. Otherwise as ``forward(_:to:key:sealedUnder:)``.
    public mutating func forwardEverywhere(
        _ event: Event, to topic: String, key: String, sealedUnder sealingKey: SealingKey
    ) throws {
        try publish(passedOn(event), to: topic, key, sealingKey, toEveryPartition: true)
    }

    private func passedOn(_ event: Event) -> Event {
        var event = event
        (event.cause, event.correlation, event.auth) = (nil, cause.correlation, cause.auth)
        event.received = received
        return event
    }
}
