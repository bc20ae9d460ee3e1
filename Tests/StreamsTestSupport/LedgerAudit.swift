/// Compares all inputs of a ``Ledger`` with all its outputs.
package struct LedgerAudit {
    package struct Input {
        package let number: Int
        package let key: String
        package let topic: String
        package let deed: Ledger.Deed

        package init(_ number: Int, key: String, topic: String, deed: Ledger.Deed) {
            (self.number, self.key, self.topic, self.deed) = (number, key, topic, deed)
        }
    }

    package var inputs: [Input] = []
    /// A key's running number, and the number of the input that caused it.
    package var outputs: [(key: String, number: Int, cause: Int)] = []
    /// What the ledger published about reminders and wishes.
    package var wakes: [(key: String, text: String)] = []
    /// The numbers of the inputs in the dead letters.
    package var dead: [Int] = []

    package init() {}

    /// - Returns: what is wrong, or nil if everything counted exactly once and in order.
    package var violation: String? {
        let outputs = Dictionary(grouping: outputs, by: \.key)
        let wakes = Dictionary(grouping: wakes, by: \.key)
        for (key, inputs) in Dictionary(grouping: inputs, by: \.key).sorted(by: { $0.key < $1.key }) {
            if let violation = Self.violation(
                of: inputs.filter { !$0.deed.isRefused }, (outputs[key] ?? []).map { ($0.number, $0.cause) },
                (wakes[key] ?? []).map(\.text))
            {
                return "\(key): \(violation)"
            }
        }
        let refused = inputs.filter(\.deed.isRefused).map(\.number).sorted()
        if dead.sorted() != refused { return "expected \(refused) among the dead letters, got \(dead.sorted())" }
        return nil
    }

    private static func violation(
        of inputs: [Input], _ outputs: [(number: Int, cause: Int)], _ wakes: [String]
    ) -> String? {
        let numbers = outputs.map(\.number)
        let causes = outputs.map(\.cause)
        // There is an order within each topic, but none between topics.
        for (topic, inputs) in Dictionary(grouping: inputs, by: \.topic).sorted(by: { $0.key < $1.key }) {
            let fed = inputs.map(\.number)
            let counted = causes.filter(Set(fed).contains)
            if counted != fed { return "of \(topic), fed \(fed), counted \(counted)" }
        }
        if numbers != Array(1..<inputs.count + 1) { return "expected 1 to \(inputs.count), got \(numbers)" }
        var expected = Ledger.fifths(inputs.count)
        for input in inputs {
            let (reminder, wish) = ("r\(input.number)", "w\(input.number)")
            switch input.deed {
            case .remind: expected.append(wakes.contains("cancelled \(reminder)") ? "cancelled \(reminder)" : reminder)
            case .wish: expected.append(wakes.contains("withdrawn \(wish)") ? "withdrawn \(wish)" : "fulfilled \(wish)")
            default: break
            }
        }
        if wakes.sorted() != expected.sorted() {
            return "missing \(less(expected, wakes)), not expected \(less(wakes, expected))"
        }
        return nil
    }

    private static func less(_ left: [String], _ right: [String]) -> [String] {
        var rest = left
        for text in right { if let index = rest.firstIndex(of: text) { rest.remove(at: index) } }
        return rest
    }
}
