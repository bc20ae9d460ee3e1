package import Domain
import Foundation

// Rules 2, 13 and 19: what came with a case from where the child was goes on only where the new owner says so, by a date.

extension Case {
    /// Where the case and the child are.
    fileprivate var whereabouts: Departure {
        Departure(
            counties: [place.county], municipalities: [place.municipality],
            units: [owner.unit, place.attends].compactMap(\.self))
    }

    /// The organisations that consents cover, and that are others where the child is now.
    package var organisationsToReview: [Organisation] {
        let covered = Set(consents.values.filter(\.isGiven).flatMap(\.organisations))
        return departure?.organisations.filter(covered.contains) ?? []
    }

    /// Takes organisations out of all consents. A consent that covers nothing any more does not count.
    mutating func narrowConsents(without dropped: [Organisation]) {
        for (giver, consent) in consents where consent.isGiven {
            let kept = consent.organisations.filter { !dropped.contains($0) }
            consents[giver] = kept.isEmpty ? nil : consent
            consents[giver]?.organisations = kept
        }
    }
}

extension CaseInHand {
    /// The case has come to another place or unit: its owner reviews what came with it. The date counts from the last move, so
    /// that each new owner has as many days.
    ///
    /// - Returns: nil where only another person has the role.
    mutating func beginReview(since before: Case) -> CourseFact.Move.Review? {
        guard before.place != `case`.place || before.owner.unit != `case`.owner.unit else { return nil }
        var departure = `case`.departure ?? Departure()
        departure.leave(before.whereabouts, for: `case`.whereabouts)
        `case`.departure = departure
        let due = set(.reviewMove, workingDays: settings.moveDays, from: context.now)
        return .init(departure, due: due)
    }
}
