import CloudEvents
import Codec
import Domain
import Foundation
import Hummingbird
import HummingbirdCore
import IntakeCore
import Kafka
import Logging
import ServiceLifecycle
import SwiftProtobuf

/// The HTTP door: `POST /v1/concerns` and `GET /v1/concerns/{id}`, with the same rules as the topic `concern-reports`.
///
/// A report that does not hold is refused here, with all reasons (RFC 9457). One that holds is written to the topic.
/// The answer `202` comes when Kafka has it. The receipt then says what became of it. TLS ends in front of the door.
struct Door: Service {
    struct Limits: Sendable {
        /// Bytes of one request's body.
        var body = 64 * 1_024
        /// Seconds for a request's body to arrive, and for Kafka to have it.
        var patience = 10
        /// Connections at a time. Further ones wait to be accepted.
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
            await answer { () async throws(Problem) in try await accept(request) }
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
                logger.info("concerns are received over HTTP", metadata: ["port": "\(port)"])
                await onListening(port)
            }, logger: quiet)
        try await application.run()
    }

    private func answer(_ body: () async throws(Problem) -> Response) async -> Response {
        do throws(Problem) { return try await body() } catch { return error.response }
    }

    // MARK: POST

    private func accept(_ request: Request) async throws(Problem) -> Response {
        let publisher = try publishers.source(authorization: request.headers[.authorization])
        let body = try await request.wholeBody(within: limits)
        let event = try read(request, body)
        guard event.source == publisher else { throw Problem(.forbidden, [Fault(.sourceForbidden, at: "source")]) }
        try check(event, isStructured: request.mode == .structured)
        try await write(event)
        let escaped = event.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return Response(json: ["id": event.id], .accepted, [.location: "/v1/concerns/\(escaped)"])
    }

    private func read(_ request: Request, _ body: Bytes) throws(Problem) -> Event {
        guard let mode = request.mode else { throw Problem(.unsupportedMediaType, [Fault(.mediaType)]) }
        let fields = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        do throws(Undecodable) {
            return try Event(mode, fields: fields, body: body, received: Date())
        } catch { throw Problem(error) }
    }

    /// Reads the report as the stream will.
    private func check(_ event: Event, isStructured: Bool) throws(Problem) {
        do throws(Refusal) {
            _ = try ReportMessage(event).content(received: Date(), tables.directory)
        } catch {
            throw Problem(.unprocessableContent, error.faults, in: isStructured ? "/data" : "")
        }
    }

    private func write(_ event: Event) async throws(Problem) {
        let key = ReportID(source: event.source, id: event.id).digest
        do {
            try await send(
                ProducerRecord(topic: topic, key: Bytes(key.utf8), value: event.data, headers: event.headers))
        } catch {
            logger.warning("a report could not be written", metadata: ["why": "\(error)"])
            throw Problem(.serviceUnavailable, [Fault(.unavailable)])
        }
    }

    // MARK: GET

    /// The receipt of a report that the same publisher sent. Nobody sees another's.
    private func receipt(_ request: Request, id: String) throws(Problem) -> Response {
        let publisher = try publishers.source(authorization: request.headers[.authorization])
        guard tables.isCaughtUp else { throw Problem(.serviceUnavailable, [Fault(.unavailable)]) }
        let report = ReportID(source: publisher, id: id.removingPercentEncoding ?? id)
        guard let receipt = tables.receipt(of: report), let text = try? receipt.jsonString() else {
            throw Problem(.notFound, [Fault(.receiptNone)])
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Request {
    /// How the request carries an event; nil for a media type that carries none.
    fileprivate var mode: Event.HTTPMode? { Event.HTTPMode(contentType: headers[.contentType]) }
}
