package import Domain

/// Ends the mapping with an outcome. It needs all five answers, the child's and the guardians' views or the reason why
/// they are missing, a next date, and what the outcome needs (rules 7, 9, 10 and 11).
package struct Conclude: CaseCommand {
    package static let act = Authority.Act.conclude

    package var outcome: Case.Outcome

    package init(_ outcome: Case.Outcome) { self.outcome = outcome }

    package static func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        standardObstacles(on: subject, by: actor, context) + subject.missingForOutcome
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        try Refusal.unless(faults(work))
        work.takeOn()
        work.done(.conclude)
        work.report(.concluded(outcome, areas: work.case.areasFound, by: work.actor))
        switch outcome {
        case .nothingFurther(let day):
            work.case.phase = .resting(lookAgain: day)
            work.set(.lookAgain, on: day)
        case .ownMeasures(let measures):
            work.case.phase = .ownMeasures(measures)
            work.set(.followUp, on: measures.followUp)
        case .cooperation(let cooperation):
            work.beginCooperation(
                .init(organisations: cooperation.organisations.uniqued(), latest: cooperation.latest))
        }
    }

    private func faults(_ work: CaseInHand) -> [Fault] {
        var faults = Self.faults(ofNext: outcome.next, work.context)
        if case .ownMeasures(let own) = outcome {
            for (index, measure) in own.measures.enumerated() {
                faults += work.faults(ofResponsible: measure.responsible, at: "measures[\(index)].responsible")
            }
        }
        return faults
    }
}

extension CaseInHand {
    /// Own measures are done "inom sin verksamhet": by people of the owner's organisation (rule 10).
    fileprivate func faults(ofResponsible id: String, at path: String) -> [Fault] {
        guard let county, let person = county.people[id] else { return [Fault(.personUnknown, at: path)] }
        return county.isInOwnOrganisation(person, of: `case`.owner.unit) ? [] : [Fault(.responsibleOutside, at: path)]
    }
}

extension Case.Outcome {
    /// The next date; for cooperation, the last day for the meeting (rule 10).
    package var next: LocalDate {
        switch self {
        case .nothingFurther(let day): day
        case .ownMeasures(let own): own.followUp
        case .cooperation(let cooperation): cooperation.latest
        }
    }
}

extension Case {
    /// What every outcome needs and the case lacks.
    fileprivate var missingForOutcome: [Fault] {
        var faults = Question.allCases.filter { answers[$0] == nil }.map { question in
            Fault(
                .answerMissing, at: "answers[\(question.number)]",
                ["number": "\(question.number)", "question": question.name])
        }
        for (source, code) in [(InformationSource.child, FaultCode.childNotHeard), (.guardian, .guardiansNotHeard)]
        where !information.contains(where: { $0.source == source }) {
            faults.append(Fault(code, at: "information"))
        }
        return faults
    }
}
