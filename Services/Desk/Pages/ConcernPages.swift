import Codec
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// A concern is written, looked at, and sent (rules 1 to 4).
///
/// The form and the page on which it is checked have one address, and carry what was written from one to the other in the
/// body alone: nothing of a child stands in an address.
struct ConcernPages: Sendable {
    let desk: DeskServices

    func add(to router: Router<DeskContext>) {
        router.get("concern/new") { request, context in
            let writer = try await ReportWriter(context, desk)
            let input = ConcernInput(now: desk.now(), municipality: writer.unit?.municipality ?? "")
            return desk.renderer.response(formPage(input, writer, context), request, context)
        }
        router.post("concern/new") { request, context in try await post(request, context) }
        router.get("concern/sent/:form") { request, context in
            try await SentReport.response(.concern, desk, request, context)
        }
    }

    /// What a button of the two pages asks for.
    private enum Step: String { case check, change, send }

    private func post(_ request: Request, _ context: DeskContext) async throws -> Response {
        let writer = try await ReportWriter(context, desk)
        let form = try await Form(request, context)
        guard let report = OwnReport(form["id"], by: writer.signedIn), let step = Step(rawValue: form["step"]) else {
            throw HTTPError(.badRequest)
        }
        let input = ConcernInput(form)
        func answer(_ page: Page) -> Response { desk.renderer.response(page, request, context) }
        if step == .change { return answer(formPage(input, writer, context, id: report.form)) }
        let concern: CheckedConcern
        do throws(Refusal) { concern = try input.checked(writer, now: desk.now()) } catch {
            let errors = ReportErrors(error.faults, context.language)
            return answer(formPage(input, writer, context, id: report.form, errors))
        }
        let check = ConcernCheck(concern, input, writer, context.language)
        guard step == .send else { return answer(check.page(id: report.form)) }
        switch await SentReport.send(concern.message, as: report, desk, context) {
        case .sent(let path): return .seeOther(path)
        // Its id is taken by the refusal.
        case .refused(let errors): return answer(formPage(input, writer, context, errors))
        case .failed: return answer(check.page(id: report.form, hasFailed: true))
        }
    }

    /// - Parameter id: the form's id, which becomes the report's.
    private func formPage(
        _ input: ConcernInput, _ writer: ReportWriter, _ context: DeskContext, id: String = UUID().uuidString,
        _ errors: ReportErrors = ReportErrors()
    ) -> Page {
        let language = context.language
        func text(_ name: String) -> String { Catalogue.text(name, language) }
        let fields = ConcernFields(input, errors, writer, language)
        let form = InputForm(
            "/concern/new", id: id, fields: fields.all, submit: text("desk.concern.submit"),
            cancel: Link(text("desk.report.cancel"), "/work"), draft: "concern")
        let problems = errors.summary(of: fields.all)
        var page = Page(template: "concern_form", title: text("desk.concern.title"), place: "concern")
        page.model = [
            "form": form, "seen": fields.seen, "child": fields.child, "where": fields.place,
            "guardians": fields.guardians, "more_guardians": fields.more, "more_open": fields.isMoreOpen,
            "writer": writer.words(language),
        ]
        page.model["problems"] = problems
        if problems != nil { page.status = .unprocessableContent }
        return page
    }
}
