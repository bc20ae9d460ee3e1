import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite(
    "Rule 2: before school the child health centre and the preschool are both there for the child; one owns the case")
struct CounterpartTests {
    /// A child of four at the preschool, which owns the case.
    private static func story(_ change: (inout Concern) -> Void = { _ in }) throws -> Story {
        try Story { concern in
            (concern.place.stage, concern.place.attends) = (.beforeSchool, "preschool")
            concern.owner = .init(unit: "preschool", person: Story.owner)
            change(&concern)
        }
    }

    private static func told(_ story: Story) -> [String] {
        story.facts.compactMap { fact in
            if case .content(.counterpartTold(let other, _)) = fact { "\(other.unit) \(other.person)" } else { nil }
        }
    }

    private static func consent(to organisations: [Organisation]) -> RecordConsent {
        RecordConsent(
            giver: .guardian("g1"), word: .given(until: nil), organisations: organisations, form: "spoken", date: nil)
    }

    @Test("rule 2: the other one is told when the case opens, and once")
    func told() throws {
        var story = try Self.story()
        #expect(Self.told(story) == ["bhv head-bhv"])
        try story.concern { ($0.place.stage, $0.place.attends) = (.beforeSchool, "preschool") }
        #expect(Self.told(story).count == 1)
        #expect(story.case.counterpart == .init(unit: "bhv", person: "head-bhv"))
    }

    @Test("rule 2: where the child health centre owns the case, the preschool is told as soon as a report names it")
    func preschool() throws {
        var story = try Self.story {
            ($0.place.attends, $0.owner) = (nil, .init(unit: "bhv", person: Story.owner))
        }
        #expect(Self.told(story) == [] && story.case.counterpart == nil)
        try story.concern { ($0.place.stage, $0.place.attends) = (.beforeSchool, "preschool") }
        #expect(Self.told(story) == ["preschool head-preschool"])
    }

    @Test("rule 22: of a child with protected identity nobody else is told, and nobody else is asked")
    func protected() throws {
        var story = try Self.story { $0.isProtected = true }
        #expect(Self.told(story) == [])
        try story.give(Self.consent(to: [.healthCare]))
        #expect(story.refused(AskCounterpart(areas: [])) == [.counterpartNone])
    }

    @Test("rule 2: a child at school has one alone; so has the child who has begun school")
    func school() throws {
        var story = try Self.story()
        try story.concern {
            $0.hasGrown = true
            $0.owner = .init(unit: "school", person: Story.owner)
        }
        #expect(story.case.counterpart == nil)
        #expect(story.refused(AskCounterpart(areas: [])) == [.counterpartNone])
        #expect(try Story().case.counterpart == nil)
    }

    @Test("rules 7 and 13: they are asked once all consents cover them, and what they tell counts as their answer")
    func asked() throws {
        var story = try Self.story()
        #expect(story.refused(AskCounterpart(areas: [.health])) == [.consentMissing])
        try story.give(Self.consent(to: [.education]))
        #expect(story.refused(AskCounterpart(areas: [.health])) == [.consentMissing])
        try story.give(Self.consent(to: [.education, .healthCare]))
        try story.give(AskCounterpart(areas: [.health]))
        #expect(story.case.counterpart?.asked == story.now && story.case.counterpart?.answered == nil)
        let told = AddInformation(source: .organisation, finding: .strength([.health]), text: "Sover gott.")
        try story.give(told)
        #expect(story.case.counterpart?.answered == nil, "somebody else's words are no answer")
        try story.give(told, by: "head-bhv")
        #expect(story.case.counterpart?.answered == story.now)
        #expect(story.case.information.last?.by == .person("head-bhv"))
        #expect(story.case.information.last?.source == .organisation)
    }
}
