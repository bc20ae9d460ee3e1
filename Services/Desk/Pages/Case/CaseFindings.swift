import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// What is known of the child: the child's own words first, then the wheel, and each area with strengths before needs (rules 7 and 8).
struct CaseFindings {
    struct Area {
        let area: String
        let name: String
        let kinds: [Kind]
        /// The concerns that name the area.
        let concerns: [Link]
        let hasConcerns: Bool
        let isEmpty: Bool
    }

    struct Kind {
        let label: String
        let items: [Item]
    }

    struct Item {
        let words: String
        let source: String
        let who: String
        let time: Moment
        let history: History?
    }

    struct Concern {
        let anchor: String
        let heading: String
        let tag: Tag?
        let pairs: [Pair]
        let strengths: [String]
        let hasStrengths: Bool
        let observation: String
    }

    let voice: ChildVoice
    /// Who was not asked, and why not.
    let notAsked: [String]
    let hasNotAsked: Bool
    let wheel: WheelPicture
    let areas: [Area]
    let concerns: [Concern]
    let hasConcerns: Bool
}

extension CasePage {
    /// For who reads the whole case.
    var findings: CaseFindings {
        let file = opened.file
        let notAsked = file.findings.filter { $0.information.kind == InformationKind.notAsked.rawValue }.map {
            "\(word("source.\($0.information.source)").capitalizedFirst) (\(word("kind.not_asked"))): \($0.information.text)"
        }
        return CaseFindings(
            voice: ChildVoice(voices), notAsked: notAsked, hasNotAsked: !notAsked.isEmpty,
            wheel: WheelPicture(known: known, title: word("desk.case.wheel"), language),
            areas: WheelArea.allCases.map(area), concerns: concerns, hasConcerns: !file.concerns.isEmpty)
    }

    private var voices: [ChildVoice.Voice] {
        opened.file.findings(from: .child).map(\.information).filter { InformationKind(rawValue: $0.kind) != .notAsked }
            .map { piece in
                let area = word("area.\(piece.area)")
                let values = [
                    "name": name(of: piece.by), "day": CivilTime.text(CivilTime.day(of: piece.at.date), language),
                ]
                return ChildVoice.Voice(
                    words: piece.text, attribution: "\(area.capitalizedFirst). \(word("desk.case.told", values))")
            }
    }

    /// How much there is of each kind. A concern tells of a need in each of its areas.
    private var known: [WheelArea: [InformationKind: Int]] {
        var known: [WheelArea: [InformationKind: Int]] = [:]
        for finding in opened.file.findings {
            guard let area = WheelArea(rawValue: finding.information.area),
                let kind = InformationKind(rawValue: finding.information.kind)
            else { continue }
            known[area, default: [:]][kind, default: 0] += 1
        }
        for area in opened.file.concerns.flatMap(\.value.areas).compactMap(WheelArea.init) {
            known[area, default: [:]][.need, default: 0] += 1
        }
        return known
    }

    private func area(_ area: WheelArea) -> CaseFindings.Area {
        let findings = opened.file.findings(in: area)
        let kinds = [InformationKind.strength, .need, .obstacle].compactMap { kind -> CaseFindings.Kind? in
            // The child's words first (rule 7).
            let items = [InformationSource.child, .guardian, .organisation, .detector].flatMap { source in
                findings.filter { $0.information.kind == kind.rawValue && $0.information.source == source.rawValue }
            }
            return items.isEmpty
                ? nil : .init(label: word("desk.kinds.\(kind.rawValue)"), items: items.map(item))
        }
        let naming = opened.file.concerns.enumerated().filter { $0.element.value.areas.contains(area.rawValue) }.map {
            Link(heading(of: $0.element), "#\(anchor(of: $0.offset))")
        }
        return CaseFindings.Area(
            area: area.rawValue, name: word("area.\(area.rawValue)").capitalizedFirst, kinds: kinds, concerns: naming,
            hasConcerns: !naming.isEmpty, isEmpty: kinds.isEmpty && naming.isEmpty)
    }

    private func item(_ finding: CaseFile.Finding) -> CaseFindings.Item {
        let piece = finding.information
        return CaseFindings.Item(
            words: piece.text, source: word("source.\(piece.source)").capitalizedFirst, who: name(of: piece.by),
            time: Moment(dayOf: piece.at.date, language), history: history(of: finding))
    }

    /// What a piece of information was before each correction, the newest first; nil for one that was never corrected.
    func history(of finding: CaseFile.Finding) -> History? {
        guard !finding.corrections.isEmpty else { return nil }
        return History(
            finding.corrections.reversed().map { correction in
                History.Version(
                    time: Moment(correction.at, language), who: name(of: correction.by), words: correction.before.text,
                    reason: correction.reason.nonEmpty, isReplaced: true)
            })
    }

    // MARK: Concerns

    private var concerns: [CaseFindings.Concern] {
        opened.file.concerns.enumerated().reversed().map { index, entry in
            let concern = entry.value
            let organisation = Organisation(rawValue: concern.reporter.organisation)
            let reporter = [concern.reporter.role, organisation.map { word("organisation.\($0.rawValue)") }]
                .compactMap { $0?.nonEmpty }.joined(separator: ", ")
            let areas = concern.areas.map { word("area.\($0)") }.joined(separator: ", ").capitalizedFirst
            var pairs = [
                Pair(word("desk.case.reporter"), concern.reporter.name, detail: reporter.nonEmpty),
                Pair(word("desk.case.areas"), areas),
            ]
            if concern.hasObservedAt {
                pairs.append(
                    Pair(word("desk.case.observed"), CivilTime.text(concern.observedAt.date, language)))
            }
            return CaseFindings.Concern(
                anchor: anchor(of: index), heading: heading(of: entry),
                tag: concern.harmSuspected ? Tag(word("desk.case.harm"), .bad) : nil, pairs: pairs,
                strengths: concern.strengths, hasStrengths: !concern.strengths.isEmpty,
                observation: concern.observation)
        }
    }

    private func anchor(of index: Int) -> String { "concern-\(index + 1)" }

    private func heading(of concern: CaseFile.Entry<ConcernRegistered>) -> String {
        word("desk.case.concern", ["day": CivilTime.text(CivilTime.day(of: concern.at), language)])
    }
}
