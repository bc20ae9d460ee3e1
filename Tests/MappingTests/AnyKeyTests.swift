import CloudEvents
import Codec
import Domain
import Foundation
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Commands under any key")
struct AnyKeyTests {
    private typealias Tester = MappingTester

    private func send(
        _ command: some EventPayload, _ id: String = "c", under key: String, to tester: inout MappingTester
    ) throws {
        let event = try Event(id: id, source: "urn:desk", time: tester.tester.now, command)
        try tester.tester.process(event, key: key, topic: Topic.mappingCommands.rawValue)
    }

    private static let takeOn = TakeOn.with { ($0.caseReference, $0.by) = (Tester.reference, Tester.owner) }

    @Test(
        "a command reaches its case under any key, and its fact lies under the case's",
        arguments: ["", "7", "TST-BBBB-BBBB-BB", "20140315-2380", String(repeating: "k", count: 900_000)])
    func reaches(key: String) throws {
        var tester = MappingTester()
        try tester.concern()
        try send(Self.takeOn, under: key, to: &tester)
        #expect(tester.facts(CaseTakenOn.self).count == 1 && tester.codes.isEmpty)
        #expect(tester.tester.forwarded.map(\.key) == [Tester.reference])
        #expect(tester.tester.published.allSatisfy { $0.key == Tester.reference })
    }

    @Test("the same command is the same one under another key")
    func again() throws {
        var tester = MappingTester()
        try tester.concern()
        for key in ["one", "two"] { try send(Self.takeOn, under: key, to: &tester) }
        #expect(tester.facts(CaseTakenOn.self).count == 1 && tester.codes.isEmpty)
    }

    @Test("one sender's commands under one key are decided in the order in which they were written")
    func order() throws {
        var tester = MappingTester()
        try tester.concern()
        try send(Self.takeOn, under: "desk", to: &tester)
        for number in 1...5 {
            let command = Codec.AddInformation.with {
                ($0.caseReference, $0.by, $0.text) = (Tester.reference, Tester.owner, "\(number)")
                ($0.source, $0.area, $0.kind) = ("child", "relationships", "need")
            }
            try send(command, "\(number)", under: "desk", to: &tester)
        }
        let texts = tester.facts(InformationAdded.self).map(\.information.text).filter { $0.count == 1 }
        #expect(texts == ["1", "2", "3", "4", "5"])
    }

    @Test("what goes on keeps who was proven and the sender's signature, and nothing that the sender says of a chain")
    func goesOn() throws {
        var tester = MappingTester()
        try tester.concern()
        let event = try Event(
            id: "c", source: "urn:desk", time: tester.tester.now, subject: Tester.reference, cause: "theirs",
            correlation: "theirs", Self.takeOn)
        try tester.tester.process(event, key: "any", topic: Topic.mappingCommands.rawValue)
        let passed = try #require(tester.tester.forwarded.first).event
        #expect((passed.id, passed.source, passed.subject) == (event.id, event.source, event.subject))
        #expect((passed.type, passed.time, passed.data) == (event.type, event.time, event.data))
        #expect(passed.auth?.id == Tester.owner && passed.actor != nil && passed.received == tester.tester.now)
        #expect(passed.cause == nil && passed.correlation != "theirs")
    }

    @Test("rule 13: a no that nobody has proven finds its case under any key, so that its owner is told what was wrong")
    func unproven() throws {
        var tester = try MappingTester.ready()
        try tester.send(Tester.consent("g1"))
        tester.tester.door = { event, topic, _ in (event, topic) }
        var event = try Event(
            id: "c", source: "urn:desk", time: tester.tester.now, Tester.consent("g1", "withdrawn"))
        event = try ExampleDoor.desk.sign(event, for: Tester.owner, .three, now: event.time - 3_600)
        try tester.tester.process(event, key: "any", topic: Topic.mappingCommands.rawValue)
        let refused = try #require(tester.facts(CommandRefused.self).last)
        #expect(refused.reasons == [Reason(Fault.unproven("time"))])
        #expect(refused.to == Tester.owner && tester.facts(ConsentRecorded.self).count == 1)
    }

    @Test(
        "what names no case of a county goes nowhere, and is refused",
        arguments: ["", "XYZ-AAAA-AAAA-AA", "TST-20140315-2380", "20140315-2380"])
    func nowhere(reference: String) throws {
        var tester = MappingTester()
        tester.tester.door = { event, topic, _ in (event, topic) }
        for decision in ["given", "withdrawn"] {
            var command = Tester.consent("g1", decision)
            command.caseReference = reference
            let event = try Event(id: decision, source: "urn:desk", time: tester.tester.now, command)
            try tester.tester.process(
                ExampleDoor.desk.sign(event, for: Tester.owner, .three, now: event.time), key: "any",
                topic: Topic.mappingCommands.rawValue)
        }
        #expect(tester.tester.forwarded.isEmpty && tester.codes.count == 2)
    }
}
