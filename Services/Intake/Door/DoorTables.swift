import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// The door's read model: the directory, and the receipts of the last 30 days. Every instance reads all of it from the
/// topics, so that any of them can answer for any report.
final class DoorTables: Service {
    fileprivate struct Known {
        var directory = Directory()
        var receipts: [ReportID: (receipt: ConcernReceipt, at: Date)] = [:]
        var applied = 0
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

    func receipt(of report: ReportID) -> ConcernReceipt? {
        known.withLock { $0.receipts[report]?.receipt }
    }

    func run() async throws { try await follower.run { self.apply($0) } }

    func apply(_ record: Record) {
        if record.topic == directoryTopic {
            let county = String(decoding: record.key ?? [], as: UTF8.self)
            // A county that cannot be used leaves the last good one, as in the stream, which logs it.
            known.withLock { known in try? known.directory.take(county, record.value) }
            return
        }
        let received = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        guard let event = try? Event(headers: record.headers, value: record.value, received: received),
            let receipt = try? event.decode(ConcernReceipt.self)
        else { return }
        known.withLock { $0.apply(receipt, at: event.time) }
    }
}

extension DoorTables.Known {
    /// What was registered counts. A refusal gives way to the answer to a corrected report.
    fileprivate mutating func apply(_ receipt: ConcernReceipt, at time: Date) {
        let isRefused = if case .refused = receipts[receipt.report]?.receipt.answer { true } else { false }
        if receipts[receipt.report] == nil || (isRefused && !receipt.repeated) {
            receipts[receipt.report] = (receipt, time)
        }
        applied += 1
        guard applied.isMultiple(of: 4_096) else { return }
        let oldest = Date() - ReportMemory.duration
        receipts = receipts.filter { $0.value.at > oldest }
    }
}
