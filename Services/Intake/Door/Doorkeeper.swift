import Domain
import Foundation
import Hummingbird
import Logging
import Metrics
import Synchronization

/// Bounds what one address and one token can take of the door, and slows down who tries tokens.
///
/// A right token is always let in: behind a proxy, all publishers have one address.
final class Doorkeeper: Sendable {
    struct Limits: Sendable {
        /// Connections at a time from one address. Fewer than the door has, so that no address shuts it.
        var connectionsPerAddress = 64
        /// Requests at a time with one token.
        var requestsPerToken = 32
        /// Wrong tokens from one address before it must wait.
        var freeTries = 5
        /// Seconds. The wait begins with one, and doubles with each wrong token.
        var longestWait = 60
        /// Seconds between two lines in the log about wrong tokens.
        var quiet: TimeInterval = 60
        /// Addresses that are remembered.
        var addresses = 4_096
    }

    fileprivate struct State {
        var connections: [String: Int] = [:]
        var requests: [String: Int] = [:]
        var tries: [String: Tries] = [:]
        var lastLine = Date.distantPast
        var unlogged = 0
    }

    fileprivate struct Tries {
        var count = 0
        /// Until then a wrong token is not even looked at.
        var until = Date.distantPast
    }

    private let limits: Limits
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let state = Mutex(State())
    private let wrongTokens: Counter
    private let refusedConnections: Counter

    init(
        _ logger: Logger, _ limits: Limits = Limits(), metrics: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        (self.limits, self.logger, self.now) = (limits, logger, now)
        wrongTokens = Counter(label: "intake_wrong_tokens_total", factory: metrics)
        refusedConnections = Counter(label: "intake_refused_connections_total", factory: metrics)
    }

    // MARK: Connections

    /// - Returns: whether the address may have one more.
    func connect(_ address: String) -> Bool {
        let isAllowed = state.withLock { state in
            guard state.connections[address, default: 0] < limits.connectionsPerAddress else { return false }
            state.connections[address, default: 0] += 1
            return true
        }
        if !isAllowed { refusedConnections.increment() }
        return isAllowed
    }

    func disconnect(_ address: String) { state.withLock { Self.lower(&$0.connections, address) } }

    // MARK: Requests

    /// Works for a publisher, unless it has too many requests already.
    ///
    /// - Throws: a ``Problem`` with status 429.
    func serve<Value>(
        _ publisher: String, _ body: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let isAllowed = state.withLock { state in
            guard state.requests[publisher, default: 0] < limits.requestsPerToken else { return false }
            state.requests[publisher, default: 0] += 1
            return true
        }
        guard isAllowed else { throw .tooMany(wait: 1) }
        defer { state.withLock { Self.lower(&$0.requests, publisher) } }
        return try await body()
    }

    private static func lower(_ counts: inout [String: Int], _ key: String) {
        let count = counts[key, default: 1] - 1
        counts[key] = count > 0 ? count : nil
    }

    // MARK: Wrong tokens

    /// The answer to a wrong token. It is counted, and logged without the token.
    func wrongToken(from address: String) -> Problem {
        wrongTokens.increment()
        let now = now()
        let (wait, unlogged) = state.withLock { state in
            (state.wait(address, now, limits), state.line(now, limits))
        }
        if let unlogged {
            logger.warning("wrong tokens", metadata: ["last from": "\(address)", "count": "\(unlogged)"])
        }
        return wait.map { .tooMany(wait: $0) } ?? Problem(.unauthorized, [Fault(.unauthorized)])
    }
}

extension Doorkeeper.State {
    /// - Returns: the seconds that the address must wait; nil where this try counts.
    fileprivate mutating func wait(_ address: String, _ now: Date, _ limits: Doorkeeper.Limits) -> Int? {
        var tried = tries[address] ?? .init()
        if tried.until > now { return Int(tried.until.timeIntervalSince(now).rounded(.up)) }
        // Who has kept quiet for long enough begins anew.
        if tried.until < now - Double(limits.longestWait * 10), tried.until > .distantPast { tried = .init() }
        tried.count += 1
        let beyond = tried.count - limits.freeTries
        if beyond >= 0 { tried.until = now + Double(min(limits.longestWait, 1 << min(beyond, 16))) }
        if tries.count >= limits.addresses, tries[address] == nil {
            tries = tries.filter { $0.value.until > now }
            if tries.count >= limits.addresses { tries = [:] }
        }
        tries[address] = tried
        return nil
    }

    /// - Returns: how many wrong tokens a line in the log is to tell of; nil for no line.
    fileprivate mutating func line(_ now: Date, _ limits: Doorkeeper.Limits) -> Int? {
        unlogged += 1
        guard now >= lastLine + limits.quiet else { return nil }
        defer { unlogged = 0 }
        lastLine = now
        return unlogged
    }
}
