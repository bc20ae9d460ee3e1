import Foundation
import Hummingbird

/// What a form has sent (application/x-www-form-urlencoded). A field that was not sent is empty.
struct Form: Sendable {
    private let fields: [String: [String]]

    init(_ text: String) {
        var components = URLComponents()
        components.percentEncodedQuery = text.replacing("+", with: "%20")
        fields = Dictionary(grouping: components.queryItems ?? [], by: \.name).mapValues { $0.map { $0.value ?? "" } }
    }

    /// - Throws: `HTTPError`: 413 for more than the context allows, 415 for another encoding.
    init(_ request: Request, _ context: some RequestContext) async throws {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        let text = String(buffer: body)
        // A text that is no percent-encoding is no form.
        guard URLComponents.isQuery(text) else { throw HTTPError(.badRequest) }
        self.init(text)
    }

    /// The field's text without the spaces around it, with lines that end in `\n`.
    subscript(name: String) -> String {
        (fields[name]?.first ?? "").replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// All values of a field, for checkboxes; without empty ones.
    func all(_ name: String) -> [String] { (fields[name] ?? []).filter { !$0.isEmpty } }

    /// What a form would have sent, for a page that has not been sent yet.
    init(_ values: [String: String]) { fields = values.mapValues { [$0] } }

    func isChecked(_ name: String) -> Bool { !self[name].isEmpty }
}

extension URLComponents {
    fileprivate static func isQuery(_ text: String) -> Bool {
        // Browsers encode all that is not allowed in a query, and each `%` stands before two hexadecimal digits.
        var allowed = CharacterSet.urlQueryAllowed
        allowed.insert("%")
        guard text.unicodeScalars.allSatisfy(allowed.contains) else { return false }
        return text.removingPercentEncoding != nil
    }
}
