import Domain

/// Names one report: the CloudEvents source and id under which its publisher sent it.
package struct ReportID: Sendable, Hashable {
    package let source: String
    package let id: String

    package init(source: String, id: String) { (self.source, self.id) = (source, id) }

    /// Both in one text, U+001E between them.
    package var name: String { "\(source)\u{1E}\(id)" }

    /// Sixteen hexadecimal digits made from both. The same report always gives the same.
    package var digest: String { Reference.id(of: name) }
}
