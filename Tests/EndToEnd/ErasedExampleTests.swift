import CloudEvents
import Codec
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
        let number = WorkedExample.fictionalNumber()
        try await RunningSuite.with { suite in
            try await WorkedExample(folder: WorkedExampleTests.example, personalNumber: number)
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            let reference = try #require(try await suite.events(.mappings, MappingOpened.self).first).caseReference
            try await ErasureTests.order(suite, reference)
            try await ErasureTests.erased(suite, reference)
            // What was committed goes to the state files when a service ends.
            await suite.stop()

            let markers = try SealedTests.markers(number: number)
            let file = suite.folder.path + "/markers"
            try Data(markers.joined(separator: "\n").utf8).write(to: URL(filePath: file))
            let arguments = [
                "erasure", "verify", reference, "--markers", file, "--state", suite.folder.path + "/state", "--mail",
                suite.mailFolder,
            ]
            let (code, text) = try await command(arguments, suite)
            #expect(code == 1 && text.contains("have not cleaned its former value away"), "\(text)")
            for marker in markers { #expect(!text.contains(marker)) }

            let json = try await command(arguments + ["--json"], suite).text
            let places = try json.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSONDecoder().decode(Place.self, from: Data($0.utf8))
            }
            let readable = places.filter { $0.readable > 0 }.map { $0.place.dropFirst(suite.broker.prefix.count) }
            #expect(readable == ["concern-reports", "intake-repartition"], "\(text)")
            #expect(places.allSatisfy { $0.unreachable == 0 && $0.undecided == 0 }, "\(text)")
            #expect(places.last?.about ?? 0 > 10, "messages")
            #expect(places.reduce(0) { $0 + $1.sealed } > 100)
        }
    }

    private struct Place: Decodable {
        let place: String
        let about, sealed, readable, undecided, unreachable: Int
    }

    private func command(_ arguments: [String], _ suite: RunningSuite) async throws -> (code: Int32, text: String) {
        let process = try ChildProcess(
            "tillsammans", arguments: arguments,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": suite.broker.bootstrapServers, "TOPIC_PREFIX": suite.broker.prefix,
                "DOOR_KEY_FILE": suite.connection.doorKeyFile ?? "", "KEY_ENCRYPTION_KEY_FILE": suite.keyFile,
            ])
        try await process.ended()
        try await eventually("the last line") { process.text.hasSuffix("\n") }
        return (process.exitCode, process.text)
    }
}
