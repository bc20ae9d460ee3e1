import Foundation
import Testing

@Suite("The cuts between the parts, as CONTRIBUTING.md names them")
struct BoundariesTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    /// Each Swift file below a folder, with its lines.
    private static func files(below folder: String) throws -> [(name: String, lines: [Substring])] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        return try names.filter { $0.hasSuffix(".swift") }.map { name in
            let text = try String(contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8)
            return ("\(folder)/\(name)", text.split(separator: "\n"))
        }
    }

    private static func imports(_ lines: [Substring]) -> Set<String> {
        let found = lines.compactMap { $0.firstMatch(of: /^(?:@?\w+ )*import (\w+)$/) }
        return Set(found.map { String($0.1) })
    }

    @Test(
        "a service's core imports the domain alone, and holds no word of a message",
        arguments: ["Intake", "Mapping", "Meetings", "Notifications"])
    func core(service: String) throws {
        let files = try Self.files(below: "Services/\(service)/Core")
        #expect(files.count > 5)
        for (name, lines) in files {
            #expect(Self.imports(lines).isSubset(of: ["Domain", "Foundation"]), "\(name)")
            #expect(!lines.contains { $0.contains("rawValue") }, "\(name)")
        }
    }

    @Test(
        "the runtime and what else is of use to others know no county",
        arguments: ["Kafka", "Streams", "StreamsTesting", "CloudEvents", "Views", "OpenID"])
    func runtime(folder: String) throws {
        let files = try Self.files(below: "Shared/\(folder)")
        #expect(files.count > 3)
        for (name, lines) in files { #expect(Self.imports(lines).isDisjoint(with: ["Domain", "Codec"]), "\(name)") }
    }
}
