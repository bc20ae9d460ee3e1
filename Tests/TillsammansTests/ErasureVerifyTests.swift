import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import TestSupport
import Testing

@testable import Streams
@testable import tillsammans

@Suite("tillsammans erasure verify: a case on a broker, erased by hand")
struct ErasureVerifyTests {
    /// The suite's topics with a case's records.
    private struct Installation {
        let broker: TestBroker
        let folder = TemporaryFolder()
        let connection: Connection
        let erased: ErasedCase

        init(without missing: Topic? = nil) async throws {
            broker = try TestBroker()
            connection = Connection(
                bootstrapServers: broker.bootstrapServers, prefix: broker.prefix, keyFile: try folder.keyFile())
            erased = try ErasedCase(KeyEncryptionKeys(file: folder.keyFile()))
            let topics = TopicPlan.specifications(partitions: 1, prefix: "", publishers: ["my-school"])
            try await broker.create(topics.map(\.name).filter { $0 != missing?.rawValue }, partitions: 1)
        }

        func send(_ event: Event, to topic: Topic, key: String = ErasedCase.reference) async throws {
            try await Producer(connection.properties).send(connection.record(event, to: topic, key: key))
        }

        func send(_ key: Bytes, _ value: Bytes?, to topic: Topic) async throws {
            try await Producer(connection.properties).send(
                ProducerRecord(topic: connection.topic(topic), key: key, value: value, headers: []))
        }

        /// Everything that services write of the case, without its key.
        func sendCase() async throws {
            try await send(erased.said(), to: .mappings)
            let state = try erased.state()
            try await send(state.key, state.value, to: .mappingState)
            let receipt = try ErasedCase.event(ConcernReceipt())
            try await send(receipt, to: .concernReceipts, key: "report-1")
            try await Producer(connection.properties).send(
                ProducerRecord(
                    topic: connection.prefix + Topic.receipts("my-school"), key: nil, value: receipt.asSent,
                    headers: receipt.headers))
            try await send(erased.said(ErasedCase.other, under: ErasedCase.other), to: .mappings, key: ErasedCase.other)
        }

        func eraseKey() async throws { try await send(Bytes(ErasedCase.reference.utf8), nil, to: .childKeys) }

        func report(_ markers: Markers, keyFile: Bool = true) async throws -> ErasureReport {
            var connection = connection
            if !keyFile { connection.keyFile = nil }
            return try await DedicatedThread.run(name: "verify") { [connection] in
                try ErasureCommand.report(on: ErasedCase.reference, markers, connection)
            }
        }

        func remove() async {
            folder.remove()
            await broker.remove()
        }
    }

    /// The counts of the places where there is something: about the case, sealed, readable, not cleaned, not decided.
    private static func counts(_ report: ErasureReport, _ prefix: String) -> [String: [Int]] {
        let counts = report.places.map { place in
            (
                String(place.name.dropFirst(prefix.count)),
                [place.about, place.sealed, place.readable, place.uncleaned, place.undecided]
            )
        }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value != [0, 0, 0, 0, 0] }
    }

    @Test(
        "before erasure all is readable; after the key's tombstone nothing is, but the key must still be cleaned away")
    func erased() async throws {
        let installation = try await Installation()
        try await installation.send(installation.erased.dataKey, to: .childKeys)
        try await installation.sendCase()
        let prefix = installation.connection.prefix
        let before = try await installation.report(ErasedCase.markers)
        #expect(
            Self.counts(before, prefix) == [
                "child-keys": [1, 0, 1, 0, 0], "mappings": [1, 0, 1, 0, 0], "mapping-state": [1, 0, 1, 0, 0],
                "concern-receipts": [1, 0, 0, 0, 0], "concern-receipts.my-school": [1, 0, 0, 0, 0],
            ])
        #expect(before.exitCode == 1)
        #expect(before.text.contains("look at \(prefix)mappings/0/0"))

        try await installation.eraseKey()
        let after = try await installation.report(ErasedCase.markers)
        #expect(
            Self.counts(after, prefix) == [
                "child-keys": [2, 0, 0, 1, 0], "mappings": [1, 1, 0, 0, 0], "mapping-state": [1, 1, 0, 0, 0],
                "concern-receipts": [1, 0, 0, 0, 0], "concern-receipts.my-school": [1, 0, 0, 0, 0],
            ])
        #expect(after.exitCode == 2 && after.notes.contains { $0.contains("have not cleaned") })

        let untried = try await installation.report(ErasedCase.markers, keyFile: false)
        #expect(Self.counts(untried, prefix)["mappings"] == [1, 0, 0, 0, 1])
        #expect(untried.exitCode == 2 && untried.text.contains(Doubt.noKeys.text))
        await installation.remove()
    }

    @Test(
        "once the key is cleaned away nothing is readable, until a report in clear comes: its place is told, not its words"
    )
    func cleaned() async throws {
        let installation = try await Installation()
        try await installation.sendCase()
        try await installation.eraseKey()
        let gone = try await installation.report(ErasedCase.markers)
        #expect(gone.exitCode == 0, "\(gone.text)")
        #expect(gone.places.allSatisfy { $0.unreachable == 0 } && gone.places.count == Topic.allCases.count + 1)

        let report = Event(
            id: "1", source: "urn:my-school", type: ConcernReported.eventType, time: Date(), content: .json,
            data: Bytes(#"{"personalNumber": "140315+2380", "observation": "Jag vill inte g\u00e5 hem"}"#.utf8))
        try await installation.send(report, to: .concernReports, key: "report-2")
        let again = try await installation.report(ErasedCase.markers)
        let place = installation.connection.topic(.concernReports) + "/0/0"
        #expect(again.exitCode == 1 && again.text.contains("look at \(place)"))
        #expect(again.notes.contains { $0.contains("keeps reports for") })
        for output in [again.text, try again.lines()] {
            #expect(!output.contains("2380") && !output.contains("Jag vill"))
        }
        let unmarked = try await installation.report(.none)
        #expect(unmarked.exitCode == 2 && unmarked.text.contains(Doubt.noMarkers.text))
        await installation.remove()
    }

    @Test("a topic that is missing is not reachable; where the topic of keys is, nothing counts as sealed for ever")
    func missing() async throws {
        let installation = try await Installation(without: .childKeys)
        try await installation.sendCase()
        let report = try await installation.report(ErasedCase.markers)
        let counts = Self.counts(report, installation.connection.prefix)
        #expect(counts["mappings"] == [1, 0, 0, 0, 1] && counts["mapping-state"] == [1, 0, 0, 0, 1])
        let keys = report.places.first { $0.name == installation.connection.topic(.childKeys) }
        #expect(keys?.unreachable == 1 && report.exitCode == 2)
        await installation.remove()
    }

    @Test("a record of an aborted transaction lies on the brokers' disks all the same, and is found")
    func aborted() async throws {
        let installation = try await Installation()
        try await installation.sendCase()
        let (connection, said) = (installation.connection, try installation.erased.said())
        try await DedicatedThread.run(name: "abort") {
            var properties = try connection.properties
            properties["transactional.id"] = connection.prefix + "t"
            let producer = try TransactionalProducer(properties)
            try producer.initialise(timeout: 30_000)
            try producer.begin()
            try producer.produce(connection.record(said, to: .mappings, key: ErasedCase.reference))
            try producer.flush(timeout: 30_000)
            try producer.abort(timeout: 30_000)
        }
        let report = try await installation.report(ErasedCase.markers)
        #expect(Self.counts(report, connection.prefix)["mappings"] == [2, 2, 0, 0, 0])
        await installation.remove()
    }

    @Test(
        "when the brokers clean the key away is told in days, as far as they tell it; without a bound, that nothing makes them",
        arguments: [
            ("518400000", "they must begin within 6 days"), ("86400001", "they must begin within 2 days"),
            ("1", "they must begin within 1 day"),
            (nil, "they must begin within the max.compaction.lag.ms of child-keys"),
            // What Kafka has where nothing was set.
            (
                "9223372036854775807",
                "nothing makes them, since child-keys has no max.compaction.lag.ms; see `tillsammans doctor`"
            ),
            ("9223372036854775806", "they must begin within 106751991168 days"),
        ])
    func cleaning(lag: String?, words: String) { #expect(ErasureCommand.cleaning(lag, "child-keys") == words) }

    @Test("a reference that cannot be one is refused before anything is read")
    func reference() throws {
        for wrong in ["", "TST", "tst-aaaa-aaaa-aa", "20140315-2380"] {
            #expect(throws: (any Error).self) { try ErasureCommand.Verify.parse([wrong]) }
        }
        let parsed = try ErasureCommand.Verify.parse(
            [ErasedCase.reference, "--markers", "-", "--state", "a", "--state", "b", "--mail", "c"])
        #expect(parsed.markers == "-" && parsed.state == ["a", "b"] && parsed.mail == ["c"])
    }
}
