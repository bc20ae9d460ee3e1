import Kafka

/// A record that cannot be taken, as it lies on the dead letters: key, value and headers unchanged, and headers that say
/// where it was and why. None of them repeats anything of the content.
enum DeadLetter {
    static func record(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: record.key, value: record.value,
            headers: record.headers + [
                Header("dead-letter-application", configuration.application),
                Header("dead-letter-topic", record.topic),
                Header("dead-letter-partition", "\(record.partition)"),
                Header("dead-letter-offset", "\(record.offset)"),
                Header("dead-letter-reason", reason),
            ])
    }
}
