package import Domain
import Foundation

// Rules 2 and 4: the ownership is handed over at each transition, never dropped.

extension Case {
    /// The case as of today, before a command. If the owner has left the directory, the ownership has passed on.
    package func keepingOwner(_ context: DecisionContext) -> Decision<Case> { deciding(context) { $0.keepOwner() } }
}

extension CaseInHand {
    /// Passes the ownership on, and notifies both units (rule 2).
    mutating func hand(to owner: Routing.Owner, at place: Case.Place, _ why: CourseFact.Move.Why) {
        let former = CourseFact.Move.Holder(
            county: `case`.place.county, unit: `case`.owner.unit, person: `case`.owner.person)
        let isElsewhere = former.county != place.county
        if isElsewhere, `case`.isMeetingRequested { stopCooperation() }
        report(.moved(CourseFact.Move(from: former, to: owner, place: place, why: why)))
        (`case`.owner, `case`.place) = (owner, place)
        // The delegate belonged to the former organisation.
        `case`.delegate = nil
        reviewCounterpart()
        settleMove(after: why)
        guard case .cooperation(let cooperation) = `case`.phase else { return }
        if isElsewhere {
            callMeeting(cooperation)
        } else if former.unit != owner.unit || former.person != owner.person {
            request(.handOver(county: place.county, unit: owner.unit, namedPerson: owner.person))
        }
    }

    /// If the owner has left the directory, passes the ownership to the current role holder.
    mutating func keepOwner() {
        guard `case`.isOpen, let county, county.people[`case`.owner.person] == nil,
            county.municipalities[`case`.place.municipality] != nil
        else { return }
        let owner = Routing(county, today: today).owner(`case`.place.situation)
        hand(to: owner, at: `case`.place, .directory)
    }

    /// From this birthday on the person is an adult. The case gets a date for its handover; it is not cut off (rule 4).
    mutating func comeOfAge() {
        guard `case`.isOpen, `case`.isAdult(on: today), `case`.deadlines[.handOver] == nil else { return }
        let due = set(.handOver, workingDays: settings.mappingDays, from: context.now)
        report(.cameOfAge(owner: `case`.owner.person, county: `case`.place.county, due: due))
    }
}
