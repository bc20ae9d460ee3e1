import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import Streams
import Synchronization
import TestSupport
import Testing

@testable import notifications

@Suite("Relays: one after the other, and no faster than each allows")
struct RelaysTests {
    /// Gives the same answer to each message, and remembers the messages.
    private final class Fixed: Mailer {
        let failure: DeliveryFailure?
        private let given = Mutex<[String]>([])
        var ids: [String] { given.withLock(\.self) }
        init(_ failure: DeliveryFailure?) { self.failure = failure }

        func send(
            _ message: [UInt8], from sender: EmailAddress, to receiver: EmailAddress, id: String
        ) async throws(DeliveryFailure) {
            given.withLock { $0.append(id) }
            if let failure { throw failure }
        }
    }

    private func send(_ relays: Relays, _ id: String) async -> DeliveryFailure? {
        guard let address = EmailAddress("a@example.org") else { preconditionFailure("no address") }
        do throws(DeliveryFailure) {
            try await relays.send([], from: address, to: address, id: id)
            return nil
        } catch { return error }
    }

    @Test("after a temporary failure the next relay is tried; a silent relay rests")
    func failover() async {
        let (silent, good) = (Fixed(.init(isTemporary: true, detail: "no connection")), Fixed(nil))
        let relays = Relays([silent, good], perMinute: 1_000_000)
        #expect(await send(relays, "1") == nil)
        #expect(await send(relays, "2") == nil)
        #expect(silent.ids == ["1"])
        #expect(good.ids == ["1", "2"])
    }

    @Test("a relay that answers is tried for the next message too; after a permanent refusal no other is tried")
    func answers() async {
        let busy = Fixed(.init(isTemporary: true, detail: "SMTP 451", isReply: true))
        let final = Fixed(.init(isTemporary: false, detail: "SMTP 550", isReply: true))
        #expect(await send(Relays([busy, busy], perMinute: 1_000_000), "1")?.detail == "SMTP 451")
        #expect(busy.ids == ["1", "1"])
        let other = Fixed(nil)
        #expect(await send(Relays([final, other], perMinute: 1_000_000), "2")?.isTemporary == false)
        #expect(other.ids.isEmpty)
    }

    @Test("messages are spread evenly over a minute")
    func pace() async {
        let pace = Pace(perMinute: 1_200)
        let begin = ContinuousClock.now
        for _ in 0..<5 { await pace.wait() }
        #expect(ContinuousClock.now - begin >= .milliseconds(199))
    }
}
