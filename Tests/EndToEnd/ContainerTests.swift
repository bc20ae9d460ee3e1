import Codec
import Foundation
import Kafka
import ServiceKit
import TestSupport
import Testing

@testable import tillsammans

@Suite("In containers: each executable starts with what its image and compose.yaml say", .serialized)
struct ContainerTests {
    private static let root = URL(filePath: RunningSuite.examples).deletingLastPathComponent().path
    private static let secrets = [
        "KEY_SECRET": "a-secret-of-this-test-and-nobody-else",
        "REPLY_SECRET": "another-secret-of-this-test-and-nobody-else",
        "PUBLISHER_TOKEN": "a-token-of-this-test-and-nobody-else",
        "DESK_ADDRESS": "https://desk.example.org", "OIDC_ISSUER": "https://login.example.org",
        "OIDC_CLIENT_ID": "tillsammans", "OIDC_CLIENT_SECRET": "a-client-secret-of-this-test-and-nobody-else",
    ]

    private func compose() throws -> ComposeFile { try ComposeFile(folder: Self.root, values: Self.secrets) }

    @Test("all executables are in compose.yaml, each with a name that stays")
    func services() throws {
        let executables = try compose().executables
        #expect(executables.map(\.name).sorted() == Suite.processes.sorted())
        #expect(Set(executables.compactMap { $0.environment["INSTANCE_ID"] }).count == Suite.processes.count)
    }

    @Test("the image has the sources of every target")
    func sources() throws {
        func text(_ file: String) throws -> String {
            try String(contentsOfFile: "\(Self.root)/\(file)", encoding: .utf8)
        }
        let copied = try text("Deploy/Dockerfile").matches(of: #/COPY ([A-Z][A-Za-z/]+) /#).map { String($0.1) }
        let paths = try text("Package.swift").matches(of: #/path: "([^"]+)"/#).map { String($0.1) }
        #expect(copied.contains("Services") && paths.count > 20)
        for path in paths {
            #expect(copied.contains { path == $0 || path.hasPrefix($0 + "/") }, "\(path) is not copied")
        }
    }

    @Test("each becomes ready, and what it publishes answers", arguments: Suite.processes)
    func starts(service: String) async throws {
        let executable = try #require(try compose().executables.first { $0.name == service })
        try await RunningSuite.with(services: []) { suite in
            // Only hosts, folders and ports are not a container's here. The same port stays the same.
            var ports: [String: Int] = [:]
            var environment = executable.environment
            for (name, value) in environment where name.hasSuffix("_PORT") {
                if ports[value] == nil { ports[value] = try freePort() }
                environment[name] = ports[value].map { "\($0)" }
            }
            environment["KAFKA_BOOTSTRAP_SERVERS"] = suite.broker.bootstrapServers
            environment["TOPIC_PREFIX"] = suite.broker.prefix
            environment["STATE_DIRECTORY"] = suite.folder.path + "/state"
            #expect(environment["KEY_ENCRYPTION_KEY_FILE"] == "/run/secrets/key-encryption-keys")
            environment["KEY_ENCRYPTION_KEY_FILE"] = suite.keyFile
            if environment["DOOR_KEY_FILE"] == "/run/secrets/desk-key" {
                environment["DOOR_KEY_FILE"] = suite.folder.path + "/keys/desk.jwk"
            }
            let health = try #require(environment["HTTP_PORT"].flatMap { Int($0) })
            let process = try ChildProcess(service, environment: environment)
            try await eventually("\(service) to be ready") {
                guard process.isRunning else { throw Ended(text: process.text) }
                return try await RawHTTP.send("GET", "/ready", port: health)?.status == 200
            }
            // The mail catcher shares the network of notifications, and its port is published there.
            for port in executable.published where service != "notifications" {
                let door = try #require(ports["\(port)"], "\(port) is published, and nothing listens there")
                // Whoever has not been let in.
                let (method, path, status) =
                    service == "desk" ? ("GET", "/work", 303) : ("POST", "/v1/concerns", 401)
                #expect(try await RawHTTP.send(method, path, port: door, body: [])?.status == status)
            }
            #expect(try await process.terminate() == 0)
        }
    }

    private struct Ended: Error { let text: String }

    @Test("no secret that everybody can read stands in what is deployed; examples are known by their mark")
    func published() throws {
        let files = ["README.md", "compose.yaml", "Deploy/Dockerfile", "CONTRIBUTING.md"]
        for file in files {
            let text = try String(contentsOfFile: Self.root + "/" + file, encoding: .utf8)
            for match in text.matches(
                of: /(KEY_SECRET|REPLY_SECRET|PUBLISHER_TOKENS?|SMTP_PASSWORD)"?[=:] ?"?([^\s"`|]+)/)
            {
                let value = match.2
                let isGenerated = value.contains("$") || value.contains("%s") || value == "…"
                #expect(isGenerated || value.contains("only-for-one-machine"), "\(file): \(match.0)")
            }
        }
    }
}
