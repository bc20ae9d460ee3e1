public import CloudEvents
import Foundation
import Kafka
import Logging

/// A compacted topic that every thread reads to the end before its first record. A turn reads it like a table.
///
/// For data that all keys need and that changes rarely: a directory, keys, prices. (Kafka Streams: `GlobalKTable`.)
public struct GlobalTable<Value: Sendable>: GlobalTableDeclaration {
    public let topic: String
    private let decode: @Sendable (_ key: String, _ value: Bytes) throws -> Value

    /// - Parameters:
    ///   - topic: without the installation's prefix.
    ///   - decode: decodes a record's value. If it throws, the error is logged and the former value is kept.
    public init(_ topic: String, _ decode: @escaping @Sendable (_ key: String, _ value: Bytes) throws -> Value) {
        (self.topic, self.decode) = (topic, decode)
    }

    public func empty() -> any GlobalContent { Content(decode) }

    /// All values of one global table. Each thread has its own.
    final class Content: GlobalContent {
        private(set) var values: [String: Value] = [:]
        private let decode: @Sendable (String, Bytes) throws -> Value

        init(_ decode: @escaping @Sendable (String, Bytes) throws -> Value) { self.decode = decode }

        func apply(_ key: String, _ value: Bytes?) throws {
            values[key] = try value.map { try decode(key, $0) }
        }

        func replaceAll(_ values: [String: Value]) { self.values = values }
    }
}

/// A ``GlobalTable`` of any value type.
public protocol GlobalTableDeclaration: Sendable {
    var topic: String { get }
    func empty() -> any GlobalContent
}

/// One thread's copy of a global table.
public protocol GlobalContent: AnyObject {
    /// Applies one record. A nil value deletes.
    func apply(_ key: String, _ value: Bytes?) throws
}

/// One thread's global tables. Used by that thread only.
package final class Globals {
    private let contents: [(topic: String, content: any GlobalContent)]
    /// Nil where nothing is sealed.
    package let keyring: Keyring?

    /// - Parameters:
    ///   - sealing: nil where nothing is sealed. Its keys must be one of `tables`.
    ///   - application: whose own key is used.
    package init(
        _ tables: [any GlobalTableDeclaration] = [], sealing: Sealing? = nil, application: String = ""
    ) {
        let contents = tables.map { (topic: $0.topic, content: $0.empty()) }
        self.contents = contents
        keyring = sealing.map { sealing in
            guard let keys = contents.first(where: { $0.topic == sealing.keys.topic })?.content as? KeyTable.Content
            else { preconditionFailure("\(application) does not declare \(sealing.keys.topic) among its globals") }
            return Keyring(sealing, keys, application: application)
        }
    }

    /// - Throws: what the table's `decode` throws. Then nothing has changed.
    package func apply(_ topic: String, _ key: String, _ value: Bytes?) throws {
        try contents.first { $0.topic == topic }?.content.apply(key, value)
        if topic == keyring?.topic { keyring?.changed(key) }
    }

    /// Nil if the topology has no such table.
    package func all<Value>(_ table: GlobalTable<Value>) -> [String: Value]? { content(table)?.values }

    package func replaceAll<Value>(_ table: GlobalTable<Value>, _ values: [String: Value]) {
        content(table)?.replaceAll(values)
    }

    private func content<Value>(_ table: GlobalTable<Value>) -> GlobalTable<Value>.Content? {
        contents.first { $0.topic == table.topic }?.content as? GlobalTable<Value>.Content
    }
}

/// Fills a thread's global tables from their topics, and keeps them up to date.
final class GlobalReader {
    let globals: Globals
    private let reader: TopicReader?
    private let configuration: StreamsConfiguration
    private let logger: Logger
    private let stop: StopFlag
    private var refreshedAt = ContinuousClock.now

    /// - Throws: `KafkaError`; ``TopicsNotReady`` if the topics cannot be read to their ends within 30 s.
    init(_ configuration: StreamsConfiguration, _ logger: Logger, until stop: StopFlag) throws {
        (self.configuration, self.logger) = (configuration, logger)
        let tables = configuration.topology.globals
        globals = Globals(
            tables, sealing: configuration.sealing, application: configuration.application)
        self.stop = stop
        let topics = tables.map { configuration.physical($0.topic) }
        guard !topics.isEmpty else {
            reader = nil
            return
        }
        do {
            reader = try TopicReader(
                topics, from: .beginning, configuration.kafka, timeout: TopicCheck.answerTimeout)
        } catch let error as NoTopic {
            throw TopicsNotReady("\(error); \(configuration.howToCreateTopics)")
        }
        guard reader?.catchUp(within: .seconds(30), until: stop, apply) == true || stop.isSet else {
            throw TopicsNotReady("\(topics.joined(separator: ", ")) could not be read to the end within 30 s")
        }
        globals.keyring?.refresh = { [unowned self] in drain() }
    }

    /// Applies new records. Does not wait for any.
    func refresh() {
        guard refreshedAt + .milliseconds(500) < .now else { return }
        refreshedAt = .now
        drain()
    }

    private func drain() { while let record = reader?.poll(timeout: 0) { apply(record) } }

    /// Reads a table's topic up to `end`, which includes open transactions, so it waits until they are decided.
    ///
    /// - Throws: `KafkaError`, retriable, if that takes longer than 5 s.
    func catchUp(_ topic: String, to end: Int64) throws {
        let partition = TopicPartition(configuration.physical(topic), 0)
        let deadline = ContinuousClock.now + .seconds(5)
        while let reader, reader.position(partition) < end {
            if stop.isSet { throw KafkaError.stopped }
            guard .now < deadline else { throw KafkaError.late("read \(partition) up to \(end)") }
            if let record = reader.poll(timeout: 50) { apply(record) }
        }
    }

    private func apply(_ record: Record) {
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        do { try globals.apply(configuration.logical(record.topic), key, record.value) } catch {
            logger.error(
                "a record of a global table cannot be used; what was there stays",
                metadata: ["topic": "\(record.topic)", "key": "\(key)", "why": "\(error)"])
        }
    }
}
