import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("A decision says what it has to see of calendars and rooms")
struct AgendaTests {
    @Test("people first, then the rooms of the one day on which it finds a time")
    func rounds() throws {
        var county = CountyInMemory()
        try county.call()
        #expect(county.rounds == 3 && county.rooms.count == 1)
    }

    @Test("what is decided does not depend on what was loaded before", arguments: (1...15).map(UInt64.init))
    func same(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (lazy, eager) = (CountyInMemory(), CountyInMemory())
        eager.isEager = true
        let slack = Int.random(in: 0...3, using: &random)
        // Two rooms alone, so that they are full now and then.
        let rooms = ["Rum school": "0001", "Rum care": "0001"]
        (lazy.county.rooms, eager.county.rooms) = (rooms, rooms)
        (lazy.county.settings.slackDays, eager.county.settings.slackDays) = (slack, slack)
        for step in 0..<25 {
            let reference = "C\(Int.random(in: 0..<12, using: &random))"
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let leads = lazy.county.people.keys.sorted().randomElement(using: &random) ?? ""
                let latest = CountyInMemory.day("2026-11-30").plus(Int.random(in: 0...8, using: &random))
                for isEager in [false, true] {
                    try? isEager
                        ? eager.call(reference) { ($0.namedPerson, $0.latestDate) = (leads, latest) }
                        : lazy.call(reference) { ($0.namedPerson, $0.latestDate) = (leads, latest) }
                }
            case 2:
                let meeting = lazy.cases[reference]?.booked
                let invitation = Invitation(meeting?.id ?? MeetingID("none"), meeting?.sequence ?? 0)
                let answer = Answer(person: "family", email: nil, .declined, to: invitation, stamp: nil)
                try? lazy.decide(answer, reference, by: .suite)
                try? eager.decide(answer, reference, by: .suite)
            default:
                try? lazy.decide(Cancel(isClosed: false), reference, by: .suite)
                try? eager.decide(Cancel(isClosed: false), reference, by: .suite)
            }
            #expect(lazy.facts == eager.facts, "seed \(seed), step \(step)")
            #expect(lazy.cases == eager.cases, "seed \(seed), step \(step)")
        }
    }

    @Test("our own meetings in a calendar elsewhere are known; what else is taken there moves what it collides with")
    func echo() throws {
        var county = CountyInMemory()
        try county.call()
        let booking = try #require(county.bookings("family").first)
        let times = PersonTimes("family", county.calendars[CalendarID(person: "family")] ?? .init())
        func publish(_ slots: [Scheduler.Slot]) throws -> Decision<PersonTimes> {
            try PublishTimes(busy: slots, isOwnLeftOut: false).decide(on: times, by: .suite, county.context)
        }
        let own = try publish([booking.slot])
        #expect(own.facts.map(\.count) == [0] && own.subject.collisions(after: county.now).isEmpty)
        let other = try publish([.init(start: booking.slot.start - 900, end: booking.slot.end)])
        #expect(other.subject.collisions(after: county.now) == [booking.meeting])
    }

    @Test("rule 5: a question gets the next free place in a sitting, once")
    func consultation() throws {
        var county = CountyInMemory()
        county.county.forums = [
            .init(
                id: "forum", name: "Forum", municipalities: ["0001"], areas: [], chair: "head-care", place: "Rum care",
                first: CountyInMemory.day("2026-11-24"), everyWeeks: 2, hours: WorkingHours(from: 780, to: 840),
                minutes: 30)
        ]
        let asker = try #require(EmailAddress("mia@example.org"))
        func place(_ reference: String, _ sittings: Sittings) throws -> Decision<Sittings> {
            try PlaceConsultation(reference: reference, municipality: "0001", areas: [.safety], email: asker)
                .decide(on: sittings, by: .suite, county.context)
        }
        let first = try place("Q1", Sittings([:]))
        #expect(try place("Q1", first.subject).facts.isEmpty)
        let second = try place("Q2", first.subject)
        let third = try place("Q3", second.subject)
        let starts = (first.facts + second.facts + third.facts).compactMap(\.booked?.slot.start)
        #expect(starts == [starts[0], starts[0] + 1_800, starts[0] + 14 * 86_400])
    }

    @Test("rule 5: a question that no forum takes or has a time for goes to a person, who is named")
    func unplaced() throws {
        var county = CountyInMemory()
        let asker = try #require(EmailAddress("mia@example.org"))
        func place(_ reference: String, _ sittings: Sittings) throws -> Decision<Sittings> {
            try PlaceConsultation(reference: reference, municipality: "0001", areas: [.safety], email: asker)
                .decide(on: sittings, by: .suite, county.context)
        }
        let none = try place("Q1", Sittings([:]))
        let person = try #require(
            county.county.municipalities["0001"].flatMap { county.county.units[$0.fallbackUnit]?.namedPerson })
        #expect(
            none.facts == [.unplaced(.init(reference: "Q1", municipality: "0001", to: person, .noForum))])
        county.county.forums = [
            .init(
                id: "forum", name: "Forum", municipalities: ["0001"], areas: [], chair: "head-care", place: "Rum care",
                first: CountyInMemory.day("2026-11-24"), everyWeeks: 2, hours: WorkingHours(from: 780, to: 810),
                minutes: 30)
        ]
        var sittings = Sittings([:])
        for number in 1...26 { sittings = try place("Q\(number)", sittings).subject }
        let full = try place("Q27", sittings)
        #expect(full.facts == [.unplaced(.init(reference: "Q27", municipality: "0001", to: person, .noTime))])
        #expect(full.subject.changed == nil || full.subject.places == sittings.places)
    }
}

extension Sittings.Fact {
    fileprivate var booked: Sittings.Booked? {
        if case .booked(let booked) = self { booked } else { nil }
    }
}
