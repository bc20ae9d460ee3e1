import CloudEvents
import HeapModule

/// The reminders of an ``Overlay``, by due time.
///
/// The overlay is the truth; this is its index. A reminder that was moved or cancelled stays in the heap until it comes
/// first. It is dropped then, because the overlay no longer has it.
struct OverlayReminders {
    private var heap = Heap<ReminderRank>()

    /// Adds a reminder that was written to the overlay, or restored to it when a step was aborted.
    mutating func note(_ rank: ReminderRank, _ overlay: Overlay) {
        guard !rank.isFailed else { return }
        heap.insert(rank)
        // A reminder that is moved again and again is one entry in the overlay, and must not become many here.
        if heap.count > 2 * overlay.count + 1_024 { refill(overlay) }
    }

    /// The earliest that is still valid.
    mutating func first(_ overlay: Overlay) -> (key: Bytes, value: Bytes)? {
        while let first = heap.min {
            if let value = overlay[first.stateKey]?.value, ReminderRank(first.stateKey, value) == first {
                return (first.stateKey, value)
            }
            heap.removeMin()
        }
        return nil
    }

    private mutating func refill(_ overlay: Overlay) {
        heap = Heap(
            overlay.entries(StateKey.reminders, after: nil).compactMap { key, value in
                value.map { ReminderRank(key, $0) }.flatMap { $0.isFailed ? nil : $0 }
            })
    }
}
