import CloudEvents
import Foundation
import GRDB
import Kafka
import StreamsTestSupport
import Testing

@testable import Views

@Suite("A view of topics in Kafka", .timeLimit(.minutes(3)))
struct KafkaViewTests {
    @Test(
        "what lies in the topics and what comes later is read, from all partitions, with tombstones; a restart goes on")
    func reads() async throws {
        try await withBroker { broker, folder in
            try await broker.create(["words", "more"], partitions: 3)
            let producer = try Producer(broker.properties)
            for number in 0..<30 {
                try await producer.send(record(broker, number % 2 == 0 ? "words" : "more", "\(number % 5)", number))
            }
            var view = Words()
            view.topics = ["words", "more"]
            let configuration = configuration(broker, folder)
            try await following(configuration, nil, view) { follower in
                try await follower.shows(Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0)", 6) }))
                try await producer.send(record(broker, "words", "0", 30))
                try await producer.send(
                    ProducerRecord(topic: broker.prefix + "words", key: Bytes("1".utf8), value: nil))
                try await follower.shows(["0": 7, "2": 6, "3": 6, "4": 6])
                try await eventually("no lag") { follower.lag == 0 }
            }
            try await producer.send(record(broker, "more", "2", 31))
            try await following(configuration, nil, view) { try await $0.shows(["0": 7, "2": 7, "3": 6, "4": 6]) }
        }
    }

    @Test(
        "a committed transaction is seen; an aborted one is not, where the broker hides it; an open one holds nothing up"
    )
    func transactions() async throws {
        try await withBroker { broker, folder in
            try await broker.create(["words"], partitions: 1)
            let properties = broker.properties
            let id = broker.prefix + "writer"
            let (committed, aborted) = (record(broker, "words", "committed", 1), record(broker, "words", "aborted", 2))
            let open = record(broker, "words", "open", 3)
            let producer = try await DedicatedThread.run(name: "transactions") {
                let producer = try TransactionalProducer(properties.merging(["transactional.id": id]) { $1 })
                try producer.initialise(timeout: 20_000)
                for (record, commits) in [(committed, true), (aborted, false), (committed, true)] {
                    try producer.begin()
                    try producer.produce(record)
                    try producer.flush(timeout: 10_000)
                    if commits { try producer.commit(timeout: 20_000) } else { try producer.abort(timeout: 20_000) }
                }
                try producer.begin()
                try producer.produce(open)
                try producer.flush(timeout: 10_000)
                return Holder(producer)
            }
            // The embedded broker hides neither aborted nor open transactions.
            let first = broker.isReal ? ["committed": 2] : ["committed": 2, "aborted": 1, "open": 1]
            let then = broker.isReal ? ["committed": 2, "open": 1] : first
            for _ in 0..<2 {
                try await following(configuration(broker, folder)) { try await $0.shows(first) }
            }
            try await DedicatedThread.run(name: "commit") { try producer.value.commit(timeout: 20_000) }
            for _ in 0..<2 {
                try await following(configuration(broker, folder)) { try await $0.shows(then) }
            }
        }
    }

    @Test("a view waits for topics that do not exist yet")
    func waits() async throws {
        try await withBroker { broker, folder in
            guard broker.isReal else { return print("skipped: the embedded broker makes topics whatever it is told") }
            try await following(configuration(broker, folder)) { follower in
                #expect(throws: ViewNotReady.self) { try follower.reader() }
                try await broker.create(["words"], partitions: 2)
                try await follower.catchesUp()
            }
        }
    }

    @Test("without brokers a view that has caught up can be read, is not fresh, and goes on when they are back")
    func brokersGone() async throws {
        try await inFolder { folder in
            let broker = try EmbeddedBroker()
            try broker.create("words", partitions: 1)
            let producer = try Producer(["bootstrap.servers": broker.bootstrapServers])
            func send(_ id: String) async throws {
                let event = event(id)
                try await producer.send(
                    ProducerRecord(topic: "words", key: Bytes("a".utf8), value: event.data, headers: event.headers))
            }
            try await send("1")
            let configuration = folder.configuration { $0.kafka = ["bootstrap.servers": broker.bootstrapServers] }
            try await following(configuration) { follower in
                try await follower.shows(["a": 1])
                broker.goDown()
                try await eventually("a look that finds nobody") {
                    let before = follower.freshAt
                    try await Task.sleep(for: .milliseconds(1_500))
                    return follower.freshAt == before
                }
                #expect(try Words.counts(follower.reader()) == ["a": 1])
                broker.comeUp()
                try await send("2")
                try await follower.shows(["a": 2])
                let before = follower.freshAt
                try await eventually("fresh again") { follower.freshAt > before }
            }
            withExtendedLifetime(broker) {}
        }
    }

    @Test("a topic that was deleted and made again builds the view anew")
    func madeAgain() async throws {
        try await withBroker { broker, folder in
            guard broker.isReal else { return print("skipped: the embedded broker deletes no topics") }
            let (properties, topic) = (broker.properties, broker.prefix + "words")
            for round in 1...3 {
                try await broker.create(["words"], partitions: 1)
                let producer = try Producer(properties)
                for number in 0..<(round == 3 ? 2 : round * 3) {
                    try await producer.send(record(broker, "words", "\(round)", number))
                }
                try await following(configuration(broker, folder)) { follower in
                    try await follower.shows(["\(round)": round == 3 ? 2 : round * 3])
                }
                try await DedicatedThread.run(name: "delete") {
                    let admin = try Admin(properties)
                    try admin.delete([topic], timeout: 30_000)
                }
                try await eventually("the topic's end") {
                    try await DedicatedThread.run(name: "look") {
                        try Admin(properties).topics(timeout: 10_000)[topic] == nil
                    }
                }
            }
        }
    }

    /// Used by one thread at a time.
    private struct Holder: @unchecked Sendable {
        let value: TransactionalProducer
        init(_ value: TransactionalProducer) { self.value = value }
    }

    private func configuration(_ broker: TestBroker, _ folder: ViewFolder) -> ViewConfiguration {
        folder.configuration { ($0.kafka, $0.prefix) = (broker.properties, broker.prefix) }
    }

    private func record(_ broker: TestBroker, _ topic: String, _ key: String, _ number: Int) -> ProducerRecord {
        let event = event("\(number)")
        return ProducerRecord(
            topic: broker.prefix + topic, key: Bytes(key.utf8), value: event.data, headers: event.headers)
    }

    private func withBroker(_ body: (TestBroker, ViewFolder) async throws -> Void) async throws {
        let broker = try TestBroker()
        let result: Result<Void, any Error>
        do { result = .success(try await inFolder { try await body(broker, $0) }) } catch { result = .failure(error) }
        await broker.remove()
        try result.get()
    }
}
