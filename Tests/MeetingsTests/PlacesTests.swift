import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("Where people meet, and what helps when they cannot (rule 18)")
struct PlacesTests {
    private func tester(_ change: (inout CountyDirectory) -> Void = { _ in }) throws -> CooperationTester {
        var tester = CooperationTester()
        tester.tester.directory = try ExampleCounty.changed { county in
            county.settings.meetingLink = "https://mote.example.org/"
            change(&county)
        }
        return tester
    }

    private func move(_ format: String, _ change: (inout MoveMeeting) -> Void = { _ in }) -> MoveMeeting {
        .with {
            ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Behövs")
            $0.format = format
            change(&$0)
        }
    }

    @Test("a meeting is in the room nearest to the child, and no room is in two meetings")
    func rooms() throws {
        var tester = try tester()
        try tester.call("A")
        #expect(tester.meeting.place == "Rum school")
        // Other people at the same time: the next room.
        tester.tester.directory.counties["TST"]?.participants = []
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("B", "TST", "school", "teacher")
                $0.latestDate = "2026-12-14"
            })
        let meetings = tester.facts(MeetingScheduled.self).map(\.meeting)
        #expect(meetings[0].start == meetings[1].start && meetings[1].place == "Rum bhv")
        #expect(try tester.bookings("room:Rum school").count == 1)
    }

    @Test("there is time for the way from one place to the next")
    func travel() throws {
        var tester = try tester { county in
            county.municipalities.append(
                .with { ($0.code, $0.name, $0.fallbackUnit) = ("0002", "Långbort", "fallback") })
            for index in county.units.indices { county.units[index].place = "Rum nära" }
            county.units.append(
                .with {
                    ($0.id, $0.kind, $0.name, $0.municipality) = ("far", "school", "Enhet far", "0002")
                    ($0.namedPerson, $0.place) = ("teacher", "Rum far")
                })
            guard let index = county.people.firstIndex(where: { $0.id == "manager" }) else { return }
            county.people[index].hours = ["monday": "09:00-17:00"]
            county.travel = [.with { ($0.from, $0.to, $0.minutes) = ("0001", "0002", 50) }]
        }
        try tester.call("A")
        // Somebody else has the near room for the rest of the day.
        tester.tester.directory.counties["TST"]?.settings.meetingMinutes = 480
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("C", "TST", "school", "manager")
                $0.latestDate = "2026-12-14"
            })
        tester.tester.directory.counties["TST"]?.settings.meetingMinutes = 60
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("B", "TST", "school", "teacher")
                ($0.organisations, $0.latestDate) = (["social_services"], "2026-12-14")
            })
        let meetings = tester.facts(MeetingScheduled.self).map(\.meeting)
        #expect(meetings.map(\.place) == ["Rum nära", "Rum nära", "Rum far"])
        // 09:00 and 50 minutes on the way: ten o'clock on the grid.
        #expect(meetings[2].start.date == meetings[0].end.date + 3_600)
    }

    @Test("a digital meeting has a link and no room, and nobody is on the way")
    func digital() throws {
        var tester = try tester()
        try tester.call("A")
        let before = tester.meeting
        try tester.send(move("digital"))
        #expect(tester.meeting.start == before.start && tester.meeting.sequence == 1)
        #expect(tester.meeting.place.isEmpty && tester.meeting.link == "https://mote.example.org/\(before.id)")
        #expect(try tester.bookings("room:Rum school").isEmpty)
        try tester.send(move("room"))
        #expect(tester.meeting.place == "Rum school" && tester.meeting.link.isEmpty)
        try tester.send(move("carrier pigeon"))
        tester.tester.directory.counties["TST"]?.settings.meetingLink = nil
        try tester.send(move("digital"))
        #expect(tester.codes == ["meeting.format", "meeting.link"])
    }

    @Test("where all have time and no room is free, a digital meeting is proposed, and can be chosen")
    func noRoom() throws {
        var tester = try tester { county in
            for index in county.units.indices { county.units[index].place = "Det enda rummet" }
        }
        try tester.call("A", latest: "2026-11-30")
        // No room is free for so long on that day.
        tester.tester.directory.counties["TST"]?.settings.meetingMinutes = 495
        tester.tester.directory.counties["TST"]?.participants = []
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("B", "TST", "school", "teacher")
                $0.latestDate = "2026-11-30"
            })
        #expect(tester.reasons == ["time.combination", "time.room", "time.digital", "time.later"])
        try tester.send(move("digital") { $0.caseReference = "B" })
        #expect(tester.codes == ["person.not_allowed"], "teacher is the named person of that case")
        try tester.send(
            move("digital") { ($0.caseReference, $0.by) = ("B", "teacher") })
        #expect(tester.meeting.caseReference == "B" && !tester.meeting.link.isEmpty)
    }

    @Test("it says which person's leave, hours or other times exclude which days, and which change would open one")
    func reasons() throws {
        var tester = try tester { county in
            for (id, from, to) in [("family", "2026-11-30", "2026-12-02")] {
                guard let index = county.people.firstIndex(where: { $0.id == id }) else { continue }
                county.people[index].absences = [.with { ($0.from, $0.to) = (from, to) }]
            }
            guard let index = county.people.firstIndex(where: { $0.id == "head-school" }) else { return }
            county.people[index].hours = [
                "monday": "08:00-17:00", "tuesday": "08:00-17:00", "wednesday": "08:00-17:00",
            ]
        }
        try tester.call("A", latest: "2026-12-04", guardians: ["g1"])
        let answer = try #require(tester.facts(MeetingImpossible.self).last)
        #expect(
            answer.reasons.map { "\($0.code) \($0.person)" } == [
                "time.off head-school", "time.absent family", "time.blocked head-school", "time.blocked family",
                "time.later ",
            ])
        #expect(answer.reasons[1].english.hasSuffix("2026-11-30–2026-12-02."))
        // The named person follows one of the proposals: the call is still there.
        try tester.send(move("") { $0.latestDate = "2026-12-11" })
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2026-12-07")
        #expect(tester.meeting.sequence == 0 && tester.staff == ["head-school", "family", "nurse"])
    }

    @Test("where each of two people could, but not together, two meetings are proposed")
    func split() throws {
        var tester = try tester { county in
            county.participants[1].required = true
            for (id, day) in [("family", "monday"), ("nurse", "tuesday")] {
                guard let index = county.people.firstIndex(where: { $0.id == id }) else { continue }
                county.people[index].hours = [day: "08:00-17:00"]
            }
        }
        try tester.call("A", latest: "2026-12-04")
        let split = tester.facts(MeetingImpossible.self).last?.reasons.filter { $0.code == "time.split" }
        #expect(split?.map(\.person) == ["family", "nurse"])
        #expect(split?.first?.english.contains("2026-12-01, one with them on 2026-11-30") == true)
    }

    @Test("a call without a time is tried again when the participants change")
    func wanted() throws {
        var tester = try tester()
        tester.tester.directory.counties["TST"]?.people["family"]?.hours = [:]
        try tester.call("A", latest: "2026-12-04")
        #expect(tester.facts(MeetingScheduled.self).isEmpty && tester.reasons.contains("time.blocked"))
        try tester.send(
            ChangeParticipants.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Fia är borta")
                ($0.add, $0.remove) = (["head-social"], ["family"])
            })
        #expect(tester.staff == ["head-school", "nurse", "head-social"])
        try tester.send(CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") })
        try tester.send(move(""))
        #expect(tester.codes == ["meeting.none"], "called off, nothing is wanted any more")
    }

    @Test("leave that the directory learns of later moves the meeting on the next morning, once")
    func absence() throws {
        var tester = try tester()
        try tester.call("A")
        let before = tester.meeting
        let day = CivilTime.day(of: before.start.date)
        tester.tester.directory.counties["TST"]?.people["family"]?.absences = [day...day]
        tester.tester.directory.counties["TST"]?.people["nurse"]?.absences = [day.plus(1)...day.plus(1)]
        try tester.tester.advance(to: tester.tester.now + 3 * 86_400)
        #expect(tester.facts(MeetingScheduled.self).map(\.why) == ["", "absence"])
        #expect(CivilTime.day(of: tester.meeting.start.date) == day.plus(1) && tester.meeting.sequence == 1)
        #expect(tester.staff.contains("family") && !tester.staff.contains("nurse"))
        for person in ["family", "head-school"] { #expect(try tester.bookings(person).count == 1) }
    }

    @Test("what was taken on a day that is over is forgotten on the next morning")
    func forgotten() throws {
        var tester = try tester()
        try tester.call("A")
        let day = "TST|\(tester.meeting.day)"
        #expect(try tester.tester.state(MeetingsProcessor.rooms, day) != nil)
        try tester.tester.advance(to: tester.meeting.end.date + 86_400)
        #expect(try tester.tester.state(MeetingsProcessor.rooms, day) == nil)
    }

    @Test("meetings do not lie over lunch where the county says so")
    func lunch() throws {
        var tester = try tester { county in
            county.settings.lunch = "11:30-12:30"
            guard let index = county.people.firstIndex(where: { $0.id == "family" }) else { return }
            county.people[index].hours = ["monday": "11:00-17:00"]
        }
        try tester.call("A")
        #expect(tester.meeting.start.date == CivilTime.instant(try #require(LocalDate("2026-11-30")), minute: 750))
    }

    @Test("with slack, a later time on which an optional participant can come is better than the earliest")
    func slack() throws {
        var tester = try tester { $0.settings.slackDays = 2 }
        tester.tester.directory.counties["TST"]?.people["nurse"]?.hours = [2: WorkingHours(from: 600, to: 720)]
        try tester.call("A")
        #expect(tester.meeting.start.date == CivilTime.instant(try #require(LocalDate("2026-12-01")), minute: 600))
        #expect(tester.staff.contains("nurse"))
    }
}

@Suite("The family takes part, and is told by a person's decision (rules 12 and 22)")
struct FamilyTests {
    @Test("child and guardians are participants in their own right, and a guardian is never in two places")
    func participants() throws {
        var tester = CooperationTester()
        try tester.call("A", guardians: ["g1", "g2"])
        #expect(tester.meeting.participants.filter(\.family).map(\.person) == ["g1", "g2", "child"])
        #expect(tester.meeting.participants.filter(\.family).map(\.required) == [true, true, false])
        tester.tester.directory.counties["TST"]?.participants = []
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("B", "TST", "school", "teacher")
                ($0.latestDate, $0.guardians) = ("2026-12-14", ["g2"])
            })
        #expect(tester.meeting.start.date >= tester.facts(MeetingScheduled.self)[0].meeting.end.date)
    }

    @Test("a guardian who cannot come moves the meeting, as a person heard it; and who came may be the family")
    func answers() throws {
        var tester = CooperationTester()
        try tester.call("A", guardians: ["g1"])
        let before = tester.meeting
        try tester.answer("g1", "declined")
        #expect(tester.meeting.sequence == 1 && tester.meeting.start.date >= before.end.date)
        try tester.answer("g1", "delegated", sequence: 1, to: "family")
        #expect(tester.codes == ["person.unknown"], "nobody stands in for a guardian")
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record("A") { $0.came = ["head-school", "family", "g1", "child"] }
        #expect(tester.facts(MeetingHeld.self).count == 1)
    }

    @Test(
        "rule 22: each notice to the family is a decision of the named person or the coordinator, for the meeting as it is"
    )
    func told() throws {
        var tester = CooperationTester()
        try tester.call("A", guardians: ["g1"])
        func tell(_ to: String, _ channel: String, _ email: String = "", by: String = "head-school") -> TellFamily {
            .with {
                ($0.caseReference, $0.county, $0.by, $0.to) = ("A", "TST", by, to)
                ($0.channel, $0.email) = (channel, email)
            }
        }
        try tester.send(tell("g1", "email", "vera@example.org"))
        try tester.send(tell("child", "in_person"))
        #expect(
            tester.facts(FamilyTold.self).map { "\($0.to) \($0.channel) \($0.email)" } == [
                "g1 email vera@example.org", "child in_person ",
            ])
        try tester.send(tell("g1", "email", "vera@example.org", by: "nurse"))
        try tester.send(tell("g9", "letter"))
        try tester.send(tell("g1", "email"))
        try tester.send(tell("g1", "phone", "vera@example.org"))
        try tester.send(tell("g1", "owl"))
        try tester.send(tell("g1", "owl", "vera@example.org"))
        try tester.send(tell("g1", "email", "vera@example.org\r\nBcc: all@example.org"))
        #expect(
            tester.codes == [
                "person.not_allowed", "family.unknown", "family.channel", "family.channel", "family.channel",
                "family.channel", "family.channel",
            ])
        #expect(tester.facts(FamilyTold.self).count == 2)
        // That there is no meeting any more is a decision as well.
        try tester.send(CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") })
        try tester.send(tell("g1", "phone"))
        #expect(tester.facts(FamilyTold.self).map(\.cancelled) == [false, false, true])
    }
}

@Suite("Rule 5: an anonymous question gets a place in a forum's sitting")
struct ForumTests {
    private func tester() throws -> CooperationTester {
        var tester = CooperationTester()
        tester.tester.directory = try ExampleCounty.changed { county in
            county.forums = [
                .with {
                    ($0.id, $0.name, $0.municipalities, $0.chair) = ("forum", "Forum", ["0001"], "head-care")
                    ($0.place, $0.first, $0.everyWeeks) = ("Rum care", "2026-11-10", 2)
                    ($0.hours, $0.minutes) = ("13:00-14:00", 30)
                }
            ]
        }
        return tester
    }

    private func book(_ reference: String, _ municipality: String = "0001") -> BookConsultation {
        .with {
            ($0.reference, $0.county, $0.municipality, $0.areas) = (reference, "TST", municipality, ["safety"])
            $0.email = "mia@example.org"
        }
    }

    @Test("the next free place, in the next sitting when one is full; the same question once; none without a forum")
    func places() throws {
        var tester = try tester()
        for reference in ["Q1", "Q2", "Q2", "Q3"] { try tester.send(book(reference)) }
        try tester.send(book("Q4", "0099"))
        let booked = tester.facts(ConsultationBooked.self)
        #expect(booked.map(\.reference) == ["Q1", "Q2", "Q3"])
        #expect(
            booked.map { CivilTime.swedish(from: $0.start.date, to: $0.end.date) } == [
                "tisdag 24 november 2026 kl. 13.00–13.30", "tisdag 24 november 2026 kl. 13.30–14.00",
                "tisdag 8 december 2026 kl. 13.00–13.30",
            ])
        let unplaced = tester.facts(ConsultationUnplaced.self)
        #expect(unplaced.map(\.reference) == ["Q4"] && unplaced.map(\.why) == ["no_forum"])
        #expect(booked.allSatisfy { $0.chair == "head-care" && $0.place == "Rum care" })
    }

    @Test("a forum does not sit on a public holiday")
    func holiday() throws {
        let forum = try #require(try tester().tester.directory.counties["TST"]?.forums.first)
        // 5 January 2027 is a Tuesday before Epiphany; with every week from 6 January on, that day is left out.
        var other = forum
        (other.first, other.everyWeeks) = (try #require(LocalDate("2027-01-06")), 1)
        #expect(
            other.sittings(from: try #require(LocalDate("2026-12-01"))).prefix(2).map(\.description) == [
                "2027-01-13", "2027-01-20",
            ])
    }
}
