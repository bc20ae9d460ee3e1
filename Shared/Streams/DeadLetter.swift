import CloudEvents
import Crypto
import Foundation
import Kafka

/// What cannot be taken, as it lies on the dead letters: what it was, where it was, and why. Its headers repeat nothing
/// of the content.
enum DeadLetter {
    /// A record: key, value and headers unchanged.
    static func whole(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: record.key, value: record.value,
            headers: record.headers + Headers(position(record, reason, configuration)))
    }

    /// A record that does not fit with headers of ours: its place, size and SHA-256 stand for it. The record itself can
    /// be read where it lay, as long as its topic keeps it.
    static func digest(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        let value = record.value ?? []
        let digest = SHA256.hash(data: value).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: nil, value: [],
            headers: position(record, reason, configuration) + [
                header("dead-letter-size", "\(value.count)"), header("dead-letter-sha256", digest),
            ])
    }

    /// A reminder whose turn cannot be taken.
    static func reminder(
        _ reminder: Reminder, _ partition: Int32, _ reason: String, _ configuration: StreamsConfiguration
    ) -> ProducerRecord {
        ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: Bytes(reminder.key.utf8), value: [],
            headers: [
                header("dead-letter-application", configuration.application),
                header("dead-letter-task", "\(partition)"),
                header("dead-letter-reminder", reminder.name),
                header("dead-letter-due", Timestamp.text(reminder.due)),
                header("dead-letter-reason", shortened(reason)),
            ])
    }

    private static func position(
        _ record: Record, _ reason: String, _ configuration: StreamsConfiguration
    ) -> [Header] {
        [
            header("dead-letter-application", configuration.application),
            header("dead-letter-topic", record.topic),
            header("dead-letter-partition", "\(record.partition)"),
            header("dead-letter-offset", "\(record.offset)"),
            header("dead-letter-reason", shortened(reason)),
        ]
    }

    private static func header(_ name: String, _ value: String) -> Header { (name: name, value: Bytes(value.utf8)) }

    /// A reason is for a person, and must not be what makes the letter too large.
    private static func shortened(_ reason: String) -> String { String(reason.prefix(500)) }
}

extension ProducerRecord {
    /// Bytes of key, value and headers, with what Kafka adds at most for each (record format v2: varints and CRC are of
    /// the batch).
    var size: Int {
        (key?.count ?? 0) + (value?.count ?? 0) + headers.size + 10 * headers.count + 70
    }
}

/// What a turn wants to write is larger than any record may be. The turn is not taken.
struct RecordTooLarge: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ size: Int, _ limit: Int) {
        description = "\(what) would be \(size) bytes; the largest record is \(limit) bytes"
    }
}
