import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@Suite("Who may read what of a case: rules 13, 20 and 22")
struct ReadingTests {
    private static let now = ExampleCounty.monday
    private static let all = Reading.Extent.course...Reading.Extent.whole

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
        }
        let rows = [
            ("head-school", "whole named_person"), ("teacher", "whole delegate"), ("manager", "whole units_manager"),
            ("family", "plan coordinator"), ("nurse", "plan participant"), ("county", "course countys_function"),
            ("head-kaa", "whole emergency_access"), ("officer", "reading.not_allowed"),
            ("head-bhv", "reading.not_allowed"), ("nobody", "person.unknown"),
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

    @Test("rule 22: where a child with protected identity lives is shown to nobody but who works on the case")
    func protected() {
        let protected = Self.changed {
            $0.isProtected = true
            $0.emergencies = [.init(by: "head-kaa", from: Self.now, until: Self.now + 3_600)]
        }
        for person in ["head-school", "teacher", "manager"] {
            #expect(!answer(person, Self.all, protected).hasSuffix("without place"), "\(person)")
        }
        for person in ["family", "nurse", "county", "head-kaa"] {
            #expect(answer(person, Self.all, protected).hasSuffix("without place"), "\(person)")
        }
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
        #expect(answer("county", .plan ... .whole) == "reading.not_allowed")
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

    @Test(
        "never: a participant without consent, an emergency that has ended, or more than was asked for",
        arguments: 1...300)
    func never(seed: Int) {
        var random = RandomReading(generator: SeededGenerator(seed: UInt64(seed)))
        let (example, county, now) = (random.example(), ExampleCounty.county, random.instant())
        let person = random.person()
        let wanted = random.wanted()
        guard case .may(let permit) = Reading.answer(to: person, reading: wanted, of: example, in: county, at: now)
        else {
            return
        }
        #expect(wanted.contains(permit.extent))
        #expect(permit.ground.extent.map { permit.extent <= $0 } == true)
        if permit.ground.isWithinConsent {
            let organisation = county.people[person].flatMap { county.units[$0.unit] }?.kind.organisation
            let day = CivilTime.day(of: now)
            #expect(
                example.isOpen
                    && example.shared.contains {
                        $0.organisation == organisation && ($0.until.map { day <= $0 } ?? true)
                    })
        }
        if permit.ground == .emergencyAccess {
            #expect(example.emergencies.contains { $0.by == person && $0.from <= now && now < $0.until })
        }
        if example.isProtected, permit.showsPlace { #expect(permit.ground.seesPlace) }
        let hasPart =
            [example.people.namedPerson, example.people.delegate, example.people.coordinator, "manager", "county"]
            .contains(person) || example.participants.contains(person)
            || example.emergencies.contains { $0.by == person }
        #expect(hasPart, "\(person) has no part in the case")
    }
}

/// Random cases of the example county, the same for the same seed.
private struct RandomReading: RandomValues {
    var generator: SeededGenerator

    private static let people = ExampleCounty.county.people.keys.sorted()

    mutating func person() -> String { Self.people[number(0...Self.people.count - 1)] }
    mutating func instant() -> Date { ExampleCounty.monday + Double(number(0...200) * 3_600) }

    mutating func wanted() -> ClosedRange<Reading.Extent> {
        let (one, other) = (one(Reading.Extent.self), one(Reading.Extent.self))
        return min(one, other)...max(one, other)
    }

    mutating func example() -> Reading.Case {
        Reading.Case(
            people: .init(
                unit: "school", namedPerson: person(), delegate: maybe { $0.person() },
                coordinator: maybe { $0.person() }),
            isOpen: flag(), isProtected: flag(), participants: Set(list(0...4) { $0.person() }),
            shared: list(0...3) { random in
                .init(random.one(Organisation.self), until: random.maybe { CivilTime.day(of: $0.instant()) })
            },
            emergencies: list(0...3) { random in
                let from = random.instant()
                return .init(by: random.person(), from: from, until: from + 3 * 3_600)
            })
    }
}
