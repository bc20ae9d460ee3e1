import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// What one source says, piece by piece.
struct SourceShown {
    struct Piece {
        let tag: Tag
        let area: String
        let words: String
        let attribution: String
        let history: History?
        /// To the form that corrects it.
        let correct: Link?
    }

    let source: String
    let name: String
    let pieces: [Piece]
    /// To all of them; nil where all are shown.
    let more: Link?
    let isNone: Bool
}

/// One of the five questions, and what was answered.
struct QuestionShown {
    let number: Int
    let question: String
    /// Nil where it stands in the form.
    let words: String?
    let attribution: String
    let history: History?
}

// Information from the four sources, and the five questions (rules 7 to 9).
extension CasePage {
    /// - Parameter correcting: the id of the piece of information whose form is shown.
    func mappingPage(_ sent: SentForm?, correcting: String?, boxes: [NoticeBox]) -> Page {
        let choices = FormChoices(self)
        var acts: [Act] = []
        let piece = opened.file.findings.first { $0.information.id == correcting }?.information
        if let correction = (sent?.form as? CorrectionForm) ?? piece.map(CorrectionForm.init) {
            acts.append(act(correction, choices, sent: sent))
        }
        acts.append(act(InformationForm(), choices, sent: sent))
        if opened.row.status.hasCounterpart {
            acts.append(act(CounterpartForm(), choices, sent: sent, style: "secondary"))
        }
        let answers = act(AnswersForm(latestAnswers), choices, sent: sent)
        acts.append(answers)
        var model: [String: Any] = [:]
        if extent == .whole {
            // The form has the latest answers itself.
            let questions = Question.allCases.map { shown($0, isInForm: answers.isPossible) }
                .filter { !answers.isPossible || $0.history != nil }
            let others = acts.reduce(0) { $0 + ($1.form?.weight ?? 0) } + questions.reduce(0) { $0 + $1.weight }
            (model["voice"], model["sources"]) = beginning(limit: max(Self.mappingLimit - others, 0))
            model["questions"] = questions
            model["hasQuestions"] = !questions.isEmpty
        }
        return formPage(.mapping, acts, sent: sent, model: model, boxes: boxes)
    }

    private var latestAnswers: [Question: String] {
        Dictionary(
            uniqueKeysWithValues: Question.allCases.compactMap { question in
                opened.file.answer(to: question).map { (question, $0.value) }
            })
    }

    /// What the page may weigh of what is known and what is written in its forms.
    private static let mappingLimit = 70_000

    /// The child's own words, and what each source says: as much as fits, with links to the rest.
    private func beginning(limit: Int) -> (voice: ChildVoice, sources: [SourceShown]) {
        let voices = opened.file.findings(from: .child).strengthsFirst.formerLast
            .filter { $0.information.kind != InformationKind.notAsked.rawValue }
            .map { ChildVoice.Voice(words: $0.information.text, attribution: attribution($0)) }
        let sources = InformationSource.allCases.map { ($0, pieces(from: $0)) }
        let lists: [[any Weighed]] = [voices] + sources.map { $0.1 as [any Weighed] }
        let counts = Division.beginnings(of: lists, limit: limit)
        var voice = ChildVoice(Array(voices.prefix(counts[0])))
        voice.more = link(toAll: voices.count, shown: counts[0], .source(.child))
        let shown = zip(sources, counts.dropFirst()).map { source, count in
            SourceShown(
                source: source.0.rawValue, name: name(of: .source(source.0)), pieces: Array(source.1.prefix(count)),
                more: link(toAll: source.1.count, shown: count, .source(source.0)), isNone: source.1.isEmpty)
        }
        return (voice, shown)
    }

    private func attribution(_ finding: CaseFile.Finding) -> String {
        let piece = finding.information
        return marked(
            attribution(piece.by, at: CivilTime.text(piece.at.date, language)), isFormer: finding.isFormer)
    }

    /// Strengths first (rule 8), and what is former last.
    func pieces(from source: InformationSource) -> [SourceShown.Piece] {
        let findings = opened.file.findings(from: source).strengthsFirst
        let (current, former) = (findings.filter { !$0.isFormer }, findings.filter(\.isFormer))
        let count = current.count { $0.information.kind == InformationKind.strength.rawValue }
        let reported = source == .detector ? reported : []
        return reported.flatMap(\.strengths) + current.prefix(count).map(shown)
            + reported.map(\.observation) + current.dropFirst(count).map(shown) + former.map(shown)
    }

    /// What the concerns themselves tell. It is nobody's to correct here.
    private var reported: [(strengths: [SourceShown.Piece], observation: SourceShown.Piece)] {
        opened.file.concerns.enumerated().map { index, entry in
            let concern = entry.value
            let areas = names(of: concern.areas.compactMap(WheelArea.init))
            let when = CivilTime.text(entry.at, language)
            func piece(_ tag: Tag, _ area: String, _ words: String) -> SourceShown.Piece {
                .init(
                    tag: tag, area: area, words: words,
                    attribution: marked(
                        word("desk.written", ["who": concern.reporter.name, "when": when]),
                        isFormer: opened.file.isFormer(concern: index)), history: nil, correct: nil)
            }
            let strength = Tag(word("kind.\(InformationKind.strength.rawValue)").capitalizedFirst)
            return (
                concern.strengths.map { piece(strength, "", $0) },
                piece(Tag(word("desk.by.concern")), areas, concern.observation)
            )
        }
    }

    private func shown(_ finding: CaseFile.Finding) -> SourceShown.Piece {
        let piece = finding.information
        let mayCorrect = opened.obstacles(to: .correctInformation, by: person, at: now).isEmpty
        let path = "\(Part.mapping.path(of: reference))?correct=\(piece.id.asQueryValue)"
        return SourceShown.Piece(
            tag: Tag(word("kind.\(piece.kind)").capitalizedFirst),
            area: names(of: piece.named).nonEmpty ?? word("desk.mapping.no_area"),
            words: piece.text, attribution: attribution(finding), history: history(of: finding),
            correct: mayCorrect
                ? Link(word("desk.mapping.correct"), "\(path)#\(CaseAction.correctInformation.rawValue)") : nil)
    }

    /// What was answered before, the newest first; in this mapping, then in earlier ones.
    func formerAnswers(to question: Question) -> [History.Version] {
        opened.file.replacedAnswers(to: question).map { entry, isFormer in
            History.Version(
                time: Moment(entry.at, language), who: marked(name(of: entry.by), isFormer: isFormer),
                words: entry.value, reason: nil, isReplaced: !isFormer)
        }
    }

    private func shown(_ question: Question, isInForm: Bool) -> QuestionShown {
        let last = opened.file.answer(to: question)
        return QuestionShown(
            number: question.number, question: word(question.name), words: isInForm ? nil : last?.value,
            attribution: last.map { attribution($0.by, at: CivilTime.text($0.at, language)) }
                ?? word("desk.mapping.unanswered"),
            history: history(formerAnswers(to: question), .answers(question)))
    }
}

extension SourceShown.Piece: Weighed {
    var weight: Int { words.htmlBytes + area.htmlBytes + attribution.htmlBytes + 480 + (history?.weight ?? 0) }
}

extension QuestionShown: Weighed {
    var weight: Int { (words?.htmlBytes ?? 0) + (history?.weight ?? 0) + 300 }
}

extension InputForm {
    /// Bytes of what is written in it.
    fileprivate var weight: Int { fields.reduce(0) { $0 + (($1 as? Field)?.value.htmlBytes ?? 0) } }
}

extension String {
    /// Percent-encoded, as the value of a parameter in an address.
    var asQueryValue: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
    }
}
