import Codec
import Foundation
import StreamsTestSupport
import Synchronization
import TestSupport

@testable import tillsammans

/// The whole suite with its desk, and browsers before it, for one test.
struct DeskSuite: Sendable {
    let connection: Connection
    /// Of the desk, without a slash at its end.
    let address: String
    let mailFolder: String
    private let driver: ChromeDriver

    /// Runs `body` beside the suite on an embedded broker, and leaves nothing behind.
    ///
    /// - Parameter settings: of all processes of the suite.
    static func run(
        _ settings: [String: String] = [:], _ body: @escaping @Sendable (DeskSuite) async throws -> Void
    ) async throws {
        let (folder, log) = (TemporaryFolder(), Log())
        defer { folder.remove() }
        var suite = Suite(
            bootstrapServers: nil, prefix: "", folder: folder.path,
            directory: try DirectoryFile(examples + "/soermland.yaml").directory, partitions: 2,
            show: { log.add($0) })
        suite.executables = ChildProcess.folder
        suite.environment.merge(own) { $1 }
        suite.environment.merge(settings) { $1 }
        do {
            try await suite.run { [mailFolder = suite.mailFolder] connection in
                let port = try await awaited("the desk's port") { log.port }
                try await ChromeDriver.run { driver in
                    try await body(
                        DeskSuite(
                            connection: connection, address: "http://127.0.0.1:\(port)", mailFolder: mailFolder,
                            driver: driver))
                }
            }
        } catch {
            print(log.lines.suffix(200).joined(separator: "\n"))
            throw error
        }
    }

    static let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Examples")
        .standardizedFileURL.path

    /// Facts are seen at once, and everybody may be anybody.
    private static let own = [
        "COMMIT_INTERVAL_MS": "30", "DESK_PORT": "0", "LOG_LEVEL": "info",
    ]

    /// What the processes write.
    private final class Log: Sendable {
        private let text = Mutex<[String]>([])

        func add(_ line: String) { text.withLock { $0.append(line) } }

        var lines: [String] { text.withLock { $0 } }

        var port: Int? {
            let line = lines.last { $0.hasPrefix("desk ") && $0.contains("the desk is open") }
            return line?.firstMatch(of: /port=(\d+)/).flatMap { Int($0.1) }
        }
    }
}

extension DeskSuite {
    /// Somebody before the desk who has not signed in, at a browser of their own.
    ///
    /// - Parameter script: false: their browser runs no JavaScript.
    func nobody(script: Bool = true) async throws -> Person {
        Person(browser: try await driver.newBrowser(script: script), address: address)
    }
    /// Somebody of the directory who has signed in, at a browser of their own.
    func person(_ id: String, script: Bool = true) async throws -> Person {
        let person = try await nobody(script: script)
        try await person.open("/")
        try await person.signIn(as: id)
        return person
    }
}
