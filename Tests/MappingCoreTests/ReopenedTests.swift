import Domain
import MappingCore
import TestSupport
import Testing

@Suite("Reopened, the mapping is done again")
struct ReopenedTests {
    private static let rest = Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14")))
    private static let everything =
        Array(repeating: FaultCode.answerMissing, count: 5) + [.childNotHeard, .guardiansNotHeard]

    @Test("rules 7, 9 and 10: what was found and answered before counts for no new outcome; asked anew, it does")
    func anew() throws {
        var story = try Story.ready()
        #expect(story.case.areasFound == [.home, .relationships, .safety])
        try story.give(Self.rest)
        try story.give(Reopen(reason: "ord"))
        #expect(story.refused(Self.rest) == Self.everything)
        #expect(story.case.areasFound.isEmpty, "who is called to a meeting follows from what is found now (rule 11)")
        try story.concern { $0.id = "second" }
        #expect(story.case.areasFound == [.home, .safety], "a concern that comes now belongs to the mapping")
        try story.find()
        try story.give(Self.rest)
        #expect(story.case.outcome?.next == Story.day("2026-12-14"))
    }

    @Test("rules 7 and 10: a follow-up that opens the mapping again begins it anew, too")
    func byFollowUp() throws {
        var story = try Story.ready()
        try story.give(Self.rest)
        try story.give(FollowUp(.reopen, effect: .worse, text: "ord"))
        #expect(story.refused(Self.rest) == Self.everything)
    }

    @Test("rule 8: what was written before can still be corrected, and stays former")
    func correct() throws {
        var story = try Story.ready()
        try story.give(Self.rest)
        try story.give(Reopen(reason: "ord"))
        let correction = CorrectInformation(
            information: "concern-1", finding: .obstacle(.init(.care)), text: "nytt", reason: "fel")
        try story.give(correction)
        #expect(
            story.case.formerInformation.first?.finding == .obstacle(.init(.care)) && story.case.information.isEmpty)
        #expect(story.case.corrections.map(\.before.finding) == [.need(.init(.safety, .home))])
    }

    @Test("rule 13: however often it is reopened, the case keeps room for what is new")
    func room() throws {
        var story = try Story()
        let words = String(repeating: "å", count: 5_000)
        for _ in 0..<60 {
            for source in InformationSource.allCases {
                try story.give(AddInformation(source: source, finding: .need(.init(.relationships)), text: words))
            }
            try story.find()
            try story.give(Self.rest)
            try story.give(Reopen(reason: "ord"))
            let kept = story.case.formerInformation.reduce(0) { $0 + $1.text.utf8.count }
            #expect(kept <= Case.room / 2 && story.case.information.isEmpty)
        }
        #expect(story.case.formerInformation.last?.text == "ord", "the newest is kept")
    }
}
