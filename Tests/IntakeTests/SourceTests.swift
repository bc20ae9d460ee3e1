import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import intake

@Suite("Who sends a report")
struct SourceTests {
    private static func report(_ id: String, from source: String) throws -> Event {
        try Event(id: id, source: source, time: ExampleCounty.monday, ExampleCounty.report)
    }

    private static func signed(
        _ event: Event, by key: DoorKey = ExampleDoor.system, for source: String = "urn:system"
    ) throws -> Event {
        try key.sign(event, for: source, .service, now: ExampleCounty.monday)
    }

    @Test("a source that has a key is taken when it signs, and an id that somebody else tries in its name stays free")
    func keyed() throws {
        var tester = try IntakeTester()
        let event = try Self.report("r1", from: "urn:system")
        try tester.send(event)
        try tester.sendUnreadable(id: "r1", source: "urn:system", key: "any")
        try tester.send(Self.signed(event, by: ExampleDoor.desk, for: "nurse"))
        var altered = try Self.signed(event)
        altered.data[30] ^= 1
        try tester.send(altered)
        #expect(tester.codes == ["actor.unproven", "undecodable", "actor.unproven", "actor.unproven"])
        #expect(tester.receipts.allSatisfy { !$0.repeated } && tester.concerns.isEmpty)
        try tester.send(Self.signed(event))
        #expect(tester.concerns.count == 1)
        #expect(tester.receipts.last?.registered.caseReference == tester.concerns[0].caseReference)
        #expect(tester.receipts.last?.repeated == false)
    }

    @Test("a door speaks for no other source than its own")
    func other() throws {
        var tester = try IntakeTester()
        try tester.send(Self.signed(Self.report("r1", from: "urn:else"), for: "urn:else"))
        try tester.send(Self.signed(Self.report("r2", from: "urn:else")))
        #expect(tester.codes == ["actor.not_entitled", "actor.unproven"] && tester.concerns.isEmpty)
    }

    @Test(
        "the pages for staff report under their own name, for whoever of the staff has signed in, and nobody else does")
    func desk() throws {
        var tester = try IntakeTester()
        let event = try Self.report("r1", from: "TST/desk")
        try tester.send(event)
        try tester.sendUnreadable(id: "r1", source: "TST/desk", key: "any")
        try tester.send(Self.signed(event))
        try tester.send(Self.signed(event, by: ExampleDoor.mail, for: "teacher"))
        try tester.send(Self.signed(event, by: ExampleDoor.desk, for: "desk"))
        try tester.send(Self.signed(event, by: ExampleDoor.desk, for: "stranger"))
        #expect(
            tester.codes == [
                "actor.unproven", "undecodable", "actor.unproven", "actor.unproven", "actor.unproven",
                "actor.not_entitled",
            ])
        #expect(tester.concerns.isEmpty)
        try tester.send(Self.signed(event, by: ExampleDoor.desk, for: "teacher"))
        #expect(tester.concerns.count == 1 && tester.receipts.last?.repeated == false)
        let registered = tester.published.first { $0.event.type == ConcernRegistered.eventType }
        #expect(registered?.event.auth?.id == "teacher")
    }

    @Test("sources without a key are taken where the county says so", arguments: [true, false])
    func unsigned(isTaken: Bool) throws {
        var tester = try IntakeTester(ExampleCounty.changed { $0.settings.unsignedReports = isTaken })
        try tester.send(Self.report("r1", from: "urn:else"))
        #expect(tester.concerns.count == (isTaken ? 1 : 0) && tester.codes == (isTaken ? [] : ["actor.unproven"]))
    }

    @Test("the HTTP door speaks for each source, in its own county alone")
    func door() throws {
        let key = DoorKey(door: "TST/http", id: "1")
        var tester = try IntakeTester(
            ExampleCounty.changed { county in
                county.settings.unsignedReports = false
                county.doors.append(.with { ($0.id, $0.kind, $0.keys) = ("http", "http", [key.entry]) })
            })
        for source in ["urn:else", "urn:system"] {
            try tester.send(Self.signed(Self.report("r1", from: source), by: key, for: source))
        }
        #expect(tester.codes.isEmpty && tester.receipts.count == 2)
    }

    @Test("the HTTP door signs what it passes on, for the source whose token it was given")
    func signs() async throws {
        let key = DoorKey(door: "TST/http", id: "1")
        let directory = try ExampleCounty.changed { county in
            county.doors = [.with { ($0.id, $0.kind, $0.keys) = ("http", "http", [key.entry]) }]
        }
        try await DoorTests().open(key: key) { port, sent in
            let headers = DoorTests.binary.merging(["ce-actor": "a.forged.one"]) { $1 }
            let answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: headers, body: DoorTests.json())
            #expect(answer?.status == 202)
            let record = try #require(sent.records.withLock { $0.first })
            let event = try Event(headers: record.headers, value: record.value, received: Date())
            let proven = try directory.proveActor(of: event, received: Date())
            #expect(proven.person == "urn:school" && proven.assurance == .service)
        }
    }
}
