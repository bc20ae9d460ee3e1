import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import StreamsTestSupport
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Rule 22: the access log says who read, signed by the door that knows them")
struct AccessLogTests {
    private static let now = ExampleCounty.monday
    private static let login = Date() - 3_600

    private static let `case` = ReadableCase(
        .with {
            ($0.caseReference, $0.county, $0.unit, $0.owner) = ("TST-AAAA-AAAA-AA", "TST", "school", "head-school")
            ($0.phase, $0.opened) = ("mapping", .init(now))
        }, [])

    private func room(_ log: AccessLog, _ person: String = "head-school") throws -> ReadingRoom {
        let reader = Reader(person: person, door: "TST/desk", assurance: .three, loggedIn: Self.login)
        return try ReadingRoom(reader, log: log, directory: ExampleCounty.directory)
    }

    @Test("a reading is on the topic before it is handed out, with how surely and when the reader logged in")
    func signed() async throws {
        let broker = try TestBroker()
        try await broker.create(["access-log"], partitions: 1)
        let log = try AccessLog(
            signedBy: ExampleDoor.desk, source: "urn:tillsammans:desk", topic: broker.prefix + "access-log",
            broker.properties
        ) { ExampleCounty.directory }
        var room = try room(log)
        let reading = try await room.open(Self.case, .course ... .whole, at: Self.now)
        #expect(reading.permit.extent == .whole && reading.mask == nil)

        let record = try #require(try await broker.records("access-log").first)
        let event = try Event(headers: record.headers, value: record.value, received: Date())
        let viewed = try event.decode(CaseViewed.self)
        #expect(viewed.caseReference == Self.case.reference && viewed.assurance == "3" && viewed.door == "TST/desk")
        let proven = try ExampleCounty.directory.proveActor(of: event, received: Date())
        #expect(proven.person == "head-school" && proven.assurance == .three && proven.door.id == "desk")
        let claims = try #require(event.actor?.split(separator: ".").dropFirst().first.flatMap { Base64URL.bytes($0) })
        let proof = try JSONSerialization.jsonObject(with: Data(claims)) as? [String: Any]
        #expect(proof?["auth_time"] as? Int == Int(Self.login.timeIntervalSince1970))
        await broker.remove()
    }

    @Test("a door that the directory no longer has shows nothing, without asking Kafka")
    func stranger() async throws {
        let log = try AccessLog(
            signedBy: ExampleDoor.desk, source: "urn:tillsammans:desk", topic: "access-log",
            ["bootstrap.servers": "127.0.0.1:1"]
        ) { Directory() }
        var room = try room(log)
        await #expect(throws: Refusal.self) { _ = try await room.open(Self.case, .course ... .whole, at: Self.now) }
    }

    @Test("a room writes the same reading once, and another extent again")
    func once() async throws {
        let (written, sink) = AsyncStream.makeStream(of: String.self)
        var room = try room(AccessLog { viewed, _ in sink.yield(viewed.what) })
        for wanted in [Reading.Extent.course, .course, .whole, .whole, .course] {
            _ = try await room.open(Self.case, wanted...wanted, at: Self.now)
        }
        sink.finish()
        #expect(await written.reduce(into: []) { $0.append($1) } == ["course", "whole"])
    }
}
