import CloudEvents
import Codec
import Crypto
import Foundation
import Kafka
import ServiceKit
import Streams

/// Writes events as they lie on the topics: sealed where the contract says so, in transactions of many. Used by one thread.
final class YearWriter {
    private let producer: TransactionalProducer
    private let prefix: String
    private let keys: KeyEncryptionKeys
    private let keyring: Keyring
    private var open = 0
    private(set) var count = 0
    /// Of the records' values.
    private(set) var bytes = 0

    init(_ settings: Settings, _ keys: KeyEncryptionKeys) throws {
        self.keys = keys
        prefix = try settings.text("TOPIC_PREFIX")
        var properties = try settings.kafka().properties
        properties["transactional.id"] = prefix + "year"
        properties["partitioner"] = "murmur2_random"
        properties["queue.buffering.max.messages"] = "100000"
        properties["linger.ms"] = "20"
        producer = try TransactionalProducer(properties)
        let sealing = Sealing.suite(keys)
        guard let content = sealing.keys.empty() as? KeyTable.Content else {
            preconditionFailure("the suite's keys lie in a key table")
        }
        keyring = Keyring(sealing, content, application: "year")
        keyring.isComplete = true
        try producer.initialise(timeout: 60_000)
        try producer.begin()
    }

    /// Makes the data key of a case. It comes before what is sealed under it.
    func makeKey(_ reference: String, at time: Date) throws {
        let key = SymmetricKey(size: .bits256)
        try write(DataKey(record: keys.wrap(key, named: reference)), key: reference, about: reference, at: time)
        keyring.adopt([reference: key])
    }

    /// - Parameters:
    ///   - key: the record's.
    ///   - reference: of the case that the event is about, under whose key it is sealed.
    ///   - cause: the id of the command that led to it.
    func write(
        _ payload: some SuiteEvent, key: String, about reference: String? = nil, from source: String = "mapping",
        by person: String? = nil, cause: String? = nil, at time: Date = Date(timeIntervalSince1970: 1_790_000_000)
    ) throws {
        guard let topic = type(of: payload).topics.first else { return }
        let auth = person.map { AuthContext(type: "user", id: $0, claims: #"{"door":"desk","assurance":"3"}"#) }
        var event = try Event(
            id: YearRandom.id(count), source: source, time: time, subject: reference, cause: cause,
            correlation: cause, auth: auth, payload)
        if let reference, keyring.isSealed(event.type) { event = try keyring.seal(event, under: reference) }
        let record = ProducerRecord(
            topic: prefix + topic.rawValue, timestamp: Int64(time.timeIntervalSince1970 * 1_000), key: Bytes(key.utf8),
            value: event.asSent, headers: event.headers)
        try producer.produce(record)
        (count, open, bytes) = (count + 1, open + 1, bytes + event.asSent.count)
        if open == 20_000 {
            try producer.commit(timeout: 60_000)
            try producer.begin()
            open = 0
        }
    }

    func finish() throws { try producer.commit(timeout: 60_000) }
}

/// What looks random and is the same each time.
enum YearRandom {
    static func mixed(_ number: Int) -> UInt64 {
        var mixed = UInt64(truncatingIfNeeded: number) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// As long as the suite's own ids: 128 bits in hexadecimal.
    static func id(_ number: Int) -> String {
        [mixed(number), mixed(~number)].map { String(format: "%016lx", $0) }.joined()
    }

    /// 0..<limit.
    static func number(_ seed: Int, below limit: Int) -> Int { Int(mixed(seed) % UInt64(limit)) }
}
