import CloudEvents
import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Docs/signing.md")
struct SigningExampleTests {
    private static let root = URL(filePath: RunningSuite.examples).deletingLastPathComponent().path

    /// What Docs/signing.md works out by hand, under the first key of RFC 8032 §7.1.
    private static let page = try? String(contentsOfFile: "\(root)/Docs/signing.md", encoding: .utf8)

    @Test("the page's own signature holds: Swift verifies what Python and openssl have signed")
    func vector() throws {
        let page = try #require(Self.page)
        let actor = try #require(page.firstMatch(of: /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{86}/)).0
        let time = try #require(Timestamp.date("2026-11-23T08:00:00Z"))
        let event = Event(
            id: "example-1", source: "urn:example:desk", type: TakeOn.eventType, time: time, actor: String(actor),
            content: .json, data: Bytes(#"{"caseReference":"TST-AAAA-AAAA-AA","by":"head-school"}"#.utf8))
        let directory = try ExampleCounty.changed { county in
            county.doors[0].keys = [
                .with { ($0.id, $0.x) = ("rfc8032", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") }
            ]
        }
        let proven = try directory.proveActor(of: event, received: time + 5)
        #expect(proven.person == "head-school" && proven.keyId == "rfc8032" && proven.assurance == .three)
    }

    @Test("a command that the Python example signs is proven")
    func python() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        guard try Self.run("python3", ["-c", "import cryptography"], in: folder) != nil else {
            return print("skipped: there is no python3 with the package cryptography here")
        }
        let key = DoorKey(door: "TST/desk", id: "python")
        try key.write(to: folder.path + "/key.jwk")
        let data = #"{"caseReference": "TST-AAAA-AAAA-AA", "by": "head-school"}"#
        let arguments = [
            "\(Self.root)/Examples/signing/sign.py", folder.path + "/key.jwk", "head-school", "3", "e1",
            "urn:example:py",
            TakeOn.eventType,
        ]
        let output = try #require(try Self.run("python3", arguments, data, in: folder))
        let headers = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: String])
        let event = try Event(
            headers: headers.map { (name: $0.key, value: Bytes($0.value.utf8)) }, value: Bytes(data.utf8),
            received: Date())
        let directory = try ExampleCounty.changed { $0.doors[0].keys = [key.entry] }
        #expect(try directory.proveActor(of: event, received: Date()).person == "head-school")
    }

    @Test("keys new writes a file that its owner alone may read, overwrites none, and prints what the directory takes")
    func keys() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/desk.jwk"
        let arguments = ["keys", "new", "SRM/desk", "--kind", "desk", "--file", path, "--until", "2099-12-31"]
        let process = try ChildProcess("tillsammans", arguments: arguments, environment: [:])
        try await process.ended()
        #expect(process.exitCode == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let key = try DoorKey(path: path)
        let first = try Data(contentsOf: URL(filePath: path))
        let again = try ChildProcess("tillsammans", arguments: arguments, environment: [:])
        try await again.ended()
        #expect(try again.exitCode == 1 && Data(contentsOf: URL(filePath: path)) == first)

        let lines = process.text.split(separator: "\n").drop { $0 != "doors:" }.joined(separator: "\n")
        let county = try String(contentsOfFile: RunningSuite.examples + "/soermland.yaml", encoding: .utf8)
        let file = folder.path + "/county.yaml"
        try "\(county)\n\(lines)\n".write(toFile: file, atomically: true, encoding: .utf8)
        let door = try #require(try DirectoryFile(file).county.doors["desk"])
        #expect(door.kind == .desk && door.isForStaff && door.keys.map(\.until) == [LocalDate("2099-12-31")])
        #expect(Base64URL.text(door.keys[0].bytes) == key.publicKey)
    }

    /// What a program writes; nil where it is not there, or fails.
    private static func run(
        _ program: String, _ arguments: [String], _ input: String = "", in folder: TemporaryFolder
    ) throws -> String? {
        let path = folder.path + "/input"
        try input.write(toFile: path, atomically: true, encoding: .utf8)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle(forReadingAtPath: path)
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.start()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: text, as: UTF8.self) : nil
    }
}
