import Codec
import Domain
import Foundation
import NotificationsCore
import SwiftProtobuf
import TestSupport
import Testing

private typealias Meeting = NotificationsCore.Meeting
private typealias Notice = NotificationsCore.Notice

@Suite("Who gets which notice")
struct TableTests {
    private func drafts(
        _ event: Occurrence.Event, _ directory: Directory = ExampleCounty.directory, invited: [Recipient] = []
    ) -> [NoticeDraft] {
        var context = NoticeContext(now: ExampleCounty.monday, directory: directory)
        context.invited = Dictionary(uniqueKeysWithValues: invited.map { ($0.id ?? "", $0) })
        return Occurrence(county: "TST", caseReference: "TST-1", event).drafts(cause: "e", context)
    }

    private func address(_ text: String) throws -> EmailAddress { try #require(EmailAddress(text)) }

    /// `kind email`
    private func words(_ drafts: [NoticeDraft]) -> [String] { drafts.map { "\($0.kind) \($0.recipient.email.text)" } }

    private static let meeting = Meeting(
        id: "TST-1-abc", caseReference: "TST-1", county: "TST",
        time: TimeSlot(from: ExampleCounty.monday + 86_400, to: ExampleCounty.monday + 90_000), place: .room("Rum 1"),
        namedPerson: "head-school",
        participants: ["head-school", "family"].map { .init(person: $0, isRequired: true) }, sequence: 0)

    private static let withFamily: Meeting = {
        var changed = meeting
        changed.participants.append(.init(person: "child", isRequired: true, isFamily: true))
        return changed
    }()

    @Test("every kind has a form, a template that says something, and a subject in both languages")
    func forms() {
        for kind in Notice.Kind.allCases {
            #expect(Notice.Kind.forms[kind]?.template.isEmpty == false, "\(kind)")
            for language in Language.allCases {
                let name = "notice.\(kind.rawValue)"
                #expect(Catalogue.text(name, language) != name)
            }
        }
    }

    @Test("templates keep the county model's words: a report is no anmälan, and no meeting is a cooperation meeting")
    func words() {
        for kind in Notice.Kind.allCases {
            let text = String(decoding: kind.form.template, as: UTF8.self)
            #expect(text.hasPrefix("Hej!\n") && !text.contains("cooperation meeting"), "\(kind)")
            #expect(kind == .dutyToReport || !text.contains("anmäl"), "\(kind)")
        }
        let duty = String(decoding: Notice.Kind.dutyToReport.form.template, as: UTF8.self)
        #expect(duty.contains("Du är skyldig att genast göra en orosanmälan till socialtjänsten."))
        #expect(duty.contains("du får inte vänta på samtycke eller möte"))
    }

    @Test("rule 3: where harm is suspected, the reporter and the named person get the duty to report")
    func duty() throws {
        let reporter = try address("mia@example.org")
        func concern(_ isHarmSuspected: Bool) -> Occurrence.Event {
            .ofCase(
                .concernRegistered(namedPerson: "head-school", reporter: reporter, isHarmSuspected: isHarmSuspected))
        }
        #expect(words(drafts(concern(false))) == ["concern head.school@example.org"])
        #expect(
            words(drafts(concern(true))) == [
                "concern head.school@example.org", "dutyToReport head.school@example.org",
                "dutyToReport mia@example.org",
            ])
    }

    @Test(
        "rule 2: both units learn of a proposed move, once; rule 22: the owner alone, of a child with protected identity"
    )
    func moveProposed() {
        func told(_ to: CaseEvent.StaffMember?) -> [NoticeDraft] {
            let day = CivilTime.day(of: ExampleCounty.monday)
            return drafts(.ofCase(.moveProposed(owner: .init("head-school", of: "TST"), to: to, due: day)))
        }
        let both = told(.init("head-kaa", of: "TST"))
        #expect(words(both) == ["moveProposed head.school@example.org", "moveProposed head.kaa@example.org"])
        #expect(both.map { $0.values[.to] } == [.flag(false), .flag(true)])
        #expect(words(told(nil)) == ["moveProposed head.school@example.org"])
        #expect(words(told(.init("head-school", of: "TST"))) == ["moveProposed head.school@example.org"])
    }

    @Test("rule 19: of a closing that had to be explained the named person and the manager are told")
    func closed() {
        #expect(
            words(drafts(.ofProgress(.closed(to: ["head-school", "manager"])))) == [
                "closed head.school@example.org", "closed manager@example.org",
            ])
        #expect(drafts(.ofProgress(.closed(to: []))).isEmpty && drafts(.ofProgress(.takenOn)).isEmpty)
    }

    @Test("rule 2: who has a case since no unit matched is told so, with the concern and with a move")
    func fallback() {
        func values(_ event: CaseEvent) -> [Notice.Value?] { drafts(.ofCase(event)).map { $0.values[.fallback] } }
        for isFallback in [true, false] {
            #expect(
                values(
                    .concernRegistered(
                        namedPerson: "head-fallback", reporter: nil, isHarmSuspected: false, isFallback: isFallback))
                    == [.flag(isFallback)])
            let moved = CaseEvent.moved(
                from: .init("head-school", of: "TST"), to: "head-kaa", reviewed: nil, isFallback: isFallback)
            #expect(values(moved) == [.flag(isFallback), nil])
        }
    }

    @Test("rule 3: the named person and the reporter learn of harm under a taken id")
    func setAside() {
        let setAside = CaseEvent.concernSetAside(
            namedPerson: "head-school", reporter: EmailAddress("mia@example.org"))
        #expect(
            words(drafts(.ofCase(setAside))) == [
                "dutyToReport head.school@example.org", "dutyToReport mia@example.org",
            ])
    }

    @Test("rule 19: the owner is reminded, and a date that has passed escalates; a shared deputy gets one notice")
    func dates() throws {
        let step = CaseEvent.DueStep(name: "step.conclude", due: CivilTime.day(of: ExampleCounty.monday))
        func reminded(_ level: ReminderLevel) -> Occurrence.Event {
            .ofCase(.dateReminded(to: ["head-school", "family"], step, level))
        }
        #expect(drafts(reminded(.owner)).map(\.kind) == [.reminder, .reminder])
        #expect(drafts(reminded(.manager)).map { $0.values[.county] } == [.flag(false), .flag(false)])
        #expect(drafts(reminded(.county)).map { $0.values[.county] } == [.flag(true), .flag(true)])
        let onLeave = try ExampleCounty.changed { county in
            for index in county.people.indices where ["head-school", "family"].contains(county.people[index].id) {
                county.people[index].absences = [.with { ($0.from, $0.to) = ("2026-11-20", "2026-12-20") }]
                county.people[index].deputy = "teacher"
            }
        }
        #expect(words(drafts(reminded(.manager), onLeave)) == ["escalation teacher@example.org"])
    }

    @Test(
        "rule 14: that an organisation has nobody at the meeting is told to the named person, and not which; the end is not"
    )
    func nobodyInvited() {
        let due = LocalDate("2026-11-25")
        let told = drafts(.ofMeeting(.nobodyInvited(namedPerson: "head-school", due: due)))
        #expect(words(told) == ["nobodyInvited head.school@example.org"])
        #expect(told.first?.values[.due] == .text("onsdag 25 november 2026") && told.first?.values[.reasons] == nil)
        #expect(drafts(.ofMeeting(.nobodyInvited(namedPerson: "head-school", due: nil))).isEmpty)
    }

    @Test("rule 22: of emergency access the owner, the manager and the privacy officer are told, and not who or why")
    func emergency() {
        let opened = CaseEvent.emergencyOpened(
            to: ["head-school", "manager", "officer"], until: ExampleCounty.monday + 3 * 3_600)
        let drafts = drafts(.ofCase(opened))
        #expect(
            words(drafts) == [
                "emergencyAccess head.school@example.org", "emergencyAccess manager@example.org",
                "emergencyAccess officer@example.org",
            ])
        #expect(
            drafts.first?.values == [
                .until: .text("måndag 23 november 2026 kl. 12.00"),
                .untilInEnglish: .text("Monday 23 November 2026 at 12:00"),
            ])
    }

    @Test("rule 13: of a no that is not clear the owner is told at once, and the privacy officer of one that was ended")
    func unclear() {
        let unclear = drafts(
            .ofCase(.withdrawalUnclear(to: "head-school", isGiverUnknown: true, isByUnknown: false)))
        #expect(words(unclear) == ["withdrawalUnclear head.school@example.org"])
        #expect(unclear.first?.values == [.giver: .flag(true), .recorder: .flag(false)])
        #expect(Notice.Kind.withdrawalUnclear.form.isUrgent)
        #expect(drafts(.ofCase(.withdrawalUnclear(to: "", isGiverUnknown: false, isByUnknown: false))).isEmpty)
        #expect(words(drafts(.ofCase(.objectionEnded(to: "officer")))) == ["objectionEnded officer@example.org"])
    }

    @Test(
        "rule 22: a mail of plan, coordinator or next step says whom to ring, and nothing of them; by itself or with the meeting"
    )
    func familyNews() throws {
        let alva = try address("alva@example.org")
        func informed(_ meeting: MeetingEvent.FamilyNotice.OfMeeting?) -> [NoticeDraft] {
            drafts(
                .ofMeeting(
                    .familyInformed(
                        .init(key: "child", email: alva, of: meeting, hasNews: true, contact: "family"))))
        }
        let news = try #require(informed(nil).first)
        #expect(news.kind == .familyNews && news.recipient == .family("child", email: alva))
        #expect(news.values == [.inviter: .text("Fia Exempelson")] && news.replyTo?.text == "fia@example.org")
        #expect(Notice.Kind.familyNews.isFamily)
        #expect(
            informed(.init(Self.withFamily, isCancelled: false)).map(\.kind) == [.familyInvitation, .familyNews])
    }

    @Test("no time is told to each who decides, and in the mail to nobody who is in the way (rules 18 and 22)")
    func noTime() {
        let told = drafts(.ofMeeting(.impossible(to: ["head-school", "teacher"])))
        #expect(words(told).map { $0.split(separator: " ").first } == ["noTime", "noTime"])
        #expect(told.allSatisfy(\.values.isEmpty) && Notice.Kind.noTime.form.variables.isEmpty)
        let found = drafts(.ofMeeting(.timeFound(to: ["head-school"], Self.meeting.time)))
        #expect(words(found) == ["timeFound head.school@example.org"])
        #expect(found.first?.values == [.time: .text(Self.meeting.time.swedish)])
    }

    @Test("nobody gets a notice for a person or a county that the directory does not have")
    func unknown() {
        #expect(drafts(.ofCase(.delegated(to: "nobody"))).isEmpty)
        #expect(drafts(.ofCase(.delegated(to: "teacher")), Directory()).isEmpty)
        #expect(drafts(.ofMeeting(.scheduled(Self.meeting, isFollowUp: false)), Directory()).isEmpty)
    }

    @Test("rule 22: the family gets an invitation by a person's decision alone, and the named person is asked")
    func family() throws {
        let scheduled = drafts(.ofMeeting(.scheduled(Self.withFamily, isFollowUp: false)))
        #expect(
            words(scheduled) == [
                "invitation head.school@example.org", "invitation fia@example.org",
                "familyAsk head.school@example.org",
            ])
        func informed(_ email: EmailAddress?) -> [NoticeDraft] {
            let notice = MeetingEvent.FamilyNotice(
                key: "child", email: email, of: .init(Self.withFamily, isCancelled: false), hasNews: false,
                contact: "head-school")
            return drafts(.ofMeeting(.familyInformed(notice)))
        }
        #expect(informed(nil).isEmpty)
        let alva = try address("alva@example.org")
        #expect(informed(alva).map(\.recipient) == [.family("child", email: alva)])
        #expect(informed(alva).map(\.replyTo?.text) == ["head.school@example.org"], "an answer goes to a person")
    }

    @Test("a meeting says its room, or its link, or that the place comes another way")
    func places() {
        func values(_ place: Meeting.Place) -> Notice.Values? {
            var meeting = Self.meeting
            meeting.place = place
            return drafts(.ofMeeting(.scheduled(meeting, isFollowUp: false))).first?.values
        }
        #expect(values(.room("Rum 1"))?[.place] == .text("Rum 1"))
        #expect(values(.digital(link: "https://m.example.org"))?[.online] == .text("https://m.example.org"))
        #expect(values(.unnamed)?[.unknown] == .flag(true))
    }

    @Test(
        "whoever does not take part any more is told that they do not, where they were invited; the family is not by itself"
    )
    func uninvited() throws {
        let nurse = Recipient.person("nurse", email: try address("nils.before@example.org"))
        let head = Recipient.person("head-school", email: try address("head.school@example.org"))
        let drafts = drafts(
            .ofMeeting(.scheduled(Self.meeting, isFollowUp: false)), invited: [head, nurse])
        #expect(
            words(drafts) == [
                "invitation head.school@example.org", "invitation fia@example.org", "uninvited nils.before@example.org",
            ])
        #expect(drafts.map { $0.meeting?.method } == [.request, .request, .cancel])
        #expect(drafts.last?.meeting?.entry == .formerParticipant, "for them alone")
        #expect(drafts.map(\.subjectName) == ["notice.invitation.changed", "notice.invitation", "notice.uninvited"])
    }

    @Test("the end of a meeting is told where each was invited, also to somebody who has left the directory")
    func cancelledForAll() throws {
        let nurse = Recipient.person("nurse", email: try address("nils.before@example.org"))
        let family = Recipient.person("family", email: try address("fia.before@example.org"))
        var left = ExampleCounty.directory
        left.counties["TST"]?.people["family"] = nil
        let drafts = drafts(.ofMeeting(.cancelled(Self.meeting)), left, invited: [nurse, family])
        #expect(
            words(drafts) == [
                "cancellation head.school@example.org", "cancellation fia.before@example.org",
                "cancellation nils.before@example.org",
            ])
    }

    @Test("each occasion has a subject of its own: a first call, a follow-up, a change, a further concern")
    func occasions() {
        #expect(
            drafts(.ofMeeting(.scheduled(Self.meeting, isFollowUp: true))).map(\.subjectName)
                == Array(repeating: "notice.invitation.follow_up", count: 2))
        var context = NoticeContext(now: ExampleCounty.monday, directory: ExampleCounty.directory)
        let concern = CaseEvent.concernRegistered(namedPerson: "head-school", reporter: nil, isHarmSuspected: false)
        func subjects() -> [String] {
            Occurrence(county: "TST", caseReference: "TST-1", .ofCase(concern)).drafts(cause: "e", context)
                .map(\.subjectName)
        }
        #expect(subjects() == ["notice.concern"])
        context.isKnownCase = true
        #expect(subjects() == ["notice.concern.further"])
        for kind in Notice.Kind.allCases {
            for occasion in kind.form.occasions {
                #expect(Catalogue.holds("notice.\(kind.rawValue).\(occasion.rawValue)"), "\(kind) \(occasion)")
            }
        }
    }

    @Test("on the working day before, those who have not declined are reminded")
    func reminders() {
        let meeting = Self.withFamily.answered(by: "family", .declined)
        #expect(
            words(meeting.reminders(.init(now: ExampleCounty.monday, directory: ExampleCounty.directory))) == [
                "meetingReminder head.school@example.org"
            ])
        #expect(meeting.reminderDue == ExampleCounty.monday - 3_600)
    }
}

extension NoticeDraft {
    /// As the catalogue names it.
    fileprivate var subjectName: String {
        "notice.\(kind.rawValue)" + (occasion.map { ".\($0.rawValue)" } ?? "")
    }
}
