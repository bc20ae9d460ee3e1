import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rule 2: after a move the new owner says who and what of where the child was goes on")
struct ReviewedMoveTests {
    /// A case in cooperation, whose child then moves to the other town.
    private static func moved(_ change: (inout Concern) -> Void = { _ in }) throws -> Story {
        var story = try Story.ready(change)
        story.directory = Directory(["TST": ExampleCounty.twoTowns])
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.moveToOtherTown()
        return story
    }

    private static let newOwner = "head-2"

    private static func review(_ organisations: [Organisation], people: [String] = [], keepsPlace: Bool = false)
        -> ReviewMove
    {
        ReviewMove(organisations: organisations, meeting: .init(people: people, keepsPlace: keepsPlace))
    }

    private static func reviews(_ story: Story) -> [CourseFact.Move.Review?] {
        story.facts.compactMap { if case .course(.moved(let move)) = $0 { move.review } else { nil } }
    }

    private static func scope(_ story: Story) -> [Organisation] {
        story.case.consents[.guardian("g1")]?.organisations ?? []
    }

    @Test("rules 2 and 19: the new owner has a step with a date, and is told it with the move")
    func step() throws {
        let story = try Self.moved()
        #expect(story.case.owner.person == Self.newOwner)
        let review = try #require(Self.reviews(story).first ?? nil)
        #expect(CivilTime.day(of: review.due) == Story.day("2026-11-30"), "five working days")
        #expect(story.case.deadlines[.reviewMove]?.due == review.due)
        #expect(review.departure == Departure(municipalities: ["0001"], units: ["school"]))
        #expect(story.case.organisationsToReview == [.education, .socialServices], "the region's care is the same")
    }

    @Test("rules 2 and 14: who leads the meeting learns where the child is now, which decides who has a role for it")
    func lead() throws {
        let story = try Self.moved()
        let lead = Lead(
            county: "TST", unit: "school-2", namedPerson: Self.newOwner, stage: .school, attends: "school-2")
        #expect(story.requests().last == .handOver(lead))
    }

    @Test("rules 2 and 14: what the owner keeps is said, and Meetings hears who still comes and where")
    func kept() throws {
        var story = try Self.moved()
        let before = story.facts.count
        try story.give(Self.review([.education, .socialServices], people: ["family"]), by: Self.newOwner)
        let departure = Departure(municipalities: ["0001"], units: ["school"])
        let relocation = Relocation(people: ["family"], keepsPlace: false)
        #expect(
            story.facts[before...] == [
                .proposal(
                    .reviewed(
                        .init(
                            departure, kept: [.education, .socialServices], dropped: [], meeting: relocation,
                            by: .person(Self.newOwner)))),
                .meetings(.relocate(relocation, from: departure, county: "TST")),
            ])
        #expect(story.case.departure == nil && story.case.deadlines[.reviewMove] == nil)
        #expect(Self.scope(story) == Organisation.allCases && story.case.isMeetingRequested)
    }

    @Test("rules 12 and 13: an organisation that is not kept leaves every consent; what needs it waits for a new one")
    func narrower() throws {
        var story = try Self.moved()
        let before = story.facts.count
        try story.give(Self.review([.education]), by: Self.newOwner)
        #expect(Self.scope(story) == [.education, .healthCare])
        #expect(story.case.phase.word == .awaitingConsent && story.case.deadlines[.consent] != nil)
        #expect(story.requests(from: before) == [.cancel(county: "TST", isClosed: false)], "no place is kept")
        try story.give(
            RecordConsent(
                giver: .guardian("g1"), word: .given(until: nil), organisations: Organisation.allCases,
                form: "signature", date: nil), by: Self.newOwner)
        #expect(story.case.isMeetingRequested)
    }

    @Test("rule 13: a review makes no consent wider, and one that covers nothing any more does not count")
    func neverWider() throws {
        var story = try Story.ready()
        story.directory = Directory(["TST": ExampleCounty.twoTowns])
        try story.give(
            RecordConsent(
                giver: .guardian("g1"), word: .given(until: nil), organisations: [.socialServices], form: "spoken",
                date: nil))
        try story.moveToOtherTown()
        var kept = story
        try kept.give(Self.review(Organisation.allCases), by: Self.newOwner)
        #expect(Self.scope(kept) == [.socialServices])
        try story.give(Self.review([]), by: Self.newOwner)
        #expect(story.case.consents.isEmpty)
    }

    @Test("rule 13: a refusal is no scope, and stays")
    func refused() throws {
        var story = try Self.moved()
        try story.consent(.guardian("g1"), .refused)
        try story.give(Self.review([]), by: Self.newOwner)
        #expect(story.case.consents[.guardian("g1")]?.word == .refused)
    }

    @Test("rule 2: only the side that owns the case now reviews, and once")
    func who() throws {
        var story = try Self.moved()
        for other in [Story.owner, "family", "nurse"] {
            #expect(story.refused(Self.review([]), by: other) == [.personNotAllowed])
        }
        try story.give(Self.review([]), by: "manager")
        #expect(story.refused(Self.review([]), by: Self.newOwner) == [.moveReviewed])
    }

    @Test(
        "rule 2: another move before the review adds to it, with days of its own; where the child is back, it has not left"
    )
    func again() throws {
        var story = try Self.moved()
        story.advance(to: "2026-11-26", hour: 12)
        let destination = try #require(Destination(municipality: "0001", in: story.directory))
        try story.give(Move(to: destination, stage: .outsideUpperSecondary, attends: nil), by: Self.newOwner)
        #expect(story.case.departure == Departure(municipalities: ["0002"], units: ["school", "school-2"]))
        #expect(story.case.deadlines[.reviewMove]?.due == CivilTime.instant(Story.day("2026-12-03"), minute: 17 * 60))
        #expect(Self.reviews(story).count == 2)
    }

    @Test("rule 2: where only another person has the role, there is nothing to review")
    func samePlace() throws {
        var story = try Story()
        story.directory.counties["TST"]?.people[Story.owner] = nil
        story.directory.counties["TST"]?.units["school"]?.namedPerson = "teacher"
        let kept = story.case.keepingOwner(story.context).subject
        #expect(kept.owner.person == "teacher" && kept.departure == nil && kept.deadlines[.reviewMove] == nil)
    }

    @Test("rule 19: a move that nobody reviews is reminded of, and escalates; the case's end leaves nothing to review")
    func escalates() throws {
        var story = try Self.moved()
        try story.give(NoteCooperation(done: [], next: .init(.meeting, on: Story.day("2027-01-15")), coordinator: nil))
        story.advance(to: "2026-12-10")
        let told = story.facts.compactMap { fact -> String? in
            guard case .course(.reminded(let reminded)) = fact, reminded.step == .reviewMove else { return nil }
            return "\(reminded.level) \(reminded.to)"
        }
        #expect(told == [#"owner ["head-2"]"#, #"manager ["manager"]"#, #"county ["county"]"#])
        try story.give(EndCooperation(reason: "Klart.", isWorse: false), by: "family")
        #expect(story.case.departure == nil && story.case.deadlines.isEmpty)
    }

    @Test("rule 19: what came along is no step that leads a cooperation on, and reopening the mapping keeps it")
    func noStepOfPhase() throws {
        var story = try Self.moved()
        #expect(story.refused(NoteCooperation(done: [.meeting], next: nil, coordinator: nil)) == [.textMissing])
        try story.give(Reopen(reason: "ord"), by: Self.newOwner)
        #expect(story.case.departure != nil && Set(story.case.deadlines.keys) == [.conclude, .reviewMove])
    }
}
