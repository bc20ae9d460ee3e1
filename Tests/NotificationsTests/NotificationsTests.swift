import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

private typealias Notice = Codec.Notice

@Suite("Notices to staff")
struct NotificationsTests {
    func tester() throws -> ProcessorTester<NotificationsProcessor> {
        ProcessorTester(
            NotificationsProcessor(writer: try Self.writer()), application: "notifications",
            directory: ExampleCounty.directory, now: ExampleCounty.monday)
    }

    static func writer() throws -> NoticeWriter {
        NoticeWriter(
            sender: try address("tillsammans@example.org"), caseLink: "https://example.org/case/",
            replySecret: try KeySecret("only-for-tests-and-no-real-child-at-all"), templates: try Templates())
    }

    static func address(_ text: String) throws -> EmailAddress { try #require(EmailAddress(text)) }

    /// The message as it is sent at nine on the Monday.
    static func mail(_ notice: Codec.Notice) throws -> String {
        let message = MailMessage(
            notice: try notice.notice(), sender: try address("tillsammans@example.org"), date: ExampleCounty.monday)
        return String(decoding: message.bytes, as: UTF8.self)
    }

    static let concern = ConcernRegistered.with {
        ($0.caseReference, $0.county, $0.namedPerson, $0.observation) = (
            "TST-1", "TST", "head-school", "en hemlig iakttagelse"
        )
        $0.areas = ["safety"]
        $0.reporter = .with { ($0.name, $0.email) = ("Mia Mentor", "mia@example.org") }
    }

    static let meeting = Codec.Meeting.with {
        ($0.id, $0.caseReference, $0.county, $0.place) = ("TST-1-abc", "TST-1", "TST", "Rum 1; plan 2, Testby")
        ($0.start, $0.end) = (.init(ExampleCounty.monday + 86_400), .init(ExampleCounty.monday + 90_000))
        $0.participants = ["head-school", "family"].map { id in .with { ($0.person, $0.required) = (id, true) } }
    }

    @Test("the named person gets a notice of a concern, and it does not say what the concern is about (rule 22)")
    func concern() throws {
        var tester = try tester()
        try tester.process(Self.concern, key: "c")
        let notices = try tester.wishes(Notice.self).values
        #expect(notices.map(\.email) == ["head.school@example.org"])
        let text = try Self.mail(try #require(notices.first)) + (notices.first?.body ?? "")
        for secret in ["hemlig", "Mia", "safety", "trygghet"] { #expect(!text.contains(secret)) }
        #expect(text.contains("TST-1"))
    }

    @Test("where harm is suspected, the reporter and the named person are told of the duty to report (rule 3)")
    func harm() throws {
        var tester = try tester()
        var concern = Self.concern
        concern.harmSuspected = true
        try tester.process(concern, key: "c")
        let duty = try tester.wishes(Notice.self).values.filter { $0.kind == "duty_to_report" }
        #expect(Set(duty.map(\.email)) == ["head.school@example.org", "mia@example.org"])
        #expect(duty.allSatisfy { $0.body.contains("orosanmälan") })
    }

    static let notices: [(fact: any EventPayload, who: [String], words: String)] = [
        (
            DeadlineReminded.with {
                ($0.caseReference, $0.step, $0.level, $0.due) = (
                    "TST-1", "conclude", "owner", .init(ExampleCounty.monday)
                )
                ($0.to, $0.county) = (["head-school", "teacher"], "TST")
            }, ["head.school@example.org", "teacher@example.org"],
            "Nästa steg: avsluta kartläggningen\nSenast: måndag 23 november 2026"
        ),
        (
            DeadlineReminded.with {
                ($0.caseReference, $0.step, $0.level, $0.to) = ("TST-1", "consent", "county", ["county"])
                $0.county = "TST"
            }, ["county@example.org"], "Enhetens chef har redan fått veta det."
        ),
        (
            CaseMoved.with {
                ($0.caseReference, $0.fromPerson, $0.toPerson) = ("TST-1", "head-school", "head-kaa")
                ($0.county, $0.fromCounty) = ("TST", "TST")
            }, ["head.kaa@example.org", "head.school@example.org"], "har lämnats över till"
        ),
        (
            WorkDelegated.with {
                ($0.caseReference, $0.county, $0.by, $0.to) = ("TST-1", "TST", "head-school", "teacher")
            }, ["teacher@example.org"], "delegerats till dig"
        ),
        (
            CooperationWaiting.with {
                ($0.caseReference, $0.county, $0.owner) = ("TST-1", "TST", "head-school")
                $0.reasons = [Reason(Fault(.consentNobody))]
            }, ["head.school@example.org"], "- Ingen vårdnadshavare är känd."
        ),
        (
            MeetingHeld.with {
                ($0.meeting.caseReference, $0.meeting.county, $0.coordinator.person) = ("TST-1", "TST", "family")
                $0.plan.worksAlready = ["hemlig styrka"]
            }, ["fia@example.org"], "samordningsperson"
        ),
        (
            PlanAlarm.with {
                ($0.caseReference, $0.county, $0.coordinator, $0.manager) = ("TST-1", "TST", "family", "manager")
            }, ["fia@example.org", "manager@example.org"], "har ingen bokad uppföljning"
        ),
        (
            PlanConcernReported.with {
                ($0.caseReference, $0.county, $0.coordinator, $0.text) = ("TST-1", "TST", "family", "hemligt ord")
            }, ["fia@example.org"], "väntar på svar"
        ),
        (
            CoordinatorChanged.with {
                ($0.caseReference, $0.county, $0.former, $0.coordinator.person) = ("TST-1", "TST", "nurse", "family")
                ($0.coordinator.reason, $0.coordinator.wish.words) = ("hemligt skäl", "hemligt ord")
            }, ["fia@example.org", "nils@example.org"], "samordningsperson"
        ),
        (
            CounterpartTold.with { ($0.caseReference, $0.county, $0.person) = ("TST-1", "TST", "nurse") },
            ["nils@example.org"], "leds av en annan verksamhet"
        ),
        (
            CounterpartAsked.with { ($0.caseReference, $0.county, $0.person) = ("TST-1", "TST", "nurse") },
            ["nils@example.org"], "ber dig om information"
        ),
        (
            EmergencyOpened.with {
                ($0.caseReference, $0.county, $0.to) = ("TST-1", "TST", ["head-school", "manager", "officer"])
                ($0.access.by, $0.access.until) = ("nurse", .init(ExampleCounty.monday + 3 * 3_600))
                $0.reason = "hemligt skäl"
            }, ["head.school@example.org", "manager@example.org", "officer@example.org"],
            "Gäller till: måndag 23 november 2026 kl. 12.00"
        ),
        (
            CameOfAge.with { ($0.caseReference, $0.county, $0.owner) = ("TST-1", "TST", "head-school") },
            ["head.school@example.org"],
            "har barnet blivit myndigt"
        ),
        (
            ConsultationUnplaced.with {
                ($0.reference, $0.county, $0.municipality, $0.to) = ("TST-1", "TST", "0001", "head-fallback")
            }, ["head.fallback@example.org"], "anonyma frågan"
        ),
        (
            CommandRefused.with { ($0.caseReference, $0.county, $0.to) = ("TST-1", "TST", "county") },
            ["county@example.org"], "kan ha sagt nej"
        ),
        (
            ConsentRecorded.with {
                ($0.caseReference, $0.doubt.county, $0.doubt.to) = ("TST-1", "TST", "head-school")
                ($0.doubt.giverUnknown, $0.doubt.byUnknown) = (true, true)
            }, ["head.school@example.org"], "finns inte i katalogen"
        ),
        (
            ObjectionEnded.with { ($0.caseReference, $0.county, $0.to) = ("TST-1", "TST", "county") },
            ["county@example.org"], "avslutat ett nej"
        ),
    ]

    @Test(
        "rules 2, 5, 6, 12 and 19: whoever must know gets a notice, in Swedish with English beside it",
        arguments: notices.indices)
    func noticed(index: Int) throws {
        let (fact, who, words) = Self.notices[index]
        var tester = try tester()
        try tester.process(fact, key: "c")
        let notices = try tester.wishes(Notice.self).values
        #expect(notices.map(\.email).sorted() == who)
        for notice in notices {
            #expect(notice.body.contains(words) && notice.body.contains("In English:"))
            #expect(notice.body.contains("https://example.org/case/TST-1"))
            #expect(notice.html.contains("href=\"https://example.org/case/TST-1\""))
            #expect(!notice.body.contains("hemlig") && !notice.body.contains("{{") && notice.subject.contains("TST-1"))
        }
    }

    @Test(
        "an invitation says the place, or the link, or that the place comes another way: one of them, and no empty line"
    )
    func places() throws {
        for (place, link, says) in [
            ("Rum 1", "", "Plats: Rum 1"), ("", "https://mote.example.org/x", "Digitalt: https://mote.example.org/x"),
            ("", "", "Plats: meddelas dig personligen"),
        ] {
            var tester = try tester()
            var meeting = Self.meeting
            (meeting.place, meeting.link) = (place, link)
            try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
            for notice in try tester.wishes(Notice.self).values {
                let lines = notice.body.split(separator: "\n").filter {
                    $0.hasPrefix("Plats") || $0.hasPrefix("Digitalt")
                }
                #expect(lines == [says[...]])
            }
        }
    }

    @Test("the same id in two counties is two people: the recipient is looked up in the case's county")
    func counties() throws {
        var tester = try tester()
        var other = ExampleCounty.message
        other.code = "AAA"
        for index in other.people.indices { other.people[index].email = "elsewhere\(index)@example.org" }
        tester.directory.counties["AAA"] = try other.county()
        for (fact, who, _) in Self.notices {
            let before = Set(try tester.wishes(Notice.self).keys)
            try tester.process(fact, key: "c")
            let new = try tester.wishes(Notice.self).filter { !before.contains($0.key) }.values
            #expect(new.map(\.email).sorted() == who)
        }
        var moved = CaseMoved.with {
            ($0.caseReference, $0.fromPerson, $0.toPerson) = ("TST-1", "head-school", "head-school")
            ($0.county, $0.fromCounty) = ("AAA", "TST")
        }
        let before = Set(try tester.wishes(Notice.self).keys)
        try tester.process(moved, key: "c", id: "away")
        moved.county = "TST"
        let told = try tester.wishes(Notice.self).filter { !before.contains($0.key) }.values.map(\.email)
        #expect(told.sorted() == ["elsewhere2@example.org", "head.school@example.org"])
    }

    @Test("somebody on leave is not waited for: the deputy gets the notice, once even where two have the same deputy")
    func deputies() throws {
        var tester = try tester()
        tester.directory = try ExampleCounty.changed { county in
            for index in county.people.indices where ["head-school", "family"].contains(county.people[index].id) {
                county.people[index].absences = [.with { ($0.from, $0.to) = ("2026-11-20", "2026-12-20") }]
                county.people[index].deputy = "teacher"
            }
        }
        try tester.process(Self.concern, key: "c")
        try tester.process(
            DeadlineReminded.with {
                ($0.caseReference, $0.county, $0.step, $0.level) = ("TST-1", "TST", "conclude", "owner")
                $0.to = ["head-school", "family"]
            }, key: "c")
        let told = try tester.wishes(Notice.self).values.map { "\($0.kind) \($0.recipient)" }.sorted()
        #expect(told == ["concern teacher", "reminder teacher"])
    }

    @Test("rule 22: guardians and children are never written to, whatever happens in a case")
    func family() throws {
        var tester = try tester()
        for (fact, _, _) in Self.notices { try tester.process(fact, key: "c") }
        try tester.process(
            MeetingScheduled.with {
                $0.meeting = Self.meeting
                $0.meeting.participants.append(.with { ($0.person, $0.role, $0.family) = ("g1", "guardian", true) })
            }, key: "TST")
        try tester.process(Self.concern, key: "c")
        let staff = Set(ExampleCounty.county.people.values.map(\.email.text))
        #expect(try tester.wishes(Notice.self).values.allSatisfy { staff.contains($0.email) })
    }

    @Test("each participant gets an invitation that names that receiver alone, stable over attempts")
    func invitations() throws {
        var tester = try tester()
        try tester.process(MeetingScheduled.with { $0.meeting = Self.meeting }, key: "TST", id: "m")
        let notices = try tester.wishes(Notice.self).values.sorted { $0.recipient < $1.recipient }
        #expect(notices.map(\.recipient) == ["family", "head-school"])
        #expect(Set(notices.map(\.messageID)).count == 2)
        for notice in notices {
            #expect(notice.calendar.components(separatedBy: "ATTENDEE").count == 2)
            #expect(notice.calendar.replacing("\r\n ", with: "").contains("mailto:\(notice.email)"))
            #expect(notice.calendar.contains("UID:TST-1-abc@tillsammans"))
        }
        let first = try #require(notices.first)
        #expect(try Self.mail(first) == Self.mail(first))
    }

    @Test("a cancellation has the same UID and a higher SEQUENCE, and says so")
    func cancellation() throws {
        var tester = try tester()
        var meeting = Self.meeting
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
        let calendar = try #require(try tester.wishes(Notice.self).values.first?.calendar)
        for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1", "UID:TST-1-abc@tillsammans"] {
            #expect(calendar.contains(line + "\r\n"))
        }
    }

    @Test("a fact that comes twice makes one notice")
    func again() throws {
        var tester = try tester()
        for _ in 0..<2 { try tester.process(Self.concern, key: "c", id: "1") }
        #expect(try tester.wishes(Notice.self).count == 1)
    }

    @Test(
        "a temporary failure is tried again under the same id, after longer and longer pauses; after 48 h a person takes over"
    )
    func delivery() throws {
        var tester = try tester()
        try tester.process(Self.concern, key: "c")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        var attempt: Int32 = 1
        var pauses: [TimeInterval] = []
        while let open = try tester.wishes(Notice.self)[notice.id] {
            #expect((open.attempt, open.messageID) == (attempt, notice.messageID))
            try tester.process(
                DeliveryReported.with {
                    ($0.noticeID, $0.attempt, $0.result, $0.detail) = (notice.id, attempt, "temporary", "SMTP 451")
                }, key: notice.id)
            guard let next = tester.reminders.first(where: { $0.name.hasPrefix("attempt|") })?.due else { continue }
            pauses.append(next.timeIntervalSince(tester.now))
            try tester.advance(to: next)
            attempt += 1
        }
        for (pause, expected) in zip(pauses, [30.0, 60, 120, 240]) {
            #expect(pause >= 0.8 * expected && pause <= 1.2 * expected)
        }
        #expect(Set(pauses.map { $0 / pauses[0] }).count > 4 && pauses.allSatisfy { $0 <= 1.2 * 3_600 })
        #expect(tester.published(NoticeFailed.self).count == 1)
        #expect(tester.now >= ExampleCounty.monday + Retry.limit)
    }

    @Test("a permanent refusal is not tried again, and a late result of an old attempt changes nothing")
    func permanent() throws {
        var tester = try tester()
        try tester.process(Self.concern, key: "c")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        func report(_ attempt: Int32, _ result: String) -> DeliveryReported {
            .with { ($0.noticeID, $0.attempt, $0.result) = (notice.id, attempt, result) }
        }
        try tester.process(report(7, "sent"), key: notice.id)
        #expect(tester.published(NoticeSent.self).isEmpty)
        try tester.process(report(1, "permanent"), key: notice.id)
        #expect(tester.published(NoticeFailed.self).count == 1)
        #expect(tester.reminders.map(\.name).filter { !$0.hasPrefix("taken|") } == ["forget|\(notice.id)"])
        // Delivery failed: the manager is told. Where that fails too, it ends there.
        let word = try #require(try tester.wishes(Notice.self).values.first)
        #expect(word.kind == "undelivered" && word.email == "manager@example.org")
        try tester.process(
            DeliveryReported.with { ($0.noticeID, $0.attempt, $0.result) = (word.id, 1, "permanent") }, key: word.id)
        #expect(try tester.wishes(Notice.self).isEmpty)
    }
}
