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

/// The door's read model: the directory, and what has become of the reports of the last 30 days. Every instance reads all
/// of it from the topics, so that any of them can answer for any report.
final class DoorTables: Service {
    fileprivate struct Known {
        var directory = Directory()
        var receipts: [ReportID: (receipt: ConcernReceipt, at: Date)] = [:]
        /// Reports that have no receipt yet.
        var pending: [ReportID: Date] = [:]
        var applied = 0
    }

    private let known = Mutex(Known())
    let directoryTopic: String
    private let reportsTopic: String
    private let follower: TopicFollower

    init(
        directory: String, reports: String, receipts: String, _ properties: KafkaProperties, _ logger: Logger
    ) {
        (directoryTopic, reportsTopic) = (directory, reports)
        follower = TopicFollower([directory, reports, receipts], properties, logger)
    }

    var directory: Directory { known.withLock { $0.directory } }
    var isCaughtUp: Bool { follower.isCaughtUp }

    enum Answer {
        case receipt(ConcernReceipt)
        /// It lies on the topic, and its receipt is to come.
        case pending
    }

    /// Nil for a report that nobody has sent.
    func answer(to report: ReportID) -> Answer? {
        known.withLock { known in
            known.receipts[report].map { .receipt($0.receipt) } ?? known.pending[report].map { _ in .pending }
        }
    }

    /// The door has accepted it.
    func accept(_ report: ReportID) { known.withLock { $0.wait(for: report, since: Date()) } }

    func run() async throws { try await follower.run { self.apply($0) } }

    func apply(_ record: Record) {
        if record.topic == directoryTopic {
            let county = String(decoding: record.key ?? [], as: UTF8.self)
            // A county that cannot be used leaves the last good one, as in the stream, which logs it.
            known.withLock { known in try? known.directory.take(county, record.value) }
            return
        }
        let received = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        if record.topic == reportsTopic {
            let claims = Event.claims(headers: record.headers, value: record.value)
            guard let id = claims.id, let source = claims.source else { return }
            return known.withLock { $0.wait(for: ReportID(source: source, id: id), since: received) }
        }
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
        pending[receipt.report] = nil
        forget()
    }

    /// Topics are read in no order between them, so the receipt can be here first.
    fileprivate mutating func wait(for report: ReportID, since time: Date) {
        if receipts[report] == nil { pending[report] = time }
        forget()
    }

    /// Now and then forgets what is older than Intake's own memory.
    private mutating func forget() {
        applied += 1
        guard applied.isMultiple(of: 4_096) else { return }
        let oldest = Date() - ReportMemory.duration
        receipts = receipts.filter { $0.value.at > oldest }
        pending = pending.filter { $0.value > oldest }
    }
}
