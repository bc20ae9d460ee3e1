import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 2, end to end: a report proposes a move, and a person decides", .serialized)
struct ProposedMoveTests {
    @Test(
        "a report moves nothing; from the command line the owner declines it, the new unit confirms, and Intake follows"
    )
    func decided() async throws {
        try await RunningSuite.with(services: ["intake", "mapping"]) { suite in
            let producer = try Producer(suite.broker.properties)
            @Sendable func report(_ id: String, _ change: (inout ConcernReported) -> Void) async throws {
                var report = ExampleCountyReport.message
                change(&report)
                let event = try Event(id: id, source: "urn:\(id)", time: Date(), report)
                try await producer.send(suite.connection.record(event, to: .concernReports, key: id))
            }
            @Sendable func elsewhere(_ report: inout ConcernReported) {
                (report.municipality, report.unit) = ("0482", "flen-skola")
            }
            @Sendable func proposals() async throws -> [MoveProposed] {
                try await suite.events(.mappings, MoveProposed.self)
            }

            try await report("first") { _ in }
            try await eventually("a mapping") { try await !suite.events(.mappings, MappingOpened.self).isEmpty }
            try await report("second", elsewhere)
            try await eventually("a proposed move") { try await proposals().count == 1 }
            let proposal = try #require(try await proposals().first)
            #expect((proposal.owner, proposal.proposed.namedPerson) == ("nykoping-rektor", "flen-rektor"))
            #expect(try await suite.events(.mappings, CaseMoved.self).isEmpty)

            func command(_ arguments: String...) -> [String] {
                [proposal.caseReference, "--unit", "flen-skola"] + arguments + [
                    "--bootstrap-servers", suite.connection.bootstrapServers, "--prefix", suite.connection.prefix,
                    "--door-key", suite.connection.doorKeyFile ?? "",
                ]
            }
            try await CaseCommand.DeclineMove.parse(command("--as", "nykoping-rektor", "--reason", "Bor kvar.")).run()
            #expect(try await suite.events(.mappings, MoveDeclined.self).map(\.unit) == ["flen-skola"])
            try await report("third", elsewhere)
            try await eventually("the move again") { try await proposals().count == 2 }
            await #expect(throws: (any Error).self, "somebody else confirms") {
                try await CaseCommand.ConfirmMove.parse(command("--as", "trosa-rektor")).run()
            }
            try await CaseCommand.ConfirmMove.parse(command("--as", "flen-rektor")).run()
            #expect(try await suite.events(.mappings, CaseMoved.self).map(\.toPerson) == ["flen-rektor"])

            // A report that names no unit goes to whom the case was handed over to.
            try await eventually("Intake has followed") {
                let count = try await suite.events(.concerns, ConcernRegistered.self).count
                try await report("later-\(count)") { ($0.municipality, $0.stage, $0.unit) = ("0482", "", "") }
                try await eventually("a concern") {
                    try await suite.events(.concerns, ConcernRegistered.self).count > count
                }
                return try await suite.events(.concerns, ConcernRegistered.self).last?.namedPerson == "flen-rektor"
            }
        }
    }
}
