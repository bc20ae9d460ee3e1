import Foundation
import StreamsTestSupport
import Subprocess
import Synchronization
import SystemPackage
import Testing

/// Chromium's driver from the distribution, run for one test: it starts browsers, and speaks W3C WebDriver.
struct ChromeDriver: Sendable {
    let client: WebDriverClient
    /// Where profiles and whatever Chromium writes lie.
    let folder: String

    /// Runs `body` beside a driver. Afterwards driver, browsers and their files are gone, whatever became of the test: the
    /// shell around the driver ends it when its own standard input closes, and a browser ends when its driver is gone.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable (ChromeDriver) async throws -> Value
    ) async throws -> Value {
        let (folder, binary) = (TemporaryFolder(), try #require(Self.binary, Self.missing))
        defer { folder.remove() }
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(10))]
        let output = Output()
        return try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", Self.shell, "sh", binary, folder.path],
            environment: .inherit.updating(["HOME": folder.path, "TMPDIR": folder.path]), platformOptions: options,
            input: .inputWriter, output: .sequence, error: .combinedWithOutput
        ) { execution in
            try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask {
                    for try await line in execution.standardOutput.strings() {
                        output.text.withLock { $0 += line + "\n" }
                    }
                    return nil
                }
                group.addTask {
                    let port = try await awaited("chromedriver's port", within: .seconds(30)) {
                        output.text.withLock { $0.firstMatch(of: /successfully on port (\d+)/).map { String($0.1) } }
                    }
                    return try await body(
                        ChromeDriver(client: WebDriverClient("http://127.0.0.1:\(port)"), folder: folder.path))
                }
                defer { group.cancelAll() }
                while let ended = try await group.next() { if let ended { return ended } }
                throw NotInTime(what: "chromedriver, which ended with: \(output.text.withLock { $0 })")
            }
        }.closureResult
    }

    /// What the driver writes.
    private final class Output: Sendable { let text = Mutex("") }

    /// `$1` is the driver, and `$2` the folder of all that it writes.
    private static let shell = """
        trap 'kill -KILL $driver 2>/dev/null; wait; rm -rf "$2"' EXIT
        trap 'exit 0' TERM
        "$1" --port=0 & driver=$!
        read -r end
        """

    // MARK: Whether it is here

    /// Whether browsers are wanted, and here. Each takes a core and all tests beside it would be late, so they run by
    /// themselves.
    static let isInstalled = ProcessInfo.processInfo.environment["BROWSER_TESTS"] != nil && binary != nil

    /// Why a test that needs a browser is skipped.
    static let missing: Comment = "skipped: `make browser` runs the tests in a browser, and installs what they need"

    private static let binary: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        func place(_ name: String) -> String? {
            folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
        }
        return place("chromium") == nil ? nil : place("chromedriver")
    }()
}
