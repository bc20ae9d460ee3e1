import CloudEvents
import Codec
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Commands that Mapping refuses")
struct RefusedCommandTests {
    @Test("a command for another case, of another type, by nobody, or that cannot be read is refused with a reason")
    func refused() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.send(TakeOn.with { ($0.caseReference, $0.by) = ("TST-BBBB-BBBB-BB", MappingTester.owner) })
        try tester.send(MappingOverdue())
        try tester.takeOn(by: "nobody")
        try tester.tester.process(
            Event(
                id: "x", source: "s", type: TakeOn.eventType, time: tester.tester.now, content: .json,
                data: Array(#"{"by": 7, "case": "x"}"#.utf8)), key: MappingTester.reference,
            topic: Topic.mappingCommands.rawValue)
        #expect(tester.codes == ["case.unknown", "command.unknown", "person.unknown", "undecodable", "undecodable"])
        #expect(tester.facts(CommandRefused.self).last?.reasons.map(\.path) == ["by", "case"])
    }

    @Test("a text or list over its limit is refused by its name, before anything else is looked at")
    func large() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.send(
            Codec.AddInformation.with {
                ($0.caseReference, $0.by) = (MappingTester.reference, "nobody")
                $0.text = String(repeating: "x", count: 10_001)
            })
        try tester.send(
            ConcludeMapping.with {
                $0.caseReference = MappingTester.reference
                $0.measures = Array(repeating: Measure(), count: 51)
            })
        #expect(tester.codes == ["text.long", "list.long"])
        #expect(tester.facts(CommandRefused.self).map { $0.reasons.map(\.path) } == [["text"], ["measures"]])
    }

    @Test("a command whose id holds a personal number is refused, and what is published says nothing of it")
    func personalId() throws {
        var tester = MappingTester()
        try tester.concern()
        let number = "20140315-2380"
        try tester.tester.process(
            Event(
                id: number, source: "urn:\(number)", time: tester.tester.now, subject: number, correlation: number,
                TakeOn.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) }),
            key: MappingTester.reference, topic: Topic.mappingCommands.rawValue)
        #expect(Set(tester.codes) == ["id.personal_number"])
        let told = try #require(tester.tester.published.last).event
        #expect(!"\(told.headers.map { String(decoding: $0.value, as: UTF8.self) })".contains("2380"))
        #expect(!String(decoding: told.data, as: UTF8.self).contains("2380"))
        #expect(tester.facts(CommandRefused.self).first?.commandID.hasPrefix(Topic.mappingCommands.rawValue) == true)
    }

    @Test(
        "rule 13: a refusal or withdrawal that finds no case is laid before the county's function; what is given is not",
        arguments: [("withdrawn", "county"), ("refused", "county"), ("given", "")])
    func lostWithdrawal(decision: String, to: String) throws {
        var tester = MappingTester()
        try tester.send(MappingTester.consent("g1", decision))
        let refused = try #require(tester.facts(CommandRefused.self).first)
        #expect(refused.reasons.map(\.code) == ["case.unknown"])
        #expect(refused.to == to && refused.county == (to.isEmpty ? "" : "TST"))
    }

    @Test(
        "rule 13: a consent that cannot be read is laid before the county's function of the case that the record names",
        arguments: [("TST-1", "key", "county"), (nil, "TST-1", "county"), (nil, "key", ""), ("SRM-1", "key", "")])
    func unreadableWithdrawal(subject: String?, key: String, to: String) throws {
        var tester = MappingTester()
        let topic = Topic.mappingCommands.rawValue
        for type in [RecordConsent.eventType, TakeOn.eventType] {
            try tester.tester.process(
                Event(
                    id: type, source: "s", type: type, time: tester.tester.now, subject: subject, content: .protobuf,
                    data: [0xFF, 0xFF]), key: key, topic: topic)
        }
        let refused = tester.facts(CommandRefused.self)
        #expect(refused.map { $0.reasons.map(\.code) } == [["undecodable"], ["undecodable"]])
        #expect(refused.map(\.to) == [to, ""] && refused.map(\.caseReference) == [to.isEmpty ? "" : "TST-1", ""])
    }

    @Test("an answer travels under no key, and names no id, that could be a personal number or is of any length")
    func keys() throws {
        var tester = MappingTester()
        let command = TakeOn.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) }
        let topic = Topic.mappingCommands.rawValue
        for key in ["20140315-2380", String(repeating: "k", count: 900_000)] {
            try tester.tester.process(command, key: key, topic: topic)
            try tester.tester.answer(Undecodable("ce_type", "missing"), id: "20140315-2380", key: key, topic: topic)
        }
        #expect(tester.codes == ["case.unknown", "undecodable", "case.unknown", "undecodable"])
        for reference in ["20140315-2380", String(repeating: "x", count: 5_000)] {
            try tester.tester.process(
                MappingTester.consent("g1", "withdrawn") { $0.caseReference = reference },
                key: String(repeating: "k", count: 300), topic: topic)
        }
        #expect(tester.facts(CommandRefused.self).map(\.caseReference).suffix(2) == ["", ""])
        #expect(tester.tester.published.allSatisfy { $0.key.hasPrefix(topic) || $0.key == MappingTester.reference })
        #expect(tester.tester.forwarded.allSatisfy { $0.key == MappingTester.reference })
        #expect(tester.facts(CommandRefused.self).allSatisfy { !$0.commandID.contains("2380") })
    }

    @Test("an outsider's correlation is not passed on; that of our own events is")
    func correlation() throws {
        var tester = MappingTester()
        try tester.concern()
        let command = TakeOn.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) }
        for (topic, isPassedOn) in [(Topic.mappingCommands, false), (.mappingSteps, true)] {
            try tester.tester.process(
                Event(id: "c", source: "\(topic)", time: tester.tester.now, correlation: "theirs", command),
                key: MappingTester.reference, topic: topic.rawValue)
            #expect((tester.tester.published.last?.event.correlation == "theirs") == isPassedOn)
        }
    }

    @Test("a concern in words of a newer version waits, and is neither laid aside nor taken in part")
    func newerConcern() throws {
        var tester = MappingTester()
        #expect(throws: StateUnreadable.self) { try tester.concern { $0.stage = "moon" } }
        #expect(tester.tester.published.isEmpty)
    }

    @Test("what Meetings asks of Mapping is refused on the topic that outsiders write, as a type that does not exist")
    func outsiders() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.send(
            EndCooperation.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) },
            to: .mappingCommands)
        #expect(tester.codes == ["command.unknown"])
    }
}
