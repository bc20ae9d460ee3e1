import Foundation
import StreamsTestSupport
import Testing

@testable import Kafka

@Suite("The embedded broker", .timeLimit(.minutes(2)))
struct EmbeddedBrokerTests {
    @Test("it goes down and comes up again while processes are started, which have a copy of its sockets for a moment")
    func forks() async throws {
        let (broker, stop) = (try EmbeddedBroker(), StopFlag())
        async let started: Void = DedicatedThread.run(name: "starts processes") {
            while !stop.isSet {
                let process = Process()
                process.executableURL = URL(filePath: "/bin/true")
                try process.start()
                process.waitUntilExit()
            }
        }
        for _ in 0..<100 {
            broker.goDown()
            broker.comeUp()
        }
        stop.set()
        try await started
    }
}
