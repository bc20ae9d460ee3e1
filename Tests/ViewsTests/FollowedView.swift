import Foundation
import GRDB
import Kafka
import Logging
import ServiceLifecycle
import StreamsTestSupport
import Testing

@testable import Views

/// Where one test's view lies.
struct ViewFolder {
    private let folder = TemporaryFolder()

    var path: String { folder.path + "/views" }
    /// The database: there is one.
    var database: String {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".sqlite") }
            #expect(names.count == 1)
            return try path + "/" + #require(names.first)
        }
    }

    func configuration(_ change: (inout ViewConfiguration) -> Void = { _ in }) -> ViewConfiguration {
        var configuration = ViewConfiguration(folder: path, kafka: [:])
        configuration.tendingInterval = .milliseconds(20)
        change(&configuration)
        return configuration
    }

    func remove() { folder.remove() }
}

/// A view in a folder of its own.
func inFolder(_ body: (ViewFolder) async throws -> Void) async throws {
    let folder = ViewFolder()
    defer { folder.remove() }
    try await body(folder)
}

/// Not running yet.
func follower(
    _ configuration: ViewConfiguration, _ log: ListLog? = nil, _ view: any View = Words(),
    logger: Logger = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
) -> ViewFollower { ViewFollower(view, configuration, source: log?.open, logger: logger) }

/// Runs a follower while `body` runs, and ends it as a service is ended.
func following(
    _ configuration: ViewConfiguration, _ log: ListLog? = nil, _ view: any View = Words(),
    _ body: (ViewFollower) async throws -> Void
) async throws { try await following(follower(configuration, log, view), body) }

func following(_ follower: ViewFollower, _ body: (ViewFollower) async throws -> Void) async throws {
    let running = Task { try await follower.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body(follower)) } catch { result = .failure(error) }
    running.cancel()
    do { try await running.value } catch is CancellationError {}
    try result.get()
}

extension ViewFollower {
    /// Waits until the view shows these counts.
    func shows(_ counts: [String: Int]) async throws {
        try await eventually("\(counts), not \((try? Words.counts(reader())) ?? [:])") {
            (try? Words.counts(self.reader())) == counts
        }
    }

    func catchesUp() async throws {
        try await eventually("the view to catch up") { self.isCaughtUp }
    }
}
