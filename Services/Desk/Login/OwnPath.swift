import Foundation
import Hummingbird
import HummingbirdCore

/// A path of the desk's own, with its query: where somebody wanted to go before they signed in.
///
/// Nothing that passes leads a browser to another place, by no reading of it (CWE-601), and nothing ends a header line.
struct OwnPath: Sendable, Hashable {
    let text: String

    static let home = OwnPath(unchecked: "/")

    private static let largest = 1_000
    /// From here one would come back, and not end.
    private static let withoutReturn = ["sign-in", "sign-out", "assets"]

    private init(unchecked text: String) { self.text = text }

    /// Nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.largest, Self.isPlain(text), let path = parts.first,
            let decoded = path.removingPercentEncoding, Self.isPath(String(path)), Self.isPath(decoded),
            !Self.withoutReturn.contains(decoded.split(separator: "/").first.map(String.init) ?? "")
        else { return nil }
        // A query that is no percent-encoding is nobody's.
        if parts.count == 2, parts[1].removingPercentEncoding.map(Self.hasControls) ?? true { return nil }
        self.text = text
    }

    /// Where one reads what a request has shown: its own address; of a form's answer the page that had the form; of the
    /// sign-in where it leads to. ``home`` where nobody can tell.
    init(shownBy request: Request) {
        let isForm = SameSiteCheck.isNeeded(for: request.method)
        // What a page elsewhere says here leads to no other place than what a link there could lead to.
        let uri = isForm ? request.headers[.referer].map { URI($0) } : request.uri
        guard let uri, !isForm || uri.scheme != nil else { self = .home; return }
        let wanted = uri.path == "/sign-in" ? uri.queryParameters["to"].map { String($0) } : nil
        let query = uri.query.map { "?\($0)" } ?? ""
        self = Self(wanted ?? (isForm ? uri.path + query : uri.description)) ?? .home
    }

    /// ASCII that is printed, without what browsers take for a slash, and without a fragment.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"\#"<>`"#.utf8.contains($0) }
    }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }
    }

    /// It begins with one slash, and no part of it is empty or leads upwards.
    private static func isPath(_ path: String) -> Bool {
        guard path.hasPrefix("/"), !hasControls(path) else { return false }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        return segments.dropLast().allSatisfy { !$0.isEmpty } && !segments.contains { $0 == "." || $0 == ".." }
    }
}
