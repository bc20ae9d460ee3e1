package import Domain

/// Records a guardian's or the youth's decision about sharing (rule 13).
///
/// Nothing blocks a refusal or withdrawal: no phase, no lack of authority, no unknown giver, no full case. Only a consent that is
/// given must be valid.
package struct RecordConsent: CaseCommand {
    package static let act = Authority.Act.withholdConsent

    package var giver: Giver
    package var word: Case.Consent.Word
    package var organisations: [Organisation]
    /// People from outside the directory may take part.
    package var admitsOutsiders: Bool
    package var form: String
    /// The day on which it was given; nil: today.
    package var date: LocalDate?

    package init(
        giver: Giver, word: Case.Consent.Word, organisations: [Organisation], admitsOutsiders: Bool = false,
        form: String, date: LocalDate?
    ) {
        (self.giver, self.word, self.organisations) = (giver, word, organisations)
        self.admitsOutsiders = admitsOutsiders
        (self.form, self.date) = (form, date)
    }

    /// The faults that any given consent would have.
    package static func obstaclesToGiven(
        on subject: Case, by actor: Actor, _ context: DecisionContext
    ) -> [Fault] {
        subject.faultsIfErasing + subject.faultsUnless(.open)
            + Authority.faults(
                .recordConsent, by: actor, of: subject.people, in: context.directory.counties[subject.place.county],
                on: context.today)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        if case .given(let until) = word { try Refusal.unless(faultsOfGiven(until: until, work)) }
        let known = work.case.resolved(giver)
        let teller = word.isGiven ? known : work.case.teller(known)
        let doubt = doubt(about: known, work)
        let consent = Case.Consent(
            giver: teller, word: word, organisations: organisations, admitsOutsiders: admitsOutsiders && word.isGiven,
            form: form, date: date ?? work.today, recordedAt: work.context.now,
            by: doubt?.isByUnknown == true ? .suite : work.actor)
        work.case.consents[teller] = consent
        work.report(.consentRecorded(consent, doubt: doubt))
        work.reviewConsents()
    }

    /// A no counts whoever gives and records it. Where somebody is not known, the case's owner looks at it.
    private func doubt(about giver: Giver, _ work: CaseInHand) -> ConsentDoubt? {
        if word.isGiven { return nil }
        let isGiverUnknown = !work.case.isOnRecord(giver)
        let isByUnknown = work.county?.people[work.actor.id] == nil
        guard isGiverUnknown || isByUnknown else { return nil }
        return ConsentDoubt(
            isGiverUnknown: isGiverUnknown, isByUnknown: isByUnknown, to: work.case.owner.person,
            county: work.case.place.county)
    }

    private func faultsOfGiven(until: LocalDate?, _ work: CaseInHand) -> [Fault] {
        var faults = Self.obstaclesToGiven(on: work.case, by: work.actor, work.context)
        if !work.case.isOnRecord(work.case.resolved(giver)) { faults.append(Fault(.consentGiver, at: "giver")) }
        if let date, date > work.today { faults.append(Fault(.dateInvalid, at: "date")) }
        if let until, until < work.today { faults.append(Fault(.dateInvalid, at: "valid_until")) }
        return faults
    }
}
