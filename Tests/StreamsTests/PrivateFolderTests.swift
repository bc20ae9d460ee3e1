import Foundation
import StreamsTestSupport
import Testing

@testable import Streams

@Suite("State, messages and keys can be read by their owner alone")
struct PrivateFolderTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try body(folder.path)
    }

    @Test("a folder that is made has mode 0700, and a file in it 0600")
    func made() throws {
        try inFolder { folder in
            try PrivateFolder.create("\(folder)/a/b")
            try PrivateFolder.write([1, 2], to: "\(folder)/a/b/file")
            try PrivateFolder.write([3], to: "\(folder)/a/b/file")
            #expect(try mode("\(folder)/a/b") == 0o700)
            #expect(try mode("\(folder)/a/b/file") == 0o600)
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/a/b/file")) == Data([3]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a/b") == ["file"])
            #expect(PrivateFolder.exposed(below: "\(folder)/a/b") == [])
        }
    }

    @Test("a folder that was open to others is closed to them")
    func wider() throws {
        try inFolder { folder in
            chmod(folder, 0o755)
            try PrivateFolder.create(folder)
            #expect(try mode(folder) == 0o700)
        }
    }

    @Test("a folder that is shared on purpose is refused, with its mode and what to run")
    func shared() throws {
        try inFolder { folder in
            chmod(folder, 0o1777)
            let fault = #expect(throws: PrivateFolder.Fault.self) { try PrivateFolder.create(folder) }
            #expect(fault?.description.contains("has mode 1777") == true)
            #expect(fault?.description.contains("chmod 700 \(folder)") == true)
            let after = try mode(folder)
            #expect(after == 0o1777)
        }
    }

    @Test("a state file and all beside it have mode 0600, also one that was open to others")
    func state() throws {
        try inFolder { folder in
            chmod(folder, 0o700)
            let path = folder + "/0.state"
            for _ in 0..<2 {
                _ = try StateFile(path: path, maximumSize: 1 << 24)
                #expect(PrivateFolder.exposed(below: folder) == [])
                chmod(path, 0o664)
                #expect(PrivateFolder.exposed(below: folder) == ["\(path) has mode 664"])
            }
        }
    }
}
