import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// The case's first page: now, next, what is known of the child, and what has happened (rule 20).
extension CasePage {
    /// - Parameter number: which part of what has happened, from 1, the newest first.
    func overview(page number: Int) -> Page {
        var model: [String: Any] = ["panels": panels, "print": "/case/\(reference)/print"]
        if extent == .whole { model["findings"] = findings }
        if extent >= .course {
            let timeline = CaseTimeline(self)
            let part = timeline.page(number)
            model["happened"] = ["days": part.days, "isEmpty": part.days.isEmpty] as [String: Any]
            if let pages = part.pages { model["pages"] = pages }
        }
        return page(.overview, template: "case_overview", model: model, boxes: warnings)
    }

    // MARK: Now and next

    var panels: [Panel] { [nowPanel, nextPanel] }

    private var nowPanel: Panel {
        let status = opened.row.status
        var lines = [
            Panel.Line(word("phase.\(status.phase)").capitalizedFirst),
            Panel.Line(line("case.owner", name(of: status.owner))),
        ]
        if !status.delegate.isEmpty { lines.append(Panel.Line(line("case.delegate", name(of: status.delegate)))) }
        if status.hasCounterpart {
            let other = "\(name(of: status.counterpart.person)), \(name(of: status.counterpart.unit))"
            lines.append(
                Panel.Line("\(line("case.counterpart", other)) (\(status.counterpart.standing(language)))"))
        }
        if !status.coordinator.isEmpty {
            lines.append(Panel.Line(line("case.coordinator", name(of: status.coordinator))))
        }
        if !status.awaited.isEmpty {
            let names = status.awaited.map { opened.giver($0, language) }.joined(separator: ", ")
            lines.append(Panel.Line(line("case.awaits", names), tag: Tag(word("desk.case.awaited"), .warn)))
        }
        if !status.objections.isEmpty {
            lines.append(Panel.Line(word("case.objections"), tag: Tag(word("desk.case.awaited"), .warn)))
        }
        if let why = status.fallbackReason.nonEmpty {
            lines.append(Panel.Line(word("case.fallback", ["why": word("fallback.\(why)")])))
        }
        if opened.file.proposedMove != nil, extent >= .course { lines.append(Panel.Line(word("desk.case.proposed"))) }
        if opened.file.departure != nil, extent >= .course { lines.append(Panel.Line(word("desk.case.departure"))) }
        return Panel(title: word("case.now"), lines: lines, isNow: true, link: nil)
    }

    private var nextPanel: Panel {
        var lines: [Panel.Line] = []
        if let step = opened.row.step {
            let isOverdue = opened.row.isOverdue(at: now)
            lines.append(
                Panel.Line(
                    word("step.\(step.rawValue)").capitalizedFirst,
                    due: opened.row.due.map { Moment(dayOf: $0, language) },
                    tag: isOverdue ? Tag(word("desk.overdue"), .bad) : nil))
            lines.append(Panel.Line(reminders))
        }
        if let meeting = opened.file.cooperation.meeting {
            lines.append(Panel.Line(word("desk.case.meeting"), due: Moment(meeting.start.date, language)))
        }
        var link: Link?
        if opened.row.status.awaitedCounterpart == person.person {
            link = Link(word("desk.work.asked"), Self.answerPath(of: reference))
        }
        if isChildToBeAsked { lines.append(Panel.Line(word("desk.coordinator.ask"))) }
        if lines.isEmpty { lines = [Panel.Line(word("desk.case.nothing_next"))] }
        return Panel(title: word("case.next"), lines: lines, isNow: false, link: link)
    }

    /// Where the other of the two that a child has before school says what they know (rules 2 and 7).
    static func answerPath(of reference: String) -> String {
        "\(Part.mapping.path(of: reference))#\(CaseAction.addInformation.rawValue)"
    }

    /// The first meeting is ahead, and nobody has asked the child whom it wants as coordinator (rule 15).
    private var isChildToBeAsked: Bool {
        let cooperation = opened.file.cooperation
        return extent >= .plan && opened.row.phase == .cooperation && cooperation.coordinator == nil
            && cooperation.wishes.isEmpty
    }

    /// Who has been reminded of the date, or that somebody will be (rule 19).
    private var reminders: String {
        guard let level = ReminderLevel(rawValue: opened.row.status.reminded) else {
            return word("desk.case.reminder.ahead")
        }
        return word("desk.case.reminder.\(level.rawValue)")
    }

    private func line(_ name: String, _ value: String) -> String { "\(word(name)): \(value)" }

    // MARK: Boxes

    private var warnings: [NoticeBox] {
        let status = opened.row.status
        var boxes: [NoticeBox] = []
        if status.harmSuspected {
            boxes.append(NoticeBox(.harm, word("desk.case.harm.title"), paragraphs: [word("case.harm")]))
        }
        if status.protectedIdentity {
            boxes.append(
                NoticeBox(
                    .protected, word("desk.case.protected.title"), paragraphs: [word("desk.case.protected.words")]))
        }
        if extent < .whole {
            boxes.append(
                NoticeBox(
                    .information, word("desk.case.extent.title"),
                    paragraphs: [word("desk.case.extent.\(extent.rawValue)"), word("desk.emergency.offer")],
                    link: Link(word("desk.emergency.link"), EmergencyPages.path(reference))))
        }
        return boxes
    }
}
