import Codec
import Domain
import Foundation
import Hummingbird
import SwiftProtobuf

/// Opening a case that one may not read otherwise, for some hours (rule 22).
///
/// The form is the same whether there is such a case or not. Only the command's answer tells, and whoever is responsible learns of
/// the command.
struct EmergencyPages: Sendable {
    let desk: DeskServices

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference/emergency") { (request, context) -> Response in
            let reference = try context.parameters.require("reference")
            return desk.renderer.response(page(reference, context), request, context)
        }
        router.post("case/:reference/emergency") { (request, context) -> Response in
            try await open(try context.parameters.require("reference"), request, context)
        }
    }

    static func path(_ reference: String) -> String { "/case/\(reference)/emergency" }

    private func open(_ reference: String, _ request: Request, _ context: DeskContext) async throws -> Response {
        let (form, person) = (try await Form(request, context), try context.person())
        guard CommandDoor.isId(form["id"]) else { throw HTTPError(.badRequest) }
        let command = OpenInEmergency.with {
            ($0.caseReference, $0.by, $0.reason) = (reference, person.person, form["reason"])
        }
        let missing = form["reason"].isEmpty ? [Fault(.textMissing, at: "reason")] : []
        let faults = missing + command.excesses
        func again(_ reasons: [(path: String, words: String)], _ boxes: [NoticeBox] = []) -> Response {
            let page = page(reference, context, reason: form["reason"], reasons, boxes)
            return desk.renderer.response(page, request, context)
        }
        guard faults.isEmpty else { return again(faults.map { ($0.path, $0.text(context.language)) }) }
        let answer = try await desk.commands.give(
            .init(command, id: form["id"], to: .mappingCommands, about: reference), by: person)
        switch answer {
        case .happened: return .seeOther("/case/\(reference)")
        case .pending:
            let box = NoticeBox(
                .information, Catalogue.text("desk.emergency.pending", context.language),
                paragraphs: [Catalogue.text("desk.emergency.pending.words", context.language)],
                link: Link(Catalogue.text("desk.emergency.to_case", context.language), "/case/\(reference)"))
            return again([], [box])
        case .refused(let refusal):
            return again(refusal.reasons.map { ($0.path, context.language == .swedish ? $0.swedish : $0.english) })
        }
    }

    /// - Parameter reasons: why it was not opened, each with the field that it is about.
    private func page(
        _ reference: String, _ context: DeskContext, reason: String = "",
        _ reasons: [(path: String, words: String)] = [],
        _ boxes: [NoticeBox] = []
    ) -> Page {
        let language = context.language
        func word(_ name: String, _ values: [String: String] = [:]) -> String { Catalogue.text(name, language, values) }
        let atField = reasons.first { $0.path == "reason" }?.words
        let field = Field.area(
            "reason", word("desk.emergency.reason"), value: reason, hint: word("desk.emergency.reason.hint"),
            error: atField, limit: 1_000)
        let form = InputForm(
            Self.path(reference), id: UUID().uuidString.lowercased(), fields: [field],
            submit: word("desk.emergency.open"), style: "danger", cancel: Link(word("desk.nav.work"), "/work"))
        let others = reasons.filter { $0.path != "reason" }.map { FieldError($0.words) }
        var model: [String: Any] = [
            "form": form, "notices": boxes, "words": word("desk.emergency.words", ["case": reference]),
        ]
        model["problems"] = ErrorSummary(form.errors + others)
        return Page(template: "emergency", title: word("desk.emergency.title"), model: model, place: "work")
    }
}
