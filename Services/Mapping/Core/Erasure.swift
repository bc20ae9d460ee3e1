package import Domain
package import Foundation

// Rule 23: a case is erased when its retention ends or an authority orders it. The steps follow each other over all
// services, each in a transaction of its own, so that a stop at any place is gone on from there:
//
// 1. Here: ordered. Commands are refused from now on.
// 2. Intake lets go of the child. A new report gets a new reference. If a concern came first, the erasure is called off.
// 3. Here: begun. Nothing stops it any more.
// 4. Meetings calls the meeting off and forgets the case.
// 5. Notifications sends the last cancellations, withdraws the rest and forgets the case.
// 6. Here: the case is deleted. `ChildErased` names its reference and the ground.
// 7. Intake forgets the child, and ends the data key last.

extension Case {
    /// An erasure under way.
    package struct Erasure: Sendable, Equatable {
        package var ground: Ground
        /// Intake has let go of the child.
        package var hasBegun: Bool

        package init(_ ground: Ground, hasBegun: Bool = false) { (self.ground, self.hasBegun) = (ground, hasBegun) }

        /// Why. It outlives the case, so it names nobody.
        package struct Ground: Sendable, Equatable {
            package var reason: ErasureReason
            /// The legal ground, or the decision's number.
            package var legal: String

            package init(_ reason: ErasureReason, legal: String) { (self.reason, self.legal) = (reason, legal) }
        }
    }

    /// The case is not erased until it is lifted.
    package struct Hold: Sendable, Equatable {
        package var by: Actor
        package var reason: String
        package var at: Date

        package init(by: Actor, reason: String, at: Date) { (self.by, self.reason, self.at) = (by, reason, at) }
    }

    /// How long a closed case is still kept.
    package struct Retention: Sendable, Equatable {
        package var closed: LocalDate
        /// When it is looked at next. The county's settings may change in years.
        package var check: LocalDate
        /// The day of which was warned; nil where none was.
        package var erase: LocalDate?

        package init(closed: LocalDate, check: LocalDate, erase: LocalDate? = nil) {
            (self.closed, self.check, self.erase) = (closed, check, erase)
        }
    }

    // MARK: What other services answer

    /// Intake has let go of the child: no concern comes any more.
    ///
    /// - Returns: nil where it was not asked to.
    package func released(_ context: DecisionContext) -> Decision<Case>? {
        guard let erasure, !erasure.hasBegun else { return nil }
        return deciding(context) { work in
            work.case.erasure?.hasBegun = true
            work.case.phase = .closed(after: outcome)
            work.case.deadlines = [:]
            work.case.retention = nil
            work.report(.begun)
            work.request(.erase(county: place.county))
        }
    }

    /// A concern came before Intake could let go of the child. The case stays, and the county's function decides anew.
    ///
    /// - Returns: nil where nothing was ordered.
    package func kept(_ context: DecisionContext) -> Decision<Case>? {
        guard let erasure, !erasure.hasBegun else { return nil }
        return deciding(context) { work in
            work.case.erasure = nil
            if !isOpen { work.startRetention() }
            work.report(.calledOff(to: [work.functionOrOwner], county: place.county))
        }
    }

    /// Nothing waits in other services any more. The case can be deleted.
    ///
    /// - Returns: nil where its erasure has not begun.
    package var erased: ErasureFact? {
        guard let erasure, erasure.hasBegun else { return nil }
        return .erased(erasure.ground)
    }
}

extension CaseInHand {
    /// How often a closed case is looked at, in days.
    private static let checkInterval = 30

    /// The case has been closed today.
    mutating func startRetention() {
        `case`.retention = .init(closed: today, check: today)
        reviewRetention()
    }

    /// Warns of the day on which the county's time for such a case ends, and erases it on that day.
    mutating func reviewRetention() {
        guard case .closed(let outcome) = `case`.phase, `case`.erasure == nil, var retention = `case`.retention else {
            return
        }
        defer { if `case`.retention != nil { `case`.retention = retention } }
        retention.check = today.plus(Self.checkInterval)
        guard `case`.hold == nil, let months = settings.retention.months(after: outcome) else {
            retention.erase = nil
            return
        }
        let end = retention.closed.plusMonths(months)
        // The county has lengthened its time since it warned.
        if let announced = retention.erase, announced < end { retention.erase = nil }
        let warning = settings.erasureWarningDays
        if let announced = retention.erase {
            guard today >= announced else { return retention.check = announced }
            retention.erase = nil
            return order(.init(.retention, legal: ""))
        }
        let warn = end.plus(-warning)
        guard today >= warn else { return retention.check = min(retention.check, warn) }
        let date = max(end, today.plus(warning))
        (retention.erase, retention.check) = (date, date)
        report(
            .forewarned(
                on: date, to: [`case`.owner.person, functionOrOwner].uniqued(), county: `case`.place.county))
    }

    /// Asks Intake to let go of the child.
    mutating func order(_ ground: Case.Erasure.Ground) {
        `case`.erasure = .init(ground)
        report(.ordered(ground, by: actor, concerns: `case`.concerns))
    }

    /// The county's function; where there is none, the owner.
    fileprivate var functionOrOwner: String { county?.function ?? `case`.owner.person }
}

extension County.Retention {
    fileprivate func months(after outcome: Case.Outcome?) -> Int? {
        switch outcome {
        case nil: noOutcome
        case .nothingFurther: nothingFurther
        case .ownMeasures: ownMeasures
        case .cooperation: cooperation
        }
    }
}

extension Case {
    /// A fault while the case is being erased.
    var faultsIfErasing: [Fault] { erasure == nil ? [] : [Fault(.caseErasing)] }
}
