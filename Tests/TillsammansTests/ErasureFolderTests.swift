import CloudEvents
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import Streams
@testable import tillsammans

@Suite("An erased case in folders of state files and messages")
struct ErasureFolderTests {
    private static let keys = "1 \(Data(repeating: 1, count: 32).base64EncodedString())\n"

    private let erased: ErasedCase
    private let folder = TemporaryFolder()

    init() throws { erased = try ErasedCase(KeyEncryptionKeys(Self.keys)) }

    private func store() throws -> StateStore {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/mapping/local", withIntermediateDirectories: true)
        return try StateStore(path: folder.path + "/mapping/local/0.mdb")
    }

    private func flush(_ store: StateStore, _ entries: [(key: Bytes, value: Bytes?)]) throws {
        for entry in entries { store.restore(entry.key, entry.value) }
        try store.flush(.init(offset: 1, cluster: "c", at: .now))
    }

    @Test("a state file's entries are counted; nobody opens them once the key is erased")
    func state() throws {
        defer { folder.remove() }
        let store = try store()
        let (key, value) = try erased.state()
        try flush(store, [(key, value), (Bytes("cases\0\(ErasedCase.other)".utf8), StateValue.encode([]))])
        store.close()
        let place = FolderSearch(try erased.search(ErasedCase.markers)).state(folder.path)
        #expect((place.about, place.sealed, place.readable, place.unreachable) == (1, 1, 0, 0))
        let before = FolderSearch(try erased.search(isErased: false)).state(folder.path)
        #expect((before.about, before.readable, before.positions) == (1, 1, ["mapping/local/0.mdb"]))
    }

    @Test("a file that a service has open is not reachable, and the report says what to do")
    func open() throws {
        defer { folder.remove() }
        let store = try store()
        try flush(store, [try erased.state()])
        let place = FolderSearch(try erased.search()).state(folder.path)
        #expect((place.about, place.unreachable) == (0, 1))
        #expect(place.reasons.first?.contains("stop the service") == true)
        store.close()
    }

    @Test("words in pages that LMDB has not used again are found")
    func freePages() throws {
        defer { folder.remove() }
        let store = try store()
        try flush(store, [([1], StateValue.encode(Bytes(ErasedCase.words.utf8)))])
        try flush(store, [([1], nil)])
        store.close()
        let place = FolderSearch(try erased.search(ErasedCase.markers)).state(folder.path)
        #expect((place.about, place.readable) == (1, 1))
        #expect(place.reasons.count == 1 && place.reasons[0].hasPrefix("mapping/local/0.mdb: among its bytes"))
        let other = FolderSearch(try erased.search(Markers("Bo Exempel"))).state(folder.path)
        #expect((other.about, other.readable) == (0, 0))
    }

    @Test(
        "a message is found by the reference and by markers, however it is encoded; its name is told, if it tells nothing"
    )
    func mail() throws {
        defer { folder.remove() }
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: folder.path + "/" + name))
        }
        try write("Subject: \(ErasedCase.reference)\r\n\r\nHej.\r\n", "notice.eml")
        try write("Subject: Hej\r\n\r\nJag vill inte g=C3=A5=\r\n hem\r\n", "words.eml")
        try write("Subject: Hej\r\n\r\nHej.\r\n", "20140315-2380.eml")
        try write("Subject: Hej\r\n\r\nHej.\r\n", "other.eml")
        let place = FolderSearch(try erased.search(ErasedCase.markers)).mail(folder.path)
        #expect((place.about, place.readable, place.unreachable) == (3, 2, 0))
        #expect(Set(place.positions) == ["words.eml", "a file whose name holds a marker"])
    }

    @Test("a folder that is missing, a link and a message that is too large are not reachable", .timeLimit(.minutes(1)))
    func unreachable() throws {
        defer { folder.remove() }
        let search = FolderSearch(try erased.search(ErasedCase.markers), largestMessage: 1_000)
        #expect(search.mail(folder.path + "/none").unreachable == 1)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: folder.path + "/nowhere")
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let large = Data(repeating: UInt8(ascii: "a"), count: 1_001)
        try large.write(to: URL(filePath: folder.path + "/large.eml"))
        let place = search.mail(folder.path)
        #expect((place.about, place.unreachable, place.reasons.count) == (0, 3, 3))
    }
}
