import Foundation
import Synchronization

/// One of this package's executables, run beside a test. It is killed when the test releases it.
package final class ChildProcess: Sendable {
    private let process: Mutex<Process>
    private let output = Mutex("")
    package let pid: Int32

    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - input: a file that is the standard input.
    package init(
        _ executable: String, arguments: [String] = [], environment: [String: String], input: String? = nil
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.folder + "/" + executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let input { process.standardInput = FileHandle(forReadingAtPath: input) }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.start()
        pid = process.processIdentifier
        self.process = Mutex(process)
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
    }

    deinit { kill(pid, SIGKILL) }

    /// All its output so far.
    package var text: String { output.withLock { $0 } }

    package var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Sends SIGKILL.
    package func kill9() async throws {
        kill(pid, SIGKILL)
        try await ended()
    }

    /// Sends SIGTERM, and returns the exit code.
    @discardableResult
    package func terminate() async throws -> Int32 {
        kill(pid, SIGTERM)
        try await ended()
        return exitCode
    }

    /// Of a process that has ended.
    package var exitCode: Int32 { process.withLock { $0.terminationStatus } }

    /// Waits for the end, and returns whether a signal was the cause.
    @discardableResult
    package func ended() async throws -> Bool {
        try await eventually("the end of process \(pid), which wrote: \(text.suffix(4_000))", within: .seconds(30)) {
            !self.isRunning
        }
        return process.withLock { $0.terminationReason == .uncaughtSignal }
    }

    /// The folder of the built executables: that of the tests.
    package static let folder: String = {
        let path = CommandLine.arguments[0]
        let folder = (path as NSString).deletingLastPathComponent
        return folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
    }()
}

/// Waits until a condition is true, checking it again and again. If it fails, the error says what was waited for, as it
/// is then.
package func eventually(
    _ what: @autoclosure () -> String, within duration: Duration = .seconds(120),
    _ isSo: @escaping @Sendable () async throws -> Bool
) async throws {
    try await awaited(what(), within: duration) { try await isSo() ? () : nil }
}

/// Waits until there is a value, looking again and again. If it fails, the error says what was waited for, as it is then.
package func awaited<Value>(
    _ what: @autoclosure () -> String, within duration: Duration = .seconds(120),
    _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + duration
    while true {
        if let value = try await look() { return value }
        guard .now < deadline else { throw NotInTime(what: what()) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

package struct NotInTime: Error, CustomStringConvertible {
    let what: String

    package init(what: String) { self.what = what }

    package var description: String { "waited in vain for \(what)" }
}
