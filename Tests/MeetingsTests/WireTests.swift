import CloudEvents
import Codec
import Domain
import Foundation
import MeetingsCore
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("What travels is what was meant: decode ∘ encode is the identity")
struct WireTests {
    private static let key = CaseKey("TST-1", county: "TST")

    private func reads<C: CaseCommand & Equatable>(_ command: C, _ seed: UInt64) {
        var wire = WireReader(today: LocalDate(number: 20_000))
        let message = command.message(Self.key)
        #expect(C(message, &wire) == command, "seed \(seed)")
        #expect(wire.faults.isEmpty && message.key == Self.key, "seed \(seed)")
    }

    private func reads<C: WireCommand & Equatable>(toCounty command: C, _ seed: UInt64) {
        var (wire, message) = (WireReader(today: LocalDate(number: 20_000)), C.Message())
        command.write(to: &message)
        #expect(C(message, &wire) == command && wire.faults.isEmpty, "seed \(seed)")
    }

    @Test("every command about a case", arguments: (1...40).map(UInt64.init))
    func commands(seed: UInt64) {
        var some = Arbitrary(seed: seed)
        reads(Call(some.request()), seed)
        reads(Cancel(isClosed: some.flag(), tellsOutsiders: some.flag()), seed)
        reads(MeetingsCore.AdmitOutsiders(some.flag()), seed)
        reads(
            MeetingsCore.InviteOutsider(
                some.outsider().details.reveal, reason: some.text(), isFamilyAsked: some.flag(), isWritten: some.flag()),
            seed)
        reads(MeetingsCore.DismissOutsider(some.text(), reason: some.text()), seed)
        reads(Protect(), seed)
        reads(
            MeetingsCore.SeatGuardians(guardians: some.texts(), unwritten: some.texts(), isProtected: some.flag()), seed
        )
        reads(HandOver(unit: some.text(), namedPerson: some.text(), some.maybe { $0.schooling() }), seed)
        reads(
            Relocate(
                from: Domain.Departure(municipalities: some.texts(), units: some.texts()), kept: some.texts(),
                keepsPlace: some.flag()), seed)
        reads(
            MeetingsCore.Answer(
                person: some.text(), email: some.maybe { $0.text() }, some.reply(), to: some.invitation(),
                stamp: some.maybe { $0.instant() }, replyTo: some.maybe { $0.text() }), seed)
        reads(
            Forward(
                meeting: MeetingID(some.text()), some.one(of: Forward.What.allCases), person: some.maybe { $0.text() },
                email: some.text(), replyTo: some.maybe { $0.text() }), seed)
        reads(
            Move(
                reason: some.text(), notBefore: some.maybe { $0.day() }, latestDate: some.maybe { $0.day() },
                form: some.maybe { $0.one(of: Cooperation.Form.allCases) }), seed)
        reads(
            ChangeAttendees(
                added: some.texts(), removed: some.texts(), notNeeded: some.list { $0.one(of: Organisation.allCases) },
                reason: some.text()), seed)
        reads(
            Record(
                came: [some.text()], child: some.participation(), coordinator: some.maybe { $0.coordinator() },
                worksAlready: some.texts(), measures: [some.newMeasure(), some.newMeasure()],
                followUp: some.maybe { $0.day() }), seed)
        reads(CallAgain(reason: some.text()), seed)
        reads(ReportConcern(text: some.text()), seed)
        reads(AnswerConcern(text: some.text()), seed)
        reads(
            FollowUp(
                child: some.participation(), judgements: some.list { $0.judgement() },
                added: some.list { $0.newMeasure() }, next: some.maybe { $0.day() },
                closingReason: some.maybe { $0.text() }), seed)
        reads(BookFollowUp(on: some.day()), seed)
        reads(RecordWish(some.wish()), seed)
        reads(MeetingsCore.ChangeCoordinator(to: some.coordinator()), seed)
        reads(InformFamily(to: some.text(), of: some.matters(), some.channel()), seed)
        reads(MeetingsCore.RecordParticipation(some.voice()), seed)
    }

    @Test("every command to the county, and its fact", arguments: (1...40).map(UInt64.init))
    func county(seed: UInt64) {
        var some = Arbitrary(seed: seed)
        reads(toCounty: PublishTimes(busy: some.list { $0.slot() }, isOwnLeftOut: some.flag()), seed)
        reads(
            toCounty: PlaceConsultation(
                reference: some.text(), municipality: some.text(), areas: some.list { $0.one(of: WheelArea.allCases) },
                email: some.address()), seed)
        let times = PersonTimes.Fact(person: some.text(), count: Int(some.number()))
        #expect(PersonTimes.Fact(BusyTimesPublished(times, county: "TST")) == times, "seed \(seed)")
        let booked = Sittings.Booked(
            reference: some.text(), forum: some.text(), chair: some.text(), place: some.text(), slot: some.slot(),
            email: some.address())
        #expect(Sittings.Booked(ConsultationBooked(booked, county: "TST")) == booked, "seed \(seed)")
        var wire = WireReader(today: LocalDate(number: 20_000))
        let unplaced = Sittings.Unplaced(
            reference: some.text(), municipality: some.text(), to: some.maybe { $0.text() },
            some.one(of: Sittings.Unplaced.Why.allCases))
        #expect(Sittings.Unplaced(ConsultationUnplaced(unplaced, county: "TST"), &wire) == unplaced, "seed \(seed)")
        #expect(wire.faults.isEmpty, "seed \(seed)")
    }

    @Test("who gives a command stands in it")
    func actor() {
        let message = AnswerConcern(text: "Ny tid").message(Self.key, by: .person("family"))
        #expect(message.actor == .person("family"))
        #expect(CancelMeeting().actor == .suite)
    }

    @Test("every fact about a meeting", arguments: (1...40).map(UInt64.init))
    func facts(seed: UInt64) {
        var (some, wire) = (Arbitrary(seed: seed), WireReader(today: LocalDate(number: 20_000)))
        let key = Self.key
        let scheduled = Scheduled(some.meeting(), some.maybe { $0.one(of: Scheduled.Why.allCases) })
        #expect(Scheduled(MeetingScheduled(scheduled, of: key), &wire) == scheduled)
        let cancelled = some.meeting()
        #expect(MeetingsCore.Meeting(MeetingCancelled(cancelled, of: key).meeting, &wire) == cancelled)
        let answered = Answered(person: some.text(), answer: some.reply(), to: some.invitation())
        #expect(Answered(MeetingAnswered(answered, of: key), &wire) == answered)
        let outdated = MeetingsCore.AnswerOutdated(
            answered, current: some.maybe { $0.invitation() }, replyTo: some.maybe { $0.text() })
        #expect(MeetingsCore.AnswerOutdated(Codec.AnswerOutdated(outdated, of: key), &wire) == outdated)
        let forwarded = MeetingsCore.AnswerForwarded(
            meeting: MeetingID(some.text()), person: some.maybe { $0.text() }, some.why(), answer: some.reply(),
            to: some.maybe { $0.text() }, replyTo: some.maybe { $0.text() })
        #expect(MeetingsCore.AnswerForwarded(Codec.AnswerForwarded(forwarded, of: key), &wire) == forwarded)
        let held = Held(
            meeting: some.meeting(), by: some.text(), came: some.texts(), child: some.participation(),
            coordinator: some.coordinator(), plan: some.plan())
        #expect(Held(MeetingHeld(held, of: key), &wire) == held)
        let again = CalledAgain(meeting: some.meeting(), by: some.text(), reason: some.text())
        #expect(CalledAgain(MeetingNotHeld(again, of: key), &wire) == again)
        let told = MeetingsCore.FamilyTold(
            some.maybe { .init($0.meeting(), isCancelled: $0.flag()) }, of: some.matters(), by: some.text(),
            to: some.text(), channel: some.channel(), contact: some.text())
        #expect(MeetingsCore.FamilyTold(Codec.FamilyTold(told, of: key), &wire) == told)
        let voice = MeetingsCore.ParticipationRecorded(some.voice(), by: some.text())
        #expect(MeetingsCore.ParticipationRecorded(Codec.ParticipationRecorded(voice, of: key), &wire) == voice)
        #expect(wire.faults.isEmpty, "seed \(seed)")
    }

    @Test("every fact about a plan, and what Mapping is told", arguments: (1...40).map(UInt64.init))
    func planFacts(seed: UInt64) {
        var (some, wire) = (Arbitrary(seed: seed), WireReader(today: LocalDate(number: 20_000)))
        let key = Self.key
        let alarm = Alarm(coordinator: some.text(), manager: some.maybe { $0.text() })
        #expect(Alarm(PlanAlarm(alarm, of: key)) == alarm)
        let raised = ConcernRaised(by: some.text(), coordinator: some.text(), text: some.text())
        #expect(ConcernRaised(PlanConcernReported(raised, of: key)) == raised)
        let wished = WishRecorded(by: some.text(), some.wish())
        #expect(WishRecorded(ChildsWishRecorded(wished, of: key), &wire) == wished)
        let changed = CoordinatorChange(by: some.text(), former: some.text(), to: some.coordinator())
        #expect(CoordinatorChange(CoordinatorChanged(changed, of: key), &wire) == changed)
        let answered = ConcernAnswered(by: some.text(), text: some.text())
        #expect(ConcernAnswered(PlanConcernAnswered(answered, of: key)) == answered)
        let followedUp = FollowedUp(
            by: some.text(), child: some.participation(), judgements: some.list { $0.judgement() }, plan: some.plan())
        #expect(FollowedUp(PlanFollowedUp(followedUp, of: key), &wire) == followedUp)
        let done = some.list { $0.one(of: Step.allCases) }
        let next = some.maybe { Note.Next($0.one(of: Step.allCases), $0.day()) }
        let coordinator = some.maybe { $0.text() }
        let note = NoteCooperation(done: done, next: next, coordinator: coordinator, of: key)
        #expect(Note.Content(note, &wire) == .steps(done: done, next: next, coordinator: coordinator))
        let end = Note.Ended(by: some.text(), reason: some.text(), isWorse: some.flag())
        #expect(Note.Content(EndCooperation(end, of: key)) == .ended(end))
        #expect(wire.faults.isEmpty, "seed \(seed)")
    }

    @Test("from which organisations nobody comes is told in words, and read back", arguments: (1...20).map(UInt64.init))
    func nobodyInvited(seed: UInt64) {
        var (some, wire) = (Arbitrary(seed: seed), WireReader(today: LocalDate(number: 0)))
        let fact = MeetingsCore.NobodyInvited(
            namedPerson: some.text(), some.list { $0.uninvited() }, due: some.maybe { $0.day() })
        let message = Codec.NobodyInvited(fact, of: Self.key)
        #expect(MeetingsCore.NobodyInvited(message, &wire) == fact && wire.faults.isEmpty)
        #expect(message.settled == fact.organisations.isEmpty)
        #expect(message.organisations.allSatisfy { !$0.english.isEmpty && !$0.swedish.isEmpty })
    }

    @Test("why there is no time is told in words, with the code and whose it is")
    func impossible() {
        let message = MeetingImpossible(
            Impossible(
                namedPerson: "head-school", to: ["head-school", "family"],
                obstacles: [
                    .init(Fault(.timeNotice)),
                    .init(
                        Fault(.timeBlocked, ["day": "2026-12-01"]),
                        who: .init("nurse", role: "child_health_nurse", unit: "clinic")),
                ]),
            of: Self.key)
        #expect(
            message.reasons.map { [$0.code, $0.person, $0.role, $0.unit] } == [
                ["time.notice", "", "", ""], ["time.blocked", "nurse", "child_health_nurse", "clinic"],
            ])
        #expect(message.namedPerson == "head-school" && message.to == ["head-school", "family"])
        #expect(message.reasons.allSatisfy { !$0.english.isEmpty && !$0.swedish.isEmpty })
    }

    @Test("the state of a case, a person, a day and a forum", arguments: (1...60).map(UInt64.init))
    func state(seed: UInt64) throws {
        var some = Arbitrary(seed: seed)
        let cooperation = some.cooperation(Self.key)
        let state = MeetingState(cooperation, taken: [1, 2])
        #expect(try Cooperation(state, of: Self.key) == cooperation, "seed \(seed)")
        #expect(state.taken == [1, 2])
        let calendar = MeetingsCore.PersonCalendar(
            bookings: some.list { .init($0.slot(), MeetingID($0.text()), room: $0.maybe { $0.text() }) },
            busy: some.list { .init($0.slot(), $0.flag() ? .elsewhere : .declined(reference: $0.text())) })
        #expect(MeetingsCore.PersonCalendar(Codec.PersonCalendar(calendar)) == calendar, "seed \(seed)")
        let rooms = MeetingsCore.RoomsOfDay([some.text(): 1 << UInt128(some.number()), "Rum": 1 << 127 | 1])
        #expect(MeetingsCore.RoomsOfDay(Codec.RoomsOfDay(rooms)) == rooms, "seed \(seed)")
        let places = some.list { ConsultationPlace($0.slot(), reference: $0.text()) }
        #expect([ConsultationPlace](ForumState(places)) == places, "seed \(seed)")
    }

    @Test("before the first call there is nothing; a word that this version does not know is said")
    func unknown() throws {
        #expect(try Cooperation(MeetingState(), of: Self.key) == nil)
        var state = MeetingState(
            Cooperation(key: Self.key, request: Arbitrary(seed: 1).call, stage: .idle(after: nil)), taken: [])
        state.call.areas = ["weather"]
        #expect(throws: Undecodable.self) { try Cooperation(state, of: Self.key) }
        // Such a record waits. Among the dead letters it would leave a meeting without consent.
        var tester = CooperationTester()
        try tester.tester.put(MeetingsProcessor.meetings, Self.key.reference, state)
        let cancel = CancelMeeting.with { ($0.caseReference, $0.county) = (Self.key.reference, Self.key.county) }
        #expect(throws: StateUnreadable.self) { try tester.tester.process(cancel, key: Self.key.county) }
    }

    @Test("everything that is wrong with a command and against it is told in one answer")
    func together() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record {
            $0.by = "nurse"
            $0.came = ["stranger"]
            $0.plan.measures[0].area = "weather"
            $0.plan.followUpDate = "2020-01-01"
        }
        #expect(
            Set(tester.codes) == ["person.not_allowed", "person.unknown", "word.unknown", "next_date"])
        #expect(tester.facts(CommandRefused.self).count == 1)
    }
}
