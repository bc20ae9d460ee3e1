import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What the door knows without asking: the directory, and the receipts of the last 30 days. Every instance has all of
/// it, read from the topics, so that any of them can answer for any report.
final class DoorTables: Service {
    fileprivate struct Known {
        var directory = Directory()
        var receipts: [String: (receipt: ConcernReceipt, at: Date)] = [:]
        var taken = 0
    }

    private let known = Mutex(Known())
    private let directoryTopic: String
    private let follower: TopicFollower

    init(directory: String, receipts: String, _ properties: KafkaProperties, _ logger: Logger) {
        directoryTopic = directory
        follower = TopicFollower([directory, receipts], properties, logger)
    }

    var directory: Directory { known.withLock { $0.directory } }
    var isCaughtUp: Bool { follower.isCaughtUp }

    func receipt(source: String, id: String) -> ConcernReceipt? {
        known.withLock { $0.receipts[Self.name(source, id)]?.receipt }
    }

    func run() async throws { try await follower.run { self.take($0) } }

    func take(_ record: Record) {
        if record.topic == directoryTopic {
            known.withLock { known in
                let key = String(decoding: record.key ?? [], as: UTF8.self)
                // A county that cannot be used leaves the last good one, as in the stream, which logs it.
                try? known.directory.take(key, record.value)
            }
            return
        }
        let received = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        guard let event = try? Event(headers: record.headers, value: record.value, received: received),
            let receipt = try? event.decode(ConcernReceipt.self)
        else { return }
        known.withLock { $0.take(receipt, at: event.time) }
    }

    private static func name(_ source: String, _ id: String) -> String { "\(source)\u{1E}\(id)" }
}

extension DoorTables.Known {
    /// The first answer holds: that a report was sent again says nothing of what became of it.
    fileprivate mutating func take(_ receipt: ConcernReceipt, at time: Date) {
        let name = "\(receipt.reportSource)\u{1E}\(receipt.reportID)"
        let isRepeat = receipt.refused.reasons.contains { $0.code == FaultCode.alreadyReceived.rawValue }
        if receipts[name] == nil || !isRepeat { receipts[name] = (receipt, time) }
        taken += 1
        if taken.isMultiple(of: 4_096) {
            let oldest = Date() - IntakeProcessor.memory
            receipts = receipts.filter { $0.value.at > oldest }
        }
    }
}
