import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import TestSupport
import Testing

@testable import tillsammans

@Suite("Intake's secret is replaced while reports come", .serialized)
struct RotatedSecretTests {
    @Test(
        "children keep their references through a new secret, kill -9 and `keys rotate-index`, and then the previous secret is not needed"
    )
    func rotate() async throws {
        try await RunningSuite.with(services: ["intake"]) { suite in
            var given = FictionalNumbers(seed: 9)
            let numbers = (0..<20).map { _ in given.next().digits.reveal }
            try await Self.report(numbers[...], "a", suite)
            await suite.stop()

            let both = [
                "KEY_SECRET": "a-new-secret-of-at-least-32-characters", "KEY_SECRET_PREVIOUS": RunningSuite.secret,
            ]
            try await suite.start("intake", both)
            // Half of the children are reported while the index is written anew, in the middle of which the service is killed.
            async let rotation = KeysCommand.rotateIndex(suite.connection)
            try await Self.report(numbers[..<5], "b", suite)
            try await suite.kill9("intake")
            try await suite.start("intake", both)
            try await Self.report(numbers[5..<10], "c", suite)
            let done = try await rotation
            #expect(done.all == numbers.count && done.children == numbers.count && done.isReplacing)
            #expect(
                done.summary.hasPrefix("20 children are hashed under KEY_SECRET.\nKEY_SECRET_PREVIOUS is not needed"))

            await suite.stop()
            try await suite.start("intake", both.filter { $0.key == "KEY_SECRET" })
            try await Self.report(numbers[...], "d", suite)
            let references = try await suite.events(.concernReceipts, ConcernReceipt.self)
                .map(\.registered.caseReference)
            #expect(references.count == 50 && Set(references).count == numbers.count)
            #expect(try await KeysCommand.rotateIndex(suite.connection).isReplacing == false)
        }
    }

    @Test("a command that nobody answers says how far it came, and what to do")
    func nobody() async throws {
        try await RunningSuite.with(services: ["intake"]) { suite in
            try await Self.report(["20140315-2380"], "a", suite)
            await suite.stop()
            let fault = await #expect(throws: CommandFault.self) {
                try await KeysCommand.rotateIndex(suite.connection, patience: .milliseconds(200))
            }
            #expect(fault.map { "\($0)" }?.contains("0 of 1 case references were done before") == true)
        }
    }

    /// Sends one report about each child, and waits for the receipts.
    private static func report(_ numbers: ArraySlice<String>, _ round: String, _ suite: RunningSuite) async throws {
        let text = try String(contentsOfFile: WorkedExampleTests.example + "/1-concern.json", encoding: .utf8)
        let producer = try Producer(suite.broker.properties)
        for (index, number) in numbers.enumerated() {
            let values = text.replacing("$PERSONAL_NUMBER", with: number)
                .replacing("$OBSERVED_AT", with: Timestamp.text(Date()))
            let event = Event(
                id: "\(round)-\(index)", source: "urn:test", type: ConcernReported.eventType, time: Date(),
                content: .json, data: Bytes(values.utf8))
            try await producer.send(suite.connection.record(event, to: .concernReports, key: event.id))
        }
        try await eventually("the receipts of \(round)", within: .seconds(60)) {
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            return receipts.count { $0.reportID.hasPrefix("\(round)-") } == numbers.count
        }
    }
}
