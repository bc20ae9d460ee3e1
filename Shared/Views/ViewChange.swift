import CloudEvents
import Foundation
import GRDB
import Kafka

/// One record on its way into a view.
struct ViewChange: Sendable {
    let place: RecordPlace
    /// Nil is a tombstone.
    private let event: Event?
    /// Why the record is no event.
    private let fault: Undecodable?

    /// A record that could not be applied, and why. It is the record's own fault, or the view's.
    struct Skipped: Error {
        let place: RecordPlace
        let why: any Error
    }

    init(_ record: Kafka.Record, topic: String) {
        let written = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        place = RecordPlace(
            topic: topic, partition: record.partition, offset: record.offset,
            key: String(decoding: record.key ?? [], as: UTF8.self), written: written)
        guard record.value != nil else {
            (event, fault) = (nil, nil)
            return
        }
        do throws(Undecodable) {
            event = try Event(value: record.value, received: written, fields: record.headers.forEachField)
            fault = nil
        } catch { (event, fault) = (nil, error) }
    }

    var isTombstone: Bool { event == nil && fault == nil }

    /// - Throws: ``Skipped`` for a fault of the record or of the view; `DatabaseError` for any other.
    func apply(_ view: any View, _ db: Database) throws {
        if let fault { throw Skipped(place: place, why: fault) }
        do { try view.apply(event, from: place, in: db) } catch let error as DatabaseError where !error.isAboutTheRows {
            throw error
        } catch { throw Skipped(place: place, why: error) }
    }
}
