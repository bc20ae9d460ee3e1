import CaseReading
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
        let (person, language) = (try context.person(), context.language)
        let opened = try await open(context)
        let mayResend = Authority.faults(
            .resendNotice, by: .person(person.person), of: opened.row.people, in: opened.county,
            on: CivilTime.day(of: desk.now()))
        let page = ListPart(request, count: opened.file.notices.count, size: Self.pageSize)
        var model: [String: Any] = [
            "reference": opened.reference, "rows": rows(opened, page, language, mayResend: mayResend.isEmpty),
            "isEmpty": opened.file.notices.isEmpty,
        ]
        model["pages"] = page.links("/case/\(opened.reference)/notices", language)
        model["notices"] = told.map { [Self.box($0, language)] }
        return desk.renderer.response(
            Page(
                template: "case_notices", title: Catalogue.text("desk.notices.title", language), model: model,
                place: "work"), request, context)
    }

    /// What is shown tells of no more than the case's course.
    private func open(_ context: DeskContext) async throws -> OpenedCase {
        try await desk.cases.open(
            context.parameters.require("reference"), .course ... .course, for: context.person(), in: context.language)
    }

    private func resend(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (form, person) = (try await Form(request, context), try context.person())
        guard CommandDoor.isId(form["id"]) else { throw HTTPError(.badRequest) }
        let opened = try await open(context)
        func words(_ name: String) -> String { Catalogue.text(name, context.language) }
        let faults = Authority.faults(
            .resendNotice, by: .person(person.person), of: opened.row.people, in: opened.county,
            on: CivilTime.day(of: desk.now()))
        if !faults.isEmpty {
            return try await show(request, context, .refused(faults.map { $0.text(context.language) }))
        }
        guard let notice = opened.file.notices[form["notice"]] else { throw HTTPError(.badRequest) }
        guard notice.status == .failed else {
            return try await show(request, context, .refused([words("desk.notices.not_failed")]))
        }
        let command = CommandDoor.Command(
            ResendNotice.with { $0.noticeID = notice.id }, id: form["id"], to: .noticeCommands, key: notice.id)
        let path = "/case/\(opened.reference)/notices?resent="
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
        _ opened: OpenedCase, _ page: ListPart, _ language: Language, mayResend: Bool
    ) -> [Row] {
        let newest = opened.file.notices.values.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
        return newest[page.range].map { notice in
            Row(
                kind: Catalogue.text("notice.\(notice.kind)", language),
                recipient: recipient(of: notice, opened, language),
                status: Tag(
                    Catalogue.text("notice.status.\(notice.status.rawValue)", language), notice.status.tagKind),
                time: Moment(notice.at, language), said: notice.detail.nonEmpty,
                resend: mayResend && notice.status == .failed
                    ? Resend(
                        notice: notice.id, id: UUID().uuidString.lowercased(),
                        action: "/case/\(opened.reference)/notices") : nil)
        }
    }

    /// A name, or what the recipient is in the case.
    private func recipient(of notice: CaseNotice, _ opened: OpenedCase, _ language: Language) -> String {
        let id = notice.recipient
        if id.isEmpty { return Catalogue.text("desk.notices.reporter", language) }
        guard opened.county.people[id] == nil, notice.kind.hasPrefix("family_") else {
            return opened.reading.mask?.name(of: id, language) ?? opened.names.name(of: id, language)
        }
        return FactInWords.giver(id, language)
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

/// Which part of a list a page shows. A page that is not there is the nearest one that is.
struct ListPart: Sendable {
    private let number: Int
    private let last: Int
    let range: Range<Int>

    init(_ request: Request, count: Int, size: Int) {
        last = max(1, (count + size - 1) / size)
        number = min(max(request.uri.queryParameters.get("page").flatMap { Int($0) } ?? 1, 1), last)
        range = min((number - 1) * size, count)..<min(number * size, count)
    }

    /// - Parameter path: of the list's first page, without a query.
    /// - Returns: nil where all is on one page.
    func links(_ path: String, _ language: Language) -> ListPages? {
        if last == 1 { return nil }
        return ListPages(
            previous: number > 1 ? "\(path)?page=\(number - 1)" : nil,
            next: number < last ? "\(path)?page=\(number + 1)" : nil,
            position: Catalogue.text(
                "desk.pages.position", language, ["page": "\(number)", "last": "\(last)"]))
    }
}
