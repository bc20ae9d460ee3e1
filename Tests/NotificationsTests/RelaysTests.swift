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

@Suite("Relays: one after the other, and no more than each wants")
struct RelaysTests {
    /// Says what it is told to say, and remembers what it got.
    private final class Told: Mailer {
        let failure: DeliveryFailure?
        private let given = Mutex<[String]>([])
        var ids: [String] { given.withLock(\.self) }
        init(_ failure: DeliveryFailure?) { self.failure = failure }

        func send(_ message: [UInt8], from sender: String, to receiver: String, id: String)
            async throws(DeliveryFailure)
        {
            given.withLock { $0.append(id) }
            if let failure { throw failure }
        }
    }

    private func send(_ relays: Relays, _ id: String) async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await relays.send([], from: "a@example.org", to: "b@example.org", id: id)
            return nil
        } catch { return error }
    }

    @Test("what one relay does not take for now, the next takes; one that is silent rests")
    func failover() async {
        let (silent, good) = (Told(.init(isTemporary: true, detail: "no connection")), Told(nil))
        let relays = Relays([silent, good], perMinute: 1_000_000)
        #expect(await send(relays, "1") == nil)
        #expect(await send(relays, "2") == nil)
        #expect(silent.ids == ["1"])
        #expect(good.ids == ["1", "2"])
    }

    @Test("a relay that answers is asked for the next message too; a refusal for good is one everywhere")
    func answers() async {
        let busy = Told(.init(isTemporary: true, detail: "SMTP 451", isReply: true))
        let final = Told(.init(isTemporary: false, detail: "SMTP 550", isReply: true))
        #expect(await send(Relays([busy, busy], perMinute: 1_000_000), "1")?.detail == "SMTP 451")
        #expect(busy.ids == ["1", "1"])
        let other = Told(nil)
        #expect(await send(Relays([final, other], perMinute: 1_000_000), "2")?.isTemporary == false)
        #expect(other.ids.isEmpty)
    }

    @Test("so many a minute, evenly")
    func pace() async {
        let pace = Pace(perMinute: 1_200)
        let begin = ContinuousClock.now
        for _ in 0..<5 { await pace.wait() }
        #expect(ContinuousClock.now - begin >= .milliseconds(199))
    }
}
