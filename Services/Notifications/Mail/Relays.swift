import Domain
import Foundation
import Synchronization

/// Several relays, in the order in which they are tried. After a temporary failure the next one is tried.
///
/// A permanent refusal would be the same everywhere, so no other relay is tried.
final class Relays: Mailer {
    private struct Relay: Sendable {
        let mailer: any Mailer
        let pace: Pace
    }

    /// How long a relay that could not be reached is tried last.
    private static let rest = Duration.seconds(30)

    private let relays: [Relay]
    private let restsUntil: Mutex<[ContinuousClock.Instant?]>

    /// - Parameter perMinute: how many messages each relay is given in a minute.
    init(_ mailers: [any Mailer], perMinute: Int) {
        relays = mailers.map { Relay(mailer: $0, pace: Pace(perMinute: perMinute)) }
        restsUntil = Mutex(Array(repeating: nil, count: mailers.count))
    }

    func send(
        _ message: [UInt8], from sender: EmailAddress, to receiver: EmailAddress, id: String
    ) async throws(DeliveryFailure) {
        var last = DeliveryFailure(isTemporary: true, detail: "no relay")
        for index in order() {
            await relays[index].pace.wait()
            do throws(DeliveryFailure) {
                try await relays[index].mailer.send(message, from: sender, to: receiver, id: id)
                restsUntil.withLock { $0[index] = nil }
                return
            } catch {
                guard error.isTemporary else { throw error }
                // A reply is about this message alone. A silent relay is likely to stay silent.
                if !error.isReply { restsUntil.withLock { $0[index] = .now + Self.rest } }
                last = error
            }
        }
        throw last
    }

    /// Relays that rest come last.
    private func order() -> [Int] {
        let resting = restsUntil.withLock { $0.map { ($0 ?? .now) > .now } }
        return resting.indices.filter { !resting[$0] } + resting.indices.filter { resting[$0] }
    }
}

/// Lets a number of callers through in each minute, evenly.
actor Pace {
    private let gap: Duration
    private var next = ContinuousClock.now

    init(perMinute: Int) { gap = .seconds(60) / perMinute }

    /// Returns when it is the caller's turn, or when the task is cancelled.
    func wait() async {
        let turn = max(next, .now)
        next = turn + gap
        if turn > .now { try? await Task.sleep(until: turn, clock: .continuous) }
    }
}
