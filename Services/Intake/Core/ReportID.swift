import Domain

/// Names one report: the CloudEvents source and id under which its publisher sent it.
package struct ReportID: Sendable, Hashable {
    package let source: String
    package let id: String

    package init(source: String, id: String) { (self.source, self.id) = (source, id) }

    /// Both in one text, U+001E between them.
    package var name: String { "\(source)\u{1E}\(id)" }

    /// The id of the concern that it tells of: sixteen hexadecimal digits. The same report always gives the same, and
    /// whoever can guess the sender's ids cannot compute it.
    func concern(_ secret: KeySecret) -> String { String(secret.code("concern \(name)").prefix(16)) }
}
