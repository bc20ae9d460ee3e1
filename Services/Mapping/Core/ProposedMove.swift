package import Domain
import Foundation

// Rule 2: the ownership is handed over, never taken. A report that says the child is elsewhere proposes a move. A
// person decides, by a date that escalates (rule 19).

extension Case {
    /// Where a report says that the child is, and who would own the case there.
    package struct ProposedMove: Sendable, Equatable {
        package var place: Place
        package var owner: Routing.Owner

        package init(place: Place, owner: Routing.Owner) { (self.place, self.owner) = (place, owner) }

        /// Whether both lead to one unit and place. Who has the role there may change from day to day.
        fileprivate func isSame(as other: ProposedMove) -> Bool {
            place == other.place && owner.unit == other.owner.unit
        }
    }

    /// The proposed move, if it leads to this unit: what somebody decides on is what they have read.
    ///
    /// - Throws: a refusal where no such move is proposed.
    func proposedMove(to unit: String) throws(Refusal) -> ProposedMove {
        guard let proposedMove, proposedMove.owner.unit == unit else { throw Refusal([Fault(.moveNone, at: "unit")]) }
        return proposedMove
    }

    /// The faults if somebody may not take the case over for the proposed unit. Nobody there learns of a child with
    /// protected identity before the owner has decided (rule 22).
    func faultsUnlessMayTakeOver(_ actor: Actor, _ context: DecisionContext) -> [Fault] {
        guard !isProtected, let move = proposedMove else { return [Fault(.personNotAllowed, at: "by")] }
        let people = Authority.People(unit: move.owner.unit, namedPerson: move.owner.person)
        return Authority.faults(
            .takeOver, by: actor, of: people, in: context.directory.counties[move.place.county], on: context.today)
    }

    fileprivate func isAt(_ move: ProposedMove) -> Bool {
        owner.unit == move.owner.unit
            && (place.county, place.municipality) == (move.place.county, move.place.municipality)
    }
}

extension CaseInHand {
    /// Keeps the latest proposal. The date stays that of the first one without an answer, so that further reports do
    /// not put the decision off.
    mutating func propose(_ move: Case.ProposedMove, in concern: Concern) {
        guard !`case`.isAt(move) else { return }
        let isKnown = `case`.proposedMove?.isSame(as: move) == true
        `case`.proposedMove = move
        let due =
            `case`.deadlines[.decideMove]?.due
            ?? set(.decideMove, workingDays: settings.moveDays, from: concern.receivedAt)
        guard !isKnown else { return }
        report(
            .proposed(
                .init(
                    move: move, concern: concern.id, owner: `case`.owner.person, county: `case`.place.county, due: due,
                    isForOwnerAlone: `case`.isProtected)))
    }

    /// Nothing is left to decide.
    mutating func settleMove() {
        `case`.proposedMove = nil
        done(.decideMove)
    }

    /// After the ownership has passed on: a person has decided where the child is, or the case is where a report said.
    mutating func settleMove(after why: CourseFact.Move.Why) {
        if case .command = why { return settleMove() }
        if let move = `case`.proposedMove, `case`.isAt(move) { settleMove() }
    }
}
