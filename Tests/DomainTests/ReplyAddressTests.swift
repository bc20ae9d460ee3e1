import Domain
import Testing

@Suite("Where an answer to an invitation comes back")
struct ReplyAddressTests {
    private static func secret(_ letter: Character = "s") throws -> KeySecret {
        try KeySecret(String(repeating: letter, count: 32))
    }

    private static let meeting = MeetingID("SRM-4K7Q-M2XD-9T-0123abcd")

    private static func written(sender: String = "tillsammans@example.org") throws -> ReplyAddress {
        try #require(ReplyAddress(of: meeting, to: "Fia@example.org", sender: sender, secret: try secret()))
    }

    @Test("it names its meeting and its receiver, in capitals or small letters")
    func read() throws {
        let text = try Self.written().address.text
        #expect(text.hasPrefix("tillsammans+srm-4k7q-m2xd-9t-0123abcd.") && text.hasSuffix("@example.org"))
        for text in [text, text.uppercased()] {
            let address = try #require(ReplyAddress(text, secret: try Self.secret()))
            #expect(address.meeting == Self.meeting)
            #expect(address.wasGiven(to: "fia@EXAMPLE.org", secret: try Self.secret()))
            #expect(!address.wasGiven(to: "nils@example.org", secret: try Self.secret()))
        }
    }

    @Test("with any letter of its mark changed, or under another secret, it is nobody's")
    func forged() throws {
        let text = try Self.written().address.text
        let at = try #require(text.firstIndex(of: "@"))
        let plus = try #require(text.firstIndex(of: "+"))
        for index in text[text.index(after: plus)..<at].indices {
            var forged = text
            forged.replaceSubrange(index...index, with: text[index] == "7" ? "8" : "7")
            #expect(ReplyAddress(forged, secret: try Self.secret()) == nil, "\(forged)")
        }
        #expect(ReplyAddress(text, secret: try Self.secret("t")) == nil)
        #expect(ReplyAddress("tillsammans@example.org", secret: try Self.secret()) == nil)
    }

    @Test("it fits a local part of 64 bytes with the longest sender, and a longer one is not marked")
    func length() throws {
        let longest = String(repeating: "a", count: ReplyAddress.longestSender)
        let address = try Self.written(sender: "\(longest)@example.org").address.text
        #expect(address.prefix { $0 != "@" }.utf8.count <= 64)
        let longer = "\(longest)aaa@example.org"
        #expect(
            ReplyAddress(of: Self.meeting, to: "a@example.org", sender: longer, secret: try Self.secret()) == nil)
    }
}
