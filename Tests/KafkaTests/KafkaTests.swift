import CKafka
import StreamsTestSupport
import Testing

@testable import Kafka

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

    @Test("the partition of a key is where a producer with murmur2_random writes it, and as Kafka's own tests have it")
    func keyPartition() async throws {
        #expect(KeyPartition.of(Bytes("foobar".utf8), among: 1_000) == (-790_332_482 & 0x7FFF_FFFF) % 1_000)
        try await withBroker([]) { broker in
            try await broker.create(["keys"], partitions: 7)
            let producer = try Producer(broker.properties)
            for number in 0..<50 {
                let key = Bytes("key \(number)".utf8)
                let written = try await producer.send(
                    ProducerRecord(topic: broker.prefix + "keys", key: key, value: [1]))
                #expect(written.partition == KeyPartition.of(key, among: 7))
            }
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
                    // Flushes before an abort. Soon after a commit the partition may not be added yet
                    // (CONCURRENT_TRANSACTIONS, retried). The coordinator would refuse an abort then:
                    // INVALID_TXN_STATE, fatal.
                    try producer.flush(timeout: 10_000)
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
                var error = #expect(throws: KafkaError.self) { try first.commit(timeout: 10_000) }
                // If the record arrives with the old epoch before the commit does, the transaction fails first, as
                // abortable.
                if error?.isAbortable == true {
                    error = #expect(throws: KafkaError.self) { try first.abort(timeout: 10_000) }
                }
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

    @Test("the largest record that always fits is taken by producer and broker; one byte more by neither")
    func largest() async throws {
        try await withBroker(["t"]) { broker in
            let (properties, topic) = (broker.properties, broker.prefix + "t")
            try await DedicatedThread.run(name: "largest") {
                let producer = try TransactionalProducer(properties.merging(["transactional.id": topic]) { $1 })
                try producer.initialise(timeout: 20_000)
                let headers: [Header] = [(name: "a", value: Bytes(repeating: 7, count: 300))]
                let headerSize = 1 + 1 + 2 + 300  // name and value each have their length before them
                func record(_ more: Int, _ headers: [Header]) -> ProducerRecord {
                    let value = 1_048_491 - 8 - (headers.isEmpty ? 0 : headerSize) + more
                    return ProducerRecord(
                        topic: topic, partition: 0, key: Bytes(repeating: 1, count: 8),
                        value: (0..<value).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
                        headers: headers)
                }
                for headers in [[], headers] {
                    try producer.begin()
                    try producer.produce(record(0, headers))
                    try producer.produce(ProducerRecord(topic: topic, partition: 0, key: nil, value: [1]))
                    try producer.commit(timeout: 20_000)
                    try producer.begin()
                    let error = #expect(throws: KafkaError.self) { try producer.produce(record(1, headers)) }
                    #expect(error?.isAboutTheRecord == true)
                    try producer.abort(timeout: 20_000)
                }
            }
            #expect(try await broker.records("t").count == 4)
        }
    }

    @Test("in a transaction that has failed already, producing says that it must be aborted; then the next one works")
    func failedAlready() async throws {
        let broker = try EmbeddedBroker()
        for topic in ["forbidden", "t"] { try broker.create(topic, partitions: 1) }
        try await DedicatedThread.run(name: "failed") {
            let producer = try TransactionalProducer([
                "bootstrap.servers": broker.bootstrapServers, "transactional.id": "x",
            ])
            try producer.initialise(timeout: 20_000)
            let record = ProducerRecord(topic: "t", partition: 0, key: nil, value: [1])
            broker.refuse(.produce, with: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
            try producer.begin()
            try producer.produce(ProducerRecord(topic: "forbidden", partition: 0, key: nil, value: [1]))
            try? producer.flush(timeout: 5_000)
            var seen: KafkaError?
            for _ in 0..<1_000 where seen == nil {
                do throws(KafkaError) { try producer.produce(record) } catch { seen = error }
                producer.makeRoom(timeout: 5)
            }
            #expect(seen?.name == "_STATE")
            #expect(seen?.isAbortable == true && seen?.isFatal == false && seen?.isRetriable == false)
            try producer.abort(timeout: 20_000)
            try producer.begin()
            try producer.produce(record)
            try producer.commit(timeout: 20_000)
            let outside = #expect(throws: KafkaError.self) { try producer.produce(record) }
            #expect(outside?.isAbortable == false, "there is nothing to abort")
        }
    }

    @Test("a call that blocks lets its caller look at the world, and go; the producer ends after the call")
    func goingAway() async throws {
        struct Enough: Error {}
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 1)
        let ending = try await DedicatedThread.run(name: "going") {
            let producer = try TransactionalProducer([
                "bootstrap.servers": broker.bootstrapServers, "transactional.id": "x",
            ])
            try producer.initialise(timeout: 20_000)
            try producer.begin()
            try producer.produce(ProducerRecord(topic: "t", partition: 0, key: nil, value: [1]))
            try producer.flush(timeout: 10_000)
            broker.goDown()
            let began = ContinuousClock.now
            let error = #expect(throws: KafkaError.self) {
                try producer.commit(timeout: 5_000) { () throws(KafkaError) in throw .outcomeUnknown("wait") }
            }
            #expect(error?.isFatal == true)
            #expect(ContinuousClock.now - began < .seconds(3))
            return producer.ending
        }
        let ended = try await DedicatedThread.run(name: "wait") { ending.wait(within: .seconds(10)) }
        #expect(ended)
        withExtendedLifetime(broker) {}
    }

    @Test("nobody makes a topic by asking for it, or by producing to it")
    func noTopicByAsking() async throws {
        try await withBroker(["t"]) { broker in
            guard broker.isReal else { return print("skipped: the embedded broker makes topics whatever it is told") }
            let (properties, missing) = (broker.properties, broker.prefix + "missing")
            let producer = try Producer(properties.merging(["message.timeout.ms": "1500"]) { $1 })
            await #expect(throws: KafkaError.self) {
                try await producer.send(ProducerRecord(topic: missing, key: nil, value: [1]))
            }
            try await DedicatedThread.run(name: "ask") {
                let admin = try Admin(properties)
                for _ in 0..<2 { #expect(try admin.partitionCounts([missing], timeout: 10_000) == [missing: 0]) }
                #expect(try admin.describe([missing], timeout: 10_000).isEmpty)
                #expect(try admin.topics(timeout: 10_000)[missing] == nil)
            }
        }
    }

    @Test("a topic is described with its partitions, its copies and, where the broker tells, its settings")
    func description() async throws {
        try await withBroker([]) { broker in
            let (properties, topic, isReal) = (broker.properties, broker.prefix + "t", broker.isReal)
            try await broker.create([
                TopicSpecification(
                    topic, partitions: 3, settings: ["cleanup.policy": "compact", "retention.ms": "1234567"])
            ])
            try await DedicatedThread.run(name: "describe") {
                let found = try Admin(properties).describe([topic], timeout: 10_000)
                #expect(found[topic]?.partitions == 3)
                #expect(found[topic]?.replicas == 1)
                guard isReal else { return #expect(found[topic]?.settings == nil) }
                let settings = try #require(found[topic]?.settings)
                #expect(settings["cleanup.policy"] == "compact")
                #expect(settings["retention.ms"] == "1234567")
                #expect(settings["delete.retention.ms"] == "86400000")
                #expect(settings["min.insync.replicas"] == "1")
                #expect(settings["max.message.bytes"] == "1048588")
            }
        }
    }

    @Test("a topic of which nothing is known for a moment is not a topic that does not exist")
    func leaderless() async throws {
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 2)
        broker.say(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, of: "t")
        try await DedicatedThread.run(name: "leaderless") {
            let admin = try Admin(["bootstrap.servers": broker.bootstrapServers])
            let error = #expect(throws: KafkaError.self) { try admin.partitionCounts(["t"], timeout: 5_000) }
            #expect(error?.isRetriable == true)
            broker.say(RD_KAFKA_RESP_ERR_NO_ERROR, of: "t")
            #expect(try admin.partitionCounts(["t"], timeout: 5_000) == ["t": 2])
        }
    }

    @Test("a position outside the log is reported, with its partition; reading goes on after a new assignment")
    func outsideTheLog() async throws {
        try await withBroker(["t"]) { broker in
            let (properties, partition) = (broker.properties, TopicPartition(broker.prefix + "t", 0))
            try await Producer(properties).send(ProducerRecord(topic: partition.topic, key: nil, value: [1]))
            try await DedicatedThread.run(name: "outside") {
                let consumer = try Consumer(
                    properties.merging(["group.id": partition.topic, "auto.offset.reset": "error"]) { $1 })
                try consumer.assign([partition: 1_000])
                try consumer.wait {
                    guard case .failed(let error, let of) = $0, of == partition else { return false }
                    return error.isPositionError && error.isOutOfRange && !error.isTransient && !error.isFatal
                }
                try consumer.assign([partition: 0])
                try consumer.wait { if case .record = $0 { true } else { false } }
            }
        }
    }

    @Test("a topic that a member subscribes to and that does not exist is reported, by name")
    func missingTopic() async throws {
        try await withBroker(["t"]) { broker in
            guard broker.isReal else { return print("skipped: the embedded broker makes topics whatever it is told") }
            let (properties, missing) = (broker.properties, broker.prefix + "missing")
            try await DedicatedThread.run(name: "missing") {
                let consumer = try Consumer(properties.merging(["group.id": missing]) { $1 })
                try consumer.subscribe([missing])
                try consumer.wait {
                    guard case .failed(let error, let of) = $0 else { return false }
                    return error.name == "UNKNOWN_TOPIC_OR_PART" && of?.topic == missing && !error.isTransient
                }
                consumer.close(timeout: 5_000)
            }
        }
    }

    @Test("errors are told apart by who mends them")
    func kinds() {
        func error(_ code: rd_kafka_resp_err_t) -> KafkaError { KafkaError(code, "poll") }
        for code in [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        ] {
            #expect(error(code).isTransient)
        }
        for code in [
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR__BAD_MSG,
            RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED,
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__FATAL,
        ] {
            #expect(!error(code).isTransient)
        }
        #expect(error(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).isAuthorization)
        #expect(!error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).isAuthorization)
        #expect(error(RD_KAFKA_RESP_ERR__NO_OFFSET).isPositionError)
        #expect(!error(RD_KAFKA_RESP_ERR__NO_OFFSET).isOutOfRange)
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
