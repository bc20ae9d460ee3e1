package import Domain

/// What the first meeting agrees on: who coordinates, and the plan (rules 15 and 16).
package struct Agreement: Sendable, Hashable {
    package var coordinator: Coordinator
    package var plan: Plan
    /// The family has said that the plan is not followed, and waits for an answer (rule 17).
    package var isConcernOpen: Bool

    package init(_ coordinator: Coordinator, _ plan: Plan, isConcernOpen: Bool = false) {
        (self.coordinator, self.plan, self.isConcernOpen) = (coordinator, plan, isConcernOpen)
    }
}

/// Who gives which support, and when it is followed up (rules 16 and 17).
package struct Plan: Sendable, Hashable {
    /// What already works and must continue.
    package var worksAlready: [String]
    package var measures: [Measure]
    /// Nil: nobody has said when. That is an alarm.
    package var followUp: LocalDate?
    /// Social services and health care both take part: the statutory form.
    package var isSIP: Bool
    /// Raised by each revision.
    package var revision: Int32

    /// More measures than this are no plan that a family can follow. Also keeps every fact small.
    package static let measuresLimit = 40

    package init(
        worksAlready: [String], measures: [Measure], followUp: LocalDate?, isSIP: Bool, revision: Int32
    ) {
        (self.worksAlready, self.measures, self.followUp) = (worksAlready, measures, followUp)
        (self.isSIP, self.revision) = (isSIP, revision)
    }

    package struct Measure: Sendable, Hashable {
        package let id: String
        package var content: Content

        package init(id: String, _ content: Content) { (self.id, self.content) = (id, content) }

        package var responsible: String { content.responsible }
    }

    /// What a measure says (rule 16).
    package struct Content: Sendable, Hashable {
        package var area: WheelArea
        package var text: String
        package var responsible: String
        package var organisation: Organisation
        package var date: LocalDate

        package init(
            area: WheelArea, text: String, responsible: String, organisation: Organisation, date: LocalDate
        ) {
            (self.area, self.text, self.responsible) = (area, text, responsible)
            (self.organisation, self.date) = (organisation, date)
        }
    }

    /// A measure that somebody wants in a plan; it gets an id there, unless it brings one.
    package struct NewMeasure: Sendable, Hashable {
        package var id: String?
        package var content: Content

        package init(id: String? = nil, _ content: Content) { (self.id, self.content) = (id, content) }
    }
}

/// Whether and how the child took part, and who of the family was asked what (rule 7).
package struct Participation: Sendable, Hashable {
    package var tookPart: Bool
    /// In words: how, or why not.
    package var how: String
    package var voices: [FamilyVoice]

    package init(tookPart: Bool, how: String, voices: [FamilyVoice] = []) {
        (self.tookPart, self.how, self.voices) = (tookPart, how, voices)
    }
}

/// The child or a guardian was asked to take part (rule 7).
package struct FamilyVoice: Sendable, Hashable {
    /// A guardian's key, or ``Participant/child``.
    package var person: String
    package var asked: String
    package var forms: [VoiceForm]
    /// What they said of how they could take part; nil: nothing so far.
    package var afterwards: String?

    package init(of person: String, asked: String, forms: [VoiceForm], afterwards: String?) {
        (self.person, self.asked, self.forms, self.afterwards) = (person, asked, forms, afterwards)
    }
}

extension Cooperation {
    /// A fault where somebody is neither the child nor a guardian who takes part.
    func faultsUnlessFamily(_ person: String, at path: String) -> [Fault] {
        person == Participant.child || request.guardians.contains(person) ? [] : [Fault(.familyUnknown, at: path)]
    }

    /// Everybody who was asked is of the family.
    func faults(in child: Participation) -> [Fault] {
        child.voices.enumerated().flatMap { faultsUnlessFamily($1.person, at: "child.voices[\($0)].person") }
    }
}

/// What is said of a measure at follow-up (rule 17).
package struct Judgement: Sendable, Hashable {
    /// The measure's id.
    package var measure: String
    package var effect: Effect
    package var decision: MeasureDecision
    /// For a change, what the measure says from now on; else a remark, perhaps empty.
    package var text: String

    package init(measure: String, effect: Effect, decision: MeasureDecision, text: String) {
        (self.measure, self.effect, self.decision, self.text) = (measure, effect, decision, text)
    }
}

extension Plan {
    /// The plan after a follow-up: without the measures that ended, with changed texts, and with the new measures last.
    func revised(_ judgements: [Judgement], added: [Measure], next: LocalDate?, in county: County) -> Plan {
        let judged = Dictionary(judgements.map { ($0.measure, $0) }) { $1 }
        var plan = self
        plan.measures = measures.compactMap { measure in
            guard let judgement = judged[measure.id] else { return measure }
            var measure = measure
            switch judgement.decision {
            case .end: return nil
            case .change: measure.content.text = judgement.text
            case .continue: break
            }
            return measure
        }
        plan.measures += added
        (plan.followUp, plan.revision) = (next, revision + 1)
        plan.isSIP = Self.isSIP(plan.measures, came: [], in: county)
        return plan
    }

    /// Rule 16: the statutory form, when social services and health care both take part. Who is responsible decides, or came.
    static func isSIP(_ measures: [Measure], came: [String], in county: County) -> Bool {
        // Whoever has left the directory was responsible for the organisation that the measure names.
        let responsible = measures.map { county.organisation(of: $0.responsible) ?? $0.content.organisation }
        return Set(came.compactMap(county.organisation) + responsible).isSuperset(of: [.socialServices, .healthCare])
    }
}

extension [Plan.NewMeasure] {
    /// With ids made from the command that brings them, for those that have none.
    func numbered(by commandId: String) -> [Plan.Measure] {
        enumerated().map { index, measure in
            Plan.Measure(
                id: measure.id ?? "\(Reference.id(of: commandId).prefix(8))-\(index + 1)", measure.content)
        }
    }

    /// Each responsible person is known, and of an organisation that the consents cover (rules 13 and 16). It is the one that
    /// the measure names. A measure's date is ahead, unless it stood in the plan before.
    func faults(at path: String, _ cooperation: Cooperation, _ context: CountyContext) -> [Fault] {
        let before = Dictionary((cooperation.agreement?.plan.measures ?? []).map { ($0.id, $0.content.date) }) { $1 }
        return enumerated().flatMap { index, measure in
            let (path, content) = ("\(path)[\(index)]", measure.content)
            let isKept = measure.id.flatMap { before[$0] } == content.date
            return context.county.faultsUnlessKnown(content.responsible, at: "\(path).responsible")
                + cooperation.faultsUnlessCovered(content.responsible, at: "\(path).responsible", in: context.county)
                + content.faultsUnlessOrganisation(at: "\(path).organisation", in: context.county)
                + (isKept ? [] : context.faultsUnlessAhead(content.date, at: "\(path).date"))
        }
    }
}

extension Plan.Content {
    /// A fault where the responsible person works in another organisation.
    fileprivate func faultsUnlessOrganisation(at path: String, in county: County) -> [Fault] {
        guard let theirs = county.organisation(of: responsible), theirs != organisation else { return [] }
        return [Fault(.measureOrganisation, at: path)]
    }
}

extension County {
    /// A fault where the directory knows nobody by this id.
    func faultsUnlessKnown(_ person: String, at path: String) -> [Fault] {
        people[person] == nil ? [Fault(.personUnknown, at: path)] : []
    }
}
