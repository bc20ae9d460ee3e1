import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@Suite("Who may read what of a case: rules 13, 20 and 22")
struct ReadingTests {
    private static let now = ExampleCounty.monday
    private static let all = Reading.Extent.status...Reading.Extent.whole

    /// The school's case. Fia of social services coordinates; Nils of health care takes part.
    private static let example = Reading.Case(
        people: .init(unit: "school", namedPerson: "head-school", delegate: "teacher", coordinator: "family"),
        isOpen: true, isProtected: false, participants: ["family", "nurse", "head-school"],
        shared: Organisation.allCases.map { .init($0, until: nil) }, emergencies: [])

    private static func changed(_ change: (inout Reading.Case) -> Void) -> Reading.Case {
        var changed = example
        change(&changed)
        return changed
    }

    private func answer(
        _ person: String, _ wanted: ClosedRange<Reading.Extent> = all, _ case: Reading.Case = example,
        at now: Date = now,
        in county: County? = ExampleCounty.county
    ) -> String {
        switch Reading.answer(to: person, reading: wanted, of: `case`, in: county, at: now) {
        case .may(let permit):
            "\(permit.extent.rawValue) \(permit.ground.rawValue)\(permit.showsPlace ? "" : " without place")"
        case .mayNot(let fault): fault.code.rawValue
        }
    }

    @Test("the table: each ground opens what it needs, and no more")
    func table() {
        let emergency = Self.changed {
            $0.emergencies = [.init(by: "head-kaa", from: Self.now, until: Self.now + 3 * 3_600)]
            $0.asked = "head-bhv"
        }
        let rows = [
            ("head-school", "whole named_person"), ("teacher", "whole delegate"), ("manager", "whole units_manager"),
            ("family", "plan coordinator"), ("nurse", "plan participant"), ("county", "status countys_function"),
            ("head-kaa", "whole emergency_access"), ("officer", "reading.not_allowed"),
            ("chair", "reading.not_allowed"),
            ("head-bhv", "plan counterpart"), ("head-care", "reading.not_allowed"), ("nobody", "person.unknown"),
        ]
        for (person, expected) in rows { #expect(answer(person, Self.all, emergency) == expected, "\(person)") }
    }

    @Test("who stands in for the named person, the delegate or the coordinator reads on those days alone")
    func deputies() {
        let deputies = ["head-school": "head-care", "teacher": "head-kaa", "family": "head-social"]
        var county = ExampleCounty.county
        let today = CivilTime.day(of: Self.now)
        for (person, deputy) in deputies {
            county.people[person]?.absences = [today...today]
            county.people[person]?.deputy = deputy
        }
        let rows = [
            ("head-care", "whole named_persons_deputy"), ("head-kaa", "whole delegates_deputy"),
            ("head-social", "plan coordinators_deputy"),
        ]
        for (person, expected) in rows {
            #expect(answer(person, in: county) == expected)
            #expect(answer(person, at: Self.now + 86_400, in: county) == "reading.not_allowed")
        }
    }

    @Test("rule 13: who is outside the consents' scope is refused, and so they are from the day after its last")
    func scope() {
        func shared(_ organisations: [Organisation], until day: LocalDate? = nil) -> Reading.Case {
            Self.changed { $0.shared = organisations.map { .init($0, until: day) } }
        }
        #expect(answer("nurse", Self.all, shared([.education, .socialServices])) == "reading.consent")
        #expect(answer("family", Self.all, shared([.education, .socialServices])) == "plan coordinator")
        #expect(answer("family", Self.all, shared([])) == "reading.consent")
        let today = CivilTime.day(of: Self.now)
        #expect(answer("nurse", Self.all, shared([.healthCare], until: today)) == "plan participant")
        #expect(
            answer("nurse", Self.all, shared([.healthCare], until: today), at: Self.now + 86_400) == "reading.consent")
    }

    @Test("a coordinator and participants read while the case is open; who is responsible reads a closed one, too")
    func closed() {
        let closed = Self.changed { $0.isOpen = false }
        #expect(answer("family", Self.all, closed) == "reading.not_allowed")
        #expect(answer("nurse", Self.all, closed) == "reading.not_allowed")
        #expect(answer("head-school", Self.all, closed) == "whole named_person")
    }

    @Test("rule 13: a consent that is withdrawn closes at once what it had opened, and nothing else")
    func withdrawn() {
        let withdrawn = Self.changed { $0.shared = [] }
        for person in ["family", "nurse"] {
            #expect(answer(person).hasPrefix("plan"), "\(person)")
            for extent in Reading.Extent.allCases {
                #expect(answer(person, extent...extent, withdrawn) == "reading.consent", "\(person)")
            }
        }
        for person in ["head-school", "teacher", "manager", "county", "officer"] {
            #expect(answer(person, Self.all, withdrawn) == answer(person), "\(person)")
        }
    }

    @Test("rule 22: of a child with protected identity, who is not named on the case sees the status and no place")
    func protected() {
        let protected = Self.changed {
            $0.isProtected = true
            $0.emergencies = [.init(by: "head-kaa", from: Self.now, until: Self.now + 3_600)]
        }
        let rows = [
            ("head-school", "whole named_person"), ("teacher", "whole delegate"),
            ("family", "plan coordinator without place"), ("head-kaa", "whole emergency_access without place"),
            ("manager", "status units_manager without place"), ("nurse", "status participant without place"),
            ("county", "status countys_function without place"),
        ]
        for (person, expected) in rows { #expect(answer(person, Self.all, protected) == expected, "\(person)") }
        var delegated = protected
        delegated.people.delegate = "manager"
        #expect(answer("manager", Self.all, delegated) == "whole delegate", "delegated to themselves")
    }

    @Test("rule 22: emergency access ends by itself, and one person alone can use it")
    func emergency() {
        let end = Self.now + 3 * 3_600
        let opened = Self.changed { $0.emergencies = [.init(by: "head-kaa", from: Self.now, until: end)] }
        #expect(answer("head-kaa", Self.all, opened, at: end - 1) == "whole emergency_access")
        #expect(answer("head-kaa", Self.all, opened, at: end) == "reading.not_allowed")
        #expect(answer("head-kaa", Self.all, opened, at: Self.now - 1) == "reading.not_allowed")
        #expect(answer("head-bhv", Self.all, opened) == "reading.not_allowed")
    }

    @Test("nobody gets more than they ask for, and nobody gets less than is of use to them")
    func wanted() {
        #expect(answer("head-school", .course ... .course) == "course named_person")
        #expect(answer("family", .plan ... .whole) == "plan coordinator")
        #expect(answer("family", .whole ... .whole) == "reading.not_allowed")
        #expect(answer("county", .course ... .whole) == "reading.not_allowed")
        #expect(answer("head-school", in: nil) == "person.unknown")
    }

    @Test("the log is read by the case's named person, the county's function and the privacy officer")
    func log() {
        func answer(_ person: String, _ case: Reading.Case? = Self.example) -> String {
            switch Reading.answer(to: person, readingLogOf: `case`, in: ExampleCounty.county, at: Self.now) {
            case .may(let permit): permit.ground.rawValue
            case .mayNot(let fault): fault.code.rawValue
            }
        }
        #expect(answer("head-school") == "named_person" && answer("county") == "countys_function")
        #expect(answer("officer") == "privacy_officer" && answer("nobody") == "person.unknown")
        for person in ["teacher", "manager", "family", "nurse"] {
            #expect(answer(person) == "reading.log", "\(person)")
        }
        #expect(answer("officer", nil) == "privacy_officer" && answer("head-school", nil) == "reading.log")
    }

    @Test("rule 24: numbers are for the steering group and the county's function; they open no case and no log")
    func numbers() {
        func answer(_ person: String, _ county: County? = ExampleCounty.county) -> String {
            switch Reading.answer(to: person, readingNumbersOf: county) {
            case .may(let permit): permit.ground.rawValue
            case .mayNot(let fault): fault.code.rawValue
            }
        }
        #expect(answer("chair") == "steering_group" && answer("county") == "countys_function")
        #expect(answer("nobody") == "person.unknown" && answer("chair", nil) == "person.unknown")
        for person in ["head-school", "manager", "officer", "family"] {
            #expect(answer(person) == "reading.not_allowed", "\(person)")
        }
    }

    @Test("rule 24: a number is shown where neither those counted nor those left are few")
    func small() {
        let rows: [(Int, Int, Int?)] = [
            (0, 0, 0), (0, 4, nil), (4, 4, nil), (5, 5, 5), (0, 5, 0), (4, 30, nil), (5, 30, 5), (25, 30, 25),
            (26, 30, nil), (30, 30, 30), (2, 6, nil),
        ]
        for (count, group, shown) in rows { #expect(Reading.shown(count, of: group) == shown, "\(count) of \(group)") }
    }

    @Test("rule 19: the county's function has what is overdue or on fallback on its list; others have their own cases")
    func lists() {
        func lists(_ person: String, due: Double, isOnFallback: Bool = false, _ case: Reading.Case = Self.example)
            -> Set<Reading.WorkList>
        {
            Reading.lists(
                of: person, showing: `case`, due: Self.now + due, isOnFallback: isOnFallback,
                in: ExampleCounty.county, at: Self.now)
        }
        #expect(lists("county", due: 1).isEmpty && lists("county", due: -1) == [.county])
        #expect(lists("county", due: 1, isOnFallback: true) == [.county])
        #expect(lists("head-school", due: 1) == [.own, .invited], "owns it, and is invited")
        #expect(lists("teacher", due: 1) == [.delegated] && lists("manager", due: 1) == [.unit])
        #expect(lists("family", due: 1) == [.coordinated, .invited] && lists("nurse", due: 1) == [.invited])
        #expect(lists("officer", due: -1).isEmpty && lists("chair", due: -1).isEmpty)
        #expect(lists("nurse", due: 1, Self.changed { $0.shared = [] }).isEmpty, "without consent")
        #expect(lists("head-school", due: -1, Self.changed { $0.isOpen = false }).isEmpty, "closed")
    }

    @Test("rules 2 and 20: who was asked has the case on their list until they answer, the consent ends or it closes")
    func askedList() {
        func lists(_ change: (inout Reading.Case) -> Void = { _ in }) -> Set<Reading.WorkList> {
            let example = Self.changed {
                ($0.asked, $0.participants) = ("nurse", [])
                change(&$0)
            }
            return Reading.lists(
                of: "nurse", showing: example, due: nil, isOnFallback: false, in: ExampleCounty.county, at: Self.now)
        }
        #expect(lists() == [.asked])
        #expect(lists { $0.hasAnswered = true }.isEmpty && lists { $0.isOpen = false }.isEmpty)
        #expect(lists { $0.shared = [] }.isEmpty && lists { $0.isProtected = true }.isEmpty)
    }
}
