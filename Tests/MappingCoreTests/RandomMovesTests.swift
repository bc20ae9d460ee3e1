import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite(
    "Rules 2, 13 and 19, whatever happens: what came with a case waits for its new owner, and no consent grows by it")
struct RandomMovesTests {
    /// A case that goes from town to town while consents, outcomes and reports come and go.
    fileprivate struct Life: RandomValues {
        var generator: SeededGenerator
        var story: Story

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            story = try Story.ready()
            story.directory = Directory(["TST": ExampleCounty.twoTowns])
        }

        mutating func place() -> Case.Place {
            let town = flag() ? ("0001", "school") : ("0002", "school-2")
            let isSchool = number(0...3) > 0
            return Case.Place(
                county: "TST", municipality: town.0, stage: isSchool ? .school : .outsideUpperSecondary,
                attends: isSchool ? town.1 : nil)
        }

        mutating func review() -> ReviewMove {
            ReviewMove(
                organisations: list(0...3) { $0.one(Organisation.self) },
                meeting: .init(people: list { $0.id() }, keepsPlace: flag()))
        }

        mutating func step() throws {
            let place = place()
            switch number(0...9) {
            case 0, 1:
                guard let town = Destination(municipality: place.municipality, in: story.directory) else { return }
                attempt(Move(to: town, stage: place.stage, attends: place.attends))
            case 2:
                let county = story.directory.counties["TST"] ?? ExampleCounty.county
                let owner = Routing(county, today: story.today).owner(
                    .init(municipality: place.municipality, stage: place.stage, unit: place.attends))
                try story.concern { $0.proposed = .init(place: place, owner: owner) }
            case 3: attempt(ConfirmMove(unit: story.case.proposedMove?.owner.unit ?? "school"))
            case 4: attempt(review())
            case 5: try story.consent(.guardian("g1"), flag() ? .refused : .withdrawn)
            case 6: story.advance(to: story.today.plus(number(1...3)).description)
            case 7 where story.case.phase != .mapping: attempt(Reopen(reason: "ord"))
            case 7:
                attempt(
                    Conclude(.cooperation(.init(organisations: [.socialServices], latest: story.today.plus(20)))))
            default:
                attempt(
                    RecordConsent(
                        giver: .guardian("g1"), word: .given(until: maybe { $0.story.today.plus($0.number(0...9)) }),
                        organisations: list(1...3) { $0.one(Organisation.self) }, admitsOutsiders: flag(),
                        form: "spoken",
                        date: nil))
            }
        }

        private mutating func attempt<Given: Command>(_ command: Given) where Given.Subject == Case {
            // A refusal changes nothing.
            try? story.give(command, by: story.case.owner.person)
        }
    }

    private func isReviewed(_ fact: CaseFact) -> Bool {
        if case .proposal(.reviewed) = fact { true } else { false }
    }

    /// Whether the case came to another unit or place by a fact.
    private func isMove(_ fact: CaseFact) -> Bool {
        if case .course(.moved(let move)) = fact { move.review != nil } else { false }
    }

    /// 10 000 steps in all.
    @Test("rules 2, 13 and 19: random sequences keep what must always hold", arguments: (1...50).map(UInt64.init))
    func always(seed: UInt64) throws {
        var life = try Life(seed: seed)
        for _ in 0..<200 {
            let before = life.story
            try life.step()
            let (story, subject) = (life.story, life.story.case)
            let facts = story.facts[before.facts.count...]
            let hasMoved = before.case.place != subject.place || before.case.owner.unit != subject.owner.unit
            #expect(hasMoved == facts.contains(where: isMove), "a move tells its new owner what is to be reviewed")
            #expect((subject.departure != nil) == (subject.deadlines[.reviewMove] != nil))
            if hasMoved || before.case.departure != nil, subject.isOpen, !facts.contains(where: isReviewed) {
                #expect(subject.departure != nil, "after a move the new owner has the step until it is reviewed")
                #expect(
                    story.refused(
                        ReviewMove(organisations: [], meeting: .init(people: [], keepsPlace: true)),
                        by: subject.owner.person
                    )
                    .isEmpty)
            }
            #expect(subject.departure?.municipalities.contains(subject.place.municipality) != true)
            #expect(subject.departure?.units.contains(subject.owner.unit) != true)
            if facts.contains(where: isReviewed) { expectNarrower(before.case, subject) }
            #expect(!subject.isOpen || subject.nextStep != nil, "an open case always has a next step")
            if subject.isMeetingRequested {
                #expect(subject.awaited(for: [.socialServices], on: story.today).isEmpty)
                #expect(
                    admitted(story) == subject.admitsOutsiders(on: story.today),
                    "Meetings knows whether the consents let people from outside take part")
            }
        }
    }

    /// What Meetings was told last of people from outside.
    private func admitted(_ story: Story) -> Bool? {
        story.requests().reversed().lazy.compactMap { request in
            switch request {
            case .call(let call): call.admitsOutsiders
            case .admitOutsiders(let isAdmitted, _): isAdmitted
            default: nil
            }
        }.first
    }

    private func expectNarrower(_ before: Case, _ after: Case) {
        for (giver, consent) in after.consents {
            let former = before.consents[giver]
            #expect(former?.word == consent.word, "a review gives and takes back nothing for anybody")
            #expect(Set(consent.organisations).isSubset(of: former?.organisations ?? []), "no scope grows by a review")
        }
    }
}
