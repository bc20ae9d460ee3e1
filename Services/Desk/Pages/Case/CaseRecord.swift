import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import SwiftProtobuf

/// The analysis, the consents and the outcomes, to be read on paper (rules 9, 10 and 13).
struct CaseRecord {
    struct Answer {
        /// Nil for a former answer, which stands under the latest.
        let question: String?
        /// Nil while it is not answered.
        let words: String?
        let who: String?
        let isFormer: Bool
    }

    struct Consent {
        let giver: String
        let tag: Tag
        let pairs: [Pair]
    }

    struct Outcome {
        let heading: String
        let pairs: [Pair]
        let measures: [Measure]
        let hasMeasures: Bool
    }

    struct Measure {
        let area: String
        let words: String
        let responsible: String
    }

    struct FollowUp {
        let heading: String
        let words: String
    }

    let answers: [Answer]
    let hasAnswers: Bool
    let consents: [Consent]
    let maturity: String?
    let hasConsents: Bool
    let outcomes: [Outcome]
    let followUps: [FollowUp]
    let hasOutcomes: Bool
}

extension CasePage {
    /// What a part may weigh.
    private static let printLimit = 70_000

    /// The whole case, as far as it is read, to be printed. A long one is in parts.
    ///
    /// - Parameter number: of the part, from 1. One that is not there is the nearest that is.
    func printed(page number: Int) -> Page {
        let timeline = CaseTimeline(self)
        var (model, division) = Division.page(number, limit: Self.printLimit) { division in
            var model: [String: Any] = [:]
            if division.cut(Panels(panels: panels)) != nil { (model["panels"], model["hasPanels"]) = (panels, true) }
            if extent == .whole {
                model["findings"] = findings(&division)
                model["record"] = record(&division)
            }
            if extent >= .plan { model["meetings"] = meetings(&division) }
            if extent >= .course {
                let days = timeline.days(&division)
                if !days.isEmpty { model["happened"] = ["days": days] as [String: Any] }
            }
            return model
        }
        let part = ListPart(division).links("/case/\(reference)/print", language, position: "desk.case.print.part")
        model["pages"] = part
        let who = opened.names.name(of: person.person, language)
        let stamp = word("desk.case.printed", ["time": CivilTime.text(now, language), "name": who])
        model["stamp"] = [part?.position, stamp].compactMap(\.self).joined(separator: ". ")
        var page = page(.overview, template: "case_print", model: model)
        // A page that is printed does not change under one's hands.
        page.model["live"] = nil
        return page
    }

    private struct Panels: Weighed {
        let panels: [Panel]

        var weight: Int { panels.flatMap(\.lines).reduce(400) { $0 + $1.label.htmlBytes + 200 } }
    }

    /// A part of it; nil where the part has nothing of it.
    private func record(_ division: inout Division) -> CaseRecord? {
        let file = opened.file
        let answers = division.cut(Question.allCases.flatMap(answers(to:)))
        let consents = division.cut(
            file.consents.sorted { $0.key < $1.key }.compactMap { giver, entries in
                entries.last.map { consent(giver, $0) }
            })
        let maturity = division.cut(
            file.maturity.map { entry in
                let judged = word(
                    entry.value.youthConsents ? "desk.case.maturity.youth" : "desk.case.maturity.guardians")
                return "\(judged) \(entry.value.reason) (\(by(entry.by, at: entry.at)))"
            })
        let outcomes = division.cut(file.outcomes.reversed().map(outcome))
        let followUps = division.cut(file.followUps.reversed().map(followUp))
        let record = CaseRecord(
            answers: answers, hasAnswers: !answers.isEmpty, consents: consents, maturity: maturity,
            hasConsents: !consents.isEmpty || maturity != nil, outcomes: outcomes, followUps: followUps,
            hasOutcomes: !outcomes.isEmpty || !followUps.isEmpty)
        return record.hasAnswers || record.hasConsents || record.hasOutcomes ? record : nil
    }

    /// The answer that counts, then who answered what before, the newest first.
    private func answers(to question: Question) -> [CaseRecord.Answer] {
        let file = opened.file
        let last = file.answer(to: question)
        let latest = CaseRecord.Answer(
            question: word(question.name), words: last?.value, who: last.map { by($0.by, at: $0.at) }, isFormer: false)
        let former = file.replacedAnswers(to: question).map { entry, isFormer in
            CaseRecord.Answer(
                question: nil, words: entry.value, who: marked(by(entry.by, at: entry.at), isFormer: isFormer),
                isFormer: true)
        }
        return [latest] + former
    }

    private func consent(_ giver: String, _ entry: CaseFile.Entry<Consent>) -> CaseRecord.Consent {
        let consent = entry.value
        let isGiven = consent.decision == ConsentDecision.given.rawValue
        var pairs: [Pair] = []
        if !consent.organisations.isEmpty {
            let names = consent.organisations.map { word("organisation.\($0)") }.joined(separator: ", ")
            pairs.append(Pair(word("desk.case.consent.scope"), names.capitalizedFirst))
        }
        let day = LocalDate(consent.date) ?? CivilTime.day(of: entry.at)
        pairs.append(
            Pair(
                word("desk.case.consent.day"), CivilTime.text(day, language),
                detail: [consent.form, entry.by.isEmpty ? word("desk.consent.by_unknown") : name(of: entry.by)].filter {
                    !$0.isEmpty
                }.joined(separator: ", ")))
        if let until = LocalDate(consent.validUntil) {
            pairs.append(Pair(word("desk.case.consent.until"), CivilTime.text(until, language)))
        }
        return CaseRecord.Consent(
            giver: consentGiver(giver),
            tag: Tag(word("decision.\(consent.decision)"), isGiven ? .good : .bad), pairs: pairs)
    }

    private func outcome(_ entry: CaseFile.Entry<MappingConcluded>) -> CaseRecord.Outcome {
        let concluded = entry.value
        var pairs = [Pair(word("desk.meeting.by"), by(entry.by, at: entry.at))]
        if let next = LocalDate(concluded.nextDate) {
            pairs.append(Pair(word("desk.case.next_date"), CivilTime.text(next, language)))
        }
        if !concluded.organisations.isEmpty {
            let names = concluded.organisations.map { word("organisation.\($0)") }.joined(separator: ", ")
            pairs.append(Pair(word("desk.case.organisations"), names.capitalizedFirst))
        }
        let measures = concluded.measures.map {
            CaseRecord.Measure(
                area: word("area.\($0.area)").capitalizedFirst, words: $0.text, responsible: name(of: $0.responsible))
        }
        return CaseRecord.Outcome(
            heading: word("outcome.\(concluded.outcome)").capitalizedFirst, pairs: pairs, measures: measures,
            hasMeasures: !measures.isEmpty)
    }

    private func followUp(_ entry: CaseFile.Entry<MeasuresFollowedUp>) -> CaseRecord.FollowUp {
        let day = CivilTime.text(CivilTime.day(of: entry.at), language)
        let heading = word("desk.meeting.followed_up", ["day": day])
        return CaseRecord.FollowUp(
            heading: "\(heading): \(word("effect.\(entry.value.effect)")) (\(name(of: entry.by)))",
            words: entry.value.text)
    }
}

extension CaseRecord.Answer: Weighed {
    var weight: Int { (question?.htmlBytes ?? 0) + (words?.htmlBytes ?? 0) + 200 }
}

extension CaseRecord.Consent: Weighed {
    var weight: Int { 300 + pairs.weight }
}

extension CaseRecord.Outcome: Weighed {
    var weight: Int {
        measures.reduce(heading.htmlBytes + pairs.weight + 200) {
            $0 + $1.area.htmlBytes + $1.words.htmlBytes + $1.responsible.htmlBytes + 90
        }
    }
}

extension CaseRecord.FollowUp: Weighed {
    var weight: Int { heading.htmlBytes + words.htmlBytes + 50 }
}

extension [Pair] {
    /// About as many bytes as their HTML has.
    var weight: Int { reduce(0) { $0 + $1.label.htmlBytes + $1.value.htmlBytes + ($1.detail?.htmlBytes ?? 0) + 70 } }
}
