import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@Suite("What never happens in reading, whatever the case, its people, their leave and the day")
struct ReadingNeverTests {
    /// A case and somebody who asks, with what is known of them beside the policy.
    private struct Asked {
        var county: County
        var example: Reading.Case
        var person: String
        var now: Date
        var due: Date

        var day: LocalDate { CivilTime.day(of: now) }

        func isOrStandsIn(for other: String?) -> Bool {
            other == person || other.flatMap { county.acting(for: $0, on: day)?.id } == person
        }

        /// Owns it, works on it, or coordinates it, or stands in for whoever does.
        var worksOnIt: Bool {
            isOrStandsIn(for: example.people.namedPerson) || isOrStandsIn(for: example.people.delegate)
        }
        var isNamed: Bool { worksOnIt || isOrStandsIn(for: example.people.coordinator) }
        var hasEmergency: Bool {
            example.emergencies.contains { $0.by == person && $0.from <= now && now < $0.until }
        }
        var hasPart: Bool {
            isNamed || hasEmergency || example.participants.contains(person) || example.asked == person
                || person == county.function || county.units[example.people.unit]?.manager == person
        }

        func permit(_ wanted: ClosedRange<Reading.Extent> = .status ... .whole) -> Reading.Permit? {
            guard case .may(let permit) = Reading.answer(to: person, reading: wanted, of: example, in: county, at: now)
            else { return nil }
            return permit
        }
    }

    /// Every person of the county asks, for a random case.
    private func forEveryone(_ seed: Int, _ body: (Asked, inout RandomReading) -> Void) {
        var random = RandomReading(generator: SeededGenerator(seed: UInt64(seed)))
        let (county, example) = (random.county(), random.example())
        let (now, due) = (random.instant(), random.instant())
        for person in county.people.keys.sorted() {
            body(Asked(county: county, example: example, person: person, now: now, due: due), &random)
        }
    }

    @Test("nobody without a part in the case gets anything, and nobody more than they asked for", arguments: 1...200)
    func stranger(seed: Int) {
        forEveryone(seed) { asked, random in
            let wanted = random.wanted()
            guard let permit = asked.permit(wanted) else { return }
            #expect(asked.hasPart, "\(asked.person) has no part in the case")
            #expect(wanted.contains(permit.extent) && permit.ground.extent.map { permit.extent <= $0 } == true)
            #expect(permit.ground != .emergencyAccess || asked.hasEmergency)
        }
        forEveryone(seed) { asked, _ in
            var outside = asked
            outside.person = "somebody-else"
            #expect(outside.permit() == nil)
        }
    }

    @Test(
        "rule 13: no ground within consent survives a withdrawal, and what is left others would have, too",
        arguments: 1...200)
    func withdrawn(seed: Int) {
        forEveryone(seed) { asked, _ in
            var withdrawn = asked
            withdrawn.example.shared = []
            let left = withdrawn.permit()
            #expect(left?.ground.isWithinConsent != true)
            #expect((left?.extent ?? .status) <= (asked.permit()?.extent ?? .status))
            if !asked.worksOnIt, !asked.hasEmergency, asked.person != asked.county.function,
                asked.county.units[asked.example.people.unit]?.manager != asked.person
            {
                #expect(left == nil, "\(asked.person) reads by consent alone")
            }
        }
    }

    @Test(
        "rule 13: what is within consent covers the reader's organisation on that day, in an open case",
        arguments: 1...200)
    func scope(seed: Int) {
        forEveryone(seed) { asked, _ in
            guard asked.permit()?.ground.isWithinConsent == true else { return }
            let organisation = asked.county.people[asked.person].flatMap { asked.county.units[$0.unit] }?.kind
                .organisation
            let covering = asked.example.shared.filter {
                $0.organisation == organisation && ($0.until.map { asked.day <= $0 } ?? true)
            }
            #expect(asked.example.isOpen && !covering.isEmpty)
        }
    }

    @Test(
        "rule 22: a protected child's place is shown to who works on the case, its content to who is named",
        arguments: 1...200)
    func protected(seed: Int) {
        forEveryone(seed) { asked, _ in
            var protected = asked
            protected.example.isProtected = true
            guard let permit = protected.permit() else { return }
            if permit.showsPlace { #expect(asked.worksOnIt, "\(asked.person) does not work on it") }
            if permit.extent > .status { #expect(asked.isNamed || asked.hasEmergency, "\(asked.person) is not named") }
        }
    }

    @Test("rule 24: who is of the steering group gets no case and no log by that", arguments: 1...200)
    func steering(seed: Int) {
        forEveryone(seed) { asked, _ in
            var steering = asked
            steering.county.steeringGroup.insert(asked.person)
            #expect(steering.permit() == asked.permit())
            let county = steering.county
            #expect(
                Reading.answer(to: asked.person, readingLogOf: asked.example, in: county, at: asked.now)
                    == Reading.answer(to: asked.person, readingLogOf: asked.example, in: asked.county, at: asked.now))
            if !asked.hasPart { #expect(steering.permit() == nil) }
        }
    }

    @Test(
        "rule 20: what stands on somebody's list they may read, and the view finds it where it looks",
        arguments: 1...200)
    func listed(seed: Int) {
        forEveryone(seed) { asked, random in
            let isOnFallback = random.flag()
            let lists = Reading.lists(
                of: asked.person, showing: asked.example, due: asked.due, isOnFallback: isOnFallback, in: asked.county,
                at: asked.now)
            guard !lists.isEmpty else { return }
            #expect(asked.example.isOpen && asked.permit() != nil)
            let scope = Reading.workScope(of: asked.person, in: asked.county, on: asked.day)
            let people = asked.example.people
            let found = [people.namedPerson, people.delegate, people.coordinator].compactMap(\.self)
            let isFound =
                !scope.people.isDisjoint(with: found) || scope.units.contains(people.unit)
                || asked.example.participants.contains(asked.person) || asked.hasEmergency
                || asked.example.asked == asked.person && !asked.example.hasAnswered
                || (scope.isWholeCounty && (isOnFallback || asked.due < asked.now))
            #expect(isFound, "\(asked.person): \(lists)")
        }
    }

    @Test("rule 19: an open case is on its owner's list, and one that slips on the county's", arguments: 1...100)
    func seen(seed: Int) {
        forEveryone(seed) { asked, _ in
            var open = asked.example
            open.isOpen = true
            func lists(_ person: String) -> Set<Reading.WorkList> {
                Reading.lists(
                    of: person, showing: open, due: asked.now - 1, isOnFallback: false, in: asked.county, at: asked.now)
            }
            #expect(lists(open.people.namedPerson).contains(.own) && lists("county").contains(.county))
        }
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

    /// The example county with some on leave, and deputies for some.
    mutating func county() -> County {
        var county = ExampleCounty.county
        for id in Self.people {
            let from = CivilTime.day(of: instant())
            county.people[id]?.absences = flag() ? [from...from.plus(number(0...5))] : []
            county.people[id]?.deputy = maybe { $0.person() }
        }
        county.units["school"]?.manager = person()
        return county
    }

    mutating func example() -> Reading.Case {
        Reading.Case(
            people: .init(
                unit: "school", namedPerson: person(), delegate: maybe { $0.person() },
                coordinator: maybe { $0.person() }),
            isOpen: flag(), isProtected: flag(), participants: Set(list(0...4) { $0.person() }),
            asked: maybe { $0.person() }, hasAnswered: flag(),
            shared: list(0...3) { random in
                .init(random.one(Organisation.self), until: random.maybe { CivilTime.day(of: $0.instant()) })
            },
            emergencies: list(0...3) { random in
                let from = random.instant()
                return .init(by: random.person(), from: from, until: from + 3 * 3_600)
            })
    }
}
