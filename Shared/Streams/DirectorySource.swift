import Codec
import Domain
import Foundation
import Kafka
import Logging

/// Where a stream's threads get the directory from.
package protocol DirectorySource: AnyObject {
    var current: Directory { get }
    /// Takes over what has changed. Returns at once when there is nothing.
    func refresh() throws
}

/// A directory that never changes.
package final class FixedDirectory: DirectorySource {
    package let current: Directory
    package init(_ directory: Directory) { current = directory }
    package func refresh() {}
}

/// The compacted topic `directory`, all of it, as a global table: read to its end before the first record.
final class DirectoryReader: DirectorySource {
    private(set) var current = Directory()
    private let reader: Consumer
    private let logger: Logger
    private var refreshedAt = ContinuousClock.now

    /// - Throws: ``KafkaError`` when the topic cannot be read to its end within 30 s.
    init(topic: String, _ properties: KafkaProperties, _ logger: Logger) throws {
        self.logger = logger
        var properties = properties
        properties["group.id"] = "directory-reader"  // required by librdkafka; no group is joined
        properties["enable.auto.commit"] = "false"
        properties["enable.partition.eof"] = "true"
        properties["auto.offset.reset"] = "earliest"
        properties["isolation.level"] = "read_committed"
        reader = try Consumer(properties)
        let count = try reader.partitionCounts([topic], timeout: 10_000)[topic] ?? 0
        guard count > 0 else {
            throw TopicsNotReady("the topic \(topic) does not exist; create it with `tillsammans topics apply`")
        }
        let partitions = (0..<Int32(count)).map { TopicPartition(topic, $0) }
        try reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Int64(0)) }))
        var open = Set(partitions)
        let deadline = ContinuousClock.now + .seconds(30)
        while !open.isEmpty {
            guard .now < deadline else {
                throw TopicsNotReady("the topic \(topic) could not be read to its end within 30 s")
            }
            switch reader.poll(timeout: 100) {
            case .record(let record): take(record)
            case .end(let partition, _): open.remove(partition)
            default: break
            }
        }
    }

    func refresh() {
        guard refreshedAt + .milliseconds(500) < .now else { return }
        refreshedAt = .now
        while case .record(let record) = reader.poll(timeout: 0) { take(record) }
    }

    private func take(_ record: Record) {
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        guard let value = record.value else {
            current.counties[key] = nil
            return
        }
        do {
            current.counties[key] = try CountyDirectory(wire: value).county()
        } catch {
            // The last good one stays: a county without a directory could register nothing.
            logger.error("the directory of a county cannot be used", metadata: ["county": "\(key)", "why": "\(error)"])
        }
    }
}
