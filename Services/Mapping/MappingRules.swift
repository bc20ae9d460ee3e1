import Codec
import Domain

/// The rules of Kartlägga as pure functions: a command and a state in, what is against it out.
enum MappingRules {
    /// Rules 7 and 8: from one of four sources, about one area, a need, a strength or an obstacle, in words.
    static func check(_ command: AddInformation, _ state: MappingState, _ directory: Directory) -> [Fault] {
        var faults = open(state) + known(command.by, state, directory)
        let kind = InformationKind(rawValue: command.kind)
        if kind == nil { faults.append(.word("kind", InformationKind.self)) }
        if InformationSource(rawValue: command.source) == nil { faults.append(.word("source", InformationSource.self)) }
        if WheelArea(rawValue: command.area) == nil, kind != .notAsked { faults.append(.word("area", WheelArea.self)) }
        if command.text.isBlank { faults.append(.words("text")) }
        return faults
    }

    /// Rule 9: the five questions, each in words, in any order and as often as needed.
    static func check(_ command: RecordAnswers, _ state: MappingState, _ directory: Directory) -> [Fault] {
        var faults = open(state) + known(command.by, state, directory)
        if command.answers.isEmpty { faults.append(.words("answers")) }
        for (index, answer) in command.answers.enumerated() {
            if Question(rawValue: Int(answer.question)) == nil {
                faults.append(
                    Fault(
                        "question.unknown", at: "answers[\(index)].question", sv: "Frågorna är 1 till 5.",
                        en: "The questions are 1 to 5."))
            }
            if answer.text.isBlank { faults.append(.words("answers[\(index)].text")) }
        }
        return faults
    }

    /// Rules 12 and 13. A withdrawal or refusal by somebody who can consent is never refused, whatever the state.
    static func check(_ command: RecordConsent, _ state: MappingState, _ directory: Directory) -> [Fault] {
        guard let decision = ConsentDecision(rawValue: command.decision) else {
            return [.word("decision", ConsentDecision.self)]
        }
        var faults: [Fault] = []
        if command.giver != youth, !state.guardians.contains(command.giver) {
            faults.append(
                Fault(
                    "consent.giver", at: "giver", sv: "Varken en vårdnadshavare i ärendet eller \"youth\".",
                    en: "Neither a guardian of this case nor \"youth\"."))
        }
        guard decision == .given else { return faults }
        faults += known(command.by, state, directory)
        if command.organisations.isEmpty { faults.append(.words("organisations")) }
        for (index, word) in command.organisations.enumerated() where Organisation(rawValue: word) == nil {
            faults.append(.word("organisations[\(index)]", Organisation.self))
        }
        if command.form.isBlank { faults.append(.words("form")) }
        return faults
    }

    /// Rules 7, 9, 10 and 12: the child was heard or it says why not, all five answers, a next date, and for
    /// cooperation the consent of everybody whose consent it takes.
    static func check(
        _ command: ConcludeMapping, _ state: MappingState, _ directory: Directory, today: LocalDate
    ) -> [Fault] {
        var faults = open(state) + known(command.by, state, directory)
        let outcome = Outcome(rawValue: command.outcome)
        if outcome == nil { faults.append(.word("outcome", Outcome.self)) }
        let unanswered = Question.allCases.filter { state.answers[Int32($0.rawValue)] == nil }
        for question in unanswered {
            faults.append(
                Fault(
                    "answers.missing", at: "answers[\(question.rawValue)]", sv: "Obesvarad: \(question.swedish)",
                    en: "Question \(question.rawValue) of the five has no answer (rule 9)."))
        }
        if !state.information.contains(where: { $0.source == InformationSource.child.rawValue }) {
            faults.append(
                Fault(
                    "child.not_heard", at: "information",
                    sv: "Barnet har inte fått komma till tals, och det står inte varför.",
                    en: "The child has not been heard, and no reason is recorded (rule 7)."))
        }
        if let date = LocalDate(command.nextDate), date > today {
        } else {
            faults.append(
                Fault(
                    "next_date", at: "next_date", sv: "Ange ett kommande datum, ÅÅÅÅ-MM-DD.",
                    en: "Give a date to come, YYYY-MM-DD (rule 10)."))
        }
        guard outcome == .cooperation else { return faults }
        let organisations = command.organisations.compactMap(Organisation.init)
        if organisations.isEmpty || organisations.count != command.organisations.count {
            faults.append(.word("organisations", Organisation.self))
        }
        return faults + missingConsents(state, for: organisations, today: today)
    }

    /// Whose consent is missing for sharing with these organisations (rule 12). There is no override.
    static func missingConsents(
        _ state: MappingState, for organisations: [Organisation], today: LocalDate
    ) -> [Fault] {
        var givers = state.guardians
        if let from = LocalDate(state.youthConsentFrom), today >= from { givers.append(youth) }
        guard !givers.isEmpty else {
            return [
                Fault(
                    "consent.nobody", sv: "Ingen vårdnadshavare är känd; utan samtycke kallas inget möte.",
                    en: "No guardian is on record; no meeting is called without consent (rule 12).")
            ]
        }
        return givers.filter { giver in
            guard let consent = state.consents[giver], consent.decision == ConsentDecision.given.rawValue else {
                return true
            }
            return !organisations.allSatisfy { consent.organisations.contains($0.rawValue) }
        }.map { giver in
            Fault(
                "consent.missing", at: "consents[\(giver)]",
                sv: giver == youth
                    ? "Ungdomens samtycke saknas." : "En vårdnadshavares samtycke saknas eller räcker inte.",
                en:
                    "\(giver == youth ? "The youth's" : "A guardian's") consent is missing or does not cover all (rule 12)."
            )
        }
    }

    /// The areas that the mapping found: where there is a need or an obstacle, in the wheel's order (rule 11).
    static func areas(_ state: MappingState) -> [String] {
        let found = Set(
            state.information.filter {
                $0.kind == InformationKind.need.rawValue || $0.kind == InformationKind.obstacle.rawValue
            }
            .map(\.area))
        return WheelArea.allCases.map(\.rawValue).filter(found.contains)
    }

    static let youth = "youth"

    private static func open(_ state: MappingState) -> [Fault] {
        state.isOpen
            ? []
            : [Fault("mapping.concluded", sv: "Kartläggningen är avslutad.", en: "The mapping is concluded.")]
    }

    private static func known(_ person: String, _ state: MappingState, _ directory: Directory) -> [Fault] {
        directory.counties[state.county]?.people[person] != nil
            ? []
            : [
                Fault(
                    "person.unknown", at: "by", sv: "Personen finns inte i katalogen.",
                    en: "The directory has no such person.")
            ]
    }
}

extension Fault {
    static let unknownCase = Fault(
        "case.unknown", at: "case_reference", sv: "Ärendet finns inte under den nyckeln.",
        en: "There is no such case under this record key.")
    static let unknownCommand = Fault(
        "command.unknown", at: "ce_type", sv: "Okänt kommando.", en: "Mapping knows no such command.")

    static func words(_ path: String) -> Fault {
        Fault("text.missing", at: path, sv: "Fyll i med ord.", en: "Fill this in, in words.")
    }

    static func word<Word: CaseIterable & RawRepresentable>(_ path: String, _ type: Word.Type) -> Fault
    where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return Fault("word.unknown", at: path, sv: "Ska vara något av: \(words).", en: "Must be one of: \(words).")
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
