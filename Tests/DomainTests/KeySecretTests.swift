import Domain
import Testing

@Suite("Secrets, and references that people read to each other")
struct KeySecretTests {
    @Test("a secret shorter than 32 characters is refused")
    func short() {
        #expect(throws: Fault.self) { try KeySecret("too short") }
    }

    @Test("the same text has the same code under a secret, and another one under another secret")
    func code() throws {
        let (secret, other) = (
            try KeySecret("a-secret-of-at-least-32-characters"), try KeySecret("another-secret-of-32-characters!!")
        )
        #expect(secret.code("text") == secret.code("text") && secret.code("text").utf8.count == 64)
        #expect(secret.code("text") != other.code("text") && secret.code("text") != secret.code("other"))
        let references = [secret, other].map { Reference.text(county: "SRM", of: "text", secret: $0) }
        #expect(references[0] != references[1])
        #expect(references[0] == Reference.text(county: "SRM", of: "text", secret: secret))
    }

    @Test("a reference can be read aloud, and has 50 bits of what was drawn")
    func reference() {
        let form = /SRM-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}/
        let drawn = [UInt8](repeating: 0, count: Reference.byteCount)
        var references: Set<String> = []
        for bit in 0..<56 {
            var bytes = drawn
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let reference = Reference.text(county: "SRM", from: bytes)
            #expect(reference.wholeMatch(of: form) != nil)
            references.insert(reference)
        }
        #expect(references.subtracting([Reference.text(county: "SRM", from: drawn)]).count == 50)
    }

    @Test("a reference is understood however somebody has written it")
    func written() {
        for text in [
            "SRM-4K7Q-M2XD-91", "srm-4k7q-m2xd-91", "SRM 4K7Q M2XD 91", "4K7QM2XD91", " srm4k7qm2xd9l ",
            "SRM–4K7Q–M2XD–9I",
        ] {
            #expect(Reference.written(text, county: "SRM") == "SRM-4K7Q-M2XD-91", "\(text)")
        }
        #expect(Reference.written("O123-4567-8A", county: "TST") == "TST-0123-4567-8A")
        for text in [
            "", "4K7Q-M2XD-9", "SRM-4K7Q-M2XU-91", "É-4K7Q-M2XD-91", "S/RM-4K7Q-M2XD-91", "20170315-2387",
            "170315-2387", String(repeating: "A", count: 101),
        ] {
            #expect(Reference.written(text, county: "SRM") == nil, "\(text)")
        }
    }
}
