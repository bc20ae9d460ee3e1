import Domain
import TestSupport
import Testing

@Suite("E-mail addresses (RFC 5321)")
struct EmailAddressTests {
    @Test(
        "what people have is taken",
        arguments: ["a@b", "mia.mentor@example.org", "o'neil+skola@sub.example.org", "x_1@a-b.example.org"])
    func good(text: String) { #expect(EmailAddress(text)?.text == text) }

    @Test(
        "what is none, or would end a line or a command, is not",
        arguments: [
            "", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", ".a@b", "a.@b", "a..b@c", "a@-b", "a@b-", "a@b..c", "å@b",
            "a@å", "a@b\r\nBcc: c@d", "a@b\n", "\"a\"@b", "a@[127.0.0.1]", "a,b@c", "<a@b>", "a@b>", "a:b@c", "a;b@c",
            String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "b", count: 64),
            "a@" + Array(repeating: "b", count: 127).joined(separator: "."),
        ])
    func bad(text: String) { #expect(EmailAddress(text) == nil) }

    @Test("nothing random that passes holds anything but the letters of an address", arguments: [1, 2, 3])
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("ab.@-\r\n \t<>:;,\"\\(å\u{0}")
        var taken = 0
        func some() -> String {
            String(
                (0..<Int.random(in: 1...4, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<50_000 {
            let text = "\(some())@\(some())"
            guard EmailAddress(text) != nil else { continue }
            taken += 1
            #expect(text.allSatisfy { "ab.@-".contains($0) })
        }
        #expect(taken > 30)
    }
}
