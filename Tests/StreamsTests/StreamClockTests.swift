import Foundation
import Testing

@testable import Streams

@Suite("The clocks of a stream")
struct StreamClockTests {
    @Test("where time is played ahead, what the broker has dated is as much later as what turns see")
    func ahead() {
        let clock = StreamClock(ahead: { 86_400 })
        let now = clock.wall()
        #expect(now > Date() + 86_300 && now < Date() + 86_500)
        #expect(clock.written(1_000, now: now) == Date(timeIntervalSince1970: 86_401))
        #expect(clock.written(-1, now: now) == now, "a record without a time was written now")
        #expect(StreamClock().written(1_000, now: now) == Date(timeIntervalSince1970: 1))
    }
}
