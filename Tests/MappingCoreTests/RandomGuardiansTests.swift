import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rules 12 and 13, whatever happens: nobody is asked who is no guardian, and every no counts")
struct RandomGuardiansTests {
    /// A case to which anything happens: concerns, guardians put right, consents given and taken back, outcomes, time.
    fileprivate struct Life: RandomValues {
        var generator: SeededGenerator
        var story: Story

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            story = try Story.ready { $0.guardians = ["g1", "g2"] }
        }

        /// Of somebody who is, was, or never was a guardian.
        mutating func key() -> String {
            let known = story.case.guardians.map(\.key) + story.case.formerGuardians.keys.sorted()
            return (known + (1...6).map { "g\($0)" } + ["stranger"]).randomElement(using: &generator) ?? "g1"
        }

        mutating func giver() -> Giver {
            switch number(0...9) {
            case 0: .youth
            case 1: .others
            default: .guardian(key())
            }
        }

        /// - Returns: who has said no; nil: nobody.
        mutating func step() throws -> Giver? {
            let details = Case.Guardian.Details(name: "Gun Exempelförälder")
            switch number(0...11) {
            case 0:
                let named = list(0...4) { $0.key() }
                try story.concern { $0.guardians = named }
            case 1: attempt(AddGuardian(former: maybe { $0.key() }, details, one(GuardianStanding.self), reason: "ord"))
            case 2: attempt(CorrectGuardian(key(), details, one(GuardianStanding.self), reason: "ord"))
            case 3: attempt(MergeGuardians(key(), into: key(), reason: "ord"))
            case 4: attempt(RemoveGuardian(flag() ? giver() : .guardian(key()), reason: "ord"))
            case 5:
                attempt(EndObjection(story.case.objections.randomElement(using: &generator) ?? giver(), reason: "ord"))
            case 6:
                let giver = giver()
                try story.consent(giver, flag() ? .refused : .withdrawn)
                return giver
            case 7: story.advance(to: story.today.plus(number(1...3)).description)
            case 8 where story.case.phase != .mapping:
                attempt(Reopen(reason: "ord"))
                try story.find()
            case 8:
                attempt(Conclude(.cooperation(.init(organisations: [.healthCare], latest: story.today.plus(20)))))
            default:
                let until = maybe { life in life.story.today.plus(life.number(0...9)) }
                let giver = story.case.guardians.randomElement(using: &generator).map { Giver.guardian($0.key) }
                attempt(
                    RecordConsent(
                        giver: flag() ? self.giver() : giver ?? .youth, word: .given(until: until),
                        organisations: Organisation.allCases, form: "spoken", date: nil))
            }
            return nil
        }

        private mutating func attempt<Given: Command>(_ command: Given) where Given.Subject == Case {
            // A refusal changes nothing.
            try? story.give(command)
        }
    }

    /// 10 000 steps in all.
    @Test("rules 12 and 13: random sequences keep what must always hold", arguments: (1...50).map(UInt64.init))
    func always(seed: UInt64) throws {
        var life = try Life(seed: seed)
        for _ in 0..<200 {
            let before = life.story
            let refuser = try life.step()
            let (story, subject) = (life.story, life.story.case)
            let new = before.facts.count
            let everybody = subject.awaited(for: [.healthCare], on: story.today)
            let asked = everybody.compactMap { if case .giver(let giver) = $0 { giver } else { nil } }
            let living = Set(subject.guardians.filter { $0.standing != .deceased }.map { Giver.guardian($0.key) })
            #expect(
                asked.allSatisfy { living.contains($0) || $0 == .youth || $0 == .others },
                "nobody is asked for consent who is no guardian any more")
            #expect(
                subject.consents.values.allSatisfy {
                    !$0.isGiven || living.contains($0.giver) || $0.giver == .youth
                        || $0.giver == .others && subject.hasMoreGuardians
                },
                "no consent of a removed guardian counts")
            if subject.isMeetingRequested { #expect(everybody.isEmpty, "nothing goes on without every consent") }
            if refuser != nil {
                #expect(!everybody.isEmpty && !subject.isMeetingRequested, "a withdrawal always takes effect")
                let isCancelled = story.requests(from: new).contains(.cancel(county: "TST", isClosed: false))
                #expect(isCancelled == before.case.isMeetingRequested)
            }
            #expect(Set(subject.guardians.map(\.key)).isDisjoint(with: subject.formerGuardians.keys))
            #expect(Set(subject.guardians.map(\.key)).count == subject.guardians.count)
            #expect(subject.objections.count <= Case.unknownGiversLimit + 1)
            #expect(!subject.isOpen || subject.nextStep != nil, "an open case always has a next step")
            #expect(
                try seats(story.facts) == nil || !subject.isMeetingRequested || seats(story.facts) == expected(subject))
        }
    }

    /// What Meetings knows of the guardians, by the last request that says it.
    private func seats(_ facts: [CaseFact]) throws -> [String]? {
        for case .meetings(let request) in facts.reversed() {
            switch request {
            case .call(let call): return call.seats.guardians
            case .seat(let seats, _): return seats.guardians
            default: continue
            }
        }
        return nil
    }

    private func expected(_ subject: Case) -> [String] {
        subject.guardians.filter { $0.standing != .deceased }.map(\.key)
    }
}
