import Foundation
import Kafka
import TestSupport
import Testing

@testable import ServiceKit

@Suite("Why a process ends: one line, and a code")
struct ComplaintTests {
    private struct Other: Error, CustomStringConvertible { let description = "first\nsecond" }

    @Test("a topic that does not exist is told with the command that makes it")
    func noTopic() throws {
        let broker = try EmbeddedBroker()
        broker.hide("none")
        let error = #expect(throws: NoTopic.self) {
            try TopicReader(["none"], from: .beginning, ["bootstrap.servers": broker.bootstrapServers])
        }
        let complaint = Complaint(try #require(error))
        #expect(
            complaint.text
                == "the topic none does not exist; create the topics with `tillsammans topics apply`")
        #expect(complaint.exitCode == 78)
    }

    @Test("properties that librdkafka does not take together are a fault of the configuration")
    func properties() throws {
        let error = #expect(throws: KafkaError.self) {
            try Admin(["bootstrap.servers": "127.0.0.1:1", "security.protocol": "ssl", "ssl.ca.location": "/none"])
        }
        let complaint = Complaint(try #require(error))
        #expect(complaint.text.hasPrefix("configuration: start a Kafka client: ") && complaint.exitCode == 78)
    }

    @Test("it is one line, and JSON where logs are JSON")
    func line() throws {
        #expect(Complaint(Other()) == Complaint(Other()) && Complaint(Other()).exitCode == 1)
        #expect(Complaint(Other()).line(of: "intake", .plain) == "intake: first second")
        let json = Complaint(ConfigurationFault("x must be y")).line(of: "intake", .json)
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
        #expect(object?["message"] == "configuration: x must be y" && object?["level"] == "critical")
        #expect(!json.contains("\n"))
    }
}
