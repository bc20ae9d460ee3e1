import Codec
import Domain
import Foundation
import NotificationsCore
import SwiftProtobuf
import TestSupport
import Testing

private typealias Digest = NotificationsCore.Digest
private typealias Notice = NotificationsCore.Notice

@Suite("What becomes of a notice")
struct QueueTests {
    private func notice(
        _ id: String, _ kind: Notice.Kind = .concern, to person: String = "head-school", edition: Edition? = nil
    ) -> Notice {
        Notice(
            id: id, kind: kind, caseReference: "TST-1", county: "TST",
            recipient: recipient(person), text: .init(subject: "", body: "", html: ""),
            meeting: edition.map { .init(id: "m", edition: $0, calendar: "") }, messageID: "", created: now)
    }

    private func recipient(_ person: String) -> Recipient {
        guard let email = EmailAddress("\(person)@example.org") else { preconditionFailure("no address") }
        return .person(person, email: email)
    }

    private let now = ExampleCounty.monday
    private var context: NoticeContext { NoticeContext(now: now, directory: ExampleCounty.directory) }

    private func invitation(_ sequence: Int32) -> Notice {
        notice("i\(sequence)", .invitation, edition: Edition(sequence, .request))
    }

    private func cancellation(_ sequence: Int32) -> Notice {
        notice("c\(sequence)", .cancellation, edition: Edition(sequence, .cancel))
    }

    private func enter(
        _ notice: Notice, _ lane: Lane?, _ progress: Lane.Progress = .beingSent
    ) throws -> Decision<Lane> {
        notice.entering(lane, as: try #require(notice.meeting).edition, progress, context)
    }

    @Test("a cancellation never overtakes its invitation: it waits until that is settled")
    func order() throws {
        let first = try enter(invitation(0), nil)
        #expect(first.facts == [.queued(invitation(0), .now)])
        let second = try enter(invitation(1), first.subject)
        #expect(second.facts.isEmpty && second.subject.next == invitation(1))
        let third = try enter(cancellation(2), second.subject)
        #expect(third.facts == [.superseded(invitation(1), .new)])
        let settled = third.subject.settling(invitation(0), .sent, cause: "r", context)
        #expect(settled.facts == [.sent(invitation(0)), .queued(cancellation(2), .now)])
        #expect(
            settled.subject
                == Lane(open: "c2", newest: Edition(2, .cancel), recipient: recipient("head-school"), isTold: true))
    }

    @Test("an older notice that comes late changes nothing")
    func late() throws {
        let lane = Lane(newest: Edition(2, .cancel), recipient: nil)
        let decision = try enter(invitation(1), lane)
        #expect(decision.subject == lane && decision.facts == [.superseded(invitation(1), .new)])
    }

    @Test("a notice that waits for its next attempt gives way to a newer one")
    func delayed() throws {
        let lane = Lane(open: "i0", newest: Edition(0, .request), recipient: nil)
        var tried = invitation(0)
        tried.attempt = 2
        let decision = try enter(cancellation(1), lane, .delayed(tried))
        #expect(decision.facts == [.superseded(tried, .delayed), .queued(cancellation(1), .now)])
        #expect(decision.subject.open == "c1")
    }

    @Test("whoever has been told of a meeting hears of its end, also where a later notice still waits")
    func told() throws {
        let sent = Lane(open: "i0", newest: Edition(0, .request), recipient: nil)
            .settling(invitation(0), .sent, cause: "r", context).subject
        #expect(sent.isTold)
        let waiting = try enter(invitation(1), sent).subject
        let decision = try enter(cancellation(2), waiting, .delayed(invitation(1)))
        #expect(decision.facts == [.superseded(invitation(1), .delayed), .queued(cancellation(2), .now)])
        var untold = waiting
        untold.isTold = false
        #expect(
            try enter(cancellation(2), untold, .delayed(invitation(1))).facts == [
                .superseded(invitation(1), .delayed), .superseded(cancellation(2), .new),
            ])
    }

    @Test("a cancellation is not sent to somebody who was never invited; after an attempt it is")
    func held() throws {
        let lane = Lane(open: "i0", newest: Edition(0, .request), recipient: nil)
        let untold = try enter(cancellation(1), lane, .held(invitation(0), isUnbegun: true))
        #expect(untold.facts == [.superseded(invitation(0), .wished), .superseded(cancellation(1), .new)])
        #expect(untold.subject == Lane(newest: Edition(1, .cancel), recipient: recipient("head-school")))
        let perhaps = try enter(cancellation(1), lane, .held(invitation(0), isUnbegun: false))
        #expect(perhaps.facts == [.superseded(invitation(0), .wished), .queued(cancellation(1), .now)])
    }

    @Test("a temporary failure is tried again for 48 h, unless a newer notice waits; then a person takes over")
    func settled() throws {
        let failure = DeliveryResult.temporary(detail: "SMTP 451")
        guard
            case .delayed(let next, let delay) = notice("n").settled(
                by: failure, isOvertaken: false, cause: "r", context)
        else { return #expect(Bool(false), "not tried again") }
        #expect(next.attempt == 2 && next.status == .delayed && delay.detail == "SMTP 451")
        #expect((24...36).contains(delay.until.timeIntervalSince(now)))
        #expect(
            notice("n").settled(by: failure, isOvertaken: true, cause: "r", context) == .superseded(notice("n"), .new))
        let late = NoticeContext(now: now + Retry.limit, directory: ExampleCounty.directory)
        guard
            case .failed(_, _, let substitute?) = notice("n").settled(
                by: failure, isOvertaken: false, cause: "r", late)
        else { return #expect(Bool(false), "nobody takes over") }
        #expect(substitute.kind == .undelivered && substitute.recipient.id == "manager")
        #expect(substitute.values[.recipient] == .text("en medarbetare"))
        let again = notice("n", .undelivered).settled(
            by: .permanent(detail: ""), isOvertaken: false, cause: "r", context)
        #expect(again == .failed(notice("n", .undelivered), detail: "", substitute: nil))
    }

    @Test("a notice to the manager that fails goes to the county function")
    func failedManager() {
        let step = notice("n", to: "manager").settled(
            by: .permanent(detail: "SMTP 550"), isOvertaken: false, cause: "r", context)
        guard case .failed(_, _, let substitute?) = step else { return #expect(Bool(false), "nobody takes over") }
        #expect(substitute.recipient.id == "county")
    }

    @Test("what a digest brings together is published with it")
    func digestFacts() {
        var digest = notice("d", .digest)
        digest.gathered = [notice("a").label, notice("b").label]
        #expect(QueueStep.sent(digest).facts.map(\.notice.id) == ["d", "a", "b"])
        #expect(QueueStep.queued(digest, .now).facts.map(\.notice.id) == ["d"])
    }

    @Test(
        "a digest is due on the next working day at seven, and goes to the county's function where its person has left")
    func digest() {
        let friday = now + 4 * 86_400
        #expect(Digest.due(after: friday) == now + 7 * 86_400 - 2 * 3_600)
        let draft = Digest(notice("a"), [notice("b")]).draft(context)
        guard case .notices(let gathered)? = draft?.values[.items] else { return #expect(Bool(false), "it is empty") }
        #expect(draft?.kind == .digest && gathered.map(\.id) == ["a", "b"] && draft?.values[.left] == nil)
        let left = Digest(notice("a", to: "nobody")).draft(context)
        #expect(left?.recipient.id == "county" && left?.values[.left] == .flag(true))
        guard case .notices(let items)? = left?.values[.items] else { return #expect(Bool(false), "it is empty") }
        #expect(items.map(\.recipient.id) == ["county"], "who is told now")
    }

    @Test("a digest that nobody can be given is told of as failed, notice by notice")
    func nobody() throws {
        var directory = ExampleCounty.directory
        directory.counties["TST"]?.function = nil
        let digest = Digest(notice("a", to: "nobody"), [notice("b", to: "nobody")])
        #expect(digest.draft(NoticeContext(now: now, directory: directory)) == nil)
        #expect(digest.failures.map(\.notice.id) == ["a", "b"])
    }

    @Test("in quiet hours and for a digest, urgent notices go out at once; an invitation is in no digest")
    func departures() throws {
        let directory = try ExampleCounty.changed { county in
            county.settings.quietHours = "08:00-10:00"
            for index in county.people.indices where county.people[index].id == "teacher" {
                county.people[index].digest = true
            }
        }
        let quiet = NoticeContext(now: now, directory: directory)
        #expect(notice("n").departure(quiet) == .at(now + 3_600))
        #expect(notice("n", .dutyToReport).departure(quiet) == .now)
        #expect(notice("n", to: "teacher").departure(quiet) == .inDigest)
        #expect(notice("n", .planConcern, to: "teacher").departure(quiet) == .now)
        let invitation = notice("n", .invitation, to: "teacher", edition: Edition(0, .request))
        #expect(invitation.departure(quiet) == .at(now + 3_600))
    }

    private static func instant(_ day: String, _ hour: Int) throws -> Date {
        CivilTime.instant(try #require(LocalDate(day)), minute: hour * 60)
    }

    @Test(
        "quiet hours end on the same day or the next",
        arguments: [
            ("18:00-07:00", 17, -1), ("18:00-07:00", 18, 7), ("18:00-07:00", 6, 7), ("18:00-07:00", 7, -1),
            ("12:00-13:00", 12, 13), ("12:00-13:00", 13, -1),
        ])
    func quietHours(hours: String, hour: Int, end: Int) throws {
        let directory = try ExampleCounty.changed { $0.settings.quietHours = hours }
        let settings = try #require(directory.counties["TST"]).settings
        let found = Quiet.end(settings, try Self.instant("2026-11-23", hour))
        let day = end >= 0 && end < hour ? "2026-11-24" : "2026-11-23"
        #expect(try found == (end < 0 ? nil : Self.instant(day, end)))
    }

    @Test("rule 13: an invitation and a reminder of a meeting need consent when they are sent; nothing else does")
    func consent() {
        #expect(invitation(0).needsConsent && notice("r", .meetingReminder).needsConsent)
        #expect(!cancellation(0).needsConsent && !notice("n").needsConsent)
    }
}
