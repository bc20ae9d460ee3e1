extension Sequence where Element: Hashable {
    /// The distinct elements. Keeps the first of each, in order.
    public func uniqued() -> [Element] {
        uniqued { $0 }
    }
}

extension Sequence {
    /// The elements with distinct keys. Keeps the first of each, in order.
    public func uniqued<Key: Hashable>(on key: (Element) -> Key) -> [Element] {
        var seen: Set<Key> = []
        return filter { seen.insert(key($0)).inserted }
    }
}
