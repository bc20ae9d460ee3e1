import CloudEvents
import Foundation
import Kafka
import Views

/// A county's year as a log that is made while it is read: facts of about 1 kB, sealed, of cases that come in no order.
struct YearLog: Sendable {
    let total: Int
    let cases: Int

    private static let partitions: Int32 = 12
    private static let payload = 550

    static func key(_ number: Int) -> String {
        "case-\(number)-\(UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15)"
    }

    var state: TopicReader.LogState {
        let ranges = (0..<Self.partitions).map { (TopicPartition("facts", $0), 0..<count(in: $0)) }
        return .init(cluster: "bench", ranges: Dictionary(uniqueKeysWithValues: ranges))
    }

    private func count(in partition: Int32) -> Int64 {
        let (whole, rest) = total.quotientAndRemainder(dividingBy: Int(Self.partitions))
        return Int64(whole + (partition < rest ? 1 : 0))
    }

    /// The same record each time.
    func record(_ partition: TopicPartition, _ offset: Int64) -> Kafka.Record {
        let number = Int(offset) * Int(Self.partitions) + Int(partition.partition)
        let key = Self.key(number &* 2_654_435_761 % cases)
        let mixed = UInt64(truncatingIfNeeded: number) &* 0xD6E8_FEB8_6659_FD93
        let id = String(mixed, radix: 16) + String(number, radix: 16)
        let time = Date(timeIntervalSince1970: 1_795_420_800 + Double(number) * 21)
        var event = Event(
            id: id, source: "mapping", type: "org.example.InformationAdded", time: time, subject: key, cause: id,
            correlation: id,
            auth: AuthContext(type: "user", id: "person-\(number % 900)", claims: "{\"door\":\"desk\"}"),
            data: [])
        let bytes = Bytes(unsafeUninitializedCapacity: Self.payload) { buffer, count in
            for index in 0..<Self.payload { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 &+ number) }
            count = Self.payload
        }
        event.sealed = .init(key: key, bytes: bytes, isOpen: false)
        var headers = Headers(reserving: 512)
        event.forEachHeader { headers.append($0, $1) }
        return Kafka.Record(
            topic: "facts", partition: partition.partition, offset: offset,
            timestamp: Int64(time.timeIntervalSince1970 * 1_000), key: Bytes(key.utf8), value: bytes, headers: headers)
    }
}

/// Reads a stretch of one partition after the other, as a consumer does.
final class YearSource: ViewSource {
    private let log: YearLog
    private var positions: [TopicPartition: Int64]
    private let ranges: [TopicPartition: Range<Int64>]
    private let partitions: [TopicPartition]
    private var turn = 0
    private var left = 0
    private var remaining: Int64

    init(_ log: YearLog, _ chosen: [TopicPartition: Int64]) {
        self.log = log
        ranges = log.state.ranges
        partitions = ranges.keys.sorted()
        positions = ranges.mapValues(\.lowerBound).merging(chosen) { $1 }
        remaining = 0
        remaining = partitions.reduce(0) { $0 + (ranges[$1]?.upperBound ?? 0) - position($1) }
    }

    let cluster = "bench"
    var isCaughtUp: Bool { remaining == 0 }
    var knownEnds: [TopicPartition: Int64] { ranges.mapValues(\.upperBound) }

    func position(_ partition: TopicPartition) -> Int64 { positions[partition] ?? 0 }

    func hasSamePartitions(timeout: Int32) -> Bool { true }

    func read(timeout: Int32) -> Kafka.Record? {
        for _ in 0...partitions.count {
            let partition = partitions[turn]
            let next = position(partition)
            if left > 0, next < ranges[partition]?.upperBound ?? 0 {
                positions[partition] = next + 1
                left -= 1
                remaining -= 1
                return log.record(partition, next)
            }
            turn = (turn + 1) % partitions.count
            left = 500
        }
        usleep(UInt32(timeout) * 1_000)
        return nil
    }
}
