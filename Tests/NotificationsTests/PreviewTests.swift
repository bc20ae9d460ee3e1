import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import TestSupport
import Testing

@testable import notifications

private typealias Digest = NotificationsCore.Digest
private typealias Meeting = NotificationsCore.Meeting

/// Each kind of notice as it is sent, in each form that its template has. With `PREVIEW_DIRECTORY` set, the HTML is written
/// there, to be looked at in a browser: `PREVIEW_DIRECTORY=/tmp/mail swift test --filter PreviewTests`.
@Suite("Every notice, as its receiver reads it")
struct PreviewTests {
    private static let meeting = Meeting(
        id: "TST-1-abc", caseReference: "TST-7Q2M-4XKD-9A", county: "TST",
        time: TimeSlot(from: ExampleCounty.monday + 15 * 86_400, to: ExampleCounty.monday + 15 * 86_400 + 3_600),
        place: .room("Mötesrum 1, Testby"), namedPerson: "head-school",
        participants: [
            .init(person: "head-school", isRequired: true), .init(person: "child", isRequired: true, isFamily: true),
        ], sequence: 0)

    private static func digital() -> Meeting {
        var meeting = meeting
        meeting.place = .digital(link: "https://mote.example.org/TST-1-abc")
        return meeting
    }

    private static func told(
        _ email: EmailAddress, _ meeting: MeetingEvent.FamilyNotice.OfMeeting?, hasNews: Bool
    ) -> Occurrence.Event {
        .ofMeeting(
            .familyInformed(.init(key: "g1", email: email, of: meeting, hasNews: hasNews, contact: "head-school")))
    }

    private static func occasions() throws -> [Occurrence.Event] {
        let (day, mia) = (CivilTime.day(of: ExampleCounty.monday).plus(15), EmailAddress("mia@example.org"))
        let step = CaseEvent.DueStep(name: "step.conclude", due: day)
        let vera = try #require(EmailAddress("vera@example.org"))
        let reasons = [Fault(.consentMissing, ["giver": "giver.guardian"]).swedish, Fault(.consentNobody).swedish]
        return [
            .ofCase(.concernRegistered(namedPerson: "head-school", reporter: mia, isHarmSuspected: true)),
            .ofCase(
                .concernRegistered(namedPerson: "head-kaa", reporter: nil, isHarmSuspected: false, isFallback: true)),
            .ofCase(.moved(from: .init("head-kaa", of: "TST"), to: "head-school", reviewed: nil, isFallback: true)),
            .ofCase(.questionUnplaced(to: "head-school")),
            .ofCase(.questionPlaced(chair: "head-school", asker: mia, meeting.time, place: "Forumrummet, Testby")),
            .ofCase(.dateReminded(to: ["head-school"], step, .owner)),
            .ofCase(.dateReminded(to: ["head-school"], step, .county)),
            .ofCase(.moved(from: .init("head-kaa", of: "TST"), to: "head-school", reviewed: day)),
            .ofCase(.delegated(to: "head-school")),
            .ofCase(.consentAwaited(owner: "head-school", reasons: reasons, due: day)),
            .ofCase(.counterpart(to: "head-school", isAsked: false)),
            .ofCase(.counterpart(to: "head-school", isAsked: true)),
            .ofCase(.cameOfAge(owner: "head-school", due: day)),
            .ofCase(.emergencyOpened(to: ["head-school"], until: ExampleCounty.monday + 3 * 3_600)),
            .ofMeeting(.scheduled(meeting, isFollowUp: false)), .ofMeeting(.scheduled(digital(), isFollowUp: true)),
            .ofMeeting(.cancelled(meeting)), .ofMeeting(.held(id: "m", coordinator: "head-school")),
            .ofMeeting(.impossible(to: ["head-school"])),
            .ofMeeting(.timeFound(to: ["head-school"], meeting.time)),
            .ofMeeting(.nobodyInvited(namedPerson: "head-school", due: day)),
            told(vera, .init(meeting, isCancelled: false), hasNews: false),
            told(vera, .init(meeting, isCancelled: true), hasNews: false), told(vera, nil, hasNews: true),
            .ofMeeting(.outsiderTold(meeting, id: "outsider:1", email: vera, isCancellation: false)),
            .ofMeeting(.outsiderTold(meeting, id: "outsider:1", email: vera, isCancellation: true)),
            .ofMeeting(.planAlarm(coordinator: "head-school", manager: nil)),
            .ofMeeting(.planConcern(coordinator: "head-school")),
            .ofMeeting(.coordinatorChanged(former: "head-school", to: "family")),
            .ofCase(.withdrawalUnrecorded(to: "head-school")),
            .ofCase(.withdrawalUnclear(to: "head-school", isGiverUnknown: true, isByUnknown: true)),
            .ofCase(.objectionEnded(to: "head-school")),
            .ofProgress(.takenOn), .ofProgress(.closed(to: ["head-school"])),
            .ofMeeting(.answerForwarded(to: "head-school", .letter, sender: vera)),
            .ofMeeting(.answerOutdated(sender: vera)),
            .ofErasure(.forewarned(to: ["head-school"], day)), .ofErasure(.calledOff(to: ["head-school"])),
            .ofCase(
                .moveProposed(owner: .init("head-school", of: "TST"), to: .init("head-kaa", of: "TST"), due: day)),
        ]
    }

    /// By name.
    static func notices() throws -> [(name: String, notice: NotificationsCore.Notice)] {
        let writer = try NotificationsTests.writer()
        var directory = ExampleCounty.directory
        directory.counties["TST"]?.people["head-school"]?.phone = "070-174 06 05"
        directory.counties["TST"]?.people["head-school"]?.role = "principal"
        var context = NoticeContext(now: ExampleCounty.monday, directory: directory)
        context.reporters = [try NotificationsTests.address("mia@example.org")]
        context.invited["nurse"] = .person("nurse", email: try NotificationsTests.address("nils@example.org"))
        func written(_ event: Occurrence.Event) -> [NotificationsCore.Notice] {
            Occurrence(county: "TST", caseReference: meeting.caseReference, event).drafts(cause: "e", context)
                .map { writer.notice($0, context) }
        }
        var notices = try occasions().flatMap(written)
        context.isKnownCase = true
        context.invited["head-school"] = .person(
            "head-school", email: try NotificationsTests.address("head.school@example.org"))
        notices += written(
            .ofCase(.concernRegistered(namedPerson: "head-school", reporter: nil, isHarmSuspected: false)))
        var changed = digital()
        changed.sequence = 1
        notices += written(.ofMeeting(.scheduled(changed, isFollowUp: false)))
        notices += meeting.reminders(context).map { writer.notice($0, context) }
        let failed = notices[0].settled(by: .permanent(detail: "SMTP 550"), isOvertaken: false, cause: "r", context)
        if case .failed(_, _, let substitute?) = failed { notices.append(writer.notice(substitute, context)) }
        let unknown = try NotificationsTests.address("vera@example.org")
        notices.append(writer.notice(.mailUnknown(to: unknown, cause: "e"), context))
        if let digest = Digest(notices[0], [notices[3]]).draft(context) {
            notices.append(writer.notice(digest, context))
        }
        return notices.enumerated().map { ("\($0 < 10 ? "0" : "")\($0)-\($1.kind.rawValue)", $1) }
    }

    @Test(
        "every kind reads well: one greeting, both languages, no code, no entity, no blank lines too many, and both parts alike"
    )
    func readsWell() throws {
        let notices = try Self.notices()
        #expect(Set(notices.map(\.notice.kind)) == Set(NotificationsCore.Notice.Kind.allCases))
        let entity = try Regex("&[a-z#0-9]+;")
        for (name, notice) in notices {
            let (body, html) = (notice.text.body, notice.text.html)
            #expect(body.hasPrefix("Hej!\n\n") && body.contains("\n\nIn English: "), "\(name)")
            #expect(body.firstMatch(of: entity) == nil && !html.contains("&amp;amp;"), "\(name)")
            #expect(
                !body.contains("\n\n\n") && !body.contains(" \n") && !body.replacing("\n  ", with: "\n").contains("  "),
                "\(name): \(body)")
            for bad in ["{{", "_", "notice.", "step.", "role."] { #expect(!body.contains(bad), "\(name): \(bad)") }
            #expect(html.contains("<div lang=\"sv\">") && html.contains("<p lang=\"en\""), "\(name)")
            #expect(!html.contains("{{") && html.contains("prefers-color-scheme: dark"), "\(name)")
            #expect(html.components(separatedBy: "class=\"button\"").count <= 2, "\(name): one button")
            if let folder = ProcessInfo.processInfo.environment["PREVIEW_DIRECTORY"] {
                try Data(html.utf8).write(to: URL(filePath: "\(folder)/\(name).html"))
                try Data("\(notice.text.subject)\n\n\(body)".utf8).write(to: URL(filePath: "\(folder)/\(name).txt"))
            }
        }
    }

    @Test(
        "rules 2 and 22: each mail to staff about a case says above all else that a fallback unit has it; no other mail does",
        arguments: [FallbackOwner.sought, .kept])
    func fallback(owner: FallbackOwner) throws {
        let line = "Kommunens reservenhet har ärende \(Self.meeting.caseReference)"
        let notices = try Self.notices().map(\.notice)
        for notice in notices {
            let mail = notice.tagged([Self.meeting.caseReference: owner]).text
            guard case .person = notice.recipient else {
                #expect(mail == notice.text, "\(notice.kind)")
                continue
            }
            #expect(mail.body.hasPrefix(line) && mail.body.hasSuffix("\n\n" + notice.text.body), "\(notice.kind)")
            #expect(mail.body.contains("rätt enhet söks") == (owner == .sought), "\(notice.kind)")
            let body = try #require(mail.html.split(separator: #/<body[^>]*>/#).last)
            #expect(body.prefix(300).contains("<strong lang=\"sv\">Kommunens reservenhet har ärende"), "\(notice.kind)")
            #expect(mail.subject == notice.text.subject && notice.tagged(["TST-other": owner]) == notice)
        }
        typealias Kind = NotificationsCore.Notice.Kind
        let toStaff = notices.filter { if case .person = $0.recipient { true } else { false } }.map(\.kind)
        #expect(
            Set(Kind.allCases).subtracting(toStaff) == [
                .familyInvitation, .familyCancellation, .familyNews, .outsiderInvitation, .outsiderCancellation,
                .reportTakenOn, .reportClosed, .answerReceived, .mailUnknown,
            ])
    }

    @Test("time and place stand first in the HTML, and a blank line before the answer in the text")
    func factsFirst() throws {
        let invitation = try #require(try Self.notices().first { $0.notice.kind == .invitation }?.notice)
        #expect(invitation.text.body.contains("Plats: Mötesrum 1, Testby\n\nSvara på kallelsen i din kalender."))
        #expect(invitation.text.body.contains("Tid: tisdag 8 december 2026 kl. 09.00–10.00\n"))
        let html = invitation.text.html
        let (time, words) = (html.firstRange(of: "tisdag 8 december"), html.firstRange(of: "Du är kallad"))
        #expect(try #require(time).lowerBound < #require(words).lowerBound)
    }
}
