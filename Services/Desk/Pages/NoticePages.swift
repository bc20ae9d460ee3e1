import Codec
import Domain
import Foundation
import Hummingbird
import ServiceKit
import SwiftProtobuf

/// A case's notices to staff and family: what became of each, and sending one again that did not arrive.
struct NoticePages: Sendable {
    let desk: DeskServices

    static let pageSize = 50

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference/notices") { request, context in
            let became = request.uri.queryParameters.get("resent").flatMap(Became.init(rawValue:))
            return try await show(request, context, became.map { .became($0) })
        }
        router.post("case/:reference/notices") { request, context in try await resend(request, context) }
    }

    /// What became of sending a notice again.
    enum Became: String, Sendable { case yes, later }

    private enum Told {
        case became(Became)
        case refused([String])
    }

    private func show(_ request: Request, _ context: DeskContext, _ told: Told? = nil) async throws -> Response {
        let (page, language) = (try await open(context), context.language)
        let opened = page.opened
        let (part, range) = ListPart.of(opened.file.notices.count, size: Self.pageSize, request)
        var model: [String: Any] = [
            "rows": rows(opened, range, language, mayResend: faults(page).isEmpty),
            "isEmpty": opened.file.notices.isEmpty,
        ]
        model["pages"] = part.links(CasePage.Part.notices.path(of: opened.reference), language)
        let boxes = told.map { [Self.box($0, language)] } ?? []
        return desk.renderer.response(
            page.page(.notices, template: "case_notices", model: model, boxes: boxes), request, context)
    }

    private func open(_ context: DeskContext) async throws -> CasePage {
        try await desk.casePage(context, .course ... .whole)
    }

    /// Why the reader may not send a notice again.
    private func faults(_ page: CasePage) -> [Fault] {
        Authority.faults(
            .resendNotice, by: .person(page.person.person), of: page.opened.row.people, in: page.opened.county,
            on: CivilTime.day(of: page.now))
    }

    private func resend(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (form, person) = (try await Form(request, context), try context.person())
        guard CommandDoor.isId(form["id"]) else { throw HTTPError(.badRequest) }
        let page = try await open(context)
        let (opened, faults) = (page.opened, faults(page))
        func words(_ name: String) -> String { Catalogue.text(name, context.language) }
        if !faults.isEmpty {
            return try await show(request, context, .refused(faults.map { $0.text(context.language) }))
        }
        guard let notice = opened.file.notices[form["notice"]] else { throw HTTPError(.badRequest) }
        let command = CommandDoor.Command(
            ResendNotice.with { $0.noticeID = notice.id }, id: form["id"], to: .noticeCommands, key: notice.id)
        let path = CasePage.Part.notices.path(of: opened.reference) + "?resent="
        // The same form sent twice is the same command, whatever it has changed the first time.
        let isGiven = try await desk.read { db, _ in try !db.consequences(of: command.id).isEmpty }
        guard notice.status == .failed || isGiven else {
            return try await show(request, context, .refused([words("desk.notices.not_failed")]))
        }
        switch try await desk.commands.give(command, by: person) {
        case .happened: return .seeOther(path + Became.yes.rawValue)
        case .pending: return .seeOther(path + Became.later.rawValue)
        case .refused(let refused):
            let reasons = refused.reasons.map { context.language == .swedish ? $0.swedish : $0.english }
            return try await show(request, context, .refused(reasons))
        }
    }

    private static func box(_ told: Told, _ language: Language) -> NoticeBox {
        func words(_ name: String) -> String { Catalogue.text("desk.notices.\(name)", language) }
        return switch told {
        case .became(.yes): NoticeBox(.success, words("resent"))
        case .became(.later): NoticeBox(.information, words("later"), paragraphs: [words("later.words")])
        case .refused(let reasons): NoticeBox(.refusal, words("refused"), items: reasons)
        }
    }

    // MARK: Rows

    private struct Row {
        let kind: String
        let recipient: String
        let status: Tag
        let time: Moment
        /// What a relay said.
        let said: String?
        let resend: Resend?
    }

    private struct Resend {
        let notice: String
        /// The command's id: pressed twice, it is one command.
        let id: String
        let action: String
    }

    /// The newest first.
    private func rows(
        _ opened: OpenedCase, _ range: Range<Int>, _ language: Language, mayResend: Bool
    ) -> [Row] {
        let newest = opened.file.notices.values.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
        return newest[range].map { notice in
            Row(
                kind: Catalogue.text("notice.\(notice.kind)", language),
                recipient: opened.recipient(notice.recipient, language),
                status: Tag(
                    Catalogue.text("notice.status.\(notice.status.rawValue)", language), notice.status.tagKind),
                time: Moment(notice.at, language), said: notice.detail.nonEmpty,
                resend: mayResend && notice.status == .failed
                    ? Resend(
                        notice: notice.id, id: UUID().uuidString.lowercased(),
                        action: CasePage.Part.notices.path(of: opened.reference)) : nil)
        }
    }
}

extension CaseNotice.Status {
    fileprivate var tagKind: Tag.Kind? {
        switch self {
        case .queued: nil
        case .sent: .good
        case .delayed: .warn
        case .failed: .bad
        case .superseded: .done
        }
    }
}
