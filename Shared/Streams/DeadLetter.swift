import Kafka

/// A record that cannot be taken, as it lies on the dead letters: key, value and headers unchanged, and headers that say
/// where it was and why. None of them repeats anything of the content.
enum DeadLetter {
    static func record(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: record.key, value: record.value,
            headers: record.headers + [
                (name: "dead-letter-application", value: Bytes(configuration.application.utf8)),
                (name: "dead-letter-topic", value: Bytes(record.topic.utf8)),
                (name: "dead-letter-partition", value: Bytes("\(record.partition)".utf8)),
                (name: "dead-letter-offset", value: Bytes("\(record.offset)".utf8)),
                (name: "dead-letter-reason", value: Bytes(reason.utf8)),
            ])
    }
}
