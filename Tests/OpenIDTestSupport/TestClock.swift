package import Foundation
import Synchronization

/// A clock that a test moves.
package final class TestClock: Sendable {
    private let date: Mutex<Date>

    package init(_ date: Date = Date()) { self.date = Mutex(date) }

    package var now: Date { date.withLock { $0 } }

    package func advance(_ seconds: TimeInterval) { date.withLock { $0 += seconds } }
}
