import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 23: of an erased case nothing can be read", .serialized)
struct ErasedExampleTests {
    @Test(
        "of the worked example, erased, erasure verify reads only reports as they came, tells no word of it, and names the key to clean"
    )
    func erased() async throws {
        try await RunningSuite.with { suite in
            let example = try await Example(suite)
            let (code, text) = try await example.verify()
            #expect(code == 1 && text.contains("have not cleaned its former value away"), "\(text)")
            for marker in example.markers { #expect(!text.contains(marker)) }

            let places = try await example.places()
            #expect(example.readable(places) == ["concern-reports", "intake-repartition"], "\(text)")
            #expect(places.allSatisfy { $0.unreachable == 0 && $0.undecided == 0 }, "\(text)")
            #expect(places.last?.about ?? 0 > 10, "messages")
            #expect(places.reduce(0) { $0 + $1.sealed } > 100)
        }
    }

    @Test(
        "once the brokers have cleaned the key away, nothing is left to clean, nor when every state was restored from what is left",
        .enabled(
            if: ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] != nil,
            "the embedded broker cleans nothing: it needs a real Kafka"))
    func cleaned() async throws {
        // As planned, in a second's time instead of days'.
        let soon = ["segment.ms": "100", "max.compaction.lag.ms": "1000"]
        try await RunningSuite.with(partitions: 1, compacted: soon) { suite in
            let example = try await Example(suite)
            for service in Suite.services { try await suite.start(service) }
            var numbers = FictionalNumbers(seed: 23)
            let deadline = ContinuousClock.now + .seconds(180)
            // Kafka closes a segment only when the next record comes: here, with the next child's key.
            repeat {
                _ = try await ErasureTests.report(UUID().uuidString, suite, number: numbers.next().digits.reveal)
            } while try await !example.isCleaned() && .now < deadline
            #expect(try await example.isCleaned(), "in time")
            try await expectNothing(of: example)

            for service in Suite.services {
                await suite.deleteState(of: service)
                try await suite.start(service)
            }
            // Each service has restored its state when it has worked on another case.
            let other = try await ErasureTests.report("restored", suite, number: numbers.next().digits.reveal)
            try await eventually("its notice") {
                try await suite.events(.notices, NoticeSent.self).contains { $0.caseReference == other }
            }
            try await expectNothing(of: example)
        }
    }

    /// Stops the services, and looks everywhere.
    private func expectNothing(of example: Example) async throws {
        await example.suite.stop()
        let places = try await example.places()
        #expect(example.readable(places) == ["concern-reports", "intake-repartition"])
        #expect(places.allSatisfy { $0.uncleaned == 0 && $0.unreachable == 0 && $0.undecided == 0 }, "\(places)")
        let found = try await SealedTests.findings(example.suite, example.markers)
        #expect(found.keys.sorted() == ["concern-reports"], "\(found.mapValues(\.count))")
    }

    private struct Place: Decodable {
        let place: String
        let about, sealed, readable, uncleaned, undecided, unreachable: Int
    }

    /// The worked example on a suite, played and erased.
    private struct Example {
        let suite: RunningSuite
        let reference: String
        let markers: Set<String>

        /// Plays the example, erases it, and stops the services: what was committed goes to the state files then.
        init(_ suite: RunningSuite) async throws {
            let number = WorkedExample.fictionalNumber()
            (self.suite, markers) = (suite, try SealedTests.markers(number: number))
            try await WorkedExample(folder: WorkedExampleTests.example, personalNumber: number)
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            reference = try #require(try await suite.events(.mappings, MappingOpened.self).first).caseReference
            try await ErasureTests.order(suite, reference)
            try await ErasureTests.erased(suite, reference)
            await suite.stop()
            try Data(markers.joined(separator: "\n").utf8).write(to: URL(filePath: markersFile))
        }

        private var markersFile: String { suite.folder.path + "/markers" }

        /// Runs `erasure verify`.
        func verify(_ more: String...) async throws -> (code: Int32, text: String) {
            let places = [
                "--markers", markersFile, "--state", suite.folder.path + "/state", "--mail", suite.mailFolder,
            ]
            return try await suite.tillsammans(["erasure", "verify", reference] + places + more)
        }

        func places() async throws -> [Place] {
            try await verify("--json").text.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSONDecoder().decode(Place.self, from: Data($0.utf8))
            }
        }

        /// Whether compaction has left nothing of the case but tombstones: neither values of its key, nor state.
        func isCleaned() async throws -> Bool {
            let compacted = Set(Topic.allCases.filter(\.isCompacted).map { suite.connection.topic($0) })
            return try await DedicatedThread.run(name: "cleaned") { [reference, connection = suite.connection] in
                let places = try ErasureCommand.report(on: reference, .none, connection).places
                return places.filter { compacted.contains($0.name) }.allSatisfy { $0.uncleaned + $0.sealed == 0 }
            }
        }

        /// The topics and folders where something can be read.
        func readable(_ places: [Place]) -> [String] {
            places.filter { $0.readable > 0 }.map { String($0.place.dropFirst(suite.broker.prefix.count)) }
        }
    }
}
