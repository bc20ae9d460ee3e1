import CaseReading
import Codec
import Domain
import Foundation
import Hummingbird
import ServiceKit

/// Who has read what: of a case, and of a person. Looking is written to the log, too (rule 22).
struct ReaderPages: Sendable {
    let desk: DeskServices

    private static let pageSize = 100
    /// Of one person, the latest.
    private static let personLimit = 500
    /// As many people of one name as somebody chooses from.
    private static let choiceLimit = 20

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference/readers") { request, context in try await show(request, context) }
        router.get("readings") { request, context in
            try check(context)
            return search(request, context)
        }
        router.post("readings") { request, context in try await readings(request, context) }
    }

    // MARK: Of a case

    private func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let reference = try context.parameters.require("reference")
        let entries = try await desk.cases.openLog(of: reference, for: context.person())
        let (part, range) = ListPart.of(entries.count, size: Self.pageSize, request)
        var model: [String: Any] = [
            "reference": reference, "log": ["rows": rows(Array(entries.reversed()[range]), context.language)],
        ]
        model["pages"] = part.links("/case/\(reference)/readers", context.language)
        return desk.renderer.response(
            Page(
                template: "readers", title: Catalogue.text("desk.readers.title", context.language), model: model,
                place: "work"), request, context)
    }

    // MARK: Of a person

    /// - Throws: ``NotShown`` for who may not see the log of a county.
    @discardableResult
    private func check(_ context: DeskContext) throws -> County {
        let person = try context.person()
        let county = desk.directory.latest.counties[person.county]
        guard let county,
            case .may = Reading.answer(to: person.person, readingLogOf: nil, in: county, at: desk.now())
        else { throw NotShown() }
        return county
    }

    /// Whose readings somebody looks up stands in no address.
    private func readings(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (county, form) = (try check(context), try await Form(request, context))
        let found = Self.people(form, county)
        guard let person = found.first, found.count == 1 else { return search(request, context, form, found, county) }
        let entries = try await desk.cases.openLog(
            ofPerson: person.id, for: context.person(), limit: Self.personLimit)
        let model: [String: Any] = [
            "form": field(form["who"], nil, context.language), "person": person.name,
            "log": ["rows": rows(entries.reversed(), context.language)], "showsCase": true, "isEmpty": entries.isEmpty,
            "isFull": entries.count >= Self.personLimit,
        ]
        return desk.renderer.response(page(model, context), request, context)
    }

    /// Who is meant: by choice, by address, or by a part of the name.
    private static func people(_ form: Form, _ county: County) -> [County.Person] {
        if let chosen = county.people[form["person"]] { return [chosen] }
        let written = form["who"].lowercased()
        guard !written.isEmpty else { return [] }
        return county.people.values
            .filter { $0.email.text.lowercased() == written || $0.name.lowercased().contains(written) }
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    private func search(
        _ request: Request, _ context: DeskContext, _ form: Form? = nil, _ found: [County.Person] = [],
        _ county: County? = nil
    ) -> Response {
        func words(_ name: String) -> String { Catalogue.text("desk.readings.\(name)", context.language) }
        var (error, model): (String?, [String: Any]) = (nil, [:])
        switch found.count {
        case 0: error = form == nil ? nil : words(form?["who"].isEmpty == true ? "unnamed" : "nobody")
        case ...Self.choiceLimit:
            let choices = found.map { person in
                (value: person.id, label: person.name, hint: county?.units[person.unit]?.name)
            }
            model["choice"] = InputForm(
                "/readings", id: UUID().uuidString,
                fields: [Field.choices("person", words("choose"), choices)], submit: words("submit"))
        default: error = words("many")
        }
        let field = field(form?["who"] ?? "", error, context.language)
        model["form"] = field
        model["problems"] = ErrorSummary(field.errors)
        return desk.renderer.response(page(model, context), request, context)
    }

    private func field(_ written: String, _ error: String?, _ language: Language) -> InputForm {
        func words(_ name: String) -> String { Catalogue.text("desk.readings.\(name)", language) }
        let field = Field.text("who", words("who"), value: written, hint: words("hint"), error: error, limit: 254)
        return InputForm("/readings", id: UUID().uuidString, fields: [field], submit: words("submit"))
    }

    private func page(_ model: [String: Any], _ context: DeskContext) -> Page {
        Page(
            template: "readings", title: Catalogue.text("desk.readings.title", context.language), model: model,
            place: "work")
    }

    // MARK: Rows

    private struct Row {
        let time: Moment
        let who: String
        let `case`: String
        let what: String
        let why: String
        let reason: String?
        let known: String
    }

    private func rows(_ entries: [AccessBook.Entry], _ language: Language) -> [Row] {
        let directory = desk.directory.latest
        func words(_ name: String) -> String { Catalogue.text(name, language) }
        return entries.map { entry in
            func name(_ id: String) -> String {
                directory.counties[entry.county].map { DirectoryNames($0).name(of: id, language) }
                    ?? words("name.unknown")
            }
            let until = entry.until.map { " \(CivilTime.text($0, language))" } ?? ""
            let about = entry.person.isEmpty ? "" : ": \(name(entry.person))"
            return Row(
                time: Moment(entry.time, language), who: name(entry.by), case: entry.case,
                what: words("access.what.\(entry.what)") + until + about,
                why: entry.why.isEmpty ? "" : words("access.why.\(entry.why)"), reason: entry.reason.nonEmpty,
                known: entry.assurance.isEmpty ? "" : words("assurance.\(entry.assurance)"))
        }
    }
}
