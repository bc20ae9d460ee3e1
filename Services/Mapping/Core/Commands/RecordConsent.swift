package import Domain

/// What a guardian or the youth says to sharing (rule 13).
///
/// A refusal or withdrawal is blocked by nothing: not by a state, not by who records it, not by a giver whom nobody
/// knows, not by a case that is full. Only a consent that is given must hold.
package struct RecordConsent: CaseCommand {
    package static let act = Authority.Act.withholdConsent
    package static let requirement = Requirement.anyPhase

    package var giver: Giver
    package var word: Case.Consent.Word
    package var organisations: [Organisation]
    package var form: String
    /// The day on which it was given; nil: today.
    package var date: LocalDate?

    package init(
        giver: Giver, word: Case.Consent.Word, organisations: [Organisation], form: String, date: LocalDate?
    ) {
        (self.giver, self.word, self.organisations) = (giver, word, organisations)
        (self.form, self.date) = (form, date)
    }

    /// What stands against every consent that is given.
    package static func obstaclesToGiven(
        on subject: Case, by actor: Actor, _ context: DecisionContext
    ) -> [Fault] {
        subject.faultsUnless(.open)
            + Authority.faults(
                .recordConsent, by: actor, of: subject.people, in: context.directory.counties[subject.place.county],
                on: context.today)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        if case .given(let until) = word { try Refusal.unless(faultsOfGiven(until: until, work)) }
        let teller = word.isGiven ? giver : work.case.teller(giver)
        let consent = Case.Consent(
            giver: teller, word: word, organisations: organisations, form: form, date: date ?? work.today,
            recordedAt: work.context.now, by: work.actor)
        work.case.consents[teller] = consent
        work.report(.consentRecorded(consent))
        work.reviewConsents()
    }

    private func faultsOfGiven(until: LocalDate?, _ work: CaseInHand) -> [Fault] {
        var faults = Self.obstaclesToGiven(on: work.case, by: work.actor, work.context)
        let isAwaited =
            switch giver {
            case .youth: true
            case .guardian(let key): work.case.guardians.contains(key)
            case .others: work.case.hasMoreGuardians
            }
        // Whoever has said no can say yes.
        if !isAwaited, work.case.consents[giver] == nil { faults.append(Fault(.consentGiver, at: "giver")) }
        if let date, date > work.today { faults.append(Fault(.dateInvalid, at: "date")) }
        if let until, until < work.today { faults.append(Fault(.dateInvalid, at: "valid_until")) }
        return faults
    }
}
