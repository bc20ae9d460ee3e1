import CloudEvents
import Kafka

// How wishes get from the state to the performer. This happens only between steps, so every wish handed over is
// committed.
extension StreamThread {
    /// Registers the wishes that a committed step made or removed.
    func note(_ changes: [(partition: Int32, key: Bytes, value: Bytes?)]) throws {
        for change in changes {
            guard let task = tasks[change.partition] else { continue }
            if let value = change.value {
                if task.isCaughtUp { task.releaseHeldWishes() }
                let isHandedOver = try task.isCaughtUp && handOver(change.key, value, change.partition)
                if !isHandedOver { task.hasWaitingWishes = true }
            } else {
                wishes.remove(change.partition, StateKey.name(of: change.key))
            }
        }
    }

    /// Hands over wishes that wait in the state, for tasks that have room for them.
    func handOverWishes() throws {
        for task in inOrder where task.isReading && task.isCaughtUp && task.hasWaitingWishes {
            guard wishes.room(task.partition) >= OpenWishes.limit / 2 else { continue }
            task.releaseHeldWishes()
            var after: Bytes?
            page: while true {
                let page = try task.store.scan(StateKey.wishes, after: after, limit: 256)
                for (key, value) in page where !wishes.isKnown(task.partition, StateKey.name(of: key)) {
                    guard try handOver(key, value, task.partition) else { break page }
                }
                after = page.last?.key
                if page.count < 256 {
                    task.hasWaitingWishes = false
                    break
                }
            }
        }
    }

    /// Hands over one wish. One that was sealed under a key that has been erased is never performed.
    ///
    /// - Returns: false if there is no room for it.
    private func handOver(_ key: Bytes, _ value: Bytes, _ partition: Int32) throws -> Bool {
        guard let data = try opened(value, at: key) else { return true }
        return wishes.put(Wish(key: StateKey.name(of: key), data: data, partition: partition))
    }

    /// - Returns: nil for what was erased.
    private func opened(_ value: Bytes, at key: Bytes) throws -> Bytes? {
        guard value.withUnsafeBytes({ StateValue.isSealed($0) }), let keyring = globals.keyring else {
            return try StateValue.decode(value)
        }
        func open() throws -> Bytes? {
            try value.withUnsafeBytes { value in try key.withUnsafeBytes { try keyring.open(value, at: $0) } }
        }
        do { return try open() } catch is KeyMissing {
            try completeKeys()
            keyring.isComplete = true
            defer { keyring.isComplete = false }
            return try open()
        }
    }
}
