extension Sequence where Element: Hashable {
    /// Each element once, in the order of its first place.
    public func uniqued() -> [Element] {
        uniqued { $0 }
    }
}

extension Sequence {
    /// Each element once by what it is told apart by, in the order of its first place.
    public func uniqued<Key: Hashable>(on key: (Element) -> Key) -> [Element] {
        var seen: Set<Key> = []
        return filter { seen.insert(key($0)).inserted }
    }
}
