import Codec
import DeskCore
import Domain
import Foundation
import SwiftProtobuf

/// Something that every outcome needs, and whether the case has it.
struct NeedLine {
    let label: String
    let tag: Tag
    /// To where it is done; nil where it is.
    let href: String?
}

/// The outcome, as last decided.
struct OutcomeShown {
    struct Measure {
        let area: String
        let words: String
        let responsible: String
    }

    struct FollowUp {
        let what: String
        let words: String
        let attribution: String
    }

    let pairs: [Pair]
    let measures: [Measure]
    let hasMeasures: Bool
    let followUps: [FollowUp]
    let hasFollowUps: Bool
    /// To all of them; nil where all are shown.
    let moreFollowUps: Link?
}

// How the mapping ends, and what becomes of it (rules 7, 9 and 10).
extension CasePage {
    func outcomePage(_ sent: SentForm?, boxes: [NoticeBox]) -> Page {
        let choices = FormChoices(self)
        let acts = [
            act(ConcludeForm(), choices, sent: sent), act(FollowUpForm(), choices, sent: sent),
            act(ReopenForm(), choices, sent: sent, style: "secondary"),
        ]
        var model: [String: Any] = [:]
        if extent == .whole {
            let needs = opened.row.phase == .mapping ? needs : []
            model["needs"] = needs
            model["hasNeeds"] = !needs.isEmpty
            model["outcome"] = outcomeShown
        }
        return formPage(.outcome, acts, sent: sent, model: model, boxes: boxes)
    }

    /// What is said beforehand, and what is missing now. The service says the same when it is asked.
    private var needs: [NeedLine] {
        let path = Part.mapping.path(of: reference)
        func line(_ label: String, _ isThere: Bool, _ place: String) -> NeedLine {
            NeedLine(
                label: label,
                tag: isThere ? Tag(word("desk.need.there"), .good) : Tag(word("desk.need.missing"), .warn),
                href: isThere ? nil : "\(path)#\(place)")
        }
        let answers = Question.allCases.map { question in
            line(
                "\(question.number). \(word(question.name))", opened.file.answer(to: question) != nil,
                CaseAction.recordAnswers.rawValue)
        }
        let heard = [InformationSource.child, .guardian].map { source in
            line(
                word("desk.need.\(source.rawValue)"), !opened.file.findings(from: source).isEmpty,
                CaseAction.addInformation.rawValue)
        }
        return answers + heard
    }

    private var outcomeShown: OutcomeShown? {
        guard let last = opened.file.outcomes.last else { return nil }
        let outcome = last.value
        let next = LocalDate(outcome.nextDate).map { CivilTime.text($0, language) } ?? outcome.nextDate
        var pairs = [
            Pair(word("desk.conclude.outcome"), word("outcome.\(outcome.outcome)").capitalizedFirst),
            Pair(word("desk.conclude.next_date"), next),
            Pair(word("desk.consent.recorded"), attribution(last.by, at: CivilTime.text(last.at, language))),
        ]
        if !outcome.organisations.isEmpty {
            let organisations = outcome.organisations.map { word("organisation.\($0)") }.joined(separator: ", ")
            pairs.insert(Pair(word("desk.conclude.organisations"), organisations), at: 1)
        }
        let all = followUps
        let beginning = Division.beginnings(of: [all], limit: Self.followUpsLimit)[0]
        return OutcomeShown(
            pairs: pairs,
            measures: outcome.measures.map { measure in
                .init(
                    area: word("area.\(measure.area)").capitalizedFirst, words: measure.text,
                    responsible: word("desk.outcome.responsible", ["who": name(of: measure.responsible)]))
            }, hasMeasures: !outcome.measures.isEmpty, followUps: Array(all.prefix(beginning)),
            hasFollowUps: !all.isEmpty, moreFollowUps: link(toAll: all.count, shown: beginning, .followUps))
    }

    /// What the outcome's page may weigh of them.
    private static let followUpsLimit = 24_000

    /// Of the outcome that counts, the newest first. What was followed up before belongs to an earlier one.
    var followUps: [OutcomeShown.FollowUp] {
        guard let last = opened.file.outcomes.last else { return [] }
        return opened.file.followUps.filter { $0.at >= last.at }.reversed().map(shown)
    }

    private func shown(_ entry: CaseFile.Entry<MeasuresFollowedUp>) -> OutcomeShown.FollowUp {
        let decision = word("desk.follow_up.then.\(entry.value.decision)")
        return .init(
            what: "\(word("effect.\(entry.value.effect)").capitalizedFirst). \(decision)", words: entry.value.text,
            attribution: attribution(entry.by, at: CivilTime.text(entry.at, language)))
    }
}

extension OutcomeShown.FollowUp: Weighed {
    var weight: Int { what.htmlBytes + words.htmlBytes + attribution.htmlBytes + 90 }
}
