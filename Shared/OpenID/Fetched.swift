import Foundation

/// Something of the provider's that is fetched when it is needed, kept for a while, and never fetched twice at once.
actor Fetched<Value: Sendable> {
    private let lifetime: TimeInterval
    private let pause: TimeInterval
    private let now: @Sendable () -> Date
    private let fetch: @Sendable () async -> Result<Value, OpenIDFault>
    private var last: (result: Result<Value, OpenIDFault>, at: Date)?
    private var running: Task<Result<Value, OpenIDFault>, Never>?

    /// - Parameters:
    ///   - lifetime: seconds for which a value is kept.
    ///   - pause: seconds for which a failure is kept, and between two renewals.
    init(
        lifetime: TimeInterval, pause: TimeInterval, now: @escaping @Sendable () -> Date,
        _ fetch: @escaping @Sendable () async throws(OpenIDFault) -> Value
    ) {
        (self.lifetime, self.pause, self.now) = (lifetime, pause, now)
        self.fetch = {
            do throws(OpenIDFault) { return .success(try await fetch()) } catch { return .failure(error) }
        }
    }

    func value() async throws(OpenIDFault) -> Value {
        if let last, age(last.at) < (last.result.isSuccess ? lifetime : pause) { return try last.result.get() }
        return try await fetched()
    }

    /// A newer value, unless the one there is was fetched a moment ago.
    func renewed() async throws(OpenIDFault) -> Value {
        if let last, age(last.at) < pause { return try last.result.get() }
        return try await fetched()
    }

    /// A clock that was set back makes everything old.
    private func age(_ date: Date) -> TimeInterval {
        let age = now().timeIntervalSince(date)
        return age < 0 ? .infinity : age
    }

    private func fetched() async throws(OpenIDFault) -> Value {
        if let running { return try await running.value.get() }
        // Whoever waits for it may leave; the others still get it. It ends with the client's patience.
        let task = Task { await fetch() }
        running = task
        let result = await task.value
        (last, running) = ((result, now()), nil)
        return try result.get()
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
