import CloudEvents
import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Who gives Mapping a command")
struct ProofTests {
    private static let takeOn = TakeOn.with {
        ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner)
    }

    private static func event(_ command: some EventPayload, id: String = "c", now: Date) throws -> Event {
        try Event(id: id, source: "urn:desk", time: now, command)
    }

    /// A case, and a way in on which nobody signs for the sender.
    private func unguarded() throws -> MappingTester {
        var tester = MappingTester()
        try tester.concern()
        tester.tester.door = { event, topic, _ in (event, topic) }
        return tester
    }

    private func send(_ event: Event, to tester: inout MappingTester, _ topic: Topic = .mappingCommands) throws {
        try tester.tester.process(event, key: MappingTester.reference, topic: topic.rawValue)
    }

    @Test("an outsider's command in anybody's name changes nothing")
    func outsider() throws {
        let people = ExampleCounty.message.people.map(\.id) + ["", "robot"]
        var tester = try unguarded()
        let before = tester.state
        for (number, person) in people.enumerated() {
            let command = TakeOn.with { ($0.caseReference, $0.by) = (MappingTester.reference, person) }
            let event = try Self.event(command, id: "\(number)", now: tester.tester.now)
            try send(event, to: &tester)
            try send(DoorKey(door: "TST/desk", id: "1").sign(event, for: person, .four, now: event.time), to: &tester)
        }
        #expect(tester.codes == Array(repeating: "actor.unproven", count: 2 * people.count))
        #expect(tester.state == before && tester.facts(CaseTakenOn.self).isEmpty)
    }

    @Test("the signature for one person carries no command in another's name, and a claim of being proven is none")
    func another() throws {
        var tester = try unguarded()
        var event = try Self.event(Self.takeOn, now: tester.tester.now)
        try send(ExampleDoor.desk.sign(event, for: "teacher", .three, now: event.time), to: &tester)
        event.auth = AuthContext(type: "user", id: MappingTester.owner, claims: "{}")
        try send(event, to: &tester)
        #expect(tester.codes == ["actor.unproven", "actor.unproven"])
        #expect(tester.facts(CommandRefused.self).first?.reasons.first?.path == "by")
        #expect(tester.tester.published.allSatisfy { $0.event.auth == nil })
    }

    @Test("a signature that is replayed on another event, or too late, is refused")
    func replayed() throws {
        var tester = try unguarded()
        let event = try Self.event(Self.takeOn, now: tester.tester.now)
        let signed = try ExampleDoor.desk.sign(event, for: MappingTester.owner, .three, now: event.time)
        var other = try Self.event(
            DelegateWork.with {
                ($0.caseReference, $0.by, $0.to) = (MappingTester.reference, MappingTester.owner, "teacher")
            }, now: event.time)
        other.actor = signed.actor
        try send(other, to: &tester)
        tester.tester.now += 11 * 60
        try send(signed, to: &tester)
        #expect(tester.codes == ["actor.unproven", "actor.unproven"] && tester.facts(CaseTakenOn.self).isEmpty)
        tester.tester.now -= 11 * 60
        try send(signed, to: &tester)
        try send(signed, to: &tester)
        #expect(tester.facts(CaseTakenOn.self).count == 1, "the same record again is the same command")
    }

    @Test("a door of another county speaks for nobody of this one, though the two share an id")
    func county() throws {
        var tester = try unguarded()
        let desk = DoorKey(door: "OTH/desk", id: "1")
        var other = ExampleCounty.message
        (other.code, other.doors[0].keys) = ("OTH", [desk.entry])
        tester.tester.directory.counties["OTH"] = try other.county()
        let event = try Self.event(Self.takeOn, now: tester.tester.now)
        try send(desk.sign(event, for: MappingTester.owner, .three, now: event.time), to: &tester)
        #expect(tester.codes == ["actor.not_entitled"])
    }

    @Test("each fact that follows says who was proven, by which door, how surely and with which key")
    func essence() throws {
        var tester = MappingTester()
        try tester.concern()
        let before = tester.tester.published.count
        try tester.takeOn()
        let following = tester.tester.published[before...].map(\.event)
        #expect(following.count > 1)
        for event in following {
            #expect(event.auth?.id == MappingTester.owner)
            #expect(event.auth?.claims == #"{"assurance":"3","door":"TST/desk","key":"1"}"#)
            #expect(event.actor == nil, "the signature itself is for its own record alone")
        }
    }

    @Test(
        "rule 13: a no that nobody has proven is recorded in nobody's name and laid before the case's owner",
        arguments: ["refused", "withdrawn"])
    func withdrawal(decision: String) throws {
        var tester = try MappingTester.ready()
        try tester.send(MappingTester.consent("g1"))
        let before = tester.state
        tester.tester.door = { event, topic, _ in (event, topic) }
        let event = try Self.event(MappingTester.consent("g1", decision), now: tester.tester.now)
        try send(event, to: &tester)
        let refused = try #require(tester.facts(CommandRefused.self).last)
        #expect(refused.reasons.map(\.code) == ["actor.unproven"] && refused.caseReference == MappingTester.reference)
        #expect(refused.to == MappingTester.owner && refused.county == "TST")
        #expect(tester.state == before)
    }

    @Test("what a first turn has passed on is decided only if that turn has proven who gives it")
    func passedOn() throws {
        var tester = try unguarded()
        var event = try Self.event(Self.takeOn, now: tester.tester.now)
        try send(event, to: &tester, .mappingSteps)
        #expect(tester.codes == ["actor.unproven"])
        event.auth = AuthContext(type: "user", id: MappingTester.owner, claims: "{}")
        try send(event, to: &tester, .mappingSteps)
        #expect(tester.facts(CaseTakenOn.self).count == 1)
        #expect(tester.tester.published.last?.event.auth == event.auth)
    }

    @Test("an internal command from outside is refused, whoever signs it")
    func inside() throws {
        var tester = try unguarded()
        let event = try Self.event(
            EndCooperation.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) },
            now: tester.tester.now)
        try send(ExampleDoor.desk.sign(event, for: MappingTester.owner, .four, now: event.time), to: &tester)
        #expect(tester.codes == ["command.unknown"])
    }
}
