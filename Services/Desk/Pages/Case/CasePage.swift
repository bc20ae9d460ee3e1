import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import Hummingbird
import ServiceKit
import SwiftProtobuf

/// What all pages of a case share: the header, the parts, and news of changes.
struct CasePage: Sendable {
    /// A page of a case. The raw value is its path below the case's.
    enum Part: String, CaseIterable, Sendable {
        case overview = ""
        case mapping, consents, outcome, meetings, coordinator, people, notices, readers

        /// Where a step is done.
        init(of step: Step) {
            self =
                switch step {
                case .acknowledge, .handOver, .decideMove, .reviewMove, .findOwner: .people
                case .conclude: .mapping
                case .consent: .consents
                case .meeting, .invite, .bookFollowUp, .planFollowUp, .answerFamily: .meetings
                case .followUp, .lookAgain: .outcome
                }
        }

        func path(of reference: String) -> String {
            self == .overview ? "/case/\(reference)" : "/case/\(reference)/\(rawValue)"
        }
    }

    let opened: OpenedCase
    let person: SignedIn
    let language: Language
    let now: Date

    var reference: String { opened.reference }
    var extent: Reading.Extent { opened.permit.extent }

    /// - Parameters:
    ///   - model: what the template shows beside the header, the parts and the boxes.
    ///   - boxes: what is told above the page's own content, such as what a command became.
    func page(_ part: Part, template: String, model: [String: Any], boxes: [NoticeBox] = []) -> Page {
        var model = model
        model["header"] = header
        model["boxes"] = ([emergencyBox] + boxes).compactMap(\.self)
        model["tabs"] = parts.map { each in
            Link(
                word("desk.case.part.\(each == .overview ? "overview" : each.rawValue)"),
                each.path(of: reference), isCurrent: each == part)
        }
        model["withhold"] = WithholdButton(reference, language)
        model["live"] = Live(path: "/case/\(reference)/changes", seen: opened.version)
        return Page(template: template, title: title, model: model, place: "work")
    }

    /// It stands in the browser's history, so it tells no more than the address does (rule 22).
    var title: String { word("case.title", ["case": reference]) }

    struct Live {
        let path: String
        let seen: String
    }

    func word(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }

    func name(of id: String) -> String { opened.name(of: id, language) }

    // MARK: Parts

    /// The pages of the case that the reader may see.
    var parts: [Part] { Part.allCases.filter(isOpen) }

    func isOpen(_ part: Part) -> Bool {
        switch part {
        case .overview: true
        case .notices: extent >= .course
        case .meetings, .coordinator: extent >= .plan
        case .mapping, .consents, .outcome, .people: extent >= .whole
        case .readers:
            if case .may = Reading.answer(
                to: person.person, readingLogOf: opened.readable.facts, in: opened.county, at: now)
            {
                true
            } else {
                false
            }
        }
    }

    // MARK: The header

    var header: CaseHeader {
        let row = opened.row
        return CaseHeader(
            reference: reference, tags: tags, pairs: pairs, next: next, isOverdue: row.isOverdue(at: now))
    }

    private var tags: [Tag] {
        let status = opened.row.status
        var tags = [Tag(word("phase.\(status.phase)").capitalizedFirst, opened.row.phase == .closed ? .done : nil)]
        if !status.fallbackReason.isEmpty { tags.append(Tag(word("case.fallback.short").capitalizedFirst, .warn)) }
        if status.harmSuspected { tags.append(Tag(word("desk.case.harm"), .bad)) }
        if status.protectedIdentity { tags.append(Tag(word("desk.case.protected"), .care)) }
        return tags
    }

    private var pairs: [Pair] {
        let status = opened.row.status
        var pairs: [Pair] = []
        if let people = opened.people {
            pairs.append(Pair(word("desk.case.child"), people.name, number: people.personalNumber.nonEmpty))
            let guardians = people.guardians.map { opened.giver($0.key, language).capitalizedFirst }
            if !guardians.isEmpty { pairs.append(Pair(word("desk.case.guardians"), guardians.joined(separator: ", "))) }
        }
        pairs.append(
            Pair(word("case.owner"), name(of: status.owner), detail: name(of: status.unit).nonEmpty))
        if !status.delegate.isEmpty { pairs.append(Pair(word("case.delegate"), name(of: status.delegate))) }
        // The family has one contact at each time (rule 21).
        let contact = status.coordinator.nonEmpty ?? status.owner
        pairs.append(
            Pair(
                word("desk.case.contact"), name(of: contact),
                detail: status.coordinator.isEmpty ? nil : word("case.coordinator").lowercased()))
        return pairs
    }

    private var next: CaseHeader.Next? {
        guard let step = opened.row.step, let due = opened.row.due else { return nil }
        let part = Part(of: step)
        return CaseHeader.Next(
            what: word("step.\(step.rawValue)").capitalizedFirst, due: Moment(dayOf: due, language),
            href: isOpen(part) && isMine(step) ? part.path(of: reference) : nil)
    }

    /// Whether the reader can do the step now. What is done of a meeting is for whoever reads the plan.
    private func isMine(_ step: Step) -> Bool {
        let action: CaseAction? =
            switch step {
            case .acknowledge: .takeOn
            case .conclude: .conclude
            case .consent: .recordConsent
            case .followUp, .lookAgain: .followUp
            case .handOver: .move
            case .decideMove: .confirmMove
            case .reviewMove: .reviewMove
            case .findOwner: .keepCase
            case .invite: .changeParticipants
            case .meeting, .bookFollowUp, .planFollowUp, .answerFamily: nil
            }
        return action.map { opened.obstacles(to: $0, by: person, at: now).isEmpty } ?? true
    }

    // MARK: Boxes

    /// Reading in an emergency is told on every page, with its end.
    private var emergencyBox: NoticeBox? {
        guard opened.permit.ground == .emergencyAccess else { return nil }
        let until = opened.row.status.emergencies.filter { $0.by == person.person }.map(\.until.date).max() ?? now
        return NoticeBox(
            .warning, word("desk.emergency.reading"),
            paragraphs: [word("desk.emergency.until", ["until": CivilTime.text(until, language)])])
    }
}

extension DeskServices {
    /// Opens the case in the request's address, as far as the person may read it.
    ///
    /// - Throws: as ``CaseRoom/open(_:_:for:in:)``.
    func casePage(
        _ context: DeskContext, _ wanted: ClosedRange<Reading.Extent> = .status ... .whole
    ) async throws -> CasePage {
        let person = try context.person()
        let opened = try await cases.open(
            try context.parameters.require("reference"), wanted, for: person, in: context.language)
        return CasePage(opened: opened, person: person, language: context.language, now: now())
    }
}
