import Foundation
import Synchronization

/// A thread for blocking calls, which must never run on Swift's cooperative pool.
public enum DedicatedThread {
    /// Runs `body` on a new thread and returns its result.
    public static func run<Value: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            start(name: name) { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Starts `body` on a new thread that can be joined.
    @discardableResult
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Handle {
        let handle = Handle()
        let thread = Thread {
            body()
            handle.finished.signal()
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
        return handle
    }

    public final class Handle: Sendable {
        fileprivate let finished = DispatchSemaphore(value: 0)

        /// Waits for the thread to end, 10 s at most.
        public func join() { _ = finished.wait(timeout: .now() + 10) }
    }
}

/// A flag that is set once, from any thread.
public final class StopFlag: Sendable {
    private let value = Atomic(false)

    public init() {}

    public var isSet: Bool { value.load(ordering: .acquiring) }

    public func set() { value.store(true, ordering: .releasing) }
}
