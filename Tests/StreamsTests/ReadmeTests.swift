import Foundation
import Testing

@Suite("The READMEs of the runtime and of views")
struct ReadmeTests {
    @Test(
        "each promise names a test that is there",
        arguments: [("Streams", ["StreamsTests", "KafkaTests"]), ("Views", ["ViewsTests"])])
    func promises(library: String, tests: [String]) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let readme = try String(
            contentsOf: root.appending(path: "Shared/\(library)/README.md"), encoding: .utf8)
        let sources = try tests.flatMap { folder in
            let folder = root.appending(path: "Tests/\(folder)")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".swift") }
                .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        }
        let promises = try #require(readme.split(separator: "| promise | test |").last)
            .split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }
        #expect(promises.count > 10)
        var suite = ""
        for promise in promises {
            let names = try #require(promise.split(separator: "|").last).matches(of: /`([A-Za-z.]+)`/).map(\.1)
            #expect(!names.isEmpty, "\(promise)")
            for name in names {
                // A function without a suite belongs to the suite named before it.
                let parts = name.split(separator: ".")
                let function = parts.count == 2 || name.first!.isLowercase ? parts.last : nil
                if parts.count == 2 || function == nil { suite = String(parts[0]) }
                let source = sources.first { $0.contains("struct \(suite)") }
                let found = try #require(source, "no suite \(suite)")
                if let function {
                    #expect(found.contains("func \(function)("), "no test \(function) in \(suite)")
                }
            }
        }
    }
}
