import Dispatch

/// The result of a call that runs on another thread, so that the caller can stop waiting for it.
final class Answer<Value>: @unchecked Sendable {  // written before the signal, read after the wait
    private let given = DispatchSemaphore(value: 0)
    private var value: Value?

    func give(_ value: Value) {
        self.value = value
        given.signal()
    }

    /// Waits for the answer; nil if it has not come in time. Returns the answer only once.
    func take(within seconds: Double) -> Value? {
        guard given.wait(timeout: .now() + seconds) == .success else { return nil }
        defer { value = nil }
        return value
    }
}
