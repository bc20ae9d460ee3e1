import Foundation
import Kafka
import StreamsTestSupport
import TestSupport
import Testing

@testable import ServiceKit

@Suite("The time of a suite")
struct SuiteClockTests {
    @Test("is the machine's where no file is named, and cannot be moved there")
    func machine() throws {
        let clock = SuiteClock.machine
        #expect(clock.ahead == 0 && !clock.isMovable)
        #expect(throws: ConfigurationFault.self) { try clock.move(to: .now + 60) }
        #expect(throws: Never.self) { try clock.requireEmbeddedBroker(["bootstrap.servers": "127.0.0.1:1"]) }
    }

    @Test("is moved on for all who share its file, and never goes back")
    func moved() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (first, second) = (SuiteClock(file: folder.path + "/clock"), SuiteClock(file: folder.path + "/clock"))
        #expect(first.ahead == 0)
        let later = Date() + 86_400
        try first.move(to: later)
        #expect(second.now >= later && second.now < later + 60)
        let ahead = second.ahead
        try second.move(to: .now)
        #expect(first.ahead == ahead)
    }

    @Test(
        "is the machine's where the file holds no number that it could be ahead", arguments: ["", "soon", "-5", "nan"])
    func unreadable(text: String) throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try Data(text.utf8).write(to: URL(filePath: folder.path + "/clock"))
        #expect(SuiteClock(file: folder.path + "/clock").ahead == 0)
    }

    @Test("can be moved on an embedded broker, and on no other Kafka")
    func embedded() async throws {
        let (broker, clock) = (try TestBroker(), SuiteClock(file: "/nowhere/clock"))
        let properties = broker.properties
        if broker.isReal {
            #expect(throws: ConfigurationFault.self) { try clock.requireEmbeddedBroker(properties) }
        } else {
            #expect(throws: Never.self) { try clock.requireEmbeddedBroker(properties) }
        }
        #expect(throws: KafkaError.self, "nobody says which Kafka it is") {
            try clock.requireEmbeddedBroker(["bootstrap.servers": "127.0.0.1:1"], within: 200)
        }
        await broker.remove()
    }
}
