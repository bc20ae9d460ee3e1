import CloudEvents
import Domain
import Foundation
import Hummingbird

/// An answer that says what is wrong: problem details (RFC 9457) with each fault's code, words and JSON pointer.
struct Problem: Error {
    let status: HTTPResponse.Status
    let faults: [Fault]
    let parent: String
    let closes: Bool

    /// - Parameters:
    ///   - parent: the JSON pointer to where the faults' paths begin.
    ///   - closes: the connection is closed without waiting for the rest of the request.
    init(_ status: HTTPResponse.Status, _ faults: [Fault], in parent: String = "", closes: Bool = false) {
        (self.status, self.faults) = (status, faults)
        (self.parent, self.closes) = (parent, closes)
    }

    /// An envelope that cannot be read. Its headers and members are named in words as well.
    init(_ error: Undecodable) {
        self.init(
            .unprocessableContent, [Fault(.undecodable, at: error.path, ["reason": error.description])])
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if status == .serviceUnavailable || status == .notFound { headers[.retryAfter] = "2" }
        if closes { headers[.connection] = "close" }
        return Response(
            json: [
                "type": "about:blank", "title": status.reasonPhrase, "status": status.code,
                "detail": faults.first?.english ?? "",
                "errors": faults.told.map { fault in
                    [
                        "code": fault.code.rawValue, "pointer": pointer(to: fault),
                        "detail": fault.english, "detail_sv": fault.swedish,
                    ]
                },
            ], status, headers)
    }

    /// A header is no place in the body, so a fault in one points to the whole.
    private func pointer(to fault: Fault) -> String {
        let isInBody = !fault.path.hasPrefix("ce_") && !fault.path.contains("-") && fault.path != "value"
        return FieldPath.pointer(isInBody ? fault.path : "", in: parent)
    }
}

extension Response {
    /// JSON that nobody may store.
    init(json object: [String: Any], _ status: HTTPResponse.Status, _ headers: HTTPFields = [:]) {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        headers[.cacheControl] = "no-store"
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? JSONSerialization.data(withJSONObject: object, options: options)) ?? Data()
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
