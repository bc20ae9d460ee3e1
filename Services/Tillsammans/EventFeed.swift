import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

/// Events of several topics as they come, read without a group.
struct EventFeed: Sendable {
    struct Item: Sendable {
        let topic: Topic
        let partition: Int32
        let offset: Int64
        let key: String
        /// Nil for what is no event.
        let event: Event?
    }

    let items: AsyncThrowingStream<Item, any Error>

    /// Reads while `body` runs; it sees everything that is published after it has begun.
    ///
    /// - Parameter opens: whether sealed contents are opened, as far as there are keys.
    static func reading<Value>(
        _ connection: Connection, _ topics: [Topic], fromBeginning: Bool, opens: Bool = false,
        _ body: (EventFeed) async throws -> Value
    ) async throws -> Value {
        let (items, sink) = AsyncThrowingStream.makeStream(of: Item.self)
        let (ready, opened) = AsyncThrowingStream.makeStream(of: Void.self)
        let stop = StopFlag()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await DedicatedThread.run(name: "feed") {
                        let keys = opens ? try connection.keyReader("feed") : nil
                        try read(connection, topics, fromBeginning, keys, stop, sink) { opened.finish() }
                    }
                    sink.finish()
                } catch {
                    opened.finish(throwing: error)
                    sink.finish(throwing: error)
                }
            }
            defer { stop.set() }
            for try await _ in ready {}
            return try await body(EventFeed(items: items))
        }
    }

    private static func read(
        _ connection: Connection, _ topics: [Topic], _ fromBeginning: Bool, _ keys: KeyReader?,
        _ stop: StopFlag,
        _ sink: AsyncThrowingStream<Item, any Error>.Continuation, _ opened: () -> Void
    ) throws {
        let names = Dictionary(uniqueKeysWithValues: topics.map { (connection.topic($0), $0) })
        let reader = try TopicReader(
            Array(names.keys), from: fromBeginning ? .beginning : .end, connection.properties)
        opened()
        while !stop.isSet {
            guard let record = reader.poll(timeout: 100), let topic = names[record.topic] else { continue }
            var event = try? Event(
                headers: record.headers, value: record.value,
                received: Date(timeIntervalSince1970: Double(record.timestamp) / 1_000))
            if let sealed = event { event = try keys?.open(sealed) ?? sealed }
            sink.yield(
                Item(
                    topic: topic, partition: record.partition, offset: record.offset,
                    key: String(decoding: record.key ?? [], as: UTF8.self), event: event))
        }
    }
}

/// The first element within `duration`, or a fault that says what was waited for.
func within<Value: Sendable>(
    _ duration: Duration, waitingFor what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: duration)
            throw CommandFault("waited \(duration.components.seconds) s for \(what)")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CommandFault("nothing came") }
        return first
    }
}
