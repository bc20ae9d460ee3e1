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
    private func drafts(_ event: Occurrence.Event, _ directory: Directory = ExampleCounty.directory) -> [NoticeDraft] {
        Occurrence(county: "TST", caseReference: "TST-1", event)
            .drafts(cause: "e", NoticeContext(now: ExampleCounty.monday, directory: directory))
    }

    /// `kind email`
    private func words(_ drafts: [NoticeDraft]) -> [String] { drafts.map { "\($0.kind) \($0.recipient.email)" } }

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

    @Test("rule 3: where harm is suspected, the reporter and the named person get the duty to report")
    func duty() {
        func concern(_ isHarmSuspected: Bool) -> Occurrence.Event {
            .ofCase(
                .concernRegistered(
                    namedPerson: "head-school", reporter: "mia@example.org", isHarmSuspected: isHarmSuspected))
        }
        #expect(words(drafts(concern(false))) == ["concern head.school@example.org"])
        #expect(
            words(drafts(concern(true))) == [
                "concern head.school@example.org", "dutyToReport head.school@example.org",
                "dutyToReport mia@example.org",
            ])
    }

    @Test("rule 2: the named person learns that a report names another home; rule 3: and of harm under a taken id")
    func contradicted() {
        let concern = CaseEvent.concernRegistered(
            namedPerson: "head-school", reporter: "mia@example.org", isHarmSuspected: false, namesOtherHome: true)
        #expect(
            words(drafts(.ofCase(concern))) == [
                "concern head.school@example.org", "otherHome head.school@example.org",
            ])
        let setAside = CaseEvent.concernSetAside(namedPerson: "head-school", reporter: "mia@example.org")
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

    @Test("nobody gets a notice for a person or a county that the directory does not have")
    func unknown() {
        #expect(drafts(.ofCase(.delegated(to: "nobody"))).isEmpty)
        #expect(drafts(.ofCase(.delegated(to: "teacher")), Directory()).isEmpty)
        #expect(drafts(.ofMeeting(.scheduled(Self.meeting)), Directory()).isEmpty)
    }

    @Test("rule 22: the family gets an invitation by a person's decision alone, and the named person is asked")
    func family() {
        let scheduled = drafts(.ofMeeting(.scheduled(Self.withFamily)))
        #expect(
            words(scheduled) == [
                "invitation head.school@example.org", "invitation fia@example.org",
                "familyAsk head.school@example.org",
            ])
        func informed(_ email: String?) -> [NoticeDraft] {
            let notice = MeetingEvent.FamilyNotice(key: "child", email: email, isCancellation: false)
            return drafts(.ofMeeting(.familyInformed(Self.withFamily, notice)))
        }
        #expect(informed(nil).isEmpty)
        #expect(informed("alva@example.org").map(\.recipient) == [.family("child", email: "alva@example.org")])
    }

    @Test("a meeting says its room, or its link, or that the place comes another way")
    func places() {
        func values(_ place: Meeting.Place) -> Notice.Values? {
            var meeting = Self.meeting
            meeting.place = place
            return drafts(.ofMeeting(.scheduled(meeting))).first?.values
        }
        #expect(values(.room("Rum 1"))?[.place] == .text("Rum 1"))
        #expect(values(.digital(link: "https://m.example.org"))?[.online] == .text("https://m.example.org"))
        #expect(values(.unnamed)?[.unknown] == .flag(true))
    }

    @Test("whoever was invited and does not take part any more gets a cancellation; the family does not by itself")
    func uninvited() {
        let drafts = Self.meeting.uninvitations(
            of: ["head-school", "nurse", "child"], cause: "e", ExampleCounty.directory)
        #expect(words(drafts) == ["cancellation nils@example.org"])
        #expect(drafts.first?.invitation?.edition == Edition(0, .cancel))
    }

    @Test("on the working day before, those who have not declined are reminded")
    func reminders() {
        let meeting = Self.withFamily.answered(by: "family", .declined)
        #expect(words(meeting.reminders(ExampleCounty.directory)) == ["meetingReminder head.school@example.org"])
        #expect(meeting.reminderDue == ExampleCounty.monday - 3_600)
    }
}
