import Foundation
import Testing

@testable import tillsammans

/// One thing that an attacker, a careless publisher or other people's software does.
struct Attack: Sendable {
    let name: String
    /// What may come back. Anything else has got through.
    let expected: Set<String>
    /// In seconds.
    var limit = 15
    /// Does it, and says what came back.
    let run: @Sendable (Installation) async throws -> [String]
}

/// Nothing gets through, nothing hangs, nothing is lost: each attack is answered as it must be, in time, and after it a
/// good report still gets its receipt. `make attack` prints the table.
@Suite("Attacks from outside", .serialized)
struct AttackTests {
    @Test("each is answered in time, and a good report after it has its receipt")
    func all() async throws {
        try await Installation.with { installation in
            try await installation.reportsStillPass(0)
            var table = TextTable(["attack", "answer", "seconds", "a good report after it, seconds"])
            let onCase = installation.ownCase == nil ? [] : Self.mail + Self.names + Self.places
            for (number, attack) in (Self.door + Self.topics + Self.input + onCase).enumerated() {
                let (answer, seconds) = await Self.timed {
                    try await within(.seconds(attack.limit), waitingFor: "the answer") {
                        Set(try await attack.run(installation)).sorted()
                    }
                }
                let (after, secondsAfter) = await Self.timed {
                    try await installation.reportsStillPass(number + 1)
                    return ["receipt"]
                }
                let isHeld = Set(answer).isSubset(of: attack.expected) && after == ["receipt"]
                #expect(isHeld, "\(attack.name): \(answer), and after it: \(after)")
                table.add([attack.name, answer.joined(separator: " "), seconds, secondsAfter])
            }
            print(table.text)
        }
    }

    private static func timed(_ body: () async throws -> [String]) async -> ([String], String) {
        let began = ContinuousClock.now
        var answer: [String]
        do { answer = try await body() } catch { answer = ["\(error)"] }
        return (answer, String(format: "%.1f", (ContinuousClock.now - began) / .seconds(1)))
    }
}
