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
                let isHandedOver = try task.isCaughtUp && wishes.put(wish(change.key, value, change.partition))
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
                    guard wishes.put(try wish(key, value, task.partition)) else { break page }
                }
                after = page.last?.key
                if page.count < 256 {
                    task.hasWaitingWishes = false
                    break
                }
            }
        }
    }

    private func wish(_ key: Bytes, _ value: Bytes, _ partition: Int32) throws -> Wish {
        Wish(key: StateKey.name(of: key), data: try StateValue.decode(value), partition: partition)
    }
}
