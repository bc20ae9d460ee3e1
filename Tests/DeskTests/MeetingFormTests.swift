import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("What is decided about a meeting, by forms")
struct MeetingFormTests {
    private typealias Desk = FormPagesTests.Desk

    /// Says when the social services' family support is taken, from a calendar elsewhere.
    private func publish(_ busy: [BusyTime], _ desk: Desk) throws {
        let suite = desk.tester.suite
        let event = try Event(
            id: UUID().uuidString.lowercased(), source: "desk", time: suite.now, subject: nil,
            PublishBusyTimes.with { ($0.county, $0.person, $0.busy) = ("TST", "family", busy) })
        let signed = try ExampleDoor.desk.sign(event, for: "family", .three, now: suite.now)
        try suite.send(
            ProducerRecord(
                topic: Topic.meetingCommands.rawValue, key: Array("TST".utf8), value: signed.asSent,
                headers: signed.headers))
    }

    /// Somebody who is required has no time for months.
    private func waiting(_ county: CountyDirectory = ExampleCounty.message) async throws -> Desk {
        let desk = try await Desk(county)
        let now = desk.tester.suite.now
        try publish([.with { ($0.start, $0.end) = (.init(now), .init(now + 120 * 86_400)) }], desk)
        try await desk.cooperating()
        return desk
    }

    @Test(
        "no time says who is in the way, by role and unit, to who leads, and is looked for again on the page (rule 18)")
    func noTime() async throws {
        let desk = try await waiting()
        let page = try await desk.get("meetings")
        #expect(page.html.contains("Det finns ingen tid för mötet"))
        #expect(page.html.contains("Fia Exempelson (familjestödjare, Enhet social): Måste vara med och är upptagen"))
        let answer = try await desk.fill("meetings", "move_meeting") {
            $0.with("move_meeting-reason", "Senare går också.").with("move_meeting-latest_date", desk.day(150))
        }
        #expect(answer.location == "\(desk.path("meetings"))?done=move_meeting")
        #expect(try await desk.facts(MeetingScheduled.self).count == 1)
        #expect(try await !desk.get("meetings").html.contains("Det finns ingen tid för mötet"))
    }

    @Test("a call that is taken back while it waits for a time leaves no word of it on the page (rules 13 and 18)")
    func takenBack() async throws {
        let desk = try await waiting()
        let form = try #require(FilledForm(try await desk.get("consents").html, to: "/do/withhold_consent"))
            .with("withhold_consent-giver", "youth").with("withhold_consent-confirmed", "yes")
        #expect(try await desk.tester.post(form.action, form: form.fields, as: "head-school").status == .seeOther)
        let page = try await desk.get("meetings").html
        #expect(!page.contains("Det finns ingen tid för mötet") && page.contains("Inget möte är bokat."))
        #expect(try await desk.get("").html.contains("Ingen tid söks längre för mötet"))
        #expect(try await desk.facts(MeetingWaitEnded.self).count == 1)
    }

    @Test("a time that calendars have opened is booked by itself, and the page shows it (rule 18)")
    func opened() async throws {
        let desk = try await waiting()
        try publish([], desk)
        #expect(try await desk.facts(MeetingScheduled.self).count == 1)
        #expect(try await desk.get("meetings").html.contains("Vilka som är kallade"))
    }

    @Test(
        "where the county has it proposed, the page shows the time, and who leads books it by the form as it stands (rule 18)"
    )
    func proposed() async throws {
        var county = ExampleCounty.message
        county.settings.foundTime = "propose"
        let desk = try await waiting(county)
        try publish([], desk)
        #expect(try await desk.facts(MeetingScheduled.self).isEmpty)
        let proposed = try #require(try await desk.facts(MeetingProposed.self).first)
        let page = try await desk.get("meetings")
        #expect(page.html.contains("Nu finns det en tid för mötet"))
        #expect(page.html.contains(CivilTime.swedish(from: proposed.start.date, to: proposed.end.date)))
        #expect(try await desk.fill("meetings", "move_meeting").status == .seeOther)
        #expect(try await desk.facts(MeetingScheduled.self).map(\.meeting.start) == [proposed.start])
    }

    @Test("a form that says nothing is shown again; whoever takes part and leads nothing is offered none (rule 14)")
    func offered() async throws {
        let desk = try await Desk()
        try await desk.cooperating()
        let empty = try await desk.fill("meetings", "move_meeting")
        #expect(empty.status == .unprocessableContent && empty.html.contains("move_meeting-reason-error"))
        #expect(empty.html.components(separatedBy: "I ett rum").count == 2, "a choice is no hint to itself")
        #expect(try await !desk.get("meetings", as: "family").html.contains("/do/move_meeting"))
    }

    @Test(
        "rule 22: who leads decides that the family is told of plan or next step, and the page says who was told what")
    func told() async throws {
        let desk = try await Desk()
        try await desk.cooperating()
        let answer = try await desk.fill("meetings", "tell_family") {
            $0.with("tell_family-to", "child").with("tell_family-about", "meeting", "next_step")
                .with("tell_family-channel", "in_person")
        }
        #expect(answer.location == "\(desk.path("meetings"))?done=tell_family")
        #expect(try await desk.facts(FamilyTold.self).map(\.about) == [["meeting", "next_step"]])
        #expect(try await desk.get("meetings").html.contains("Barnet får veta om mötet, nästa steg (personligen)"))
        let planless = try await desk.fill("meetings", "tell_family") {
            $0.with("tell_family-to", "child").with("tell_family-about", "plan").with("tell_family-channel", "phone")
        }
        #expect(planless.status == .unprocessableContent)
        let empty = try await desk.fill("meetings", "tell_family")
        #expect(empty.status == .unprocessableContent && empty.html.contains("tell_family-to-error"))
    }

    @Test("rule 7: who was asked what, in which form, and what they said afterwards stands on the page")
    func participation() async throws {
        let desk = try await Desk()
        try await desk.cooperating()
        let answer = try await desk.fill("meetings", "record_participation") {
            $0.with("record_participation-voice-person", "child")
                .with("record_participation-voice-asked", "Vem vill du ha med?")
                .with("record_participation-voice-forms", "pictures", "interpreter")
                .with("record_participation-voice-afterwards", "Det kändes bra.")
        }
        #expect(answer.location == "\(desk.path("meetings"))?done=record_participation")
        let page = try await desk.get("meetings")
        for words in ["Vem vill du ha med?", "Med bilder, med tolk", "Det kändes bra."] {
            #expect(page.html.contains(words))
        }
        #expect(try await !desk.get("meetings", as: "family").html.contains("/do/record_participation"))
    }
}
