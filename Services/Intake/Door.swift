import CloudEvents
import Codec
import Crypto
import Domain
import Foundation
import Hummingbird
import HummingbirdCore
import Kafka
import Logging
import ServiceLifecycle

/// The HTTP door: `POST /v1/concerns` and `GET /v1/concerns/{id}`, with the same rules as the topic `concern-reports`.
///
/// A report that does not hold is refused here, with all reasons (RFC 9457). One that holds is written to the topic, and
/// only when Kafka has it is the answer `202`; what becomes of it then is its receipt. TLS ends in front of it.
struct Door: Service {
    struct Limits: Sendable {
        /// Bytes of one request's body.
        var body = 64 * 1_024
        /// Seconds for a request's body to arrive, and for Kafka to have it.
        var patience = 10
        /// Connections at a time; further ones wait to be accepted.
        var connections = 256
    }

    let host: String
    let port: Int
    let publishers: Publishers
    let tables: DoorTables
    /// Writes a record, and returns when Kafka has it.
    let send: @Sendable (ProducerRecord) async throws -> Void
    let topic: String
    var limits = Limits()
    var onListening: @Sendable (Int) async -> Void = { _ in }
    let logger: Logger

    func run() async throws {
        let router = Router()
        router.post("v1/concerns") { request, _ in
            await answer { () async throws(Problem) in try await report(request) }
        }
        router.get("v1/concerns/:id") { request, context in
            await answer { () async throws(Problem) in
                try receipt(request, id: context.parameters.get("id") ?? "")
            }
        }
        var quiet = logger
        quiet.logLevel = .error
        let application = Application(
            router: router, server: .http1(configuration: .init(idleTimeout: .seconds(Int64(limits.patience)))),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                logger.info("concerns are taken over HTTP", metadata: ["port": "\(port)"])
                await onListening(port)
            }, logger: quiet)
        try await application.run()
    }

    // MARK: POST

    private func report(_ request: Request) async throws(Problem) -> Response {
        let publisher = try publishers.publisher(request.headers[.authorization])
        let body = try await body(of: request)
        let (event, parent) = try event(request, body)
        guard event.source == publisher else {
            throw Problem(.forbidden, [Fault(.sourceForbidden, at: "source")], in: parent.envelope)
        }
        let faults = faults(of: event)
        guard faults.isEmpty else { throw Problem(.unprocessableContent, faults, in: parent.data) }
        do {
            try await send(
                ProducerRecord(
                    topic: topic, key: Bytes(Reference.id(of: "\(event.source)\u{1E}\(event.id)").utf8),
                    value: event.data, headers: event.headers))
        } catch {
            logger.warning("a report could not be written", metadata: ["why": "\(error)"])
            throw Problem(.serviceUnavailable, [Fault(.unavailable)])
        }
        let escaped = event.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return json(
            .accepted, ["id": event.id], headers: [.location: "/v1/concerns/\(escaped)"])
    }

    /// All that is against a report, as the stream would find it.
    private func faults(of event: Event) -> [Fault] {
        do {
            switch event.type {
            case ConcernReported.eventType:
                let unreadable = event.faults(as: ConcernReported.self)
                guard unreadable.isEmpty else { return unreadable.map(Fault.init) }
                _ = try Report(event.decode(ConcernReported.self), received: Date(), tables.directory)
            case ConsultationRequested.eventType:
                let unreadable = event.faults(as: ConsultationRequested.self)
                guard unreadable.isEmpty else { return unreadable.map(Fault.init) }
                _ = try Consultation(event.decode(ConsultationRequested.self), tables.directory)
            default:
                return [Fault(.typeUnknown)]
            }
            return []
        } catch let refusal as Refusal {
            return refusal.faults
        } catch {
            return [Fault(.undecodable, ["reason": "not a message of its type"])]
        }
    }

    private func body(of request: Request) async throws(Problem) -> ByteBuffer {
        let limits = limits
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limits.body {
            throw Problem(.contentTooLarge, [Fault(.bodyTooLarge, ["limit": "\(limits.body)"])])
        }
        // Whichever comes first: a client that sends a byte now and then is not idle, but too slow.
        let collected: Result<ByteBuffer, Problem> = await withTaskGroup(of: Result<ByteBuffer, Problem>.self) {
            group in
            group.addTask {
                do { return .success(try await request.body.collect(upTo: limits.body)) } catch {
                    return .failure(
                        Problem(.contentTooLarge, [Fault(.bodyTooLarge, ["limit": "\(limits.body)"])]))
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(limits.patience))
                return .failure(
                    Problem(.requestTimeout, [Fault(.bodyTooSlow, ["limit": "\(limits.patience)"])], closes: true))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(Problem(.requestTimeout, [Fault(.bodyTooSlow)], closes: true))
        }
        return try collected.get()
    }

    /// Where faults are in what was sent: in structured mode the report lies under `data`.
    private typealias Parent = (envelope: String, data: String)

    /// CloudEvents HTTP protocol binding 1.0: §3.1 binary, §3.2 structured. Batches are not taken.
    private func event(_ request: Request, _ body: ByteBuffer) throws(Problem) -> (Event, Parent) {
        let media = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().trimmingCharacters(
            in: .whitespaces)
        let isStructured = media == "application/cloudevents+json"
        guard isStructured || media == "application/json" || media == "application/protobuf" else {
            throw Problem(.unsupportedMediaType, [Fault(.mediaType)])
        }
        var headers: [(name: String, value: Bytes)] = [("content-type", Bytes((media ?? "").utf8))]
        for field in request.headers {
            let name = field.name.canonicalName
            if name == "traceparent" { headers.append((name, Bytes(field.value.utf8))) }
            guard name.hasPrefix("ce-") else { continue }
            // §3.1.3.2: values are percent-encoded.
            let value = field.value.removingPercentEncoding ?? field.value
            headers.append(("ce_" + name.dropFirst(3), Bytes(value.utf8)))
        }
        do throws(Undecodable) {
            let event = try Event(headers: headers, value: Bytes(buffer: body), received: Date())
            return (event, isStructured ? ("", "/data") : ("", ""))
        } catch {
            // A header is no place in the body, so it is told in words.
            let isHeader = error.path.hasPrefix("ce_") || error.path.contains("-")
            throw Problem(
                .unprocessableContent,
                [
                    Fault(
                        .undecodable, at: isHeader || error.path == "value" ? "" : error.path,
                        ["reason": error.description])
                ])
        }
    }

    // MARK: GET

    /// The receipt of a report that the same publisher sent; nobody sees another's.
    private func receipt(_ request: Request, id: String) throws(Problem) -> Response {
        let publisher = try publishers.publisher(request.headers[.authorization])
        guard tables.isCaughtUp else { throw Problem(.serviceUnavailable, [Fault(.unavailable)]) }
        guard let receipt = tables.receipt(source: publisher, id: id.removingPercentEncoding ?? id),
            let text = try? receipt.jsonString()
        else { throw Problem(.notFound, [Fault(.receiptNone)]) }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func answer(_ body: () async throws(Problem) -> Response) async -> Response {
        do throws(Problem) { return try await body() } catch { return error.response }
    }
}

private func json(_ status: HTTPResponse.Status, _ object: [String: Any], headers: HTTPFields = [:]) -> Response {
    var headers = headers
    if headers[.contentType] == nil { headers[.contentType] = "application/json" }
    headers[.cacheControl] = "no-store"
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? JSONSerialization.data(withJSONObject: object, options: options)) ?? Data()
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
}

/// An answer that says what is wrong: problem details (RFC 9457) with each fault's code, words and JSON pointer.
private struct Problem: Error {
    let status: HTTPResponse.Status
    let faults: [Fault]
    let parent: String
    let closes: Bool

    /// - Parameters:
    ///   - parent: the JSON pointer to what the faults' paths begin in.
    ///   - closes: the rest of the request is not waited for.
    init(_ status: HTTPResponse.Status, _ faults: [Fault], in parent: String = "", closes: Bool = false) {
        (self.status, self.faults, self.parent, self.closes) = (status, faults, parent, closes)
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if status == .serviceUnavailable || status == .notFound { headers[.retryAfter] = "2" }
        if closes { headers[.connection] = "close" }
        return json(
            status,
            [
                "type": "about:blank", "title": status.reasonPhrase, "status": status.code,
                "detail": faults.first?.english ?? "",
                "errors": faults.map { fault in
                    [
                        "code": fault.code.rawValue, "pointer": FieldPath.pointer(fault.path, in: parent),
                        "detail": fault.english, "detail_sv": fault.swedish,
                    ]
                },
            ], headers: headers)
    }
}

/// Who may publish over HTTP: each system has a token, and a token one CloudEvents source.
struct Publishers: Sendable {
    /// By the SHA-256 of the token, so that finding it takes no time that tells of it.
    private let sources: [Data: String]

    /// - Parameter text: `source=token`, separated by white space; a token has at least 32 characters.
    init?(_ text: String) {
        var sources: [Data: String] = [:]
        for entry in text.split(whereSeparator: \.isWhitespace) {
            guard let split = entry.lastIndex(of: "="), split > entry.startIndex else { return nil }
            let token = entry[entry.index(after: split)...]
            guard token.utf8.count >= 32 else { return nil }
            sources[Data(SHA256.hash(data: Data(token.utf8)))] = String(entry[..<split])
        }
        guard !sources.isEmpty else { return nil }
        self.sources = sources
    }

    /// The source of the token in an `Authorization` header.
    fileprivate func publisher(_ authorization: String?) throws(Problem) -> String {
        let words = authorization?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2, words[0].lowercased() == "bearer",
            let source = sources[Data(SHA256.hash(data: Data(words[1].utf8)))]
        else { throw Problem(.unauthorized, [Fault(.unauthorized)]) }
        return source
    }
}
