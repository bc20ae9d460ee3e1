import Domain
import Testing

@Suite("Children's keys and case references")
struct ChildKeyTests {
    let secret = try? KeySecret("a-secret-of-at-least-32-characters")

    private func key(_ text: String) throws -> ChildKey {
        ChildKey(try PersonalNumber(text, today: #require(LocalDate("2026-11-23"))), secret: try #require(secret))
    }

    @Test("the same child has the same key, however the number is written; another child has another")
    func same() throws {
        #expect(try key("20140315-2380") == key("140315-2380"))
        #expect(try key("20140315-2380") != key("20140315-2398"))
        #expect(try key("20140315-2380").text.utf8.count == 64)
    }

    @Test("a key says nothing of the number, and another secret gives another key")
    func secrecy() throws {
        let other = try KeySecret("another-secret-of-32-characters!!")
        let number = try PersonalNumber("20140315-2380", today: #require(LocalDate("2026-11-23")))
        #expect(ChildKey(number, secret: other) != (try key("20140315-2380")))
    }

    @Test("a secret shorter than 32 characters is refused")
    func short() {
        #expect(throws: Fault.self) { try KeySecret("too short") }
    }

    @Test("a case reference is stable and can be read aloud")
    func reference() throws {
        let reference = try key("20140315-2380").caseReference(county: "SRM")
        #expect(
            reference.wholeMatch(of: /SRM-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}/) != nil)
        #expect(reference == (try key("140315-2380").caseReference(county: "SRM")))
    }

    @Test("only what has the form of a key is read as one")
    func parse() throws {
        #expect(ChildKey(try key("20140315-2380").text) != nil)
        #expect(ChildKey("20140315-2380") == nil)
        #expect(ChildKey(String(repeating: "G", count: 64)) == nil)
    }
}
