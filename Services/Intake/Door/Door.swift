import CloudEvents
import Codec
import Domain
import Foundation
import Hummingbird
import HummingbirdCore
import IntakeCore
import Kafka
import Logging
import ServiceKit
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
    let doorkeeper: Doorkeeper
    /// Signs each report that is passed on; nil: none is signed.
    var key: DoorKey?
    var clock = SuiteClock.machine
    var onListening: @Sendable (Int) async -> Void = { _ in }
    let logger: Logger

    func run() async throws {
        let router = Router(context: DoorContext.self)
        router.add(middleware: Unrouted())
        router.post("v1/concerns") { request, context in
            await answer(request, context) { (publisher: String) async throws(Problem) -> Response in
                try await accept(request, publisher)
            }
        }
        router.get("v1/concerns/:id") { request, context in
            await answer(request, context) { (publisher: String) async throws(Problem) -> Response in
                try receipt(ReportID(source: publisher, id: context.parameters.get("id") ?? ""))
            }
        }
        var quiet = logger
        quiet.logLevel = .error
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionLimit(doorkeeper)],
                    idleTimeout: .seconds(Int64(limits.patience)))),
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

    /// Lets in whoever has a publisher's token.
    private func answer(
        _ request: Request, _ context: DoorContext, _ body: (String) async throws(Problem) -> Response
    ) async -> Response {
        guard let publisher = publishers.source(authorization: request.headers[.authorization]) else {
            return doorkeeper.wrongToken(from: context.address).response
        }
        do throws(Problem) {
            return try await doorkeeper.serve(publisher) { () async throws(Problem) -> Response in
                try await body(publisher)
            }
        } catch { return error.response }
    }

    // MARK: POST

    private func accept(_ request: Request, _ publisher: String) async throws(Problem) -> Response {
        let body = try await request.wholeBody(within: limits)
        guard let mode = Event.HTTPMode(contentType: request.headers[.contentType]) else {
            throw Problem(.unsupportedMediaType, [Fault(.mediaType, at: "content-type")])
        }
        let event = try read(mode, request, body)
        guard event.source == publisher else {
            throw Problem(.forbidden, [Fault(.sourceForbidden, at: "ce_source")], mode)
        }
        try check(event, mode)
        try await write(sign(event))
        tables.accept(ReportID(source: event.source, id: event.id))
        return pending(event.id)
    }

    /// It has been taken, and its receipt is to come.
    private func pending(_ id: String) -> Response {
        let escaped = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return Response(
            json: ["id": id, "status": "pending"], .accepted,
            [.location: "/v1/concerns/\(escaped)", .retryAfter: "2"])
    }

    private func read(_ mode: Event.HTTPMode, _ request: Request, _ body: Bytes) throws(Problem) -> Event {
        let fields = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        do throws(Undecodable) {
            return try Event(mode, fields: fields, body: body, received: clock.now)
        } catch { throw Problem(error, mode) }
    }

    /// Reads the report as the stream will.
    private func check(_ event: Event, _ mode: Event.HTTPMode) throws(Problem) {
        do throws(Refusal) {
            _ = try ReportMessage(event).content(received: clock.now, tables.directory)
        } catch {
            throw Problem(.unprocessableContent, error.faults, mode)
        }
    }

    /// The token has proven the source, and the door says so in place of it.
    private func sign(_ event: Event) throws(Problem) -> Event {
        guard let key else { return event }
        do { return try key.sign(event, for: event.source, .service, now: clock.now) } catch {
            logger.warning("a report could not be signed", metadata: ["why": "\(error)"])
            throw .unavailable
        }
    }

    private func write(_ event: Event) async throws(Problem) {
        let key = Reference.id(of: ReportID(source: event.source, id: event.id).name)
        do {
            try await send(
                ProducerRecord(topic: topic, key: Bytes(key.utf8), value: event.data, headers: event.headers))
        } catch {
            logger.warning("a report could not be written", metadata: ["why": "\(error)"])
            throw .unavailable
        }
    }

    // MARK: GET

    /// The receipt of a report that the same publisher sent. Nobody sees another's.
    private func receipt(_ escaped: ReportID) throws(Problem) -> Response {
        let report = ReportID(source: escaped.source, id: escaped.id.removingPercentEncoding ?? escaped.id)
        switch tables.answer(to: report) {
        case .receipt(let receipt):
            guard let text = try? receipt.jsonString() else { throw .unavailable }
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        case .pending: return pending(report.id)
        case nil:
            // What has not been read yet is not unknown.
            throw tables.isCaughtUp ? Problem(.notFound, [Fault(.receiptNone)]) : .unavailable
        }
    }
}
