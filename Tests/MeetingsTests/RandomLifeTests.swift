import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

/// Cases of a county to which anything may happen, in any order.
@Suite("Whatever is called, moved, declined and called off")
struct RandomLifeTests {
    @Test(
        "never a double booking, never outside hours or on leave, whatever is called, moved, declined and called off",
        arguments: (1...15).map(UInt64.init))
    func random(seed: UInt64) throws {
        var life = try RandomLife(seed: seed)
        for step in 0..<120 {
            try life.move()
            let label = "seed \(seed), step \(step)"
            for person in life.people + life.guardians + life.rooms {
                let visits = try life.tester.bookings(person).sorted { $0.start < $1.start }
                life.expectApart(visits, of: person, label)
                if life.people.contains(person) { life.expectWithinHours(visits, of: person, label) }
            }
            try life.expectBookedForAll(label)
        }
        // What closes a case tells Mapping so, once, and why (rule 17).
        let closed = life.tester.facts(PlanFollowedUp.self).filter(\.closes)
        #expect(!life.tester.facts(MeetingHeld.self).isEmpty, "seed \(seed): no meeting was held")
        let ends = life.tester.facts(EndCooperation.self)
        #expect(ends.map(\.caseReference) == closed.map(\.caseReference), "seed \(seed)")
        #expect(ends.allSatisfy { $0.reason == "Därför." })
        #expect(ends.map(\.worse) == closed.map { $0.judgements.contains { $0.effect == "worse" } })
        let lives = Dictionary(grouping: life.tester.facts(MeetingScheduled.self).map(\.meeting), by: \.id)
        for (before, after) in lives.values.flatMap({ zip($0, $0.dropFirst()) }) {
            let isSame =
                (before.start, before.end, before.place, before.link) == (
                    after.start, after.end, after.place, after.link
                )
            // A move may end at the time and place that there were.
            #expect(isSame ? after.sequence >= before.sequence : after.sequence > before.sequence, "\(before.id)")
        }
    }
}

/// A county, six cases, and one thing after the other that happens to them.
private struct RandomLife {
    static let cases = ["A", "B", "C", "D", "E", "F"]

    var tester = CooperationTester()
    let county: County
    let people = ExampleCounty.county.people.keys.sorted()
    let guardians = ["g1", "g2", "g3"]
    let rooms: [String]
    private var random: SeededGenerator

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        tester.tester.directory = try ExampleCounty.changed { $0.settings.meetingLink = "https://mote.example.org/" }
        county = try #require(tester.tester.directory.counties["TST"])
        rooms = county.rooms.keys.sorted().map { "room:\($0)" }
    }

    private mutating func one(of words: [String]) -> String { words.randomElement(using: &random) ?? "" }

    private mutating func day(within days: Int) -> LocalDate {
        CivilTime.day(of: tester.tester.now).plus(Int.random(in: 1...days, using: &random))
    }

    /// One thing happens.
    mutating func move() throws {
        let reference = one(of: Self.cases)
        let sequence = try tester.state(reference)?.meeting.sequence ?? 0
        switch Int.random(in: 0..<17, using: &random) {
        case 0, 1:
            let guardian = one(of: guardians)
            try tester.call(reference, latest: day(within: 20).description, guardians: [guardian])
        case 2:
            let (person, answer) = (one(of: people), one(of: ["declined", "accepted", "delegated"]))
            try tester.answer(person, answer, reference, sequence: sequence, to: one(of: people))
        case 3: try tester.answer("family", "declined", reference, sequence: sequence)
        case 4: try tester.send(CancelMeeting.with { ($0.caseReference, $0.county) = (reference, "TST") })
        case 5...8: try change(reference)
        case 9...11: try changeCounty()
        case 12, 13: try record()
        case 14, 15: try followUp()
        default: try tester.tester.advance(to: tester.tester.now + 43_200)
        }
    }

    /// Something is done about one case by hand.
    private mutating func change(_ reference: String) throws {
        switch Int.random(in: 0..<4, using: &random) {
        case 3:
            let (kept, units) = ([one(of: people)], [one(of: ["school", "social", "care", "kaa"])])
            let keepsPlace = Bool.random(using: &random)
            try tester.send(
                RelocateMeeting.with {
                    ($0.caseReference, $0.county) = (reference, "TST")
                    ($0.units, $0.people, $0.keepsPlace) = (units, kept, keepsPlace)
                })
        case 0:
            let (added, removed) = (one(of: people), one(of: people))
            try tester.send(
                ChangeParticipants.with {
                    ($0.caseReference, $0.county, $0.by, $0.reason) = (reference, "TST", "head-school", "ord")
                    ($0.add, $0.remove) = ([added], [removed])
                })
        case 1:
            let (latest, form) = (day(within: 20).description, one(of: ["", "room", "digital"]))
            try tester.send(
                MoveMeeting.with {
                    ($0.caseReference, $0.county, $0.by, $0.reason) = (reference, "TST", "head-school", "ord")
                    ($0.latestDate, $0.format) = (latest, form)
                })
        default:
            let person = one(of: ["head-school", "teacher", "head-kaa"])
            try tester.send(
                HandOverMeeting.with {
                    ($0.caseReference, $0.county) = (reference, "TST")
                    ($0.unit, $0.namedPerson) = ("school", person)
                })
        }
    }

    /// A meeting is recorded when its time has come, or too early.
    private mutating func record() throws {
        let booked = try Self.cases.compactMap { try tester.state($0) }.filter(\.hasMeeting).map(\.meeting)
        let reference = booked.randomElement(using: &random)?.caseReference ?? one(of: Self.cases)
        let state = try tester.state(reference)
        if let start = state?.meeting.start.date, start > tester.tester.now, Int.random(in: 0..<4, using: &random) > 0 {
            try tester.tester.advance(to: start)
        }
        let (leads, next) = (state?.call.namedPerson ?? "", day(within: 30).description)
        try tester.record(reference) { command in
            (command.by, command.came, command.coordinator.person) = (leads, [leads], leads)
            command.plan.followUpDate = next
            command.plan.measures = [CooperationTester.measure("m1", "education")]
            (command.plan.measures[0].responsible, command.plan.measures[0].date) = (leads, next)
        }
    }

    /// Its plan is followed up, perhaps for the last time, with or without a reason.
    private mutating func followUp() throws {
        let planned = try Self.cases.filter { try tester.state($0)?.plan.measures.isEmpty == false }
        let reference = planned.randomElement(using: &random) ?? one(of: Self.cases)
        let state = try tester.state(reference)
        let measures = state?.plan.measures.map(\.id) ?? []
        let isLast = Bool.random(using: &random)
        let reason = one(of: ["", "Därför."])
        let (effect, next) = (one(of: ["better", "worse"]), day(within: 30).description)
        try tester.followUp(
            measures.map { ($0, isLast ? "end" : "continue") }, next: isLast ? "" : next, because: reason,
            effect: effect, reference, by: state?.coordinator.person ?? "")
    }

    /// A calendar elsewhere or the directory changes.
    private mutating func changeCounty() throws {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let start = tester.tester.now + Double(Int.random(in: 0...2_000, using: &random) * 900)
            let person = one(of: people)
            try tester.send(
                PublishBusyTimes.with {
                    ($0.county, $0.person) = ("TST", person)
                    $0.busy = [.with { ($0.start, $0.end) = (.init(start), .init(start + 7_200)) }]
                })
        case 1:
            let (person, first) = (one(of: people), day(within: 10))
            tester.tester.directory.counties["TST"]?.people[person]?.absences = [first...first.plus(1)]
        default:
            // Somebody leaves, or comes back.
            let name = one(of: ["teacher", "nurse", "head-care"])
            let known = tester.tester.directory.counties["TST"]?.people[name]
            tester.tester.directory.counties["TST"]?.people[name] =
                known == nil ? ExampleCounty.county.people[name] : nil
        }
    }

    // MARK: What always holds

    func expectApart(_ visits: [Codec.Booking], of person: String, _ label: String) {
        for (visit, next) in zip(visits, visits.dropFirst()) {
            let way = visit.place.isEmpty || next.place.isEmpty ? 0 : county.minutes(from: visit.place, to: next.place)
            #expect(next.start - visit.end >= Int64(way) * 60, "\(label): \(person) twice, or without time for the way")
        }
    }

    func expectWithinHours(_ visits: [Codec.Booking], of person: String, _ label: String) {
        for visit in visits {
            let start = Date(timeIntervalSince1970: Double(visit.start))
            let (minute, weekday) = CivilTime.clock(of: start)
            let hours = ExampleCounty.county.people[person]?.hours[weekday]
            let isWithin =
                hours.map { $0.from <= minute && minute + Int(visit.end - visit.start) / 60 <= $0.to } ?? false
            #expect(isWithin && WorkingDays.isWorkingDay(CivilTime.day(of: start)), "\(label): \(person)")
        }
    }

    /// A booking belongs to a standing meeting. Each standing meeting ahead is booked for all its people.
    func expectBookedForAll(_ label: String) throws {
        for reference in Self.cases {
            guard let state = try tester.state(reference), state.hasMeeting,
                state.meeting.start.date > tester.tester.now
            else { continue }
            for participant in state.meeting.participants where !participant.isOptionalAndDeclined {
                let name = participant.person == "child" ? "child:\(reference)" : participant.person
                let isBooked = try tester.bookings(name).contains { $0.meeting == state.meeting.id }
                #expect(
                    isBooked == !(state.cancelled || state.over), "\(label): \(reference) \(participant.person)")
            }
        }
    }
}
