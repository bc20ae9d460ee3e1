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
    private let reader: TopicReader
    private let logger: Logger
    private var refreshedAt = ContinuousClock.now

    /// - Throws: ``KafkaError`` when the topic cannot be read to its end within 30 s.
    init(topic: String, _ properties: KafkaProperties, _ logger: Logger, until stop: StopFlag) throws {
        self.logger = logger
        do {
            reader = try TopicReader([topic], from: .beginning, properties, timeout: TopicCheck.answerTimeout)
        } catch let error as NoTopic {
            throw TopicsNotReady(error.description)
        }
        guard reader.catchUp(within: .seconds(30), until: stop, take) || stop.isSet else {
            throw TopicsNotReady("the topic \(topic) could not be read to its end within 30 s")
        }
    }

    func refresh() {
        guard refreshedAt + .milliseconds(500) < .now else { return }
        refreshedAt = .now
        while let record = reader.poll(timeout: 0) { take(record) }
    }

    private func take(_ record: Record) {
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        do { try current.take(key, record.value) } catch {
            // The last good one stays: a county without a directory could register nothing.
            logger.error("the directory of a county cannot be used", metadata: ["county": "\(key)", "why": "\(error)"])
        }
    }
}
