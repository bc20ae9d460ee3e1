import CloudEvents
import Codec
import Crypto
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

// The mapping: what the four sources say (rules 7 and 8), and the five questions (rule 9).

struct InformationForm: CaseForm {
    static let action = CaseAction.addInformation
    var source = ""
    var kind = ""
    var areas: [String] = []
    var text = ""

    init() {}

    init(_ typed: TypedFields) {
        (source, kind, areas, text) = (typed["source"], typed["kind"], typed.all("areas"), typed["text"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        AddInformation.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.source, $0.kind, $0.areas, $0.text) = (source, kind, areas, text)
        }
    }

    func check(_ words: inout Words) {
        _ = words.one(of: InformationSource.self, source, at: "source")
        words.checkFinding(kind, areas)
        _ = words.text(text, at: "text")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.one(of: InformationSource.self, "source", source, named: "source"),
            maker.one(of: InformationKind.self, "kind", kind, named: "kind"),
            maker.several("areas", maker.wheel(), areas),
            maker.area("text", text, limit: AddInformation.mostBytes(of: "text")),
        ]
    }

    func field(of path: String) -> String { FieldName.ofFinding(path) }
}

/// The earlier words stay in the history.
struct CorrectionForm: CaseForm {
    static let action = CaseAction.correctInformation
    var information = ""
    var kind = ""
    var areas: [String] = []
    var text = ""
    var reason = ""

    init(_ information: Information) {
        self.information = information.id
        (kind, areas, text) = (information.kind, information.named.map(\.rawValue), information.text)
    }

    init(_ typed: TypedFields) {
        information = typed["information"]
        (kind, areas, text, reason) = (typed["kind"], typed.all("areas"), typed["text"], typed["reason"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        CorrectInformation.with {
            ($0.caseReference, $0.by, $0.information) = (reference, person, information)
            ($0.kind, $0.areas, $0.text, $0.reason) = (kind, areas, text, reason)
        }
    }

    func check(_ words: inout Words) {
        words.checkFinding(kind, areas)
        _ = words.text(text, at: "text")
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.hidden("information", information),
            maker.one(of: InformationKind.self, "kind", kind, named: "kind"),
            maker.several("areas", maker.wheel(), areas),
            maker.area("text", text, limit: CorrectInformation.mostBytes(of: "text")),
            maker.area("reason", reason, limit: CorrectInformation.mostBytes(of: "reason")),
        ]
    }

    func field(of path: String) -> String { FieldName.ofFinding(path) }
}

extension Words {
    /// Only "not asked" may name no area.
    fileprivate mutating func checkFinding(_ kind: String, _ areas: [String]) {
        let mayNameNone = one(of: InformationKind.self, kind, at: "kind") == .notAsked
        if areas.isEmpty, !mayNameNone { add(Fault(.areasMissing, at: "areas")) }
        _ = all(of: WheelArea.self, areas, at: "areas", else: .areaUnknown)
    }
}

extension FieldName {
    /// Each area has a box in one field.
    fileprivate static func ofFinding(_ path: String) -> String { path.hasPrefix("areas") ? "areas" : of(path) }
}

/// Asks the other of the two that a child has before school (rule 2).
struct CounterpartForm: CaseForm {
    static let action = CaseAction.askCounterpart
    var areas: [String] = []

    init() {}
    init(_ typed: TypedFields) { areas = typed.all("areas") }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        AskCounterpart.with { ($0.caseReference, $0.by, $0.areas) = (reference, person, areas) }
    }

    func check(_ words: inout Words) { _ = words.all(of: WheelArea.self, areas, at: "areas", else: .areaUnknown) }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [maker.several("areas", maker.wheel(), areas, isOptional: true)]
    }

    func field(of path: String) -> String { FieldName.ofFinding(path) }
}

/// The five questions. Only the answers that were changed since the page was shown are sent.
struct AnswersForm: CaseForm {
    static let action = CaseAction.recordAnswers
    var answers: [Question: String] = [:]
    /// What each answer was on the page, as a mark that tells nothing of it.
    var shown: [Question: String] = [:]

    init(_ answers: [Question: String]) {
        self.answers = answers
        for question in Question.allCases { shown[question] = Self.mark(of: answers[question] ?? "") }
    }

    init(_ typed: TypedFields) {
        for question in Question.allCases {
            answers[question] = typed["answers-\(question.number)"]
            shown[question] = typed["shown-\(question.number)"]
        }
    }

    var changesNothing: Bool { changed.isEmpty }

    /// In the order of the questions.
    var changed: [Question] {
        Question.allCases.filter { Self.mark(of: answers[$0] ?? "") != shown[$0] }
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordAnswers.with {
            ($0.caseReference, $0.by) = (reference, person)
            $0.answers = changed.map { question in
                .with { ($0.question, $0.text) = (Int32(question.number), answers[question] ?? "") }
            }
        }
    }

    func check(_ words: inout Words) {
        for (index, question) in changed.enumerated() {
            _ = words.text(answers[question] ?? "", at: "answers[\(index)].text")
        }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        Question.allCases.flatMap { question -> [any FormField] in
            let hints = [maker.word("desk.\(question.name).help"), choices.answered[question]].compactMap(\.self)
            let answer = maker.area(
                "answers-\(question.number)", answers[question] ?? "", limit: Answer.mostBytes(of: "text"),
                label: "\(question.number). \(maker.word(question.name))", hint: hints.joined(separator: " "))
            return [answer, maker.hidden("shown-\(question.number)", shown[question] ?? "")]
        }
    }

    /// `answers[0].text` is the first answer that was sent.
    func field(of path: String) -> String {
        for (index, question) in changed.enumerated() where path.hasPrefix("answers[\(index)]") {
            return "answers-\(question.number)"
        }
        return FieldName.of(path)
    }

    /// As a browser sends it back: without spaces around it.
    private static func mark(of answer: String) -> String {
        let text = answer.replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        return SHA256.hash(data: Data(text.utf8)).prefix(8).map { String(format: "%02x", $0) }.joined()
    }
}
