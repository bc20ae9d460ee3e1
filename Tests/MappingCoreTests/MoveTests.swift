import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

import struct Codec.CountyDirectory

@Suite("Rule 2: a report proposes a move, and a person decides")
struct MoveTests {
    private static let kaa = Case.ProposedMove(
        place: .init(county: "TST", municipality: "0001", stage: .outsideUpperSecondary, attends: nil),
        owner: .init(unit: "kaa", person: "head-kaa"))
    private static let gymnasium = Case.ProposedMove(
        place: .init(county: "TST", municipality: "0001", stage: .upperSecondary, attends: "gymnasium"),
        owner: .init(unit: "gymnasium", person: "head-gymnasium"))

    /// A case of the school's that a report says belongs elsewhere.
    private static func proposed(_ move: Case.ProposedMove = kaa, isProtected: Bool = false) throws -> Story {
        var story = try Story { $0.isProtected = isProtected }
        try story.concern { ($0.id, $0.proposed) = ("second", move) }
        return story
    }

    private static func proposals(_ story: Story) -> [ProposalFact.Proposal] {
        story.facts.compactMap { if case .proposal(.proposed(let proposal)) = $0 { proposal } else { nil } }
    }

    private static func moves(_ story: Story) -> [CourseFact.Move] {
        story.facts.compactMap { if case .course(.moved(let move)) = $0 { move } else { nil } }
    }

    @Test("a report takes nothing from an owner: the case stays, and the move waits for a decision by a date")
    func proposes() throws {
        let story = try Self.proposed()
        #expect(story.case.owner.person == Story.owner && story.case.place.stage == .school)
        #expect(Self.moves(story).isEmpty)
        let proposal = try #require(Self.proposals(story).first)
        #expect(proposal.move == Self.kaa && proposal.concern == "second" && !proposal.isForOwnerAlone)
        #expect((proposal.owner, proposal.county) == (Story.owner, "TST"))
        #expect(CivilTime.day(of: proposal.due) == Story.day("2026-11-30"), "five working days from receipt")
        #expect(story.case.deadlines[.decideMove]?.due == proposal.due)
    }

    @Test("one proposal is kept, the latest; it is told once, and further reports do not put the decision off")
    func latest() throws {
        var story = try Self.proposed()
        let due = story.case.deadlines[.decideMove]?.due
        story.advance(to: "2026-11-25", hour: 12)
        for move in [Self.kaa, Self.gymnasium, Self.gymnasium] { try story.concern { $0.proposed = move } }
        #expect(story.case.proposedMove == Self.gymnasium)
        #expect(Self.proposals(story).map(\.move.owner.unit) == ["kaa", "gymnasium"])
        #expect(story.case.deadlines[.decideMove]?.due == due)
    }

    @Test("a report that leads to where the case is proposes nothing")
    func nothing() throws {
        var story = try Story()
        try story.concern { $0.proposed = .init(place: $0.place, owner: $0.owner) }
        #expect(story.case.proposedMove == nil && Self.proposals(story).isEmpty)
    }

    @Test("a confirmed move hands over as any other, and nothing is left to decide")
    func confirmed() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.concern { ($0.id, $0.proposed) = ("second", Self.kaa) }
        let before = story.facts.count
        try story.give(ConfirmMove(unit: "kaa"))
        let move = try #require(Self.moves(story).first)
        #expect((move.from.person, move.to.person) == (Story.owner, "head-kaa"))
        #expect(move.why == .command(by: .person(Story.owner)) && move.place == Self.kaa.place)
        #expect(story.requests(from: before) == [.handOver(Story.kaa)])
        #expect(story.case.owner.unit == "kaa" && story.case.proposedMove == nil)
        #expect(story.case.deadlines[.decideMove] == nil && !story.case.deadlines.isEmpty)
    }

    @Test("the owner's side and the new unit confirm, others do not", arguments: ["head-kaa", "manager", "county"])
    func confirms(person: String) throws {
        var story = try Self.proposed()
        for other in ["teacher", "head-gymnasium", "nurse"] {
            #expect(story.refused(ConfirmMove(unit: "kaa"), by: other) == [.personNotAllowed])
        }
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "nobody") == [.personUnknown])
        try story.give(ConfirmMove(unit: "kaa"), by: person)
        #expect(story.case.owner.person == "head-kaa")
    }

    @Test("who stands in at the new unit confirms, on those days")
    func deputy() throws {
        var story = try Self.proposed()
        var absence = CountyDirectory.Absence()
        (absence.from, absence.to) = ("2026-11-23", "2026-11-24")
        story.directory = try ExampleCounty.changed { county in
            for index in county.people.indices where county.people[index].id == "head-kaa" {
                county.people[index].absences = [absence]
                county.people[index].deputy = "nurse"
            }
        }
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "nurse").isEmpty)
        story.advance(to: "2026-11-25")
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "nurse") == [.personNotAllowed])
    }

    @Test("the new unit may lie in another county; its people are looked up there")
    func otherCounty() throws {
        var elsewhere = ExampleCounty.message
        elsewhere.code = "OTH"
        elsewhere.municipalities[0].code = "0002"
        for index in elsewhere.units.indices { elsewhere.units[index].municipality = "0002" }
        for index in elsewhere.people.indices where elsewhere.people[index].id == "head-school" {
            elsewhere.people[index].id = "principal"
        }
        for index in elsewhere.units.indices where elsewhere.units[index].id == "school" {
            elsewhere.units[index].namedPerson = "principal"
        }
        let move = Case.ProposedMove(
            place: .init(county: "OTH", municipality: "0002", stage: .school, attends: "school"),
            owner: .init(unit: "school", person: "principal"))
        var story = try Self.proposed(move)
        #expect(story.refused(ConfirmMove(unit: "school")) == [.municipalityUnknown], "the county has left")
        story.directory = Directory(["TST": ExampleCounty.county, "OTH": try elsewhere.county()])
        #expect(story.refused(ConfirmMove(unit: "school"), by: "head-kaa") == [.personNotAllowed])
        try story.give(ConfirmMove(unit: "school"), by: "principal")
        #expect(story.case.place.county == "OTH" && story.case.owner.person == "principal")
    }

    @Test("rule 22: of a child with protected identity only the owner's side decides")
    func protected() throws {
        var story = try Self.proposed(isProtected: true)
        #expect(Self.proposals(story).map(\.isForOwnerAlone) == [true])
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "head-kaa") == [.personNotAllowed])
        try story.give(ConfirmMove(unit: "kaa"))
        #expect(story.case.owner.unit == "kaa")
    }

    @Test("what is decided is what was read: another unit's move, or none, is refused")
    func otherMove() throws {
        var story = try Self.proposed()
        #expect(story.refused(ConfirmMove(unit: "gymnasium")) == [.moveNone])
        #expect(story.refused(DeclineMove(unit: "gymnasium", reason: "ord")) == [.moveNone])
        try story.give(ConfirmMove(unit: "kaa"))
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "head-kaa") == [.moveNone])
    }

    @Test("a declined move leaves the case as it was; only the owner's side declines, and a later report proposes anew")
    func declined() throws {
        var story = try Self.proposed()
        #expect(story.refused(DeclineMove(unit: "kaa", reason: "ord"), by: "head-kaa") == [.personNotAllowed])
        let owner = story.case.owner
        try story.give(DeclineMove(unit: "kaa", reason: "Går i skolan"))
        #expect(
            story.facts.last
                == .proposal(.declined(unit: "kaa", reason: "Går i skolan", by: .person(Story.owner))))
        #expect(story.case.owner == owner && story.case.proposedMove == nil)
        #expect(story.case.deadlines[.decideMove] == nil)
        try story.concern { $0.proposed = Self.kaa }
        #expect(story.case.deadlines[.decideMove] != nil && Self.proposals(story).count == 2)
    }

    @Test("rule 19: a move without an answer is reminded of, and escalates to the manager and the county")
    func escalates() throws {
        var story = try Self.proposed()
        story.advance(to: "2026-12-10")
        let told = story.facts.compactMap { fact -> String? in
            guard case .course(.reminded(let reminded)) = fact, reminded.step == .decideMove else { return nil }
            return "\(reminded.level) \(reminded.to)"
        }
        #expect(told == [#"owner ["head-school"]"#, #"manager ["manager"]"#, #"county ["county"]"#])
        #expect(story.case.proposedMove != nil, "it still waits")
    }

    @Test("a person's own move, and the case's end, leave nothing to decide; reopening the mapping does")
    func settled() throws {
        var story = try Story.ready()
        try story.concern { $0.proposed = Self.kaa }
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2027-01-15"))))
        try story.give(Reopen(reason: "ord"))
        #expect(story.case.proposedMove != nil && story.case.deadlines[.decideMove] != nil)
        var moved = story
        let destination = try #require(Destination(municipality: "0001", in: story.directory))
        try moved.give(Move(to: destination, stage: .upperSecondary, attends: "gymnasium"))
        #expect(moved.case.proposedMove == nil && moved.case.deadlines[.decideMove] == nil)
        try story.find()
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2027-01-15"))))
        try story.give(FollowUp(.end, effect: .same, text: "ord"))
        #expect(story.case.proposedMove == nil && story.case.deadlines.isEmpty)
        #expect(story.refused(ConfirmMove(unit: "kaa"), by: "head-kaa").first == .caseClosed)
    }

    @Test("a child who has grown is handed over at once; a report that knows less of its stage does not take it back")
    func grown() throws {
        var story = try Story { ($0.place.stage, $0.place.attends) = (.beforeSchool, "preschool") }
        try story.concern { $0.hasGrown = true }
        #expect(Self.moves(story).map(\.why) == [.age] && story.case.place.stage == .school)
        try story.concern { ($0.place.stage, $0.owner, $0.hasGrown) = (.school, Self.kaa.owner, true) }
        #expect(Self.moves(story).count == 1 && story.case.owner.person == Story.owner)
    }

    @Test("a concern that opens a closed case anew keeps what it proposes")
    func reopened() throws {
        var story = try Story.ready()
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2027-01-15"))))
        try story.give(FollowUp(.end, effect: .same, text: "ord"))
        try story.concern { $0.proposed = Self.kaa }
        #expect(story.case.isOpen && story.case.owner.person == Story.owner)
        #expect(story.case.proposedMove == Self.kaa && Self.proposals(story).count == 1)
    }

    @Test("rule 19: Meetings must say what is next, also while a move waits for its decision")
    func cooperation() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.concern { $0.proposed = Self.kaa }
        let note = NoteCooperation(done: [.meeting], next: nil, coordinator: nil)
        #expect(story.refused(note) == [.textMissing])
    }
}
