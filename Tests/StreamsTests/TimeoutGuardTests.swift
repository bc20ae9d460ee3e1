import Kafka
import Testing

@testable import Streams

@Suite("Properties that the runtime refuses")
struct TimeoutGuardTests {
    @Test(
        "what would weaken exactly-once is refused, and the sentence says what to set",
        arguments: [
            (["session.timeout.ms": "5999"], "6000 to 60000"), (["session.timeout.ms": "60001"], "6000 to 60000"),
            (["transaction.timeout.ms": "1999", "message.timeout.ms": "1000"], "2000 to 60000"),
            (["transaction.timeout.ms": "60001"], "2000 to 60000"),
            (["transaction.timeout.ms": "8000"], "message.timeout.ms=8000"), (["message.timeout.ms": "10000"], "less"),
            (["message.timeout.ms": "0"], "less"), (["delivery.timeout.ms": "20000"], "less"),
            (["max.poll.interval.ms": "9999"], "session.timeout.ms=10000"),
            (["session.timeout.ms": "long"], "number of milliseconds"), (["enable.idempotence": "false"], "true"),
            (["acks": "1"], "all"), (["request.required.acks": "0"], "all"),
            (["isolation.level": "read_uncommitted"], "read_committed"), (["enable.auto.commit": "true"], "false"),
        ] as [(KafkaProperties, String)])
    func refused(_ properties: KafkaProperties, _ hint: String) {
        let problem = KafkaLog.problem(in: properties)
        #expect(problem?.contains(hint) == true, "\(problem ?? "accepted")")
    }

    @Test(
        "the defaults, their borders and what says the same are accepted",
        arguments: [
            [:], ["session.timeout.ms": "6000"], ["session.timeout.ms": "60000"],
            ["transaction.timeout.ms": "2000", "message.timeout.ms": "1999"], ["transaction.timeout.ms": "60000"],
            ["max.poll.interval.ms": "10000"], ["acks": "-1"], ["acks": "all", "enable.idempotence": "TRUE"],
            ["isolation.level": "read_committed", "enable.auto.commit": "false"],
        ] as [KafkaProperties])
    func accepted(_ properties: KafkaProperties) {
        #expect(KafkaLog.problem(in: properties) == nil)
    }

    @Test("a log is not even connected with them")
    func notConnected() {
        #expect(throws: TopicsNotReady.self) {
            try KafkaLog(group: "g", member: "m", ["bootstrap.servers": "127.0.0.1:1", "acks": "1"])
        }
    }
}
