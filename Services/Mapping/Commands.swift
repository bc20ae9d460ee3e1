import Codec
import Domain
import Foundation

// Every command about a case: what stands against it, and what it does.

extension TakeOn: CaseCommand {
    func faults(in subject: Case) -> [Fault] {
        subject.open() + subject.works(by)
            + (subject.state.deadlines[Step.acknowledge.rawValue] == nil ? [Fault(.nothingToTakeOn)] : [])
    }

    func apply(to subject: inout Case, id: String) {
        subject.done(.acknowledge)
        subject.tell(CaseTakenOn.with { ($0.caseReference, $0.by) = (caseReference, by) })
    }
}

extension DelegateWork: CaseCommand {
    /// Within the own organisation only: "inom sin verksamhet" (rule 6).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.open() + subject.isResponsible(by)
        guard let county = subject.county, let person = county.people[to] else {
            return faults + [Fault(.personUnknown, at: "to")]
        }
        let (own, theirs) = (county.units[subject.state.unit], county.units[person.unit])
        if own == nil || own?.kind.organisation != theirs?.kind.organisation
            || own?.municipality != theirs?.municipality
        {
            faults.append(Fault(.delegateOutside, at: "to"))
        }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        subject.state.delegate = to
        subject.tell(
            WorkDelegated.with { [county = subject.state.county] in
                ($0.caseReference, $0.county, $0.by, $0.to) = (caseReference, county, by, to)
            })
    }
}

extension HandBackWork: CaseCommand {
    func faults(in subject: Case) -> [Fault] {
        subject.open() + subject.works(by) + (subject.state.delegate.isEmpty ? [Fault(.delegateNone)] : [])
    }

    func apply(to subject: inout Case, id: String) {
        subject.state.delegate = ""
        subject.tell(
            WorkHandedBack.with { [owner = subject.state.owner] in
                ($0.caseReference, $0.by, $0.owner) = (caseReference, by, owner)
            })
    }
}

extension AddInformation: CaseCommand {
    /// From one of four sources, about one area, a need, a strength or an obstacle, in words (rules 7 and 8).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.mapping() + subject.known(by)
        let source = InformationSource(rawValue: source)
        if source == nil { faults.append(Fault(at: "source", notOneOf: InformationSource.self)) }
        return faults + Information.faults(area: area, kind: kind, text: text)
    }

    func apply(to subject: inout Case, id: String) {
        let information = Information.with {
            ($0.source, $0.area, $0.kind, $0.text) = (source, area, kind, text)
            ($0.id, $0.by, $0.at) = (id, by, .init(subject.now))
        }
        subject.state.information.append(information)
        subject.tell(
            InformationAdded.with { ($0.caseReference, $0.by, $0.information) = (caseReference, by, information) })
    }
}

extension CorrectInformation: CaseCommand {
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.open() + subject.works(by)
        if !subject.state.information.contains(where: { $0.id == information }) {
            faults.append(Fault(.informationUnknown, at: "information"))
        }
        if reason.isBlank { faults.append(Fault(.textMissing, at: "reason")) }
        return faults + Information.faults(area: area, kind: kind, text: text)
    }

    func apply(to subject: inout Case, id: String) {
        guard let index = subject.state.information.firstIndex(where: { $0.id == information }) else { return }
        let before = subject.state.information[index]
        subject.state.corrections.append(
            .with { ($0.before, $0.by, $0.at, $0.reason) = (before, by, .init(subject.now), reason) })
        var after = before
        (after.area, after.kind, after.text) = (area, kind, text)
        subject.state.information[index] = after
        subject.tell(
            InformationCorrected.with {
                ($0.caseReference, $0.by, $0.reason) = (caseReference, by, reason)
                ($0.before, $0.after) = (before, after)
            })
    }
}

extension RecordAnswers: CaseCommand {
    /// The five questions, each in words, in any order and as often as needed (rule 9).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.mapping() + subject.works(by)
        if answers.isEmpty { faults.append(Fault(.textMissing, at: "answers")) }
        for (index, answer) in answers.enumerated() {
            if Question(rawValue: Int(answer.question)) == nil {
                faults.append(Fault(.questionUnknown, at: "answers[\(index)].question"))
            }
            if answer.text.isBlank { faults.append(Fault(.textMissing, at: "answers[\(index)].text")) }
        }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        for answer in answers { subject.state.answers[answer.question] = answer.text }
        subject.tell(
            AnswersRecorded.with {
                ($0.caseReference, $0.by, $0.questions) = (caseReference, by, answers.map(\.question))
            })
    }
}

extension RecordConsent: CaseCommand {
    /// A refusal or withdrawal is blocked by nothing: not by a state, not by who records it, not by a giver whom nobody
    /// knows (rule 13). Only a consent that is given must hold.
    func faults(in subject: Case) -> [Fault] {
        guard let decision = ConsentDecision(rawValue: decision) else {
            return [Fault(at: "decision", notOneOf: ConsentDecision.self)]
        }
        if giver.isEmpty { return [Fault(.consentGiver, at: "giver")] }
        guard decision == .given else { return [] }
        var faults = subject.open() + subject.works(by)
        // Whoever has said no can say yes.
        if giver != MappingState.youth, !subject.state.guardians.contains(giver),
            subject.state.consents[giver] == nil
        {
            faults.append(Fault(.consentGiver, at: "giver"))
        }
        if organisations.isEmpty { faults.append(Fault(.textMissing, at: "organisations")) }
        for (index, word) in organisations.enumerated() where Organisation(rawValue: word) == nil {
            faults.append(Fault(at: "organisations[\(index)]", notOneOf: Organisation.self))
        }
        if form.isBlank { faults.append(Fault(.textMissing, at: "form")) }
        if !date.isEmpty, LocalDate(date).map({ $0 > subject.today }) ?? true {
            faults.append(Fault(.dateInvalid, at: "date"))
        }
        if !validUntil.isEmpty, LocalDate(validUntil).map({ $0 < subject.today }) ?? true {
            faults.append(Fault(.dateInvalid, at: "valid_until"))
        }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        let consent = Consent.with {
            ($0.giver, $0.decision, $0.organisations) = (giver, decision, organisations)
            ($0.form, $0.at, $0.by) = (form, .init(subject.now), by)
            $0.date = date.isEmpty ? subject.today.description : date
            // A refusal holds until it is taken back.
            $0.validUntil = decision == ConsentDecision.given.rawValue ? validUntil : ""
        }
        subject.state.consents[giver] = consent
        subject.tell(ConsentRecorded.with { ($0.caseReference, $0.by, $0.consent) = (caseReference, by, consent) })
        subject.reviewConsents()
    }
}

extension RecordMaturity: CaseCommand {
    /// A person judges, with a reason; the software never does (rules 3 and 12).
    func faults(in subject: Case) -> [Fault] {
        subject.open() + subject.isResponsible(by) + (reason.isBlank ? [Fault(.textMissing, at: "reason")] : [])
    }

    func apply(to subject: inout Case, id: String) {
        subject.state.maturity = .with { ($0.youthConsents, $0.by, $0.reason) = (youthConsents, by, reason) }
        subject.tell(
            MaturityRecorded.with {
                ($0.caseReference, $0.by, $0.youthConsents, $0.reason) = (caseReference, by, youthConsents, reason)
            })
        subject.reviewConsents()
    }
}

extension ConcludeMapping: CaseCommand {
    /// The child and the guardians were heard or it says why not, all five answers, a next date, and what the outcome
    /// needs (rules 7, 9, 10 and 11).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.mapping() + subject.isResponsible(by)
        let outcome = Outcome(rawValue: outcome)
        if outcome == nil { faults.append(Fault(at: "outcome", notOneOf: Outcome.self)) }
        for question in Question.allCases where subject.state.answers[Int32(question.rawValue)] == nil {
            let values = ["number": "\(question.rawValue)", "question": question.name]
            faults.append(Fault(.answerMissing, at: "answers[\(question.rawValue)]", values))
        }
        for (source, code) in [(InformationSource.child, FaultCode.childNotHeard), (.guardian, .guardiansNotHeard)]
        where !subject.state.information.contains(where: { $0.source == source.rawValue }) {
            faults.append(Fault(code, at: "information"))
        }
        if (LocalDate(nextDate) ?? subject.today) <= subject.today { faults.append(Fault(.nextDate, at: "next_date")) }
        if outcome == .ownMeasures {
            if measures.isEmpty { faults.append(Fault(.measuresMissing, at: "measures")) }
            for (index, measure) in measures.enumerated() {
                if WheelArea(rawValue: measure.area) == nil {
                    faults.append(Fault(at: "measures[\(index)].area", notOneOf: WheelArea.self))
                }
                if measure.text.isBlank { faults.append(Fault(.textMissing, at: "measures[\(index)].text")) }
                faults += subject.known(measure.responsible, at: "measures[\(index)].responsible")
            }
        }
        if outcome == .cooperation,
            organisations.isEmpty || organisations.contains(where: { Organisation(rawValue: $0) == nil })
        {
            faults.append(Fault(at: "organisations", notOneOf: Organisation.self))
        }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        let day = LocalDate(nextDate) ?? subject.today
        (subject.state.outcome, subject.state.nextDate) = (outcome, nextDate)
        (subject.state.organisations, subject.state.measures) = (organisations.uniqued(), measures)
        subject.done(.acknowledge)
        subject.done(.conclude)
        subject.tell(
            MappingConcluded.with { [areas = subject.state.areasFound] in
                ($0.caseReference, $0.by, $0.outcome, $0.nextDate) = (caseReference, by, outcome, nextDate)
                ($0.areas, $0.organisations, $0.measures) = (areas, organisations, measures)
            })
        switch Outcome(rawValue: outcome) {
        case .cooperation:
            subject.state.phase = Phase.awaitingConsent.rawValue
            if subject.state.awaited(on: subject.today).isEmpty {
                subject.reviewConsents()
            } else {
                subject.awaitConsents()
            }
        case .ownMeasures:
            subject.state.phase = Phase.ownMeasures.rawValue
            subject.set(.followUp, on: day)
        case .nothingFurther, nil:
            subject.state.phase = Phase.resting.rawValue
            subject.set(.lookAgain, on: day)
        }
    }
}

extension RecordFollowUp: CaseCommand {
    /// Did it make a difference (rule 10)? An adult's case is ended with where it was handed over to (rule 4).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.open() + subject.isResponsible(by)
        let decision = FollowUpDecision(rawValue: decision)
        if decision == nil { faults.append(Fault(at: "decision", notOneOf: FollowUpDecision.self)) }
        let hasDate = subject.state.currentPhase == .ownMeasures || subject.state.currentPhase == .resting
        let handsOver = decision == .end && subject.state.deadlines[Step.handOver.rawValue] != nil
        if faults.isEmpty, !hasDate, !handsOver { faults.append(Fault(.followUpNone)) }
        if Effect(rawValue: effect) == nil { faults.append(Fault(at: "effect", notOneOf: Effect.self)) }
        if text.isBlank { faults.append(Fault(.textMissing, at: "text")) }
        if decision == .continue, (LocalDate(nextDate) ?? subject.today) <= subject.today {
            faults.append(Fault(.nextDate, at: "next_date"))
        }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        subject.tell(
            MeasuresFollowedUp.with {
                ($0.caseReference, $0.by, $0.effect, $0.decision) = (caseReference, by, effect, decision)
                ($0.text, $0.nextDate) = (text, nextDate)
            })
        switch FollowUpDecision(rawValue: decision) {
        case .continue:
            subject.state.nextDate = nextDate
            subject.set(
                subject.state.currentPhase == .resting ? .lookAgain : .followUp,
                on: LocalDate(nextDate) ?? subject.today)
        case .reopen: subject.reopen(by: by, reason: text)
        case .end, nil: subject.close(by: by, reason: text)
        }
    }
}

extension ReopenMapping: CaseCommand {
    func faults(in subject: Case) -> [Fault] {
        subject.open() + subject.isResponsible(by)
            + (subject.state.currentPhase == .mapping ? [Fault(.mappingOpen)] : [])
            + (reason.isBlank ? [Fault(.textMissing, at: "reason")] : [])
    }

    func apply(to subject: inout Case, id: String) { subject.reopen(by: by, reason: reason) }
}

extension MoveCase: CaseCommand {
    /// To where the child is now; who owns it there follows from the county's table (rule 2).
    func faults(in subject: Case) -> [Fault] {
        var faults = subject.open() + subject.isResponsible(by)
        if subject.directory.county(ofMunicipality: municipality) == nil {
            faults.append(Fault(.municipalityUnknown, at: "municipality"))
        }
        if Stage(rawValue: stage) == nil { faults.append(Fault(at: "stage", notOneOf: Stage.self)) }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        guard let county = subject.directory.county(ofMunicipality: municipality), let stage = Stage(rawValue: stage)
        else { return }
        let owner = Routing(county, today: subject.today).owner(
            .init(municipality: municipality, stage: stage, unit: unit))
        subject.hand(
            to: owner.unit, owner.person, county: county.code, municipality: municipality, stage: stage.rawValue,
            attends: unit, fallback: owner.fallback?.rawValue ?? "", by: by, why: "command")
    }
}

extension NoteCooperation: CaseCommand {
    /// From Meetings: only while the case is in cooperation, and never so that nothing is left to do (rule 19).
    func faults(in subject: Case) -> [Fault] {
        guard subject.state.currentPhase == .cooperation else { return [Fault(.cooperationNone)] }
        if step.isEmpty {
            let left = subject.state.deadlines.keys.contains { !done.contains($0) }
            return left ? [] : [Fault(.textMissing, at: "step")]
        }
        var faults: [Fault] = []
        if Step(rawValue: step) == nil { faults.append(Fault(at: "step", notOneOf: Step.self)) }
        if LocalDate(date) == nil { faults.append(Fault(.dateInvalid, at: "date")) }
        return faults
    }

    func apply(to subject: inout Case, id: String) {
        for step in done.compactMap(Step.init) { subject.done(step) }
        if let step = Step(rawValue: step), let day = LocalDate(date) { subject.set(step, on: day) }
        if !coordinator.isEmpty { subject.state.coordinator = coordinator }
    }
}

extension EndCooperation: CaseCommand {
    func faults(in subject: Case) -> [Fault] {
        subject.state.currentPhase == .cooperation ? [] : [Fault(.cooperationNone)]
    }

    /// The last follow-up closes the case (rule 17). Meetings knows already that there is no further meeting.
    func apply(to subject: inout Case, id: String) {
        (subject.state.meetingRequested, subject.state.coordinator) = (false, "")
        subject.close(by: by, reason: "plan")
    }
}

// MARK: What several commands ask

extension Case {
    fileprivate func open() -> [Fault] { state.isOpen ? [] : [Fault(.caseClosed)] }

    /// The mapping itself is going on.
    fileprivate func mapping() -> [Fault] {
        if !state.isOpen { return [Fault(.caseClosed)] }
        return state.currentPhase == .mapping ? [] : [Fault(.mappingConcluded)]
    }

    fileprivate func known(_ person: String, at path: String = "by") -> [Fault] {
        county?.people[person] != nil ? [] : [Fault(.personUnknown, at: path)]
    }

    /// The named person, who stands in for them, their manager, and the county's function.
    fileprivate func isResponsible(_ person: String) -> [Fault] { allowed(person, responsible) }

    /// Those, and to whom the work is delegated (rule 6).
    fileprivate func works(_ person: String) -> [Fault] {
        allowed(person, responsible + [state.delegate, county?.acting(for: state.delegate, on: today)?.id])
    }

    private var responsible: [String?] {
        [
            state.owner, county?.acting(for: state.owner, on: today)?.id, county?.units[state.unit]?.manager,
            county?.function,
        ]
    }

    private func allowed(_ person: String, _ people: [String?]) -> [Fault] {
        let unknown = known(person)
        guard unknown.isEmpty else { return unknown }
        return people.contains(person) ? [] : [Fault(.personNotAllowed, at: "by")]
    }
}

extension Information {
    /// A need, strength or obstacle in one area, in words: there is no field for a diagnosis (rule 8).
    fileprivate static func faults(area: String, kind: String, text: String) -> [Fault] {
        var faults: [Fault] = []
        let known = InformationKind(rawValue: kind)
        if known == nil { faults.append(Fault(at: "kind", notOneOf: InformationKind.self)) }
        if WheelArea(rawValue: area) == nil, known != .notAsked {
            faults.append(Fault(at: "area", notOneOf: WheelArea.self))
        }
        if text.isBlank { faults.append(Fault(.textMissing, at: "text")) }
        return faults
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
