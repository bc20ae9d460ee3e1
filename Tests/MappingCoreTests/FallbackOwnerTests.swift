import Domain
import MappingCore
import TestSupport
import Testing

import struct Codec.CountyDirectory

@Suite("Rule 2: the municipality's fallback unit finds the right owner, or says why the case stays")
struct FallbackOwnerTests {
    private static let hub = Routing.Owner(unit: "fallback", person: "head-fallback", fallback: .unitUnknown)

    private static func atFallback(_ change: (inout Concern) -> Void = { _ in }) throws -> Story {
        try Story {
            ($0.place.attends, $0.owner) = (nil, hub)
            change(&$0)
        }
    }

    private static func move(_ story: Story, to unit: String?) throws -> Move {
        let destination = try #require(Destination(municipality: "0001", in: story.directory))
        return Move(to: destination, stage: .school, attends: unit)
    }

    @Test("rule 2: a case that no unit matches has a step of its own, with the county's date; another has none")
    func opens() throws {
        var story = try Self.atFallback()
        let due = try #require(story.case.deadlines[.findOwner]?.due)
        #expect(CivilTime.day(of: due) == Story.day("2026-11-30"), "five working days from receipt")
        #expect(story.case.isOwnerSought)
        #expect(try !Story().case.isOwnerSought)
        story.advance(to: "2026-12-10")
        let told = story.facts.compactMap { fact -> ReminderLevel? in
            guard case .course(.reminded(let reminded)) = fact, reminded.step == .findOwner else { return nil }
            return reminded.level
        }
        #expect(told == [.owner, .manager, .county], "it escalates as any other date (rule 19)")
    }

    @Test("rule 2: the county decides how many days there are")
    func days() throws {
        let directory = try ExampleCounty.changed { $0.settings.ownerDays = 2 }
        let concern = try Story.concern { ($0.place.attends, $0.owner) = (nil, Self.hub) }
        let context = DecisionContext(
            now: ExampleCounty.monday, received: ExampleCounty.monday, directory: directory, commandId: "c")
        let due = try #require(concern.decide(on: nil, context).subject.deadlines[.findOwner]?.due)
        #expect(CivilTime.day(of: due) == Story.day("2026-11-25"))
    }

    @Test("rule 2: it ends when the case is handed over to a unit that fits, and not when none is found again")
    func handedOver() throws {
        var story = try Self.atFallback()
        let due = story.case.deadlines[.findOwner]?.due
        try story.give(Self.move(story, to: nil), by: "head-fallback")
        #expect(story.case.owner.unit == "fallback" && story.case.deadlines[.findOwner]?.due == due)
        try story.give(Self.move(story, to: "school"), by: "head-fallback")
        #expect(story.case.owner == .init(unit: "school", person: Story.owner) && !story.case.isOwnerSought)
        #expect(story.refused(KeepCase(reason: "ord")) == [.ownerSettled])
        try story.give(Self.move(story, to: nil))
        #expect(story.case.isOwnerSought, "a case that comes to the fallback unit by a move is looked for, too")
    }

    @Test("rule 2: the owner records that the case stays, and why; nobody asks again, and the fallback stays visible")
    func kept() throws {
        var story = try Self.atFallback()
        #expect(story.refused(KeepCase(reason: "ord"), by: "teacher") == [.personNotAllowed])
        try story.give(KeepCase(reason: "Familjen flyttar."), by: "head-fallback")
        #expect(story.facts.last == .course(.kept(reason: "Familjen flyttar.", by: .person("head-fallback"))))
        #expect(!story.case.isOwnerSought && story.case.owner == Self.hub && story.case.nextStep != nil)
        #expect(story.refused(KeepCase(reason: "ord"), by: "head-fallback") == [.ownerSettled])
        try story.concern { $0.id = "second" }
        #expect(!story.case.isOwnerSought)
    }

    @Test("rule 19: who is to own the case is looked for on the way, and leads the case nowhere by itself")
    func onTheWay() throws {
        var story = try Self.atFallback()
        for source in [InformationSource.child, .guardian] {
            try story.give(
                AddInformation(source: source, finding: .need(.init(.home)), text: "ord"), by: "head-fallback")
        }
        try story.give(RecordAnswers(Question.allCases.map { .init($0, "ord") }), by: "head-fallback")
        let rest = Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14")))
        try story.give(rest, by: "head-fallback")
        #expect(story.case.deadlines.keys.sorted() == [.findOwner, .lookAgain])
        try story.give(Reopen(reason: "ord"), by: "head-fallback")
        #expect(story.case.deadlines.keys.sorted() == [.conclude, .findOwner])
    }
}
