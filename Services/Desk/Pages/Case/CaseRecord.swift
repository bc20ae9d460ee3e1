import CaseReading
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// The analysis, the consents and the outcomes, to be read on paper (rules 9, 10 and 13).
struct CaseRecord {
    struct Answer {
        let question: String
        /// Nil while it is not answered.
        let words: String?
        let who: String?
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
    let consents: [Consent]
    let hasConsents: Bool
    let maturity: String?
    let outcomes: [Outcome]
    let hasOutcomes: Bool
    let followUps: [FollowUp]
}

extension CasePage {
    /// The whole case on one page, as far as it is read.
    var printed: Page {
        let stamp = word(
            "desk.case.printed",
            ["time": CivilTime.text(now, language), "name": opened.names.name(of: person.person, language)])
        var model: [String: Any] = ["panels": panels, "stamp": stamp]
        if extent == .whole {
            model["findings"] = findings
            model["record"] = record
        }
        if extent >= .plan { model["meetings"] = meetings }
        if extent >= .course { model["happened"] = ["days": CaseTimeline(self).days] as [String: Any] }
        var page = page(.overview, template: "case_print", model: model)
        // A page that is printed does not change under one's hands.
        page.model["live"] = nil
        return page
    }

    /// For who reads the whole case.
    var record: CaseRecord {
        let file = opened.file
        let consents = file.consents.sorted { $0.key < $1.key }.compactMap { giver, entries in
            entries.last.map { consent(giver, $0) }
        }
        let maturity = file.maturity.map { entry in
            let judged = word(entry.value.youthConsents ? "desk.case.maturity.youth" : "desk.case.maturity.guardians")
            return "\(judged) \(entry.value.reason) (\(by(entry.by, at: entry.at)))"
        }
        return CaseRecord(
            answers: Question.allCases.map(answer), consents: consents, hasConsents: !consents.isEmpty,
            maturity: maturity, outcomes: file.outcomes.reversed().map(outcome), hasOutcomes: !file.outcomes.isEmpty,
            followUps: file.followUps.reversed().map(followUp))
    }

    private func answer(_ question: Question) -> CaseRecord.Answer {
        let last = opened.file.answers[question]?.last
        return CaseRecord.Answer(
            question: word(question.name), words: last?.value, who: last.map { by($0.by, at: $0.at) })
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
