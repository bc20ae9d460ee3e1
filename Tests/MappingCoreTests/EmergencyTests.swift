import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rule 22: emergency access to a case")
struct EmergencyTests {
    private static let command = OpenInEmergency(reason: "barnet är på akuten")

    private func openings(_ story: Story) -> [CourseFact.EmergencyOpening] {
        story.facts.compactMap { if case .course(.emergencyOpened(let opening)) = $0 { opening } else { nil } }
    }

    @Test("anyone of the directory opens a case for three hours; owner, manager and privacy officer are told at once")
    func opens() throws {
        var story = try Story()
        try story.give(Self.command, by: "nurse")
        let opening = try #require(openings(story).first)
        #expect(opening.access == .init(by: "nurse", from: story.now, until: story.now + 3 * 3_600))
        #expect(opening.to == [Story.owner, "manager", "officer"] && opening.reason == Self.command.reason)
        #expect(story.case.emergencies == [opening.access])
        #expect(story.refused(Self.command, by: "nobody") == [.personUnknown])
    }

    @Test("the county says how long it lasts; without a privacy officer its function is told")
    func settings() throws {
        var story = try Story()
        story.directory.counties["TST"]?.settings.emergencyHours = 1
        story.directory.counties["TST"]?.privacyOfficer = nil
        try story.give(Self.command, by: "nurse")
        let opening = try #require(openings(story).first)
        #expect(opening.access.until == story.now + 3_600 && opening.to == [Story.owner, "manager", "county"])
    }

    @Test("neither a closed case nor a missing consent stands against it")
    func closed() throws {
        var story = try Story.ready()
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.give(FollowUp(.end, effect: .better, text: "ord"))
        try story.give(Self.command, by: "nurse")
        #expect(!story.case.isOpen && story.case.emergencies.count == 1)
        try story.concern()
        #expect(story.case.isOpen && story.case.emergencies.count == 1, "a new mapping does not forget it")
    }

    @Test("one who has it asks for it anew when it has ended; a case keeps the latest twenty")
    func bounded() throws {
        var story = try Story()
        for _ in 0..<25 {
            try story.give(Self.command, by: "nurse")
            #expect(story.refused(Self.command, by: "nurse") == [.emergencyOpen])
            story.now += 3 * 3_600
        }
        #expect(story.case.emergencies.count == Case.emergenciesLimit && openings(story).count == 25)
        #expect(story.case.emergencies.map(\.from) == story.case.emergencies.map(\.from).sorted())
    }

    @Test("at most twenty have it at once, and none of theirs is forgotten")
    func many() throws {
        var story = try Story()
        for number in 0...20 {
            let id = "staff-\(number)"
            let email = try #require(EmailAddress("\(id)@example.org"))
            story.directory.counties["TST"]?.people[id] = County.Person(
                id: id, name: "Exempelson", email: email, unit: "care", role: "nurse", hours: [:])
        }
        for number in 0..<20 { try story.give(Self.command, by: "staff-\(number)") }
        #expect(story.refused(Self.command, by: "staff-20") == [.emergencyMany])
        #expect(story.case.emergencies.map(\.by) == (0..<20).map { "staff-\($0)" })
    }

    @Test("rule 13: a case is shared with the organisations that every needed consent covers, as long as all hold")
    func shared() throws {
        var story = try Story { $0.guardians = ["g1", "g2"] }
        #expect(story.case.shared(on: story.today).isEmpty)
        try story.consent(.guardian("g1"))
        #expect(story.case.shared(on: story.today).isEmpty)
        try story.consent(.guardian("g2"), .given(until: Story.day("2026-12-31")))
        #expect(
            story.case.shared(on: story.today)
                == Organisation.allCases.map { .init($0, until: Story.day("2026-12-31")) })
        try story.consent(.guardian("g2"))
        #expect(
            Set(story.case.shared(on: story.today).map(\.until)) == [Story.day("2029-03-14")],
            "from the next day on the youth's own consent is needed")
        try story.consent(.guardian("g1"), .withdrawn)
        #expect(story.case.shared(on: story.today).isEmpty)
    }
}
