import Kafka
import TestSupport
import Testing

@Suite("The face of librdkafka")
struct KafkaTests {
    @Test("a record is read as it was written: key, value, headers, time; empty is not null")
    func roundTrip() async throws {
        try await withBroker(["t"]) { broker in
            let producer = try Producer(broker.properties)
            let records: [(Bytes?, Bytes?)] = [([1], [2, 3]), ([1], []), ([1], nil), ([], [0]), (nil, [9])]
            for (key, value) in records {
                try await producer.send(
                    ProducerRecord(
                        topic: broker.prefix + "t", partition: 0, timestamp: 1_795_420_800_000, key: key, value: value,
                        headers: [
                            (name: "a", value: Bytes("1".utf8)), (name: "empty", value: Bytes("".utf8)),
                            (name: "a", value: Bytes("2".utf8)),
                        ]))
            }
            let read = try await broker.records("t")
            #expect(read.map(\.key) == records.map(\.0))
            #expect(read.map(\.value) == records.map(\.1))
            #expect(
                read.allSatisfy { $0.timestamp == 1_795_420_800_000 && $0.headers.map(\.name) == ["a", "empty", "a"] })
            #expect(read.first?.headers["a"] == Bytes("2".utf8))
        }
    }

    @Test("a committed transaction is read; an aborted one is not, where the broker hides it")
    func transactions() async throws {
        try await withBroker(["t"]) { broker in
            let (properties, topic) = (broker.properties, broker.prefix + "t")
            try await DedicatedThread.run(name: "transactions") {
                let producer = try TransactionalProducer(properties.merging(["transactional.id": topic]) { $1 })
                try producer.initialise(timeout: 20_000)
                for (value, commits) in [(UInt8(1), true), (2, false), (3, true)] {
                    try producer.begin()
                    try producer.produce(ProducerRecord(topic: topic, partition: 0, key: nil, value: [value]))
                    if commits { try producer.commit(timeout: -1) } else { try producer.abort(timeout: -1) }
                }
            }
            let values = try await broker.records("t").compactMap(\.value?.first)
            #expect(values.filter { $0 != 2 } == [1, 3])
            if broker.isReal { #expect(!values.contains(2)) }
        }
    }

    @Test("a later producer with the same transactional id fences the earlier one")
    func fencing() async throws {
        try await withBroker(["t"]) { broker in
            guard broker.isReal else { return print("skipped: the embedded broker does not fence") }
            let (properties, topic) = (broker.properties, broker.prefix + "t")
            try await DedicatedThread.run(name: "fencing") {
                let id = properties.merging(["transactional.id": topic]) { $1 }
                let first = try TransactionalProducer(id)
                try first.initialise(timeout: 20_000)
                try first.begin()
                try first.produce(ProducerRecord(topic: topic, partition: 0, key: nil, value: [1]))
                let second = try TransactionalProducer(id)
                try second.initialise(timeout: 20_000)
                let error = #expect(throws: KafkaError.self) { try first.commit(timeout: 10_000) }
                #expect(error?.isFatal == true)
            }
        }
    }

    @Test("a record that is too large is refused at once, and says that it is the record")
    func tooLarge() async throws {
        try await withBroker(["t"]) { broker in
            let (properties, topic) = (broker.properties, broker.prefix + "t")
            try await DedicatedThread.run(name: "large") {
                let producer = try TransactionalProducer(properties.merging(["transactional.id": topic]) { $1 })
                try producer.initialise(timeout: 20_000)
                try producer.begin()
                let error = #expect(throws: KafkaError.self) {
                    try producer.produce(
                        ProducerRecord(topic: topic, key: nil, value: Bytes(repeating: 0, count: 2_000_000)))
                }
                #expect(error?.isAboutTheRecord == true)
                try producer.abort(timeout: -1)
            }
        }
    }

    @Test("a property that librdkafka does not know is named")
    func unknownProperty() {
        let error = #expect(throws: KafkaError.self) { try Admin(["bootstrap.server": "x"]) }
        #expect(error?.description.contains("bootstrap.server") == true)
    }

    @Test("a consumer that is let go of ends at once, also in the middle of a group")
    func letGo() async throws {
        try await withBroker(["t"]) { broker in
            let (properties, topic) = (broker.properties, broker.prefix + "t")
            let took = try await DedicatedThread.run(name: "group") {
                var consumer: Consumer? = try Consumer(properties.merging(["group.id": topic]) { $1 })
                try consumer?.subscribe([topic])
                for _ in 0..<100 {
                    if case .assigned = consumer?.poll(timeout: 100) { break }
                }
                let before = ContinuousClock.now
                consumer = nil
                return ContinuousClock.now - before
            }
            #expect(took < .seconds(5))
        }
    }

    private func withBroker(_ topics: [String], _ body: (TestBroker) async throws -> Void) async throws {
        let broker = try TestBroker()
        try await broker.create(topics, partitions: 1)
        let result: Result<Void, any Error>
        do { result = .success(try await body(broker)) } catch { result = .failure(error) }
        await broker.remove()
        try result.get()
    }
}
