import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rule 23: a case is erased when its retention ends or an authority orders it")
struct ErasureTests {
    private static let order = EraseChild(.init(.order, legal: "Beslut 12-2026"))

    private func erasures(_ story: Story) -> [ErasureFact] {
        story.facts.compactMap { if case .erasure(let fact) = $0 { fact } else { nil } }
    }

    /// A case that closed on Monday 23 November 2026, in a county that keeps such cases for two months.
    private func closed(months: Int? = 2) throws -> Story {
        var story = try Story.ready()
        story.directory.counties["TST"]?.settings.retention.nothingFurther = months
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.give(FollowUp(.end, effect: .better, text: "ord"))
        return story
    }

    @Test("the county's function alone orders it, with a ground that names nobody; from then on commands are refused")
    func ordered() throws {
        var story = try Story()
        for person in [Story.owner, "manager", "nurse", "officer"] {
            #expect(story.refused(Self.order, by: person) == [.personNotAllowed])
        }
        #expect(story.refused(EraseChild(.init(.request, legal: "Mia 20120315-1237")), by: "county") == [.erasureNames])
        try story.give(Self.order, by: "county")
        #expect(erasures(story) == [.ordered(Self.order.ground, by: .person("county"), concerns: 1)])
        #expect(story.refused(TakeOn()) == [.caseErasing] && story.refused(Self.order, by: "county") == [.caseErasing])
        #expect(story.case.wakes.isEmpty)
    }

    @Test("a no is never refused, also while the case is being erased (rule 13)")
    func withdrawal() throws {
        var story = try Story()
        try story.give(Self.order, by: "county")
        try story.consent(.guardian("g1"), .withdrawn)
        #expect(story.case.consents[.guardian("g1")]?.word == .withdrawn)
    }

    @Test("once Intake has let go of the child nothing is due any more; Meetings forgets the case, and then it is gone")
    func released() throws {
        var story = try Story.ready()
        try story.cooperate()
        try story.consent(.guardian("g1"))
        #expect(story.case.released(story.context) == nil, "nobody has ordered it")
        try story.give(Self.order, by: "county")
        #expect(story.case.erased == nil, "it has not begun")
        let begun = try #require(story.case.released(story.context))
        #expect(begun.facts == [.erasure(.begun), .meetings(.erase(county: "TST"))])
        #expect(!begun.subject.isOpen && begun.subject.deadlines.isEmpty && begun.subject.wakes.isEmpty)
        #expect(begun.subject.released(story.context) == nil && begun.subject.kept(story.context) == nil)
        #expect(begun.subject.erased == .erased(Self.order.ground))
    }

    @Test("a concern that came first calls the erasure off, and the county's function is told")
    func calledOff() throws {
        var story = try closed()
        try story.give(Self.order, by: "county")
        try story.concern { $0.isHarmSuspected = true }
        #expect(story.case.isOpen && story.case.concerns == 2)
        let kept = try #require(story.case.kept(story.context))
        #expect(kept.facts == [.erasure(.calledOff(to: ["county"], county: "TST"))])
        #expect(kept.subject.erasure == nil && kept.subject.isOpen && kept.subject.isHarmSuspected)
    }

    @Test(
        "the county's months after closing are waited for; owner and function are warned; then it is erased by itself")
    func retention() throws {
        var story = try closed()
        story.advance(to: "2026-12-24", hour: 7)
        #expect(erasures(story).isEmpty)
        story.advance(to: "2026-12-24", hour: 9)
        let warning = ErasureFact.forewarned(
            on: Story.day("2027-01-23"), to: [Story.owner, "county"], county: "TST")
        #expect(erasures(story) == [warning])
        story.advance(to: "2027-01-22", hour: 23)
        #expect(erasures(story) == [warning])
        story.advance(to: "2027-01-23", hour: 9)
        #expect(erasures(story) == [warning, .ordered(.init(.retention, legal: ""), by: .suite, concerns: 1)])
    }

    @Test("a county that sets no months keeps its cases; one that sets them later, or lengthens them, is heeded")
    func changed() throws {
        var story = try closed(months: nil)
        story.advance(to: "2028-01-01")
        #expect(erasures(story).isEmpty && story.case.wakes.count == 1)
        story.directory.counties["TST"]?.settings.retention.nothingFurther = 2
        story.advance(to: "2028-02-01")
        guard case .forewarned(let first, _, _) = try #require(erasures(story).last) else { return }
        #expect(first >= Story.day("2028-01-31"), "nobody is erased without a warning of thirty days")
        story.directory.counties["TST"]?.settings.retention.nothingFurther = 60
        story.advance(to: "2030-01-01")
        #expect(erasures(story).count == 1, "the time was lengthened after the warning")
        story.advance(to: "2032-01-01")
        #expect(erasures(story).count == 3)
    }

    @Test("a hold holds, also against an order; when it is lifted, the case's time is warned of anew")
    func hold() throws {
        var story = try closed()
        story.advance(to: "2026-12-25")
        #expect(story.refused(HoldErasure(reason: "rättegång"), by: "nurse") == [.personNotAllowed])
        try story.give(HoldErasure(reason: "rättegång"))
        #expect(story.refused(Self.order, by: "county") == [.erasureHeld])
        #expect(story.refused(HoldErasure(reason: "igen")) == [.erasureHeld])
        story.advance(to: "2028-01-01")
        #expect(erasures(story).count == 2, "the warning and the hold")
        #expect(story.refused(LiftHold()) == [.personNotAllowed])
        try story.give(LiftHold(), by: "county")
        #expect(story.refused(LiftHold(), by: "county") == [.holdNone])
        #expect(
            erasures(story).last
                == .forewarned(on: Story.day("2028-01-31"), to: [Story.owner, "county"], county: "TST"))
        story.advance(to: "2028-02-01")
        #expect(story.case.erasure?.ground.reason == .retention)
    }

    @Test("a case that is opened again is not erased, and a hold stays on it")
    func reopened() throws {
        var story = try closed()
        try story.give(HoldErasure(reason: "rättegång"))
        try story.concern()
        #expect(story.case.retention == nil && story.case.hold?.reason == "rättegång")
        story.advance(to: "2027-03-01")
        #expect(story.case.isOpen && story.case.erasure == nil)
    }
}
