import Codec
import TestSupport
import Testing

@testable import mapping

@Suite("What Meetings asks of Mapping")
struct InternalCommandTests {
    @Test("is refused on the topic that outsiders write, as a type that does not exist")
    func refused() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.send(
            EndCooperation.with { ($0.caseReference, $0.by) = (MappingTester.reference, MappingTester.owner) },
            to: .mappingCommands)
        #expect(tester.codes == ["command.unknown"])
    }
}
