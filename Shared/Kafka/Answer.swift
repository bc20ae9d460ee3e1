import Dispatch

/// The answer of a call that was made on another thread, so that waiting for it can be left.
final class Answer<Value>: @unchecked Sendable {  // written before the signal, read after the wait
    private let given = DispatchSemaphore(value: 0)
    private var value: Value?

    func give(_ value: Value) {
        self.value = value
        given.signal()
    }

    /// Waits; nil where the answer has not come yet. To be taken once.
    func take(within seconds: Double) -> Value? {
        guard given.wait(timeout: .now() + seconds) == .success else { return nil }
        defer { value = nil }
        return value
    }
}
