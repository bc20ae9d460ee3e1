import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("What the mails about a case of a fallback unit say")
struct FallbackMailTests {
    @Test("rule 2: a mail to staff says that the fallback unit has the case, and whether the right unit is looked for")
    func tagged() async throws {
        try await RunningSuite.with { suite in
            let led = try await LedCase(suite, age: 12, stage: .school, guardians: ["Vera Exempel"])
            try await led.stands("the fallback unit has it") { !$0.fallbackReason.isEmpty && $0.ownerSought }
            let owner = try #require(try await led.status()).owner
            let opening = OpenInEmergency.with {
                ($0.caseReference, $0.by, $0.reason) = (led.reference, "nykoping-bhv", "Barnet är i fara.")
            }
            #expect(try await led.give(opening, by: "nykoping-bhv") == [])
            let line = "Kommunens reservenhet har ärende \(led.reference)"
            try await eventually("that the right unit is looked for") {
                suite.readMessages().contains {
                    $0.contains("\(line), och rätt enhet söks.") && $0.contains("nödåtkomst")
                }
            }
            let keeping = KeepCase.with {
                ($0.caseReference, $0.by, $0.reason) = (led.reference, owner, "Familjen flyttar snart.")
            }
            #expect(try await led.give(keeping, by: owner) == [])
            let again = OpenInEmergency.with {
                ($0.caseReference, $0.by, $0.reason) = (led.reference, "nykoping-rektor", "Barnet är i fara.")
            }
            #expect(try await led.give(again, by: "nykoping-rektor") == [])
            try await eventually("that it stays there") {
                suite.readMessages().contains { $0.contains("\(line).") && $0.contains("nödåtkomst") }
            }
        }
    }
}
