import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import intake

@Suite("The HTTP door: it accepts only what Kafka has, and answers every request")
struct DoorTests {
    static let token = "token-of-the-school-with-32-characters"
    static let other = "token-of-the-clinic-with-32-characters"
    static let binary = [
        "Authorization": "Bearer \(token)", "ce-specversion": "1.0", "ce-id": "r 1", "ce-source": "urn:school",
        "ce-type": ConcernReported.eventType, "Content-Type": "application/json",
    ]

    /// Runs a door on a free port. What it writes is kept in an array in place of Kafka.
    func open(
        limits: Door.Limits = .init(), refusing: Bool = false, tables: DoorTables? = nil,
        doorkeeper: Doorkeeper? = nil, key: DoorKey? = nil,
        _ body: @escaping @Sendable (Int, Sent) async throws -> Void
    ) async throws {
        let sent = Sent()
        let made =
            tables
            ?? DoorTables(
                directory: "directory", reports: "reports", receipts: "receipts", [:], Logger(label: "test"))
        made.apply(
            Record(
                topic: made.directoryTopic, partition: 0, offset: 0, key: Bytes("TST".utf8),
                value: try ExampleCounty.message.wireBytes()))
        let publishers = try #require(Publishers("urn:school=\(Self.token) urn:clinic=\(Self.other)"))
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let door = Door(
            host: "127.0.0.1", port: 0, publishers: publishers, tables: made,
            send: { record in
                if refusing { throw Refused() }
                sent.records.withLock { $0.append(record) }
            }, topic: "concern-reports", limits: limits,
            doorkeeper: doorkeeper ?? Doorkeeper(quiet), key: key, onListening: { port.yield($0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await door.run() }
            group.addTask {
                for await port in ports { return try await body(port, sent) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    final class Sent: Sendable {
        let records = Mutex<[ProducerRecord]>([])
        var count: Int { records.withLock(\.count) }
    }

    private struct Refused: Error {}

    private static let media = Bytes("application/cloudevents+json".utf8)

    static func json(_ report: ConcernReported = ExampleCounty.report) throws -> Bytes {
        Bytes(try report.jsonUTF8Data())
    }

    static func structured(_ data: String, id: String = "r1", source: String = "urn:school") -> Bytes {
        Bytes(
            #"{"specversion": "1.0", "id": "\#(id)", "source": "\#(source)", "type": "\#(ConcernReported.eventType)", "data": \#(data)}"#
                .utf8)
    }

    @Test("a report in binary mode is accepted with its id and the place of its receipt, and reaches Kafka unchanged")
    func binaryMode() async throws {
        try await open { port, sent in
            let answer = try #require(
                try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: Self.binary, body: Self.json()))
            #expect(answer.status == 202 && answer.json["id"] as? String == "r 1")
            #expect(answer.headers.contains("/v1/concerns/r%201"))
            let record = try #require(sent.records.withLock { $0.first })
            let event = try Event(headers: record.headers, value: record.value, received: Date())
            #expect((event.id, event.source) == ("r 1", "urn:school"))
            #expect(try event.decode(ConcernReported.self) == ExampleCounty.report)
        }
    }

    @Test("a report in structured mode is the same event")
    func structuredMode() async throws {
        try await open { port, sent in
            let body = Self.structured(String(decoding: try Self.json(), as: UTF8.self))
            let headers = [
                "Authorization": "bearer \(Self.token)", "Content-Type": "application/cloudevents+json; charset=utf-8",
            ]
            let answer = try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: headers, body: body)
            #expect(answer?.status == 202 && sent.count == 1)
        }
    }

    @Test("a report that Kafka did not confirm is not accepted, and the answer asks the publisher to send it again")
    func unavailable() async throws {
        try await open(refusing: true) { port, sent in
            let answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: Self.binary, body: Self.json())
            #expect(answer?.status == 503 && answer?.errors == ["http.unavailable "] && sent.count == 0)
            #expect(answer?.headers.lowercased().contains("retry-after") == true)
        }
    }

    @Test("every fault is listed with its JSON pointer, in binary and in structured mode")
    func faults() async throws {
        try await open { port, sent in
            let report = ConcernReported.with {
                ($0.personalNumber, $0.municipality, $0.areas, $0.observation) = (
                    "20140315-2381", "0001", ["mood"], "o"
                )
            }
            var answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: Self.binary, body: Self.json(report))
            #expect(answer?.status == 422 && answer?.headers.contains("application/problem+json") == true)
            #expect(
                answer?.errors == [
                    "personal_number.checksum /personalNumber", "areas.unknown /areas/0",
                    "reporter.email /reporter/email",
                    "reporter.organisation /reporter/organisation",
                ])
            #expect(answer?.body.contains("2381") == false)
            let headers = ["Authorization": "Bearer \(Self.token)", "Content-Type": "application/cloudevents+json"]
            let body = Self.structured(#"{"areas": 3, "reporter": {"email": 1}, "guardians": [{}, {"phone": []}]}"#)
            answer = try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: headers, body: body)
            #expect(
                answer?.errors == [
                    "undecodable /data/areas", "undecodable /data/guardians/1/phone",
                    "undecodable /data/reporter/email",
                ])
            #expect(sent.count == 0)
        }
    }

    @Test("a fault in a header names the header; in structured mode the attribute is a member of the body")
    func headers() async throws {
        try await open { port, sent in
            var headers = Self.binary
            headers["ce-type"] = "se.example.unknown"
            var answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: headers, body: Self.json())
            #expect(answer?.status == 422 && answer?.errors == ["type.unknown ce-type"])
            headers["ce-specversion"] = nil
            answer = try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: headers, body: Self.json())
            #expect(answer?.status == 422 && answer?.errors == ["undecodable ce-specversion"])
            headers = ["Authorization": "Bearer \(Self.token)", "Content-Type": "application/cloudevents+json"]
            let body =
                #"{"specversion": "1.0", "id": "1", "source": "urn:school", "type": "se.example.unknown", "data": {}}"#
            answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: headers, body: Bytes(body.utf8))
            #expect(answer?.status == 422 && answer?.errors == ["type.unknown /type"] && sent.count == 0)
        }
    }

    @Test("rule 5: an anonymous question comes through the same door, and one that identifies somebody is refused")
    func consultation() async throws {
        try await open { port, sent in
            var headers = Self.binary
            headers["ce-type"] = ConsultationRequested.eventType
            for (text, status) in [("Hur gör vi?", 202), ("Gäller 20140315-2380", 422)] {
                let question = ConsultationRequested.with {
                    ($0.municipality, $0.areas, $0.question) = ("0001", ["learning"], text)
                    $0.reporter = ExampleCounty.report.reporter
                }
                let answer = try await RawHTTP.send(
                    "POST", "/v1/concerns", port: port, headers: headers, body: Bytes(try question.jsonUTF8Data()))
                #expect(answer?.status == status)
            }
            #expect(sent.count == 1)
        }
    }

    @Test(
        "a publisher needs its own token, and publishes under its own source only",
        arguments: [
            ("", 401), ("Bearer wrong", 401), ("Basic \(token)", 401), ("Bearer", 401), ("Bearer \(other)", 403),
        ])
    func tokens(authorization: String, status: Int) async throws {
        try await open { port, sent in
            var headers = Self.binary
            headers["Authorization"] = authorization.isEmpty ? nil : authorization
            let answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: headers, body: Self.json())
            #expect(answer?.status == status && sent.count == 0)
        }
    }

    @Test("a body that is too large is refused: by its stated length, or while it is read")
    func oversize() async throws {
        try await open(limits: .init(body: 1_024)) { port, sent in
            let large = Bytes(repeating: 0x20, count: 4_000)
            var answer = try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: Self.binary, body: large)
            #expect(answer?.status == 413)
            var text = "POST /v1/concerns HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            for (name, value) in Self.binary { text += "\(name): \(value)\r\n" }
            let chunked = Bytes((text + "\r\nFA0\r\n").utf8) + large + Bytes("\r\n0\r\n\r\n".utf8)
            answer = try await RawHTTP.send(raw: chunked, port: port)
            #expect(answer?.status == 413 && sent.count == 0)
        }
    }

    @Test("a client that does not finish its request is answered or disconnected, and delays nobody else")
    func slow() async throws {
        try await open(limits: .init(patience: 1)) { port, sent in
            var text = "POST /v1/concerns HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
            for (name, value) in Self.binary { text += "\(name): \(value)\r\n" }
            let half = Bytes((text + "\r\n{\"areas\"").utf8)
            try await withThrowingTaskGroup(of: RawHTTP.Answer?.self) { group in
                for _ in 0..<20 { group.addTask { try await RawHTTP.send(raw: half, port: port) } }
                group.addTask { try await RawHTTP.send(raw: Bytes("POST /v1/conc".utf8), port: port) }
                let quick = try await RawHTTP.send(
                    "POST", "/v1/concerns", port: port, headers: Self.binary, body: Self.json())
                #expect(quick?.status == 202)
                for try await answer in group { #expect(answer == nil || answer?.status == 408) }
            }
            #expect(sent.count == 1)
        }
    }

    @Test("malformed bodies, envelopes and media types are refused, never accepted, and never an internal error")
    func malformed() async throws {
        try await open { port, sent in
            var random = SeededGenerator(seed: 7)
            let valid = try Self.json()
            for round in 0..<150 {
                var headers = Self.binary
                var body = Array(valid.prefix(Int.random(in: 0..<valid.count, using: &random)))
                switch round % 6 {
                case 0: body = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                case 1:
                    headers["ce-\(["id", "source", "type", "specversion"].randomElement(using: &random) ?? "id")"] = nil
                case 2:
                    headers["Content-Type"] = ["text/plain", "application/cloudevents-batch+json", ""].randomElement(
                        using: &random)
                case 3: headers["Content-Type"] = "application/cloudevents+json"
                case 4: headers["Content-Type"] = "application/protobuf"
                default: headers["ce-type"] = "se.tillsammans.intake.report.accepted.v1"
                }
                let answer = try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: headers, body: body)
                #expect([415, 422].contains(answer?.status ?? 0), "round \(round): \(answer?.status ?? 0)")
            }
            for raw in ["\r\n\r\n", "NONSENSE\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "\0\0\0\0\r\n\r\n"] {
                _ = try await RawHTTP.send(raw: Bytes(raw.utf8), port: port)
            }
            let still = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: Self.binary, body: valid)
            #expect(still?.status == 202 && sent.count == 1)
        }
    }

    @Test("a publisher gets the receipts of its own reports, and the first answer counts")
    func receipts() async throws {
        let broker = try TestBroker()
        try await broker.create(["directory", "reports", "receipts"], partitions: 1)
        let producer = try Producer(broker.properties)
        func publish(_ receipt: ConcernReceipt, _ id: String) async throws {
            let event = try Event(id: id, source: "intake", time: Date(), receipt)
            try await producer.send(
                ProducerRecord(
                    topic: broker.prefix + "receipts", key: Bytes("k".utf8), value: event.data, headers: event.headers))
        }
        let known = ConcernReceipt.with {
            ($0.reportID, $0.reportSource) = ("r 1", "urn:school")
            $0.registered = .with { ($0.caseReference, $0.unit) = ("TST-1", "school") }
        }
        let again = ConcernReceipt.with {
            ($0.reportID, $0.reportSource) = ("r 1", "urn:school")
            $0.refused = .with { $0.reasons = [Reason(Fault(.idReused))] }
        }
        try await publish(known, "1")
        try await publish(again, "2")
        let tables = DoorTables(
            directory: broker.prefix + "directory", reports: broker.prefix + "reports",
            receipts: broker.prefix + "receipts", broker.properties, Logger(label: "test"))
        @Sendable func get(_ port: Int, _ id: String, _ token: String) async throws -> RawHTTP.Answer? {
            try await RawHTTP.send(
                "GET", "/v1/concerns/\(id)", port: port, headers: ["Authorization": "Bearer \(token)"])
        }
        try await open(tables: tables) { port, _ in
            // Before the tables are read, the door does not say that there is no receipt.
            #expect(try await get(port, "r%201", Self.token)?.status == 503)
            let reading = Task { try await tables.run() }
            defer { reading.cancel() }
            try await eventually("the receipts") { tables.isCaughtUp }
            let answer = try #require(try await get(port, "r%201", Self.token))
            #expect(answer.status == 200)
            #expect((answer.json["registered"] as? [String: Any])?["caseReference"] as? String == "TST-1")
            #expect(try await get(port, "r%201", Self.other)?.status == 404)
            #expect(try await get(port, "r2", Self.token)?.status == 404)
            // What lies on the topic is pending; what the door has accepted is, too, before it has read it there.
            try await producer.send(
                ProducerRecord(
                    topic: broker.prefix + "reports", key: nil,
                    value: Self.structured("{}", id: "r3"), headers: [(name: "content-type", value: Self.media)]))
            try await eventually("the report") { try await get(port, "r3", Self.token)?.status == 202 }
            let sent = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: Self.binary.merging(["ce-id": "r4"]) { $1 },
                body: Self.json())
            let pending = try #require(try await get(port, "r4", Self.token))
            #expect(sent?.json["status"] as? String == "pending" && pending.status == 202)
            #expect(pending.json["status"] as? String == "pending" && pending.headers.contains("Retry-After: 2"))
            #expect(try await get(port, "r4", Self.other)?.status == 404)
            #expect(try await get(port, "r%201", "wrong")?.status == 401)
        }
        await broker.remove()
    }

    @Test(
        "a token that is too short or has no source is a configuration fault",
        arguments: ["", "a=b", "=\(token)", token])
    func configuration(text: String) {
        #expect(Publishers(text) == nil)
    }
}
