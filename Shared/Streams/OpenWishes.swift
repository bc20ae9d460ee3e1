import Synchronization

/// The wishes that may be performed now. The stream threads hand them over; the performer fetches them.
///
/// Each is registered by task and key until it is removed. So no wish is performed twice at once, none after it was
/// replaced or fulfilled, and none after its task has moved to another instance.
package final class OpenWishes: Sendable {
    /// The most wishes registered for one task at once. The others wait in its state.
    static let limit = 1_024

    /// A wish that was fetched to be performed.
    package struct Attempt: Sendable {
        package let wish: Wish
        fileprivate let place: Place
        fileprivate let number: UInt64
    }

    fileprivate struct Place: Hashable {
        let partition: Int32
        let key: String
    }

    private struct Entry {
        var wish: Wish
        /// Distinguishes a wish from a later one under the same key.
        var number: UInt64
        /// It was fetched. The state does not know its result yet.
        var isTaken = false
        /// It waits until an earlier wish under this key has been performed.
        var waitsForEarlier = false
    }

    private struct State {
        var entries: [Place: Entry] = [:]
        var counts: [Int32: Int] = [:]
        var queue: [(place: Place, number: UInt64)] = []
        var first = 0
        var lastNumber: UInt64 = 0
        /// The wishes being performed now.
        var performing: Set<Place> = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?

        var hasNext: Bool { first < queue.count }

        /// Removes and returns the first wish in the queue that is still valid.
        mutating func popNext() -> Attempt? {
            while hasNext {
                let (place, number) = queue[first]
                first += 1
                if first > 256, first * 2 > queue.count {
                    queue.removeFirst(first)
                    first = 0
                }
                guard let entry = entries[place], entry.number == number, !entry.isTaken else { continue }
                entries[place]?.isTaken = true
                performing.insert(place)
                return Attempt(wish: entry.wish, place: place, number: number)
            }
            return nil
        }
    }

    private let state = Mutex(State())

    package init() {}

    // MARK: The threads' side

    /// Registers a wish of a committed step. It replaces an earlier wish under the same key.
    ///
    /// - Returns: false if the task has reached its limit. The wish then waits in its state.
    func put(_ wish: Wish) -> Bool {
        wake {
            let place = Place(partition: wish.partition, key: wish.key)
            guard $0.entries[place] != nil || $0.counts[wish.partition, default: 0] < Self.limit else { return false }
            if $0.entries[place] == nil { $0.counts[wish.partition, default: 0] += 1 }
            $0.lastNumber += 1
            let waits = $0.performing.contains(place)
            $0.entries[place] = Entry(wish: wish, number: $0.lastNumber, waitsForEarlier: waits)
            if !waits { $0.queue.append((place, $0.lastNumber)) }
            return true
        }
    }

    /// Removes a wish that a committed step fulfilled or cancelled.
    func remove(_ partition: Int32, _ key: String) {
        state.withLock {
            guard $0.entries.removeValue(forKey: Place(partition: partition, key: key)) != nil else { return }
            $0.counts[partition, default: 1] -= 1
        }
    }

    /// Removes all wishes of a task that was given back.
    func release(_ partition: Int32) {
        state.withLock { state in
            state.entries = state.entries.filter { $0.key.partition != partition }
            state.counts[partition] = nil
        }
    }

    func isKnown(_ partition: Int32, _ key: String) -> Bool {
        state.withLock { $0.entries[Place(partition: partition, key: key)] != nil }
    }

    /// How many more wishes the task may hand over.
    func room(_ partition: Int32) -> Int { state.withLock { Self.limit - $0.counts[partition, default: 0] } }

    // MARK: The performer's side

    /// The next wish to perform. Waits until there is one. Nil after ``close()``.
    package func next() async -> Attempt? {
        while true {
            let (attempt, isClosed) = state.withLock { ($0.popNext(), $0.isClosed) }
            if isClosed { return nil }
            if let attempt { return attempt }
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock {
                    if $0.isClosed || $0.hasNext { return true }
                    $0.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        }
    }

    /// The next wish to perform, or nil if there is none now.
    package func tryNext() -> Attempt? { state.withLock { $0.isClosed ? nil : $0.popNext() } }

    /// True if the wish may still be performed: it was not replaced or removed since it was fetched.
    package func stands(_ attempt: Attempt) -> Bool {
        state.withLock { !$0.isClosed && $0.entries[attempt.place]?.number == attempt.number }
    }

    /// The attempt has ended, with or without success. A wish made meanwhile under the same key may be performed now.
    package func finished(_ attempt: Attempt) {
        _ = wake {
            $0.performing.remove(attempt.place)
            if let entry = $0.entries[attempt.place], entry.waitsForEarlier {
                $0.entries[attempt.place]?.waitsForEarlier = false
                $0.queue.append((attempt.place, entry.number))
            }
            return true
        }
    }

    /// No further wish is performed.
    package func close() {
        _ = wake {
            $0.isClosed = true
            return true
        }
    }

    private func wake(_ change: (inout State) -> Bool) -> Bool {
        let (result, waiter) = state.withLock { state in
            let result = change(&state)
            guard state.isClosed || state.hasNext else { return (result, nil as CheckedContinuation<Void, Never>?) }
            let waiter = state.waiter
            state.waiter = nil
            return (result, waiter)
        }
        waiter?.resume()
        return result
    }
}
