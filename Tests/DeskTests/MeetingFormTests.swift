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
        #expect(try await !desk.get("meetings", as: "family").html.contains("/do/move_meeting"))
    }
}
