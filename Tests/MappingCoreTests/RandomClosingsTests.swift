import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Whatever happens to a case: it is never closed without its reason, and its owner always has a next step")
struct RandomClosingsTests {
    /// A case that is worked on, closed, opened again, handed over and kept, in any order.
    private struct Life: RandomValues {
        var generator: SeededGenerator
        var story: Story

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            story = try Story.ready()
        }

        /// - Returns: that a measure made it worse, where the step is a follow-up.
        mutating func step() throws -> Bool {
            switch number(0...9) {
            case 0:
                let (isHarmSuspected, isAtFallback) = (number(0...7) == 0, flag())
                try story.concern {
                    ($0.id, $0.isHarmSuspected) = ("later", isHarmSuspected)
                    if isAtFallback {
                        $0.owner = .init(unit: "fallback", person: "head-fallback", fallback: .unitUnknown)
                    }
                }
            case 1: attempt(Reopen(reason: "ord"))
            case 2: attempt(KeepCase(reason: "ord"))
            case 3: try move()
            case 4: try? story.find(by: story.case.owner.person)
            case 5, 6: conclude()
            case 7: return end()
            case 8: return endPlan()
            default: story.advance(to: story.today.plus(number(1...6)).description)
            }
            return false
        }

        private mutating func move() throws {
            let unit: String? = flag() ? "school" : nil
            guard let place = Destination(municipality: "0001", in: story.directory) else { return }
            attempt(Move(to: place, stage: .school, attends: unit))
        }

        private mutating func conclude() {
            let next = story.today.plus(number(1...20))
            switch number(0...2) {
            case 0: attempt(Conclude(.nothingFurther(lookAgain: next)))
            case 1:
                attempt(
                    Conclude(
                        .ownMeasures(
                            .init([.init(area: .home, text: "ord", responsible: "teacher")], followUp: next))))
            default:
                try? story.consent(.guardian("g1"))
                attempt(Conclude(.cooperation(.init(organisations: [.healthCare], latest: next))))
            }
        }

        private mutating func end() -> Bool {
            let (effect, reason) = (one(Effect.self), maybe { _ in "Därför." })
            let decision: FollowUp.Decision = flag() ? .end : .reopen
            attempt(FollowUp(decision, effect: effect, text: "ord", closingReason: reason))
            return effect == .worse
        }

        private mutating func endPlan() -> Bool {
            let isWorse = flag()
            attempt(
                EndCooperation(reason: "Därför.", isWorse: isWorse), by: flag() ? "family" : story.case.owner.person)
            return isWorse
        }

        private mutating func attempt<Given: Command>(_ command: Given, by person: String? = nil)
        where Given.Subject == Case {
            let owner = story.case.owner.person
            // A refusal changes nothing.
            try? story.give(
                command, by: person ?? [owner, owner, "manager", "teacher"].randomElement(using: &generator) ?? owner)
        }
    }

    /// 10 000 steps in all.
    @Test("rules 2, 3, 17 and 19: random sequences keep what must always hold", arguments: (1...50).map(UInt64.init))
    func always(seed: UInt64) throws {
        var life = try Life(seed: seed)
        for _ in 0..<200 {
            let before = life.story
            let isWorse = try life.step()
            let (owner, subject) = (before.case.owner.person, life.story.case)
            let closings = life.story.facts[before.facts.count...].compactMap { fact -> CourseFact.Closing? in
                if case .course(.closed(let closing)) = fact { closing } else { nil }
            }
            #expect(closings.isEmpty == (!before.case.isOpen || subject.isOpen), "what closes a case says so, once")
            for closing in closings {
                let mustExplain = isWorse || before.case.isHarmSuspected || closing.by != .person(owner)
                #expect(!closing.reason.isEmpty && (!mustExplain || closing.reason == "Därför."))
                #expect(closing.to == (mustExplain ? [owner, "manager"] : []), "who must be told is told")
            }
            #expect(
                subject.isOpen == (subject.nextStep != nil), "an owner always has a next step, and a closed case none")
            #expect(
                !subject.isOpen || !Set(subject.deadlines.keys).isSubset(of: [.acknowledge, .findOwner]),
                "and one that leads the case on")
            #expect(!subject.isOwnerSought || subject.owner.fallback != nil, "an owner who fits is not looked for")
            if before.case.phase.word != .mapping, subject.phase.word == .mapping {
                #expect(subject.answers.isEmpty, "a mapping begins without former answers")
            }
        }
    }
}
