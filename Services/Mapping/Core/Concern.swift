package import Domain
package import Foundation

/// A concern that Intake registered: somebody saw something that suggests risk (rule 1).
package struct Concern: Sendable, Equatable {
    /// The concern's own id.
    package var id: String
    /// The case's reference, if the concern opens a case.
    package var reference: String
    package var place: Case.Place
    package var owner: Routing.Owner
    /// The child has grown into the next stage, so the ownership passes on (rule 2).
    package var hasGrown: Bool
    /// Where the report leads, if that is elsewhere than the child was.
    package var proposed: Case.ProposedMove?
    package var receivedAt: Date
    package var areas: [WheelArea]
    package var observation: String
    package var strengths: [String]
    package var guardians: [String]
    package var youthConsentFrom: LocalDate
    package var adultFrom: LocalDate
    package var isProtected: Bool
    package var isHarmSuspected: Bool
    /// The concern of which this one is probably a duplicate.
    package var linkedTo: String?

    package init(
        id: String, reference: String, place: Case.Place, owner: Routing.Owner, hasGrown: Bool = false,
        proposed: Case.ProposedMove? = nil, receivedAt: Date, areas: [WheelArea], observation: String,
        strengths: [String] = [], guardians: [String], youthConsentFrom: LocalDate, adultFrom: LocalDate,
        isProtected: Bool = false, isHarmSuspected: Bool = false, linkedTo: String? = nil
    ) {
        self.id = id
        self.reference = reference
        self.place = place
        self.owner = owner
        self.hasGrown = hasGrown
        self.proposed = proposed
        self.receivedAt = receivedAt
        self.areas = areas
        self.observation = observation
        self.strengths = strengths
        self.guardians = guardians
        self.youthConsentFrom = youthConsentFrom
        self.adultFrom = adultFrom
        self.isProtected = isProtected
        self.isHarmSuspected = isHarmSuspected
        self.linkedTo = linkedTo
    }

    /// Opens the child's mapping, or joins an open one (rule 6).
    package func decide(on case: Case?, _ context: DecisionContext) -> Decision<Case> {
        if let `case`, `case`.isOpen {
            return `case`.deciding(context) { work in
                work.keepOwner()
                work.join(self)
            }
        }
        return opened(after: `case`, now: context.now).deciding(context) { $0.open(self) }
    }

    /// A new mapping. It takes over the child's data from an earlier one, but none of its information and consents.
    private func opened(after former: Case?, now: Date) -> Case {
        var new = Case(
            reference: reference, place: place, owner: owner, opened: now,
            youthConsentFrom: youthConsentFrom, adultFrom: adultFrom)
        if let former {
            new.guardians = former.guardians
            new.formerGuardians = former.formerGuardians
            new.hasMoreGuardians = former.hasMoreGuardians
            new.isProtected = former.isProtected
            new.isHarmSuspected = former.isHarmSuspected
            new.emergencies = former.emergencies
            (new.concerns, new.hold, new.erasure) = (former.concerns, former.hold, former.erasure)
        }
        return new
    }
}

extension CaseInHand {
    fileprivate mutating func open(_ concern: Concern) {
        let former = note(concern)
        set(.acknowledge, workingDays: settings.acknowledgeDays, from: concern.receivedAt)
        let due = set(.conclude, workingDays: settings.mappingDays, from: concern.receivedAt)
        seekOwner(since: concern.receivedAt)
        report(
            .opened(owner: `case`.owner, at: `case`.place, due: due, isHarmSuspected: `case`.isHarmSuspected))
        report(former, in: concern)
        reviewCounterpart()
        if let move = concern.proposed { propose(move, in: concern) }
    }

    fileprivate mutating func join(_ concern: Concern) {
        let becomesProtected = concern.isProtected && !`case`.isProtected
        let former = note(concern)
        report(
            .concernJoined(
                owner: `case`.owner.person, isHarmSuspected: concern.isHarmSuspected, linkedTo: concern.linkedTo))
        report(former, in: concern)
        if concern.hasGrown, `case`.place.stage.isBefore(concern.place.stage) {
            hand(to: concern.owner, at: concern.place, .age)
        } else {
            noteCounterpart(at: concern.place)
        }
        if let move = concern.proposed { propose(move, in: concern) }
        // The owner must look at the new concern within a time that starts when it was received (rule 19).
        if `case`.deadlines[.acknowledge] == nil {
            set(.acknowledge, workingDays: settings.acknowledgeDays, from: concern.receivedAt)
        }
        if becomesProtected, `case`.isMeetingRequested { request(.protect(county: `case`.place.county)) }
        comeOfAge()
        reviewConsents()
    }

    /// A report does not undo what a person has put right, and the owner sees what it says.
    private mutating func report(_ former: [String], in concern: Concern) {
        if !former.isEmpty { report(.formerReported(former, concern: concern.id)) }
    }

    /// - Returns: the keys of former guardians whom the concern names.
    private mutating func note(_ concern: Concern) -> [String] {
        `case`.concerns += 1
        `case`.concernAreas = (`case`.concernAreas + concern.areas).uniqued()
        // Strengths first (rule 8). What was observed is one text, whatever areas it names.
        let needs = Case.Areas(concern.areas).map { (Case.Finding.need($0), concern.observation) }
        let observed = concern.strengths.map { (Case.Finding.strength([]), $0) } + [needs].compactMap(\.self)
        for (index, (finding, text)) in observed.enumerated() {
            var information = Case.Information(
                id: "\(concern.id)-\(index + 1)", source: .detector, finding: finding, text: text, by: .suite,
                at: concern.receivedAt)
            if !`case`.hasRoom(for: text, of: Case.roomForConcerns) {
                // The words stay in the concern itself. That somebody saw this is kept once.
                guard let new = `case`.unknown(of: finding) else { continue }
                (information.finding, information.text) = (new, Catalogue.text("information.elsewhere", .swedish))
            }
            `case`.information.append(information)
        }
        let former = `case`.record(concern.guardians)
        `case`.youthConsentFrom = concern.youthConsentFrom
        `case`.adultFrom = concern.adultFrom
        `case`.isProtected = `case`.isProtected || concern.isProtected
        `case`.isHarmSuspected = `case`.isHarmSuspected || concern.isHarmSuspected
        return former
    }
}

extension Case {
    /// As much of a concern's finding as no earlier concern tells; nil for nothing.
    fileprivate func unknown(of finding: Finding) -> Finding? {
        let known = information.filter { $0.source == .detector }.map(\.finding)
        guard case .need(let areas) = finding else { return known.contains(finding) ? nil : finding }
        let told = Set(known.flatMap(\.areasToActOn))
        return Areas(areas.list.filter { !told.contains($0) }).map(Finding.need)
    }
}
