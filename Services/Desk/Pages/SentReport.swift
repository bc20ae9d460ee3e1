import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import Hummingbird
import Logging
import ServiceKit
import SwiftProtobuf

/// Sends what was written, and shows what became of it. Only who has sent it finds it.
enum SentReport {
    enum Kind: String { case concern, consultation }

    enum Outcome {
        /// The address of its receipt.
        case sent(String)
        case refused(ReportErrors)
        /// Kafka did not confirm it. The same form can be sent again, and is still one report.
        case failed
    }

    /// Sends a report, and waits a moment for its receipt.
    static func send(
        _ message: any ReportPayload, as report: OwnReport, _ desk: DeskServices, _ context: DeskContext
    ) async -> Outcome {
        do {
            let mark = try report.mark(desk.keys)
            let reported = try await desk.commands.report(message, as: report)
            let path = "/\(message.kind.rawValue)/sent/\(report.form.lowercased())"
            switch reported.receipt?.answer {
            case .refused(let refused): return .refused(ReportErrors(refused, context.language))
            case .registered, .consultation: return .sent(reported.isRepeated ? "\(path)?again=yes" : path)
            case nil: return .sent("\(path)?recorded=\(mark)")
            }
        } catch {
            // The error's text may hold what was written.
            context.logger.warning("a report could not be sent", metadata: ["error": "\(type(of: error))"])
            return .failed
        }
    }

    /// The page of a receipt.
    ///
    /// - Throws: ``NotShown`` for a report that the person has not sent; `ViewNotReady`.
    static func response(
        _ kind: Kind, _ desk: DeskServices, _ request: Request, _ context: DeskContext
    ) async throws -> Response {
        guard let report = OwnReport(context.parameters.get("form") ?? "", by: try context.person()) else {
            throw NotShown()
        }
        let (id, source, keys) = (report.id, desk.commands.source, desk.keys)
        let (receipt, place, directory) = try await desk.read { db, directory in
            let receipt = try db.receipt(of: id, from: source)
            return (receipt, try receipt.flatMap { try ForumPlace(answering: $0, keys, db) }, directory)
        }
        let again = request.uri.queryParameters["again"] != nil
        let isRecorded = request.uri.queryParameters["recorded"].map { String($0) } == (try report.mark(keys))
        let words = SentWords(kind: kind, language: context.language, path: request.uri.description)
        let page: Page
        switch (kind, receipt?.answer) {
        case (.concern, .registered(let registered)):
            let county = directory.counties[report.person.county]
            page = words.registered(registered, county?.settings ?? .init(), isRepeated: again)
        case (.consultation, .consultation(let answer)):
            page = words.question(answer.reference, place, directory, isRepeated: again)
        case (_, .refused(let refused)): page = words.refused(refused)
        case (_, nil) where isRecorded: page = words.pending
        default: throw NotShown()
        }
        return desk.renderer.response(page, request, context)
    }
}

/// What the desk sends to Intake.
protocol ReportPayload: EventPayload {
    var kind: SentReport.Kind { get }
}

extension ConcernReported: ReportPayload {
    var kind: SentReport.Kind { .concern }
}

extension ConsultationRequested: ReportPayload {
    var kind: SentReport.Kind { .consultation }
}

/// Where an anonymous question is taken up, or that nobody has a time for it.
enum ForumPlace: Sendable {
    case booked(ConsultationBooked)
    case unplaced(ConsultationUnplaced)

    /// Nil where the receipt is of no question, and until Meetings has answered.
    init?(answering receipt: ConcernReceipt, _ keys: KeyEncryptionKeys, _ db: Database) throws {
        guard case .consultation(let answer) = receipt.answer else { return nil }
        let opener = try CaseKeys(keys, of: [answer.reference], db)
        for fact in try db.facts(of: answer.reference, on: [.meetings]).compactMap(opener.open).reversed() {
            switch fact.type {
            case ConsultationBooked.eventType: self = .booked(try fact.decode(ConsultationBooked.self))
            case ConsultationUnplaced.eventType: self = .unplaced(try fact.decode(ConsultationUnplaced.self))
            default: continue
            }
            return
        }
        return nil
    }
}

/// The pages of a receipt, in words.
private struct SentWords {
    let kind: SentReport.Kind
    let language: Language
    let path: String

    func registered(
        _ registered: ConcernReceipt.Registered, _ settings: County.Settings, isRepeated: Bool
    ) -> Page {
        var notices = registered.dutyToReport ? [NoticeBox.dutyToReport(language)] : []
        notices.append(success(isRepeated))
        if !registered.fallbackReason.isEmpty {
            notices.append(
                NoticeBox(
                    .warning, text("desk.sent.fallback"),
                    paragraphs: [text("desk.fallback.\(registered.fallbackReason)")]))
        }
        let reference = registered.caseReference.isEmpty ? text("desk.sent.no_reference") : registered.caseReference
        return page(
            notices,
            [
                Pair(text("desk.sent.reference"), reference),
                Pair(text("desk.sent.unit"), registered.unitName.isEmpty ? text("name.unknown") : registered.unitName),
            ],
            next: text("desk.sent.next", ["days": "\(settings.acknowledgeDays)"]))
    }

    func question(_ reference: String, _ place: ForumPlace?, _ directory: Directory, isRepeated: Bool) -> Page {
        var pairs = [Pair(text("desk.sent.question"), reference)]
        var next = text("desk.sent.looking")
        switch place {
        case .booked(let booked):
            let county = directory.counties[booked.county]
            let forum = county?.forums.first { $0.id == booked.forum }?.name
            pairs += [
                Pair(text("desk.sent.forum"), forum ?? text("name.unknown")),
                Pair(text("desk.sent.time"), CivilTime.text(booked.start.date, language)),
                Pair(text("desk.sent.place"), booked.place),
                Pair(text("desk.sent.chair"), county?.people[booked.chair]?.name ?? text("name.unknown")),
            ]
            next = text("desk.sent.booked")
        case .unplaced(let unplaced):
            let name = directory.counties[unplaced.county]?.people[unplaced.to]?.name
            next = text("desk.sent.unplaced", ["name": name ?? text("name.unknown")])
        case nil: break
        }
        return page([success(isRepeated)], pairs, next: next, isWaiting: place == nil)
    }

    func refused(_ refused: ConcernReceipt.Refused) -> Page {
        let reasons = refused.reasons.map { language == .swedish ? $0.swedish : $0.english }
        let notice = NoticeBox(.refusal, text("desk.sent.refused"), items: reasons)
        return page([notice], [], next: text("desk.sent.refused.next"))
    }

    /// The duty to report waits for no answer (rule 3).
    var pending: Page {
        var notices = [
            NoticeBox(.information, text("desk.sent.pending"), paragraphs: [text("desk.sent.pending.words")])
        ]
        if kind == .concern {
            notices.append(NoticeBox(.warning, text("desk.sent.duty"), paragraphs: [text("desk.sent.duty.words")]))
        }
        return page(notices, [], next: nil, isWaiting: true)
    }

    private func success(_ isRepeated: Bool) -> NoticeBox {
        NoticeBox(
            .success, text("desk.\(kind.rawValue).sent"),
            paragraphs: isRepeated ? [text("desk.sent.again")] : [], saved: kind.rawValue)
    }

    private func page(_ notices: [NoticeBox], _ pairs: [Pair], next: String?, isWaiting: Bool = false) -> Page {
        var page = Page(
            template: "report_sent", title: text("desk.sent.title"), place: kind.rawValue)
        page.model = [
            "notices": notices, "pairs": pairs, "has_pairs": !pairs.isEmpty,
            "anew": Link(text("desk.\(kind.rawValue).anew"), "/\(kind.rawValue)/new"),
        ]
        page.model["next"] = next
        if isWaiting { page.model["look_again"] = Link(text("desk.sent.look_again"), path) }
        return page
    }

    private func text(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }
}
