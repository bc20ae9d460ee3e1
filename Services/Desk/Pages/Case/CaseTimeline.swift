import CaseReading
import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit

/// What has happened, by day, the newest first. The notices of a day are one line.
struct CaseTimeline {
    /// What a page may weigh of it.
    private static let limit = 24_000

    private let page: CasePage
    private let entries: [Chronology.Entry]

    init(_ page: CasePage) {
        self.page = page
        entries = page.opened.chronology.entries(page.opened.reading, names: page.opened.names).reversed()
    }

    /// - Parameter number: from 1. One that is not there is the nearest that is.
    func page(_ number: Int) -> (days: [TimelineDay], pages: ListPages?) {
        let (days, division) = Division.page(number, limit: Self.limit) { division in self.days(&division) }
        return (days, ListPart(division).links("/case/\(page.reference)", page.language, anchor: "happened"))
    }

    /// A part of it.
    func days(_ division: inout Division) -> [TimelineDay] { days(division.cut(entries)) }

    private func days(_ entries: [Chronology.Entry]) -> [TimelineDay] {
        var days: [(day: LocalDate, entries: [Chronology.Entry])] = []
        for entry in entries {
            let day = CivilTime.day(of: entry.event.time)
            if days.last?.day == day { days[days.count - 1].entries.append(entry) } else { days.append((day, [entry])) }
        }
        return days.map { day, entries in
            let moment = Moment(day, page.language)
            let isNotice = { (entry: Chronology.Entry) in entry.event.type.hasPrefix("se.tillsammans.notice.") }
            let notices = entries.filter(isNotice)
            var shown = entries.filter { !isNotice($0) }.map(entry)
            if let folded = folded(notices) { shown.append(folded) }
            return TimelineDay(iso: moment.iso, label: moment.label.capitalizedFirst, entries: shown)
        }
    }

    private func entry(_ entry: Chronology.Entry) -> TimelineDay.Entry {
        let proof = entry.proof.isEmpty ? nil : "\(page.word("case.column.proof").capitalizedFirst) \(entry.proof)"
        return TimelineDay.Entry(
            time: Self.clock(entry.event.time), what: entry.what.capitalizedFirst, who: entry.who.nonEmpty,
            words: proof,
            tag: entry.event.type == CommandRefused.eventType ? Tag(page.word("desk.case.refused"), .warn) : nil)
    }

    /// The notices of a day, each as it stood at the day's end.
    private func folded(_ entries: [Chronology.Entry]) -> TimelineDay.Entry? {
        guard let last = entries.first else { return nil }
        var notices: [String: CaseNotice] = [:]
        for entry in entries.reversed() { CaseNotice.take(entry.event, into: &notices) }
        let lines = notices.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) }.map(line)
        let failed = notices.values.count { $0.status == .failed }
        return TimelineDay.Entry(
            time: Self.clock(last.event.time),
            what: page.word(
                notices.count == 1 ? "desk.case.notice" : "desk.case.notices", ["count": "\(notices.count)"]),
            who: nil, words: lines.joined(separator: "\n"),
            tag: failed == 0 ? nil : Tag(page.word("desk.case.notices.failed", ["count": "\(failed)"]), .bad))
    }

    private func line(_ notice: CaseNotice) -> String {
        let kind = page.word("notice.\(notice.kind)")
        let recipient = page.opened.recipient(notice.recipient, page.language)
        return "\(kind) → \(recipient): \(page.word("notice.status.\(notice.status.rawValue)"))"
    }

    /// `09:12`
    private static func clock(_ instant: Date) -> Moment {
        Moment(iso: Timestamp.text(instant), label: String(Chronology.clock(instant).prefix(5)))
    }
}

extension Chronology.Entry: Weighed {
    package var weight: Int { 2 * what.htmlBytes + who.htmlBytes + proof.htmlBytes + 420 }
}
