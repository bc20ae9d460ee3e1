package import CloudEvents
package import Domain
package import Streams

// What a service of the suite has written may hold words that only a later version knows. Its reader then waits for that
// version.

extension Words {
    /// Reads what a service of the suite has written.
    ///
    /// - Parameter place: the table or topic.
    /// - Throws: `StateUnreadable` for words that this version does not know.
    package static func stored<Value>(
        in place: String, _ body: (inout Words) -> Value?
    ) throws(StateUnreadable) -> Value {
        do throws(Refusal) { return try read(Directory(), body) } catch { throw StateUnreadable(place, error) }
    }
}

extension StateUnreadable {
    package init(_ place: String, _ refusal: Refusal) { self.init(place, Undecodable(refusal)) }
}

extension Undecodable {
    /// Names the fields that this version cannot read. Repeats none of their content.
    package init(_ refusal: Refusal) {
        self.init(
            refusal.faults.map(\.path).joined(separator: ", "),
            "not the words that this version knows: \(refusal.faults.map(\.code.rawValue).joined(separator: ", "))")
    }
}
