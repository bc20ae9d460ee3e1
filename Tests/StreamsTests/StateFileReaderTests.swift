import CloudEvents
import Foundation
import StreamsTestSupport
import Testing

@testable import Streams

@Suite("A tool looks into a state file")
struct StateFileReaderTests {
    private static func entries(_ bench: Bench, boot: String = "this-boot") throws -> [Bytes: Bytes] {
        var found: [Bytes: Bytes] = [:]
        try StateFileReader.forEachEntry(of: bench.path, boot: boot) { found[Bytes($0)] = Bytes($1) }
        return found
    }

    @Test("it sees every entry in full, also under a long key, and changes nothing")
    func entries() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        let written: [Bytes: Bytes] = [
            [1]: [2], Bytes(repeating: 7, count: 900): [3], [4]: Bytes(repeating: 5, count: 50_000),
        ]
        for (key, value) in written { store.restore(key, value) }
        try store.flush(Bench.checkpoint)
        store.close()
        let before = try Data(contentsOf: URL(filePath: bench.path))
        #expect(try Self.entries(bench) == written)
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == before)
        #expect(try bench.open().get([1]) == [2])
    }

    @Test("a file that a stream has open is refused, and no stream opens the file meanwhile")
    func locked() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        store.restore([1], [2])
        try store.flush(Bench.checkpoint)
        #expect(throws: StateFileError.failed("\(bench.path) is in use; stop the service that has it open")) {
            try Self.entries(bench)
        }
        store.close()
        try StateFileReader.forEachEntry(of: bench.path, boot: "this-boot") { _, _ in
            #expect(throws: StateFileError.self) { try bench.open() }
        }
        #expect(try Self.entries(bench) == [[1]: [2]])
    }

    @Test("a file to which nothing was ever flushed has no entries")
    func fresh() throws {
        let bench = Bench()
        defer { bench.remove() }
        try bench.open().close()
        #expect(FileManager.default.fileExists(atPath: bench.path))
        #expect(try Self.entries(bench).isEmpty)
    }

    @Test("what cannot be trusted, lost its end or is no state file is refused; an empty file has no entries")
    func broken() throws {
        let bench = Bench()
        defer { bench.remove() }
        #expect(throws: StateFileError.self, "there is none") { try Self.entries(bench) }
        let store = try bench.open()
        for key in 1..<200 as Range<UInt8> { store.restore([key], Bytes(repeating: key, count: 1_000)) }
        try store.flush(Bench.checkpoint)
        store.close()
        try Data("another boot".utf8).write(to: URL(filePath: TrustMark.path(of: bench.path)))
        #expect(throws: StateFileError.self, "the machine has started anew") { try Self.entries(bench) }
        #expect(try Self.entries(bench, boot: "another boot").count == 199)
        #expect(truncate(bench.path, 100_000) == 0)
        #expect(throws: StateFileError.self, "its end is lost") { try Self.entries(bench, boot: "another boot") }
        try Data(repeating: 7, count: 9_000).write(to: URL(filePath: bench.path))
        #expect(throws: StateFileError.self, "it is none") { try Self.entries(bench, boot: "another boot") }
        try Data().write(to: URL(filePath: bench.path))
        #expect(try Self.entries(bench, boot: "another boot").isEmpty)
    }
}
