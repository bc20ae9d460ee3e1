import Domain
package import Foundation

// Before school the documents name two, the child health centre and the preschool (rule 2). The county's setting decides who
// owns the case. The other one is told, and can be asked for what they know (rule 7).

extension Case {
    /// The other of the two.
    package struct Counterpart: Sendable, Equatable {
        package var unit: String
        /// The unit's named person when they were told.
        package var person: String
        /// When they were asked for information, and when they gave some after that.
        package var asked: Date?
        package var answered: Date?

        package init(unit: String, person: String, asked: Date? = nil, answered: Date? = nil) {
            (self.unit, self.person, self.asked, self.answered) = (unit, person, asked, answered)
        }
    }
}

extension CaseInHand {
    /// After the case is opened, or has another owner: the other one is told that there is a case.
    mutating func reviewCounterpart() {
        guard let found = counterpart(at: `case`.place) else {
            `case`.counterpart = nil
            return
        }
        tell(found)
    }

    /// A report names a preschool, or a child health centre, that nobody knew of. One that names none takes nothing away.
    mutating func noteCounterpart(at place: Case.Place) {
        if let found = counterpart(at: place) { tell(found) }
    }

    private mutating func tell(_ found: Routing.Owner) {
        guard found.unit != `case`.counterpart?.unit else { return }
        let told = Case.Counterpart(unit: found.unit, person: found.person)
        `case`.counterpart = told
        report(.counterpartTold(told, county: `case`.place.county))
    }

    /// Nobody, for a child with protected identity (rule 22).
    private func counterpart(at place: Case.Place) -> Routing.Owner? {
        guard let county, place.county == county.code, !`case`.isProtected else { return nil }
        return Routing(county, today: today).counterpart(place.situation, of: `case`.owner)
    }

    /// What the other one writes after they were asked is their answer.
    mutating func noteCounterpartsAnswer() {
        guard let counterpart = `case`.counterpart, counterpart.asked != nil, actor == .person(counterpart.person)
        else {
            return
        }
        `case`.counterpart?.answered = context.now
    }
}
