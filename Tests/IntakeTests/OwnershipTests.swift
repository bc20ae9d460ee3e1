import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

@Suite("Rule 2: no concern ends without an owner, and ownership is handed over, not dropped")
struct OwnershipTests {
    @Test(
        "each row of the table",
        arguments: [
            ("before_school", "preschool", "preschool", ""), ("before_school", "bhv", "bhv", ""),
            ("before_school", "", "bhv", ""), ("school", "school", "school", ""),
            ("school", "", "fallback", "unit_unknown"), ("school", "gymnasium", "fallback", "unit_unfit"),
            ("upper_secondary", "gymnasium", "gymnasium", ""), ("upper_secondary", "", "fallback", "unit_unknown"),
            ("upper_secondary", "unknown", "fallback", "unit_unfit"),
            ("upper_secondary_elsewhere", "", "follow-up", ""), ("outside_upper_secondary", "", "kaa", ""),
            ("", "school", "school", ""), ("", "preschool", "preschool", ""), ("", "gymnasium", "gymnasium", ""),
            ("", "kaa", "kaa", ""), ("", "social", "fallback", "unit_unfit"),
        ])
    func row(stage: String, unit: String, owner: String, reason: String) throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = (stage, unit) })
        let answer = try #require(tester.receipts.first?.registered)
        #expect((answer.unit, answer.fallbackReason) == (owner, reason))
        #expect(answer.fallback == !reason.isEmpty)
        #expect(tester.concerns.first?.namedPerson == "head-\(owner)")
    }

    @Test("before school, the county's setting breaks the tie between preschool and child health centre")
    func tie() throws {
        let directory = try ExampleCounty.changed { $0.settings.beforeSchool = "child_health_centre" }
        let routing = Routing(try #require(directory.counties["TST"]), today: CivilTime.day(of: ExampleCounty.monday))
        #expect(routing.kinds(.beforeSchool) == [.childHealthCentre, .preschool])
        let attends = Routing.Situation(municipality: "0001", stage: .beforeSchool, unit: "preschool")
        let owner = routing.owner(attends)
        #expect(owner.unit == "bhv" && routing.counterpart(attends, of: owner)?.unit == "preschool")
    }

    @Test("rule 2: the other of the two is there where the child has it, and at no other stage")
    func counterpart() throws {
        let routing = Routing(ExampleCounty.county, today: CivilTime.day(of: ExampleCounty.monday))
        func other(_ stage: Stage, _ unit: String?) -> String? {
            let situation = Routing.Situation(municipality: "0001", stage: stage, unit: unit)
            return routing.counterpart(situation, of: routing.owner(situation))?.person
        }
        #expect(other(.beforeSchool, "preschool") == "head-bhv")
        #expect(other(.beforeSchool, "bhv") == nil && other(.beforeSchool, nil) == nil, "nobody knows a preschool")
        #expect(other(.school, "school") == nil && other(.school, "preschool") == nil)
    }

    @Test(
        "borders between the rows where nobody says the stage: the autumn term of the year of the sixth birthday, and ten years on",
        arguments: [
            // Born 15 March and 31 December: it is the year that counts, not the birthday.
            ("2014-03-15", "2020-03-15", Stage.beforeSchool), ("2014-03-15", "2020-08-14", .beforeSchool),
            ("2014-03-15", "2020-08-15", .school), ("2014-12-31", "2020-08-15", .school),
            ("2014-01-01", "2020-08-14", .beforeSchool), ("2014-01-01", "2020-08-15", .school),
            ("2014-12-31", "2019-12-31", .beforeSchool), ("2014-03-15", "2030-06-15", .school),
            ("2014-03-15", "2030-08-14", .school), ("2014-03-15", "2030-08-15", .upperSecondary),
            ("2014-12-31", "2030-08-15", .upperSecondary), ("2014-03-15", "2032-03-14", .upperSecondary),
        ])
    func border(born: String, day: String, stage: Stage) throws {
        let (born, day) = (try #require(LocalDate(born)), try #require(LocalDate(day)))
        #expect(Stage.usual(born: born, on: day, autumnTerm: (8, 15)) == stage)
    }

    @Test("the county's first day of term is the border", arguments: [("08-20", "before_school"), ("08-10", "school")])
    func term(begins: String, stage: String) throws {
        var tester = try IntakeTester(
            try ExampleCounty.changed { $0.settings.autumnTerm = begins },
            now: try Date("2020-08-15T12:00:00Z", strategy: .iso8601))
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("", "") })
        #expect(tester.concerns.first?.stage == stage)
    }

    @Test("a unit without anybody in the role leads to the fallback, which says so")
    func withoutPerson() throws {
        var tester = try IntakeTester(
            try ExampleCounty.changed {
                guard let index = $0.units.firstIndex(where: { $0.id == "school" }) else { return }
                $0.units[index].namedPerson = ""
            })
        try tester.send(ExampleCounty.report)
        #expect(tester.receipts.first?.registered.unit == "fallback")
        #expect(tester.receipts.first?.registered.fallbackReason == "unit_without_person")
    }

    @Test(
        "a person on leave has the deputy in their place, from the first day to the last, then the manager, then the fallback",
        arguments: [
            ("2026-11-23", "2026-11-23", ["teacher"], "teacher", ""),
            ("2026-11-24", "2026-11-30", ["teacher"], "head-school", ""),
            ("2026-11-01", "2026-11-22", ["teacher"], "head-school", ""),
            ("2026-11-01", "2026-12-22", [], "manager", ""),
            ("2026-11-01", "2026-12-22", ["teacher", "teacher-absent"], "manager", ""),
            ("2026-11-01", "2026-12-22", ["manager-absent"], "head-fallback", "person_absent"),
        ])
    func leave(from: String, to: String, deputies: [String], owner: String, reason: String) throws {
        var tester = try IntakeTester(
            try ExampleCounty.changed { county in
                func absent(_ id: String, deputy: String) {
                    guard let index = county.people.firstIndex(where: { $0.id == id }) else { return }
                    county.people[index].absences = [.with { ($0.from, $0.to) = (from, to) }]
                    county.people[index].deputy = deputy
                }
                absent("head-school", deputy: deputies.first == "teacher" ? "teacher" : "")
                if deputies.contains("teacher-absent") { absent("teacher", deputy: "head-school") }
                if deputies.contains("manager-absent") { absent("manager", deputy: "") }
            })
        try tester.send(ExampleCounty.report)
        #expect(tester.concerns.first?.namedPerson == owner)
        #expect(tester.concerns.first?.fallbackReason == reason)
    }

    @Test("a report that names another school proposes a move; a report that says less changes nothing")
    func move() throws {
        var tester = try IntakeTester(
            try ExampleCounty.changed {
                $0.units.append(
                    .with {
                        ($0.id, $0.kind, $0.name, $0.municipality) = ("school-2", "school", "Enhet 2", "0001")
                        $0.namedPerson = "teacher"
                    })
            })
        for unit in ["school", "", "social", "school-2", "", "school-2"] {
            try tester.send(ExampleCounty.report.with { ($0.unit, $0.stage) = (unit, "") })
        }
        #expect(tester.concerns.map(\.unit) == Array(repeating: "school", count: 6))
        #expect(tester.concerns.map(\.proposed.unit) == ["", "", "", "school-2", "", "school-2"])
        #expect(tester.concerns[3].proposed.namedPerson == "teacher")
        #expect(Set(tester.concerns.map(\.caseReference)).count == 1)
    }

    @Test("the child health centre of a child whose preschool owns it proposes nothing; the preschool does from it")
    func rank() throws {
        var tester = try IntakeTester()
        for unit in ["bhv", "preschool", "bhv"] {
            try tester.send(ExampleCounty.report.with { ($0.unit, $0.stage) = (unit, "before_school") })
        }
        #expect(tester.concerns.map(\.unit) == ["bhv", "bhv", "bhv"])
        #expect(tester.concerns.map(\.proposed.unit) == ["", "preschool", ""])
        try tester.publish(
            CaseMoved.with {
                ($0.county, $0.municipality, $0.stage, $0.attends) = ("TST", "0001", "before_school", "preschool")
                ($0.toUnit, $0.toPerson) = ("preschool", "head-preschool")
            }, child: tester.concerns[0].caseReference)
        try tester.send(ExampleCounty.report.with { ($0.unit, $0.stage) = ("bhv", "before_school") })
        #expect(tester.concerns[3].unit == "preschool" && !tester.concerns[3].hasProposed)
    }

    @Test("a report that somebody has dropped out of upper secondary proposes KAA of the home municipality")
    func dropOut() throws {
        var tester = try IntakeTester(now: try Date("2031-10-01T08:00:00Z", strategy: .iso8601))
        for (stage, unit) in [("upper_secondary", "gymnasium"), ("outside_upper_secondary", ""), ("", "gymnasium")] {
            try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = (stage, unit) })
        }
        #expect(tester.concerns.map(\.unit) == ["gymnasium", "gymnasium", "gymnasium"])
        #expect(tester.concerns.map(\.proposed.unit) == ["", "kaa", ""])
    }

    @Test("a child who has grown into the next stage is not left with the former one")
    func grown() throws {
        var tester = try IntakeTester(now: try Date("2020-03-01T08:00:00Z", strategy: .iso8601))
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("", "preschool") })
        tester.now = try Date("2020-09-01T08:00:00Z", strategy: .iso8601)
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("", "") })
        #expect(tester.concerns.map(\.stage) == ["before_school", "school"])
        #expect(tester.concerns.map(\.unit) == ["preschool", "fallback"])
        #expect(tester.concerns[1].grown && tester.concerns[1].fallback && !tester.concerns[1].hasProposed)
    }

    @Test(
        "the county's border: a neighbouring county's upper secondary leads to the follow-up at home; a move there is proposed"
    )
    func border() throws {
        var neighbour = ExampleCounty.message
        neighbour.code = "NBR"
        neighbour.municipalities[0].code = "0002"
        for index in neighbour.units.indices {
            neighbour.units[index].municipality = "0002"
            neighbour.units[index].id = "nbr-" + neighbour.units[index].id
        }
        for index in neighbour.people.indices { neighbour.people[index].unit = "nbr-" + neighbour.people[index].unit }
        neighbour.municipalities[0].fallbackUnit = "nbr-fallback"
        var directory = ExampleCounty.directory
        directory.counties["NBR"] = try neighbour.county()
        var tester = try IntakeTester(directory, now: try Date("2031-10-01T08:00:00Z", strategy: .iso8601))
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("upper_secondary", "nbr-gymnasium") })
        try tester.send(
            ExampleCounty.report.with { ($0.stage, $0.unit, $0.municipality) = ("", "nbr-gymnasium", "0002") })
        try tester.send(ExampleCounty.report.with { ($0.municipality, $0.unit) = ("0003", "") })
        #expect(tester.concerns.map(\.unit) == ["follow-up", "follow-up"])
        #expect(tester.concerns.map(\.county) == ["TST", "TST"])
        #expect([tester.concerns[1].proposed.county, tester.concerns[1].proposed.unit] == ["NBR", "nbr-gymnasium"])
        #expect(Set(tester.concerns.map(\.caseReference)).count == 1, "the reference stays")
        #expect(tester.codes == ["municipality.unknown"])
    }

    @Test("after Mapping has handed a case over, the next report finds the child with the new owner")
    func followed() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let child = try #require(tester.concerns.first).caseReference
        try tester.publish(
            CaseMoved.with {
                ($0.county, $0.municipality, $0.stage, $0.attends) = ("TST", "0001", "outside_upper_secondary", "")
                ($0.toUnit, $0.toPerson) = ("kaa", "head-kaa")
            }, child: child)
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("", "") })
        #expect(tester.concerns.map(\.unit) == ["school", "kaa"])
        #expect(!tester.concerns[1].hasProposed)
    }

    @Test("a closed case is placed by the next report; where Mapping opens it, the report after that finds it")
    func closed() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let child = try #require(tester.concerns.first).caseReference
        try tester.publish(CaseClosed(), child: child)
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("outside_upper_secondary", "") })
        #expect([tester.concerns[1].unit, tester.concerns[1].proposed.unit] == ["kaa", "kaa"])
        // Meanwhile another report had opened it at the gymnasium.
        try tester.publish(
            MappingOpened.with {
                ($0.county, $0.municipality, $0.stage, $0.attends) = ("TST", "0001", "upper_secondary", "gymnasium")
                ($0.unit, $0.owner) = ("gymnasium", "head-gymnasium")
            }, child: child)
        try tester.send(ExampleCounty.report.with { ($0.stage, $0.unit) = ("", "") })
        #expect(tester.concerns[2].unit == "gymnasium" && tester.concerns[2].attends == "gymnasium")
    }
}
