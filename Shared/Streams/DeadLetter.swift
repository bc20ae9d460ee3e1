import CloudEvents
import Crypto
import Foundation
import Kafka

/// What is written to the dead letters: the record or reminder that cannot be processed, its position, and the reason.
/// The headers repeat none of the content.
enum DeadLetter {
    /// A record, with its key, value and headers unchanged.
    static func whole(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: record.key, value: record.value,
            headers: record.headers + Headers(position(record, reason, configuration)))
    }

    /// A record that others have sent in clear: key, value and headers are sealed together under the application's own key.
    static func sealed(
        _ record: Record, _ reason: String, _ configuration: StreamsConfiguration, _ keyring: Keyring
    ) throws -> ProducerRecord {
        var parts = [record.key ?? [], record.value ?? []]
        for header in record.headers { parts += [Bytes(header.name.utf8), header.value] }
        let value = try keyring.seal(deadLetter: Parts.encode(parts), of: place(record))
        return ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: nil, value: value,
            headers: position(record, reason, configuration) + [header(Keyring.deadLetterHeader, keyring.ownName)])
    }

    private static func place(_ record: Record) -> String { "\(record.topic)/\(record.partition)/\(record.offset)" }

    /// The place that a dead letter's headers name.
    static func place(of letter: Record) -> String {
        ["topic", "partition", "offset"].map {
            String(decoding: letter.headers["dead-letter-\($0)"] ?? [], as: UTF8.self)
        }.joined(separator: "/")
    }

    /// A record that would be too large with our headers. Its position, size and SHA-256 represent it. The record
    /// itself can be read at its position while its topic keeps it.
    static func digest(_ record: Record, _ reason: String, _ configuration: StreamsConfiguration) -> ProducerRecord {
        let value = record.value ?? []
        let digest = SHA256.hash(data: value).hexadecimal
        return ProducerRecord(
            topic: configuration.physical(configuration.deadLetters), key: nil, value: [],
            headers: position(record, reason, configuration) + [
                header("dead-letter-size", "\(value.count)"), header("dead-letter-sha256", digest),
            ])
    }

    /// A reminder whose turn failed.
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

    /// Cuts the reason, so that it cannot make the dead letter too large.
    private static func shortened(_ reason: String) -> String { String(reason.prefix(500)) }
}

/// Byte strings, each with its length before it, as four bytes, big-endian.
enum Parts {
    static func encode(_ parts: [Bytes]) -> Bytes {
        parts.reduce(into: Bytes()) { bytes, part in
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part)
        }
    }

    /// - Returns: nil for bytes that are cut off.
    static func decode(_ bytes: Bytes) -> [Bytes]? {
        var parts: [Bytes] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 4 + count else { return nil }
            parts.append(Bytes(rest.dropFirst(4).prefix(count)))
            rest = rest.dropFirst(4 + count)
        }
        return parts
    }
}

extension ProducerRecord {
    /// Bytes of key, value and headers, and at most what Kafka adds to each (record format v2: varints; the CRC belongs
    /// to the batch).
    var size: Int {
        (key?.count ?? 0) + (value?.count ?? 0) + headers.size + 10 * headers.count + 70
    }
}

/// A turn wants to write more than fits in one record. The turn is not applied.
struct RecordTooLarge: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ size: Int, _ limit: Int) {
        description = "\(what) would be \(size) bytes; the largest record is \(limit) bytes"
    }
}
