import CloudEvents
import Codec
import Domain
import Foundation
import Hummingbird

/// An answer that says what is wrong: problem details (RFC 9457) with each fault's code, words and place.
///
/// A place in the body is a JSON pointer. A header is named as it stands in the request.
struct Problem: Error {
    let status: HTTPResponse.Status
    let faults: [Fault]
    let mode: Event.HTTPMode?
    let closes: Bool
    /// Seconds after which the request may be sent again.
    let wait: Int?

    /// - Parameters:
    ///   - mode: how the request carries its event. Decides where a fault lies.
    ///   - closes: the connection is closed without waiting for the rest of the request.
    init(
        _ status: HTTPResponse.Status, _ faults: [Fault], _ mode: Event.HTTPMode? = nil, closes: Bool = false,
        wait: Int? = nil
    ) {
        (self.status, self.faults, self.mode) = (status, faults, mode)
        (self.closes, self.wait) = (closes, wait)
    }

    /// An envelope that cannot be read.
    init(_ error: Undecodable, _ mode: Event.HTTPMode) {
        // Members of a structured event are named without a prefix, and lie beside its data.
        let faults = error.all.map { error in
            var fault = Fault(error)
            if mode == .structured, !fault.path.isEmpty { fault.path = "ce_\(fault.path)" }
            return fault
        }
        // What is wrong with the whole lies nowhere in it.
        self.init(.unprocessableContent, faults, error.path.isEmpty ? nil : mode)
    }

    static let unavailable = Problem(.serviceUnavailable, [Fault(.unavailable)], wait: 2)

    static func tooMany(wait: Int) -> Problem { Problem(.tooManyRequests, [Fault(.tooMany)], wait: wait) }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if let wait { headers[.retryAfter] = "\(wait)" }
        if closes { headers[.connection] = "close" }
        let errors = faults.told.map(error)
        return Response(
            json: [
                "type": "about:blank", "title": status.reasonPhrase, "status": status.code,
                "detail": errors.first?["detail"] ?? "", "errors": errors,
            ], status, headers)
    }

    private func error(_ fault: Fault) -> [String: String] {
        var error = ["code": fault.code.rawValue, "detail": fault.english, "detail_sv": fault.swedish]
        switch (FieldPath.isHeader(fault.path), mode) {
        case (true, .structured): error["pointer"] = "/" + fault.path.trimmingPrefix("ce_")
        case (true, _): error["header"] = fault.path.replacing("ce_", with: "ce-")
        case (false, .structured): error["pointer"] = FieldPath.pointer(fault.path, in: "/data")
        case (false, _): error["pointer"] = FieldPath.pointer(fault.path)
        }
        return error
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
