import Domain
import MappingCore
import TestSupport
import Testing

import struct Codec.CountyDirectory

@Suite("How a case is closed")
struct ClosingTests {
    /// A case with own measures, which is to be followed up.
    private static func measured(_ change: (inout Concern) -> Void = { _ in }) throws -> Story {
        var story = try Story.ready(change)
        let own = Case.OwnMeasures(
            [.init(area: .safety, text: "ord", responsible: "teacher")], followUp: Story.day("2026-12-14"))
        try story.give(Conclude(.ownMeasures(own)))
        return story
    }

    private static func closing(_ story: Story) -> CourseFact.Closing? {
        if case .course(.closed(let closing)) = story.facts.last { closing } else { nil }
    }

    private static func end(_ effect: Effect, because reason: String? = nil) -> FollowUp {
        FollowUp(.end, effect: effect, text: "Vad som har hänt.", closingReason: reason)
    }

    @Test("rule 10: the named person closes a case where it went well by what has happened; nobody must be told")
    func plain() throws {
        var story = try Self.measured()
        try story.give(Self.end(.better))
        let closing = try #require(Self.closing(story))
        #expect(closing.reason == "Vad som har hänt." && closing.to.isEmpty)
    }

    @Test("rule 10: a case that got worse is closed with a reason alone, and the named person and the manager are told")
    func worse() throws {
        var story = try Self.measured()
        #expect(story.refused(Self.end(.worse)) == [.closingReason])
        try story.give(Self.end(.worse, because: "Familjen har flyttat utomlands."))
        let closing = try #require(Self.closing(story))
        #expect(closing.reason == "Familjen har flyttat utomlands.")
        #expect(closing.to == [Story.owner, "manager"] && closing.county == "TST")
    }

    @Test("rule 3: where harm is suspected, also in an earlier mapping, the closing is explained and told")
    func harm() throws {
        var story = try Self.measured { $0.isHarmSuspected = true }
        #expect(story.refused(Self.end(.better)) == [.closingReason])
        try story.give(Self.end(.better, because: "Socialtjänsten har utrett."))
        #expect(try #require(Self.closing(story)).to == [Story.owner, "manager"])
        try story.concern { $0.id = "later" }
        try story.find()
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        #expect(story.refused(Self.end(.same)) == [.closingReason])
    }

    @Test("rule 6: who closes in the named person's place says why, and the named person hears of it")
    func another() throws {
        var story = try Self.measured()
        #expect(story.refused(Self.end(.better), by: "manager") == [.closingReason])
        #expect(story.refused(Self.end(.better), by: "teacher") == [.personNotAllowed, .closingReason])
        try story.give(Self.end(.better, because: "Rektor är sjuk."), by: "manager")
        #expect(try #require(Self.closing(story)).to == [Story.owner, "manager"])
    }

    @Test("rule 17: the plan's last follow-up closes with its reason; what made it worse is told as well")
    func plan() throws {
        for (isWorse, person) in [(true, Story.owner), (false, "family"), (false, Story.owner)] {
            var story = try Story.ready()
            try story.consent(.guardian("g1"))
            try story.cooperate()
            try story.give(EndCooperation(reason: "Klart.", isWorse: isWorse), by: person)
            let closing = try #require(Self.closing(story))
            #expect(closing.reason == "Klart.")
            #expect(closing.to == (isWorse || person == "family" ? [Story.owner, "manager"] : []))
        }
    }

    @Test("rule 19: where the unit has no manager, the county's function is told")
    func noManager() throws {
        var story = try Self.measured()
        story.directory = try ExampleCounty.changed { county in
            for index in county.units.indices { county.units[index].manager = "" }
        }
        try story.give(Self.end(.worse, because: "ord"))
        #expect(try #require(Self.closing(story)).to == [Story.owner, "county"])
    }

    @Test("rule 6: an outcome takes on the concerns that nobody had taken on, and says so")
    func takenOn() throws {
        var story = try Story.ready()
        try story.concern { $0.id = "second" }
        let before = story.facts.count
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        #expect(story.facts[before] == .course(.takenOn(by: .person(Story.owner), county: "TST")))
    }
}
