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
                data: Array(#"{"by": 7, "case": "x"}"#.utf8)), key: MappingTester.child,
            topic: Topic.mappingCommands.rawValue)
        #expect(tester.codes == ["case.unknown", "command.unknown", "person.unknown", "undecodable", "undecodable"])
        #expect(tester.facts(CommandRefused.self).last?.reasons.map(\.path) == ["by", "case"])
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
