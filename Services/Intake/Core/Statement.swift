package import Foundation

/// What one source has told of one thing, such as a child's name. Nothing of it has been checked.
package struct Statement: Sendable, Hashable {
    package var text: String
    /// The CloudEvents source of the report that says so.
    package var source: String
    /// When that report was received.
    package var at: Date

    package init(_ text: String, source: String, at: Date) { (self.text, self.source, self.at) = (text, source, at) }

    /// The text decides between two of one instant, so that the order in which they come never does.
    fileprivate func isNewer(than other: Statement) -> Bool {
        (at, source, text) > (other.at, other.source, other.text)
    }
}

/// What the sources have told of one thing: the latest statement of each, newest first.
///
/// What a report leaves out erases nothing. A newer statement replaces an older one of its own source, and never
/// another source's. The result is the same in whatever order the reports come.
package struct Statements: Sendable, Equatable {
    /// The most sources whose statements are kept. The contract has the same number.
    package static let kept = 4

    package private(set) var all: [Statement]

    package init(_ all: [Statement] = []) { self.all = all }

    /// Takes over what a report says. An empty text says nothing.
    mutating func add(_ text: String, _ report: Telling) {
        if !text.isEmpty { add(Statement(text, source: report.source, at: report.at)) }
    }

    mutating func add(_ statement: Statement) {
        let former = all.first { $0.source == statement.source }
        if let former, !statement.isNewer(than: former) { return }
        all.removeAll { $0.source == statement.source }
        let index = all.firstIndex { statement.isNewer(than: $0) } ?? all.endIndex
        all.insert(statement, at: index)
        all = Array(all.prefix(Self.kept))
    }
}

/// Who says what a report says, and when.
struct Telling {
    let source: String
    /// When the report was received.
    let at: Date
}
