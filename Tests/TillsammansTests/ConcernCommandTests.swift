import Foundation
import TestSupport
import Testing

@testable import tillsammans

@Suite("Reports from the command line")
struct ConcernCommandTests {
    private static let example = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Examples/worked-example/1-concern.json").standardizedFileURL.path

    @Test("the worked example's own file says which placeholders to fill in, and with what; filled in, it is taken")
    func placeholders() throws {
        let connection = Connection(bootstrapServers: "", prefix: "")
        let fault = #expect(throws: CommandFault.self) { try ConcernCommand.records(Self.example, "s", connection) }
        for name in ["$OBSERVED_AT, for example 20", "$PERSONAL_NUMBER, for example 20"] {
            #expect(fault?.description.contains(name) == true)
        }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let filled = try String(contentsOfFile: Self.example, encoding: .utf8)
            .replacing("$PERSONAL_NUMBER", with: "20140315-2380").replacing(
                "$OBSERVED_AT", with: "2026-11-20T09:00:00Z")
        try filled.write(toFile: "\(folder.path)/report.json", atomically: true, encoding: .utf8)
        #expect(try ConcernCommand.records("\(folder.path)/report.json", "s", connection).count == 1)
    }
}
