import Codec
import Domain
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Who may do what to a case: rules 6, 12, 13 and 15")
struct AuthorityTests {
    private static let day = CivilTime.day(of: ExampleCounty.monday)
    private static let people = Authority.People(
        unit: "school", namedPerson: "head-school", delegate: "teacher", coordinator: "family")

    private func codes(
        _ act: Authority.Act, by actor: Actor, _ people: Authority.People = people,
        in county: County? = ExampleCounty.county
    ) -> [String] {
        Authority.faults(act, by: actor, of: people, in: county, on: Self.day).map { "\($0.path) \($0.code.rawValue)" }
    }

    private func isAllowed(_ act: Authority.Act, _ person: String) -> Bool { codes(act, by: .person(person)).isEmpty }

    @Test("who leads may do everything", arguments: ["head-school", "manager", "county"])
    func leads(person: String) {
        let acts: [Authority.Act] = [
            .takeOn, .delegate, .handBack, .addInformation, .correctInformation, .recordAnswers, .recordConsent,
            .askCounterpart, .recordChildsWish, .changeCoordinator, .withholdConsent, .judgeMaturity, .conclude,
            .followUp, .reopen, .moveCase, .keepCase, .recordMeeting, .recordNotHeld,
            .moveMeeting, .changeParticipants, .reportPlanConcern, .answerPlanConcern, .followUpPlan,
            .bookPlanFollowUp, .tellFamily, .recordParticipation, .resendNotice,
        ]
        #expect(acts.allSatisfy { isAllowed($0, person) })
    }

    @Test("rule 6: a delegate works, and decides nothing")
    func delegate() {
        let works: [Authority.Act] = [
            .takeOn, .handBack, .correctInformation, .askCounterpart, .recordAnswers, .recordConsent, .resendNotice,
        ]
        let decisions: [Authority.Act] = [
            .delegate, .judgeMaturity, .conclude, .followUp, .reopen, .moveCase, .keepCase, .recordMeeting, .tellFamily,
        ]
        #expect(works.allSatisfy { isAllowed($0, "teacher") })
        #expect(decisions.allSatisfy { codes($0, by: .person("teacher")) == ["by person.not_allowed"] })
    }

    @Test("rule 15: a coordinator leads the cooperation, and not the mapping")
    func coordinator() {
        let cooperation: [Authority.Act] = [
            .recordMeeting, .recordNotHeld, .moveMeeting, .changeParticipants, .answerPlanConcern, .followUpPlan,
            .bookPlanFollowUp, .tellFamily, .recordParticipation, .resendNotice, .recordChildsWish, .changeCoordinator,
        ]
        let mapping: [Authority.Act] = [.takeOn, .recordAnswers, .recordConsent, .conclude, .followUp, .reopen]
        #expect(cooperation.allSatisfy { isAllowed($0, "family") })
        #expect(mapping.allSatisfy { codes($0, by: .person("family")) == ["by person.not_allowed"] })
    }

    @Test("rule 2: of the unit that a case would move to, the named person and the manager take it over")
    func takesOver() {
        let people = Authority.People(unit: "kaa", namedPerson: "head-kaa")
        for person in ["head-kaa", "manager"] { #expect(codes(.takeOver, by: .person(person), people).isEmpty) }
        for person in ["county", "head-school", "teacher"] {
            #expect(codes(.takeOver, by: .person(person), people) == ["by person.not_allowed"])
        }
    }

    @Test("anyone in the directory adds information and records the family's word; nobody else does")
    func anyone() {
        for act in [Authority.Act.addInformation, .reportPlanConcern] {
            #expect(isAllowed(act, "nurse"))
            #expect(codes(act, by: .person("nobody")) == ["by person.unknown"])
            #expect(codes(act, by: .suite) == ["by person.unknown"])
        }
    }

    @Test("rule 13: a consent is refused or withdrawn by whoever says so, also where the county is unknown")
    func withheld() {
        #expect(codes(.withholdConsent, by: .suite).isEmpty)
        #expect(codes(.withholdConsent, by: .person("nobody"), in: nil).isEmpty)
    }

    @Test("an unknown person is unknown before they are not allowed, and in an unknown county everybody is")
    func unknown() {
        #expect(codes(.conclude, by: .person("nobody")) == ["by person.unknown"])
        #expect(codes(.conclude, by: .person("head-school"), in: nil) == ["by person.unknown"])
        #expect(codes(.conclude, by: .person("")) == ["by person.unknown"])
    }

    @Test("who stands in for the named person, the delegate or the coordinator has their rights on those days")
    func deputies() throws {
        let deputies = ["head-school": "head-care", "teacher": "nurse", "family": "head-social"]
        let directory = try ExampleCounty.changed { county in
            for index in county.people.indices {
                guard let deputy = deputies[county.people[index].id] else { continue }
                county.people[index].absences = [.with { ($0.from, $0.to) = ("2026-11-23", "2026-11-23") }]
                county.people[index].deputy = deputy
            }
        }
        let county = directory.counties["TST"]
        func faults(_ act: Authority.Act, _ person: String, _ day: LocalDate) -> [Fault] {
            Authority.faults(act, by: .person(person), of: Self.people, in: county, on: day)
        }
        for (act, person) in [(Authority.Act.conclude, "head-care"), (.takeOn, "nurse"), (.tellFamily, "head-social")] {
            #expect(faults(act, person, Self.day).isEmpty)
            #expect(faults(act, person, Self.day.plus(1)) == [Fault(.personNotAllowed, at: "by")])
        }
        #expect(faults(.conclude, "nurse", Self.day) == [Fault(.personNotAllowed, at: "by")])
    }

    @Test("without a delegate or a coordinator nobody has their rights")
    func nobody() {
        let people = Authority.People(unit: "school", namedPerson: "head-school")
        #expect(codes(.takeOn, by: .person("teacher"), people) == ["by person.not_allowed"])
        #expect(codes(.tellFamily, by: .person("family"), people) == ["by person.not_allowed"])
    }

    @Test("the people of an organisation are those who are in it one by one", arguments: ["school", "care", "unknown"])
    func organisation(unit: String) {
        let county = ExampleCounty.county
        let found = Set(county.peopleInOwnOrganisation(of: unit).map(\.id))
        #expect(found == Set(county.people.values.filter { county.isInOwnOrganisation($0, of: unit) }.map(\.id)))
        #expect(found.isEmpty == (unit == "unknown"))
    }
}
