import Metrics

/// A metric with one label, whose values are the words of an enum. All of them are there from the start, at 0, and no request
/// makes another one.
struct LabelledCounter<Word: CaseIterable & RawRepresentable & Hashable & Sendable>: Sendable
where Word.RawValue == String {
    private let counters: [Word: Counter]

    init(_ name: String, label: String, _ metrics: any MetricsFactory = MetricsSystem.factory) {
        let counters = Word.allCases.map { word in
            (word, Counter(label: name, dimensions: [(label, word.rawValue)], factory: metrics))
        }
        self.counters = Dictionary(uniqueKeysWithValues: counters)
    }

    func count(_ word: Word) { counters[word]?.increment() }
}
