import Domain

/// Which child has which case reference: one bucket of the index.
package struct NumberIndex: Sendable, Equatable {
    package private(set) var references: [NumberHash: String]

    /// A bucket's state then takes about 500 kB, half of what Kafka takes as one record. All buckets together have room for
    /// 20 million children, which is more than Sweden has had in a hundred years.
    package static let largestCount = 5_000

    package init(_ references: [NumberHash: String] = [:]) { self.references = references }

    package var isFull: Bool { references.count >= Self.largestCount }

    /// The child's case reference, under which all reports about the child come together (rule 6). A new child gets one
    /// that is drawn at random, so nobody can compute it from the number.
    ///
    /// Two children of one bucket never share a reference. Among all of a county with 100,000 children, two do so with a
    /// probability of 4 in a million: 50 bits.
    ///
    /// - Parameters:
    ///   - county: where the case is opened. The reference begins with it.
    ///   - draw: gives so many random bytes.
    package mutating func reference(of child: NumberHash, county: String, draw: (Int) -> [UInt8]) -> String {
        if let known = references[child] { return known }
        var drawn: String
        repeat {
            drawn = Reference.text(county: county, from: draw(Reference.byteCount))
        } while references.values
            .contains(drawn)
        references[child] = drawn
        return drawn
    }

    /// Enters a child that already has a reference. A child that the bucket knows keeps its own.
    mutating func enter(_ child: NumberHash, _ reference: String) {
        if references[child] == nil { references[child] = reference }
    }

    /// Deletes the entry with a reference.
    package mutating func forget(_ reference: String) { references = references.filter { $0.value != reference } }

    /// Deletes a child's entry.
    package mutating func forget(_ child: NumberHash) { references[child] = nil }
}
