import Codec
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit
import SwiftProtobuf

/// An anonymous question to a forum (rule 5).
struct ConsultationPages: Sendable {
    let desk: DeskServices

    func add(to router: Router<DeskContext>) {
        router.get("consultation/new") { request, context in
            let writer = try await ReportWriter(context, desk)
            let input = ConsultationInput(Form(["municipality": writer.unit?.municipality ?? ""]))
            return desk.renderer.response(page(input, writer, context), request, context)
        }
        router.post("consultation/new") { request, context in try await post(request, context) }
        router.get("consultation/sent/:form") { request, context in
            try await SentReport.response(.consultation, desk, request, context)
        }
    }

    private func post(_ request: Request, _ context: DeskContext) async throws -> Response {
        let writer = try await ReportWriter(context, desk)
        let form = try await Form(request, context)
        guard let report = OwnReport(form["id"], by: writer.signedIn) else { throw HTTPError(.badRequest) }
        let input = ConsultationInput(form)
        func answer(_ page: Page) -> Response { desk.renderer.response(page, request, context) }
        let message: ConsultationRequested
        do throws(Refusal) { message = try input.checked(writer) } catch {
            return answer(page(input, writer, context, id: report.form, ReportErrors(error.faults, context.language)))
        }
        switch await SentReport.send(message, as: report, desk, context) {
        case .sent(let path): return .seeOther(path)
        // Its id is taken by the refusal.
        case .refused(let errors): return answer(page(input, writer, context, errors))
        case .failed: return answer(page(input, writer, context, id: report.form, hasFailed: true))
        }
    }

    private func page(
        _ input: ConsultationInput, _ writer: ReportWriter, _ context: DeskContext, id: String = UUID().uuidString,
        _ errors: ReportErrors = ReportErrors(), hasFailed: Bool = false
    ) -> Page {
        let words = FieldWords(form: "consultation", language: context.language, errors: errors)
        let fields = input.fields(words, writer)
        let problems = errors.summary(of: fields)
        var notices = [
            NoticeBox(
                .warning, words.text("desk.consultation.identity"),
                paragraphs: [words.text("desk.consultation.identity.words")])
        ]
        if hasFailed {
            notices.insert(
                NoticeBox(
                    .refusal, words.text("desk.report.failed"), paragraphs: [words.text("desk.report.failed.words")]),
                at: 0)
        }
        var page = Page(
            template: "consultation_form", title: words.text("desk.consultation.title"), place: "consultation")
        page.model = [
            "form": InputForm(
                "/consultation/new", id: id, fields: fields, submit: words.text("desk.consultation.submit"),
                cancel: Link(words.text("desk.report.cancel"), "/work"), draft: "consultation"),
            "notices": notices, "writer": writer.words(context.language),
        ]
        page.model["problems"] = problems
        if problems != nil { page.status = .unprocessableContent }
        if hasFailed { page.status = .serviceUnavailable }
        return page
    }
}

/// What somebody has written in the form of an anonymous question, as they wrote it.
struct ConsultationInput: Sendable {
    let areas: [String]
    let municipality: String
    let question: String

    init(_ form: Form) {
        (areas, municipality, question) = (form.all("areas"), form["municipality"], form["question"])
    }

    func fields(_ words: FieldWords, _ writer: ReportWriter) -> [any FormField] {
        [
            words.municipality(municipality, writer),
            WheelField(
                words.label("areas"), chosen: Set(areas.compactMap(WheelArea.init)), hint: words.hint("areas"),
                error: words.errors["areas"], words.language),
            words.area("question", question, of: ConsultationRequested.self),
        ]
    }

    /// - Throws: `Refusal` with everything that is wrong: what tells whom it is about, too (rule 5).
    func checked(_ writer: ReportWriter) throws(Refusal) -> ConsultationRequested {
        try Words.read(writer.directory) { words in
            if words.text(municipality, at: "municipality") != nil,
                words.directory.county(ofMunicipality: municipality) == nil
            {
                words.add(Fault(.municipalityUnknown, at: "municipality"))
            }
            if areas.isEmpty { words.add(Fault(.areasMissing, at: "areas")) }
            _ = words.all(of: WheelArea.self, areas, at: "areas", else: .areaUnknown)
            _ = words.text(question, at: "question")
            for fault in Anonymity.faults(in: question, at: "question") { words.add(fault) }
            let message = ConsultationRequested.with {
                ($0.municipality, $0.areas, $0.question) = (municipality, areas, question)
                $0.reporter = writer.reporter
            }
            for fault in message.excesses { words.add(fault) }
            return message
        }
    }
}
