import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// What is known of the child, item by item, in the order in which pages have it: the child's own words first, then who was not
/// asked, then each area with strengths before needs, then the concerns, the newest first (rules 7 and 8). What is about several
/// areas stands in the first of them.
struct KnownOfChild {
    var voices: [ChildVoice.Voice] = []
    var notAsked: [String] = []
    /// Each area, in the order of the wheel.
    var areas: [(area: WheelArea, items: [CaseFindings.Item])] = []
    var concerns: [CaseFindings.Concern] = []

    /// As much of each list as fits.
    func beginning(limit: Int) -> KnownOfChild {
        let lists: [[any Weighed]] = [voices, notAsked, concerns] + areas.map { $0.items as [any Weighed] }
        let counts = Division.beginnings(of: lists, limit: limit)
        var known = self
        known.voices = Array(voices.prefix(counts[0]))
        known.notAsked = Array(notAsked.prefix(counts[1]))
        known.concerns = Array(concerns.prefix(counts[2]))
        for index in areas.indices { known.areas[index].items = Array(areas[index].items.prefix(counts[index + 3])) }
        return known
    }
}

extension CasePage {
    /// For who reads the whole case.
    var known: KnownOfChild {
        KnownOfChild(
            voices: voices, notAsked: notAsked,
            areas: WheelArea.allCases.map { area in
                (area, items(of: opened.file.findings.filter { $0.information.named.first == area }))
            }, concerns: concerns)
    }

    private var voices: [ChildVoice.Voice] {
        opened.file.findings(from: .child).strengthsFirst.map(\.information).filter {
            InformationKind(rawValue: $0.kind) != .notAsked
        }
        .map { piece in
            let values = [
                "name": name(of: piece.by), "day": CivilTime.text(CivilTime.day(of: piece.at.date), language),
            ]
            let attribution = [names(of: piece.named), word("desk.case.told", values)].filter { !$0.isEmpty }
            return ChildVoice.Voice(words: piece.text, attribution: attribution.joined(separator: ". "))
        }
    }

    /// Who was not asked, and why not.
    private var notAsked: [String] {
        opened.file.findings.map(\.information).filter { $0.kind == InformationKind.notAsked.rawValue }.map {
            "\(word("source.\($0.source)").capitalizedFirst) (\(word("kind.not_asked"))): \($0.text)"
        }
    }

    /// `Hemmet, relationer`
    func names(of areas: [WheelArea]) -> String {
        areas.map { word("area.\($0.rawValue)") }.joined(separator: ", ").capitalizedFirst
    }

    /// All that is about an area.
    func items(in area: WheelArea) -> [CaseFindings.Item] { items(of: opened.file.findings(in: area)) }

    private func items(of findings: [CaseFile.Finding]) -> [CaseFindings.Item] {
        [InformationKind.strength, .need, .obstacle].flatMap { kind in
            // The child's words first (rule 7).
            [InformationSource.child, .guardian, .organisation, .detector].flatMap { source in
                findings.filter { $0.information.kind == kind.rawValue && $0.information.source == source.rawValue }
            }
        }.map(item)
    }

    private func item(_ finding: CaseFile.Finding) -> CaseFindings.Item {
        let piece = finding.information
        return CaseFindings.Item(
            kind: word("desk.kinds.\(piece.kind)"), words: piece.text,
            areas: piece.named.count > 1 ? names(of: piece.named) : nil,
            source: word("source.\(piece.source)").capitalizedFirst, who: name(of: piece.by),
            time: Moment(dayOf: piece.at.date, language), history: history(of: finding))
    }

    /// What a piece of information was before each correction; nil for one that was never corrected.
    func history(of finding: CaseFile.Finding) -> History? {
        history(formerWords(of: finding), .information(finding.information.id))
    }

    /// The newest first.
    func formerWords(of finding: CaseFile.Finding) -> [History.Version] {
        finding.corrections.reversed().map { correction in
            History.Version(
                time: Moment(correction.at, language), who: name(of: correction.by), words: correction.before.text,
                reason: correction.reason.nonEmpty, isReplaced: true)
        }
    }

    /// What was written before, as far as a page that shows other things has room for it.
    func history(_ versions: [History.Version], _ list: KnownList) -> History? {
        versions.isEmpty ? nil : History(versions, all: link(toAll: versions.count, list))
    }

    /// The newest first.
    var concerns: [CaseFindings.Concern] {
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
                anchor: "concern-\(index + 1)",
                heading: word("desk.case.concern", ["day": CivilTime.text(CivilTime.day(of: entry.at), language)]),
                areas: concern.areas, tag: concern.harmSuspected ? Tag(word("desk.case.harm"), .bad) : nil,
                pairs: pairs,
                strengths: concern.strengths, hasStrengths: !concern.strengths.isEmpty,
                observation: concern.observation)
        }
    }

    /// How much there is of each kind. A concern tells of a need in each of its areas.
    var counts: [WheelArea: [InformationKind: Int]] {
        var counts: [WheelArea: [InformationKind: Int]] = [:]
        for finding in opened.file.findings {
            guard let kind = InformationKind(rawValue: finding.information.kind) else { continue }
            for area in finding.information.named { counts[area, default: [:]][kind, default: 0] += 1 }
        }
        for area in opened.file.concerns.flatMap(\.value.areas).compactMap(WheelArea.init) {
            counts[area, default: [:]][.need, default: 0] += 1
        }
        return counts
    }
}

extension CaseFindings.Item: Weighed {
    var weight: Int {
        [words, source, who, areas ?? ""].reduce(240 + (history?.weight ?? 0)) { $0 + $1.htmlBytes }
    }
}

extension CaseFindings.Concern: Weighed {
    var weight: Int {
        ([observation, heading] + strengths).reduce(600 + pairs.weight) { $0 + $1.htmlBytes + 30 }
    }
}

extension ChildVoice.Voice: Weighed {
    var weight: Int { words.htmlBytes + attribution.htmlBytes + 80 }
}

extension History: Weighed {
    var weight: Int { versions.reduce(350) { $0 + $1.weight } }
}

extension History.Version: Weighed {
    var weight: Int { words.htmlBytes + who.htmlBytes + (reason?.htmlBytes ?? 0) + 220 }
}

/// A line of a list.
extension String: Weighed {
    package var weight: Int { htmlBytes + 40 }
}
