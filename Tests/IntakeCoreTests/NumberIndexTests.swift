import Domain
import IntakeCore
import Testing

@Suite("Intake's core: the index from personal numbers to case references, on values alone")
struct NumberIndexTests {
    private func hash(_ text: String, _ secret: String = "a-secret-of-at-least-32-characters") throws -> NumberHash {
        NumberHash(
            try PersonalNumber(text, today: #require(LocalDate("2026-11-23"))), secret: try KeySecret(secret))
    }

    @Test("the same child has the same hash, however the number is written; another child or secret gives another")
    func hashes() throws {
        #expect(try hash("20140315-2380") == hash("140315-2380"))
        #expect(try hash("20140315-2380") != hash("20140315-2398"))
        #expect(try hash("20140315-2380") != hash("20140315-2380", "another-secret-of-32-characters!!"))
        #expect(try hash("20140315-2380").text.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    }

    @Test("rule 6: a child keeps its case reference, and is given one that was drawn")
    func keeps() throws {
        var index = NumberIndex()
        let child = try hash("20140315-2380")
        let first = index.reference(of: child, county: "TST") { [UInt8](repeating: 255, count: $0) }
        #expect(first == "TST-ZZZZ-ZZZZ-ZZ")
        let again = index.reference(of: child, county: "OTH") { _ in
            Issue.record("a second reference was drawn")
            return []
        }
        #expect(again == first && index.references == [child: first])
    }

    @Test("two children of one bucket never share a reference, whatever is drawn")
    func collision() throws {
        var index = NumberIndex()
        var draws: [UInt8] = [1, 1, 1, 2]
        for number in ["20140315-2380", "20140315-2398"] {
            _ = index.reference(of: try hash(number), county: "TST") {
                [UInt8](repeating: draws.removeFirst(), count: $0)
            }
        }
        #expect(Set(index.references.values).count == 2 && draws.isEmpty)
    }
}
