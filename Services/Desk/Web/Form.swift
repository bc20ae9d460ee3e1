import Foundation
import Hummingbird
import NIOCore

/// What a form has sent (application/x-www-form-urlencoded). A field that was not sent is empty.
struct Form: Sendable {
    private let fields: [String: [String]]

    /// Far more fields than any page has. Each costs more than its bytes.
    private static let mostFields = 500

    /// - Throws: `HTTPError` 400 for what no browser sends: too many fields, or what is no percent-encoded UTF-8.
    init(_ text: String) throws {
        guard Self.isEncoded(text) else { throw HTTPError(.badRequest) }
        let pairs = text.split(separator: "&", maxSplits: Self.mostFields)
        guard pairs.count <= Self.mostFields else { throw HTTPError(.badRequest) }
        var fields: [String: [String]] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.plain(parts[0]), let value = Self.plain(parts.count == 2 ? parts[1] : "") else {
                throw HTTPError(.badRequest)
            }
            fields[name, default: []].append(value)
        }
        self.fields = fields
    }

    /// - Parameter limit: bytes that the form has at most; nil: as many as the context allows.
    /// - Throws: `HTTPError`: 400 for what is no form, 413 for more than the limit, 415 for another encoding.
    init(_ request: Request, _ context: some RequestContext, atMost limit: Int? = nil) async throws {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await request.wholeBody(atMost: limit ?? context.maxUploadSize)
        try self.init(String(buffer: body))
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

    /// Browsers encode all but printed ASCII.
    private static func isEncoded(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21...0x7E ~= $0 } }

    /// Nil where a `%` stands before no two hexadecimal digits, and for what is no UTF-8.
    private static func plain(_ text: Substring) -> String? { text.replacing("+", with: " ").removingPercentEncoding }
}

extension Request {
    /// The body, which comes in its time, or its connection is cut (``SlowRequests``).
    ///
    /// - Throws: `HTTPError` 413 for one that is larger, as soon as it says so.
    func wholeBody(atMost limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw HTTPError(.contentTooLarge) }
        do { return try await body.collect(upTo: limit) } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
    }
}
