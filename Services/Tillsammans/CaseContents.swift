import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// What was written in a case, for a person to read in a terminal: what works before what is needed and what stands in the way
/// (rule 8), the five answers with what was answered before (rule 9), and the plan (rule 16).
struct CaseContents {
    private struct Piece {
        var id: String
        var kind: InformationKind
        var areas: [String]
        var words: Words
    }

    /// What somebody wrote, and when.
    private struct Words {
        var text: String
        var who: String
        var at: Date
    }

    private let reading: LoggedReading
    private let language: Language
    private var pieces: [Piece] = []
    private var answers: [Question: [Words]] = [:]
    /// The questions that the present mapping has answers to.
    private var answered: Set<Question> = []
    private var plan: Plan?

    /// - Parameter events: of the case, in the order of their time. What the reading does not open is left out.
    init(_ events: [Event], _ reading: LoggedReading, _ language: Language) {
        (self.reading, self.language) = (reading, language)
        for event in events where Opening.isOpen(event, for: reading) { take(event) }
    }

    // MARK: Reading

    private mutating func take(_ event: Event) {
        switch event.type {
        case ConcernRegistered.eventType: note(event) { $0.register($1, event) }
        case InformationAdded.eventType: note(event) { $0.add($1) }
        case InformationCorrected.eventType: note(event) { $0.correct($1, event) }
        case MappingOpened.eventType: answered = []
        case AnswersRecorded.eventType: note(event) { $0.answer($1, event) }
        case MeetingHeld.eventType: note(event) { (all: inout Self, fact: MeetingHeld) in all.plan = fact.plan }
        case PlanFollowedUp.eventType: note(event) { (all: inout Self, fact: PlanFollowedUp) in all.plan = fact.plan }
        default: break
        }
    }

    private mutating func note<Fact: EventPayload>(_ event: Event, _ change: (inout Self, Fact) -> Void) {
        guard let fact = try? event.decode(Fact.self) else { return }
        change(&self, fact)
    }

    private mutating func register(_ fact: ConcernRegistered, _ event: Event) {
        func words(_ text: String) -> Words { Words(text: text, who: fact.reporter.name, at: event.time) }
        let told =
            fact.strengths.map { (InformationKind.strength, [String](), $0) } + [(.need, fact.areas, fact.observation)]
        for (index, (kind, areas, text)) in told.enumerated() {
            pieces.append(Piece(id: "\(fact.concern)-\(index + 1)", kind: kind, areas: areas, words: words(text)))
        }
    }

    private mutating func add(_ fact: InformationAdded) {
        let information = fact.information
        guard let kind = InformationKind(rawValue: information.kind) else { return }
        let words = Words(text: information.text, who: name(information.by), at: information.at.date)
        pieces.append(Piece(id: information.id, kind: kind, areas: Self.areas(of: information), words: words))
    }

    private mutating func correct(_ fact: InformationCorrected, _ event: Event) {
        let information = fact.after
        guard let place = pieces.firstIndex(where: { $0.id == information.id }),
            let kind = InformationKind(rawValue: information.kind)
        else { return }
        pieces[place] = Piece(
            id: information.id, kind: kind, areas: Self.areas(of: information),
            words: Words(text: information.text, who: name(fact.by), at: event.time))
    }

    private mutating func answer(_ fact: AnswersRecorded, _ event: Event) {
        for answer in fact.answers {
            guard let question = Question(rawValue: Int(answer.question)) else { continue }
            answers[question, default: []].append(Words(text: answer.text, who: name(fact.by), at: event.time))
            answered.insert(question)
        }
    }

    /// Before there was a list, information had one area alone.
    private static func areas(of information: Information) -> [String] {
        information.areas.isEmpty ? [information.area].filter { !$0.isEmpty } : information.areas
    }

    private func name(_ id: String) -> String { reading.name(of: id, language) }

    // MARK: Telling

    /// Empty where the reading opens nothing of it.
    var text: String {
        let known = [InformationKind.strength, .need, .obstacle].map { kind in
            section("desk.kinds.\(kind.rawValue)", pieces.filter { $0.kind == kind }.map(line))
        }
        let questions = answers.isEmpty ? [] : Question.allCases.flatMap(lines)
        let plan = [
            section("desk.meeting.works", plan?.worksAlready ?? []),
            section("desk.meeting.measures", (plan?.measures ?? []).map(line)),
        ]
        return (known + [section("desk.case.questions", questions)] + plan).filter { !$0.isEmpty }.joined(
            separator: "\n")
    }

    private func section(_ name: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\(word(name))\n\n\(lines.map { "  \($0)\n" }.joined())"
    }

    private func line(_ piece: Piece) -> String {
        let areas = piece.areas.map { word("area.\($0)") }.joined(separator: ", ")
        return (areas.isEmpty ? "" : "\(areas): ") + told(piece.words)
    }

    private func line(_ measure: PlannedMeasure) -> String {
        let values = [word("area.\(measure.area)"), name(measure.responsible), measure.date]
        return "\(measure.text) (\(values.filter { !$0.isEmpty }.joined(separator: ", ")))"
    }

    /// The answer that counts, then those before it, the newest first.
    private func lines(_ question: Question) -> [String] {
        let all = answers[question] ?? []
        let last = answered.contains(question) ? all.last : nil
        let former = (last == nil ? all[...] : all.dropLast()).reversed()
        return ["\(question.number). \(word(question.name))"]
            + ["   " + (last.map(told) ?? word("desk.case.unanswered"))]
            + (former.isEmpty ? [] : ["   \(word("desk.history")):"]) + former.map { "     \(told($0))" }
    }

    private func told(_ words: Words) -> String { "\(words.text) (\(words.who), \(Chronology.day(words.at)))" }

    private func word(_ name: String) -> String { Catalogue.text(name, language) }
}
