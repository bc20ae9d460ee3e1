import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rules 12 and 13, whatever happens: nobody from outside is invited or told without consents that cover them")
struct RandomOutsidersTests {
    /// A cooperation to which anything happens: calls, cancellations, consents that grow and shrink, moves, handovers.
    private struct Life: RandomValues {
        var generator: SeededGenerator
        var county = CountyInMemory()
        /// What Mapping has said last.
        var isAdmitted = false

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            county.county = ExampleCounty.twoTowns
        }

        mutating func step() {
            switch number(0...11) {
            case 0, 1:
                let isCovered = flag()
                if attempt(Call(request(isCovered)), by: .suite) { isAdmitted = isCovered }
            case 2:
                let tells = flag() && isAdmitted
                if attempt(Cancel(isClosed: flag(), tellsOutsiders: tells), by: .suite) { isAdmitted = tells }
            case 3:
                let isCovered = flag()
                if attempt(AdmitOutsiders(isCovered), by: .suite) { isAdmitted = isCovered }
            case 4...6:
                let email = EmailAddress("p\(number(1...4))@example.org")
                let details = Outsider.Details(name: "N", role: "r", organisation: "o", email: email)
                attempt(InviteOutsider(details, reason: "ord", isFamilyAsked: number(0...3) > 0, isWritten: flag()))
            case 7:
                let id = county.cooperation?.outsiders.randomElement(using: &generator)?.id ?? "outsider:none"
                attempt(DismissOutsider(id, reason: "ord"))
            case 8: attempt(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
            case 9:
                let kept = [["family"], []][number(0...1)]
                attempt(
                    Relocate(from: Departure(municipalities: ["0001"]), kept: kept, keepsPlace: flag()), by: .suite)
            case 10:
                county.reachMeeting()
                attempt(CountyInMemory.record(followUp: day(30).description))
            default: attempt(Protect(), by: .suite)
            }
        }

        private func request(_ isCovered: Bool) -> Request {
            var request = CountyInMemory.request
            (request.admitsOutsiders, request.latestDate) = (isCovered, day(21))
            return request
        }

        private func day(_ ahead: Int) -> LocalDate { CivilTime.day(of: county.now).plus(ahead) }

        /// - Returns: false where it was refused, which changes nothing.
        @discardableResult
        private mutating func attempt<C: Command>(_ command: C, by actor: Actor = .person("head-school")) -> Bool
        where C.Subject == Planning {
            (try? county.decide(command, by: actor)) != nil
        }
    }

    /// 5 000 steps in all.
    @Test("rules 12 and 13: random sequences keep what must always hold", arguments: (1...50).map(UInt64.init))
    func always(seed: UInt64) throws {
        var life = try Life(seed: seed)
        for _ in 0..<100 {
            let (before, count) = (life.county.cooperation, life.county.facts.count)
            life.step()
            let cooperation = life.county.cooperation
            let facts = life.county.facts[count...]
            let told = facts.compactMap { fact -> OutsiderTold? in
                if case .call(.outsider(.told(let told))) = fact { told } else { nil }
            }
            #expect(told.isEmpty || life.isAdmitted, "after a withdrawal nobody from outside is told anything")
            #expect(cooperation?.outsiders.isEmpty != false || life.isAdmitted, "nobody comes without consents")
            #expect((cooperation?.outsiders.count ?? 0) <= 4, "one address is one person")
            let known = Set(((before?.outsiders ?? []) + (cooperation?.outsiders ?? [])).map(\.id))
            #expect(told.allSatisfy { known.contains($0.to) })
            let written = Set(
                ((before?.outsiders ?? []) + (cooperation?.outsiders ?? [])).filter(\.isWritten).map(\.id))
            #expect(told.allSatisfy { written.contains($0.to) }, "the suite writes only where a person has decided so")
            if case .idle = cooperation?.stage { #expect(cooperation?.outsiders == []) }
        }
    }
}
