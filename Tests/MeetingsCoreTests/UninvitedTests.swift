import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Organisations of question 5 from which nobody is to come")
struct UninvitedTests {
    private static let due = CountyInMemory.day("2026-11-25")

    private func called(
        _ county: County = ExampleCounty.county, _ change: (inout Request) -> Void = { _ in }
    ) throws -> CountyInMemory {
        var memory = CountyInMemory()
        memory.county = county
        try memory.call("A", change)
        return memory
    }

    /// The county with other rows for health care.
    private func county(_ rows: [County.ParticipantRow.Who], areas: Set<WheelArea> = []) -> County {
        var county = ExampleCounty.county
        county.participants.removeAll { $0.organisation == .healthCare }
        county.participants += rows.map { .init(organisation: .healthCare, stages: [], areas: areas, who: $0) }
        return county
    }

    private func reports(_ county: CountyInMemory) -> [NobodyInvited] {
        county.told { if case .call(.nobodyInvited(let fact)) = $0 { fact } else { nil } }
    }

    private func notes(_ county: CountyInMemory, _ step: Step) -> [LocalDate] {
        county.told { fact in
            guard case .mapping(let note) = fact, case .steps(_, let next?, _) = note.content, next.step == step else {
                return nil
            }
            return next.date
        }
    }

    private func doneNotes(_ county: CountyInMemory) -> Int {
        county.told { fact -> Bool? in
            guard case .mapping(let note) = fact, case .steps([.invite], nil, _) = note.content else { return nil }
            return true
        }.count
    }

    // MARK: Who is called

    @Test("rule 14: the child's stage decides who is called, and of preschools the one that the child attends")
    func stage() throws {
        func people(_ attends: String?) throws -> [String] {
            let county = try called { request in
                (request.unit, request.namedPerson, request.stage) = ("bhv", "head-bhv", .beforeSchool)
                (request.organisations, request.attends) = ([.education], attends)
            }
            return county.meeting?.participants.map(\.person) ?? []
        }
        #expect(try people("preschool") == ["head-bhv", "head-preschool", "child"])
        #expect(try people(nil) == ["head-bhv", "child"], "a preschool that the child does not attend learns nothing")
    }

    @Test("rule 14: where the role is that of whoever leads, they stand for it, and no other school is called")
    func leader() throws {
        var other = ExampleCounty.county
        other.people["another"] = other.people["teacher"]
        other.people["another"]?.role = "head_school"
        other.people["another"]?.id = "another"
        let county = try called(other) { $0.organisations = [.education] }
        #expect(county.meeting?.participants.map(\.person) == ["head-school", "child"])
        #expect(reports(county).isEmpty)
    }

    // MARK: Who is not

    @Test("rules 11 and 14: an organisation from which nobody comes is told with the reason, and is a task with a date")
    func reasons() throws {
        func why(_ county: County, _ change: (inout Request) -> Void = { _ in }) throws -> Uninvited.Why? {
            let county = try called(county, change)
            #expect(notes(county, .invite) == [Self.due])
            let fact = try #require(reports(county).first)
            #expect(reports(county).count == 1 && fact.namedPerson == "head-school" && fact.due == Self.due)
            #expect(fact.organisations.map(\.organisation) == [.healthCare])
            #expect(county.cooperation?.uninvited == fact.organisations && county.meeting != nil)
            return fact.organisations.first?.why
        }
        #expect(try why(county([.nobody(why: "Regionen deltar inte")])) == .nobody("Regionen deltar inte"))
        #expect(try why(county([.role("wizard", isRequired: false)])) == .role("wizard"))
        let elsewhere = county([.role("nurse", isRequired: false)], areas: [.learning])
        #expect(try why(elsewhere) == .areas)
        #expect(try why(ExampleCounty.county) { $0.areas = [.home] } == .areas)
    }

    @Test("rule 14: who is optional and whom the only time does not suit leaves their organisation without anybody")
    func time() throws {
        var county = CountyInMemory()
        county.take("nurse", days: 60)
        try county.call()
        #expect(county.meeting?.participants.map(\.person) == ["head-school", "family", "child"])
        #expect(reports(county).map(\.organisations) == [[Uninvited(.healthCare, .time(role: "nurse"))]])
    }

    @Test("where somebody of each organisation comes, nothing is said")
    func nothing() throws { #expect(reports(try called()).isEmpty) }

    @Test(
        "rule 14: a required role that nobody has is told as well, so that another person who is added does not hide it"
    )
    func required() throws {
        let county = try called(county([.role("wizard", isRequired: true)]))
        #expect(county.meeting == nil && reports(county).map(\.organisations.count) == [1])
    }

    // MARK: How it ends

    @Test("rule 14: it is done when somebody of the organisation is added, or is said not to be needed")
    func settled() throws {
        let why = County.ParticipantRow.Who.nobody(why: "Regionen deltar inte")
        let changes = [
            ChangeAttendees(added: ["nurse"], removed: [], reason: "Behövs"),
            ChangeAttendees(added: [], removed: [], notNeeded: [.healthCare], reason: "Är redan hjälpt"),
        ]
        for change in changes {
            var county = try called(county([why]))
            try county.decide(ChangeAttendees(added: ["teacher"], removed: [], reason: "Vill vara med"))
            #expect(reports(county).count == 1, "a teacher is nobody of health care")
            try county.decide(change)
            #expect(reports(county).last == NobodyInvited(namedPerson: "head-school", [], due: nil))
            #expect(county.cooperation?.uninvited.isEmpty == true && doneNotes(county) == 1)
            #expect(notes(county, .invite).count == 1)
        }
    }

    @Test(
        "rule 14: each change of who comes says who has decided it, with the reason; one that is refused says nothing")
    func told() throws {
        func told(_ county: CountyInMemory) -> [String] {
            county.told {
                if case .call(.participantsChanged(let change, let person)) = $0 {
                    "\(person): \(change.reason)"
                } else {
                    nil
                }
            }
        }
        var county = try called(county([.nobody(why: "Regionen deltar inte")]))
        try county.decide(ChangeAttendees(added: [], removed: [], notNeeded: [.healthCare], reason: "Är redan hjälpt"))
        let refused = ChangeAttendees(added: [], removed: ["head-school"], reason: "Hinner inte")
        #expect(county.faults(refused) == ["remove[0] participantKept"])
        #expect(told(county) == ["head-school: Är redan hjälpt"])
    }

    @Test("an organisation from which somebody comes cannot be said not to be needed")
    func notMissing() throws {
        var county = try called()
        let change = ChangeAttendees(added: [], removed: [], notNeeded: [.healthCare], reason: "Behövs inte")
        #expect(county.faults(change) == ["not_needed[0] uninvitedNone"])
    }

    @Test("rule 14: what is left of it stays; with the meeting it ends, whether it is held or called off")
    func ends() throws {
        var both = county([.nobody(why: "Regionen deltar inte")])
        both.participants.removeAll { $0.organisation == .socialServices }
        both.participants.append(
            .init(organisation: .socialServices, stages: [], areas: [], who: .nobody(why: "Vakant")))
        var county = try called(both)
        try county.decide(ChangeAttendees(added: ["nurse"], removed: [], reason: "Behövs"))
        let left = NobodyInvited(
            namedPerson: "head-school", [Uninvited(.socialServices, .nobody("Vakant"))], due: nil)
        #expect(reports(county).last == left && doneNotes(county) == 0)
        var stopped = county
        try stopped.decide(Cancel(isClosed: false), by: .suite)
        #expect(reports(stopped).last?.organisations == [] && doneNotes(stopped) == 0, "Mapping knows that it ends")
        county.now = try #require(county.meeting).start + 3_600
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        #expect(reports(county).last?.organisations == [] && doneNotes(county) == 1)
    }
}
