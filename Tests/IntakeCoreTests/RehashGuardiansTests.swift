import IntakeCore
import Testing

@Suite("Intake's core: rule 12, a guardian has one key while the secret is replaced")
struct RehashGuardiansTests {
    private static let vera = IntakeStory.guardian(
        "Vera Exempel", email: "vera@example.org", number: "19850101-2384")

    /// A guardian by number and one by name and address, under the first secret; then there are two.
    private func story() throws -> IntakeStory {
        var story = IntakeStory()
        try story.register { $0.guardians = [Self.vera, IntakeStory.guardian("Olle Prov", email: "olle@example.org")] }
        (story.secret, story.previousSecret) = ("another-secret-of-32-characters!!", story.secret)
        return story
    }

    private func reportOnceMore(_ story: inout IntakeStory) throws {
        try story.register { $0.guardians = [Self.vera, IntakeStory.guardian("Olle Prov", email: "olle@example.org")] }
    }

    @Test("a guardian is known again under a new secret, and after a report without the old one")
    func report() throws {
        var story = try story()
        try reportOnceMore(&story)
        story.previousSecret = nil
        try reportOnceMore(&story)
        #expect(Set(story.concerns.map(\.guardians)).count == 1 && story.child?.guardians.count == 2)
    }

    @Test("a rotation by command does the same without a report, and leaves no hash of the old secret")
    func command() throws {
        var story = try story()
        let before = Set(try #require(story.child).guardians.flatMap(\.aliases))
        try story.rehashGuardians()
        let after = Set(try #require(story.child).guardians.flatMap(\.aliases))
        #expect(before.count == after.count && before.isDisjoint(with: after))
        story.previousSecret = nil
        try reportOnceMore(&story)
        #expect(Set(story.concerns.map(\.guardians)).count == 1 && story.child?.guardians.count == 2)
    }

    @Test("without either, a guardian is asked twice, and never taken for another")
    func neither() throws {
        var story = try story()
        story.previousSecret = nil
        try reportOnceMore(&story)
        #expect(story.child?.guardians.count == 4 && Set(story.concerns.flatMap(\.guardians)).count == 4)
    }
}
