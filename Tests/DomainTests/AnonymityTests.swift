import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@Suite("Personal data in texts and ids is found by its form")
struct AnonymityTests {
    private func codes(_ text: String) -> [FaultCode] { Anonymity.faults(in: text, at: "question").map(\.code) }

    @Test(
        "rule 5: a personal number is found in every spelling",
        arguments: [
            "20140315-2380", "201403152380", "140315-2380", "140315+2380", "2014-03-15-2380", "2014 03 15 2380",
            "Barnet (20140315‑2380) har", "２０１４０３１５－２３８０", "2014\u{200B}0315-2380", "140375-2380",
        ])
    func numbers(text: String) { #expect(codes(text) == [.consultationNumber]) }

    @Test(
        "rule 5: a phone number and an address are found",
        arguments: [
            ("Ring 070-123 45 67", FaultCode.consultationPhone), ("+46 70 123 45 67", .consultationPhone),
            ("(0150) 577 00 00", .consultationPhone), ("skriv till vera@example.org.", .consultationEmail),
            ("vera＠example.org", .consultationEmail),
        ])
    func others(text: String, code: FaultCode) { #expect(codes(text) == [code]) }

    @Test(
        "rule 5: what only resembles them is let through",
        arguments: [
            "", "Tolv elever i årskurs 6 sedan 2024.", "14 15 16", "20141315-2380", "@alla", "a@b",
            "12345678901234567890", "1-2-3",
        ])
    func harmless(text: String) { #expect(codes(text).isEmpty) }

    @Test("rule 5: the one pass finds exactly what the three patterns describe")
    func patterns() {
        let number =
            /(?:^|[^0-9])(?:[0-9]{2})?[0-9]{2}[ \-.\/+]*(?:0[1-9]|1[0-2])[ \-.\/+]*(?:[0-2][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[ \-.\/+]*[0-9]{4}(?:$|[^0-9])/
        let phone = /(?:^|[^0-9])(?:\+|0)(?:[ \-.\/()]*[0-9]){7,14}(?:$|[^0-9])/
        let email = /[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+/
        let alphabet = Array("00112233445566778899 -./+()@.a<")
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3_000 {
            let length = Int.random(in: 0...24, using: &random)
            let text = String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
            var expected: [FaultCode] = []
            if text.contains(number) { expected.append(.consultationNumber) }
            if text.contains(email) { expected.append(.consultationEmail) }
            if !expected.contains(.consultationNumber), text.contains(phone) { expected.append(.consultationPhone) }
            #expect(codes(text) == expected, "\(text)")
        }
    }

    @Test(
        "the search costs no more than in proportion to the text, and little for each kB, whatever the text is",
        arguments: ["a", "1", "0 ", "12 ", "+", "0-", "a@", "20140315-", "a@b", "1\u{301}", "🇸🇪"])
    func linear(part: String) {
        let growth = Growth.ofEightfold(from: 2_000, bytes: \.utf8.count, { String(repeating: part, count: $0) }) {
            _ = Anonymity.faults(in: $0, at: "")
        }
        #expect(growth.isBounded, "\(growth)")
    }

    @Test(
        "an id that holds a personal number is known, in every spelling",
        arguments: [
            "20140315-2380", "201403152380", "140315-2380", "1403152380", "urn:barn:20140315-2380",
            "rapport/20140315-2380/1",
        ])
    func ids(id: String) throws {
        #expect(PersonalNumber.seemsToStand(in: id, today: try #require(LocalDate("2026-11-23"))))
    }

    @Test(
        "an id that is made of a day and a running number, of random digits or of other codes is none",
        arguments: [
            "20261123-0008", "20140315-2381", "4f2b8c1e20140315238042aa", "550e8400-e29b-41d4-a716-446655440000",
            "SRM-4K7Q-M2XD-9T", "1795420800000", "r1", "", "concern-reports/3/1403152",
        ])
    func otherIds(id: String) throws {
        #expect(!PersonalNumber.seemsToStand(in: id, today: try #require(LocalDate("2026-11-23"))))
    }

    @Test("of twenty thousand random ids none is taken for a personal number")
    func randomIds() throws {
        let today = try #require(LocalDate("2026-11-23"))
        var random = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            let digits = (0..<2).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 16) }
            #expect(!PersonalNumber.seemsToStand(in: digits.joined(), today: today))
        }
    }
}
