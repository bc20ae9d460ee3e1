import Codec
import Domain
import HTTPTypes
import SwiftProtobuf

/// The page on which a concern is looked at before it is sent: where it goes, and all that will be sent.
struct ConcernCheck {
    private let concern: CheckedConcern
    private let input: ConcernInput
    private let writer: ReportWriter
    private let language: Language

    /// A longer text with its heading.
    struct Words {
        let title: String
        let words: String
    }

    struct Hidden {
        let name: String
        let value: String
    }

    init(_ concern: CheckedConcern, _ input: ConcernInput, _ writer: ReportWriter, _ language: Language) {
        (self.concern, self.input, self.writer, self.language) = (concern, input, writer, language)
    }

    /// - Parameter hasFailed: it could not be sent just now.
    func page(id: String, hasFailed: Bool = false) -> Page {
        let (county, owner) = (concern.county, concern.owner)
        var page = Page(template: "concern_check", title: text("desk.concern.check"), place: "concern")
        page.model = [
            "id": id, "hidden": input.hidden.map { Hidden(name: $0.name, value: $0.value) },
            "notices": notices(hasFailed: hasFailed),
            "owner": county.people[owner.person]?.name ?? text("name.unknown"),
            "unit": county.units[owner.unit]?.name ?? text("name.unknown"),
            "texts": texts, "pairs": pairs,
        ]
        page.model["fallback"] = owner.fallback.map { text("desk.fallback.\($0.rawValue)") }
        if hasFailed { page.status = .serviceUnavailable }
        return page
    }

    private func notices(hasFailed: Bool) -> [NoticeBox] {
        var notices: [NoticeBox] = []
        if hasFailed {
            notices.append(
                NoticeBox(.refusal, text("desk.report.failed"), paragraphs: [text("desk.report.failed.words")]))
        }
        if input.isHarmSuspected { notices.append(.dutyToReport(language)) }
        if input.isProtected {
            notices.append(
                NoticeBox(
                    .protected, text("desk.concern.protected"),
                    paragraphs: [text("desk.concern.protected_identity.hint")]))
        }
        return notices
    }

    private var texts: [Words] {
        ["strengths", "observation"].compactMap { field in
            input[field].isEmpty ? nil : Words(title: text("desk.concern.\(field)"), words: input[field])
        }
    }

    private var pairs: [Pair] {
        let message = concern.message
        let areas = WheelArea.allCases.filter(input.chosenAreas.contains).map { text("area.\($0.rawValue)") }
        let unit = writer.county.units[message.unit]?.name
        let lines: [(String, String?)] = [
            ("desk.concern.areas", areas.joined(separator: ", ")),
            ("desk.concern.observed", CivilTime.text(concern.observedAt, language)),
            ("desk.concern.harm_suspected", text("desk.concern.harm_suspected.\(input["harm_suspected"])")),
            ("desk.concern.name", message.name.isEmpty ? nil : message.name),
            ("desk.concern.personal_number", message.personalNumber),
            ("desk.concern.protected_identity", text("desk.report.\(input.isProtected ? "yes" : "no")")),
            ("desk.concern.municipality", concern.county.municipalities[message.municipality]?.name),
            ("desk.concern.stage", message.stage.isEmpty ? nil : text("desk.stage.\(message.stage)")),
            ("desk.concern.unit", unit),
        ]
        let guardians = message.guardians.enumerated().map { index, guardian in
            Pair(
                Catalogue.text("desk.concern.guardian", language, ["number": "\(index + 1)"]),
                [guardian.name, guardian.personalNumber, guardian.email, guardian.phone].filter { !$0.isEmpty }
                    .joined(separator: ", "))
        }
        return lines.map { Pair(text($0.0), $0.1 ?? text("desk.report.unknown")) } + guardians
            + [Pair(text("desk.report.by"), writer.words(language))]
    }

    private func text(_ name: String) -> String { Catalogue.text(name, language) }
}

extension NoticeBox {
    /// What whoever suspects harm must do themselves, now (rule 3).
    static func dutyToReport(_ language: Language) -> NoticeBox {
        func text(_ name: String) -> String { Catalogue.text(name, language) }
        return NoticeBox(
            .harm, text("notice.duty_to_report"), paragraphs: [text("desk.duty.words")],
            items: (1...3).map { text("desk.duty.\($0)") })
    }
}
