import CloudEvents
import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("The wire: what is written is read again as the same")
struct WireTests {
    static let seeds = (1...40).map(UInt64.init)

    @Test("decode after encode is the identity for every state", arguments: seeds)
    func state(seed: UInt64) throws {
        var random = RandomCase(seed: seed)
        let kept = Kept(random.wholeCase(), taken: [1, UInt64(random.number(2...9))])
        let message = try MappingState(wire: MappingState(kept).wireBytes())
        #expect(try message.kept() == kept)
        #expect(try MappingState(message.kept()) == message)
    }

    @Test("rule 8: information that was written when it had one area alone is read still, and so is a command")
    func oneArea() throws {
        var words = Words()
        let former = Information.with { ($0.source, $0.area, $0.kind, $0.text) = ("child", "home", "need", "ord") }
        #expect(former.read(&words, at: "information")?.finding == .need(.init(.home)))
        let strength = Information.with { ($0.source, $0.kind, $0.text) = ("detector", "strength", "ord") }
        #expect(strength.read(&words, at: "information")?.finding == .strength([]))
        let command = Codec.AddInformation.with {
            ($0.source, $0.area, $0.areas, $0.kind, $0.text) = ("child", "home", ["safety"], "need", "ord")
        }
        #expect(command.command(&words)?.finding == .need(.init(.home, .safety)))
        #expect(words.faults.isEmpty)
    }

    @Test("decode after encode is the identity for every fact", arguments: seeds)
    func facts(seed: UInt64) throws {
        var random = RandomCase(seed: seed)
        for fact in random.facts() { try check(fact, fact.message(of: "TST-AAAA-AAAA-AA")) }
    }

    private func check<Message: FactMessage>(_ fact: CaseFact, _ message: Message) throws {
        var words = Words()
        let again = try Message(wire: message.wireBytes())
        #expect(again.caseReference == "TST-AAAA-AAAA-AA")
        #expect(again.fact(&words) == fact)
        #expect(words.faults.isEmpty)
    }

    @Test("decode after encode is the identity for every command", arguments: seeds)
    func commands(seed: UInt64) throws {
        var random = RandomCase(seed: seed)
        let (reference, by) = (random.id(), random.actor())
        let takeOn = MappingCore.TakeOn()
        try check(takeOn, Codec.TakeOn(takeOn, of: reference, by: by), of: reference, by: by)
        let delegate = Delegate(to: random.id())
        try check(delegate, DelegateWork(delegate, of: reference, by: by), of: reference, by: by)
        let handBack = HandBack()
        try check(handBack, HandBackWork(handBack, of: reference, by: by), of: reference, by: by)
        let information = MappingCore.AddInformation(
            source: random.one(InformationSource.self), finding: random.finding(needsArea: true), text: random.word())
        try check(information, Codec.AddInformation(information, of: reference, by: by), of: reference, by: by)
        let correction = MappingCore.CorrectInformation(
            information: random.id(), finding: random.finding(needsArea: true), text: random.word(),
            reason: random.word())
        try check(correction, Codec.CorrectInformation(correction, of: reference, by: by), of: reference, by: by)
        let ask = MappingCore.AskCounterpart(areas: random.list { $0.one(WheelArea.self) })
        try check(ask, Codec.AskCounterpart(ask, of: reference, by: by), of: reference, by: by)
        let answers = MappingCore.RecordAnswers(random.list(1...5) { .init($0.one(Question.self), $0.word()) })
        try check(answers, Codec.RecordAnswers(answers, of: reference, by: by), of: reference, by: by)
        let consent = MappingCore.RecordConsent(
            giver: random.giver(), word: random.consentWord(),
            organisations: random.list(1...3) { $0.one(Organisation.self) }, form: random.word(),
            date: random.maybe { $0.day() })
        try check(consent, Codec.RecordConsent(consent, of: reference, by: by), of: reference, by: by)
        let maturity = JudgeMaturity(youthConsents: random.flag(), reason: random.word())
        try check(maturity, RecordMaturity(maturity, of: reference, by: by), of: reference, by: by)
        let conclude = Conclude(random.outcome())
        try check(conclude, ConcludeMapping(conclude, of: reference, by: by), of: reference, by: by)
        let followUp = random.followUp()
        try check(followUp, RecordFollowUp(followUp, of: reference, by: by), of: reference, by: by)
        let reopen = Reopen(reason: random.word())
        try check(reopen, ReopenMapping(reopen, of: reference, by: by), of: reference, by: by)
        let emergency = MappingCore.OpenInEmergency(reason: random.word())
        try check(emergency, Codec.OpenInEmergency(emergency, of: reference, by: by), of: reference, by: by)
        let destination = try #require(Destination(municipality: "0001", in: ExampleCounty.directory))
        let move = Move(to: destination, stage: random.one(Stage.self), attends: random.maybe { $0.id() })
        try check(move, MoveCase(move, of: reference, by: by), of: reference, by: by)
        let confirm = MappingCore.ConfirmMove(unit: random.id())
        try check(confirm, Codec.ConfirmMove(confirm, of: reference, by: by), of: reference, by: by)
        let decline = MappingCore.DeclineMove(unit: random.id(), reason: random.word())
        try check(decline, Codec.DeclineMove(decline, of: reference, by: by), of: reference, by: by)
        let note = MappingCore.NoteCooperation(
            done: random.list { $0.one(Step.self) }, next: random.maybe { .init($0.one(Step.self), on: $0.day()) },
            coordinator: random.maybe { $0.id() })
        try check(note, Codec.NoteCooperation(note, of: reference), of: reference, by: by)
        let end = MappingCore.EndCooperation()
        try check(end, Codec.EndCooperation(end, of: reference, by: by), of: reference, by: by)
    }

    @Test("the same for the commands about guardians", arguments: seeds)
    func guardianCommands(seed: UInt64) throws {
        var random = RandomCase(seed: seed)
        let (reference, by) = (random.id(), random.actor())
        let add = MappingCore.AddGuardian(
            former: random.maybe { $0.id() }, random.details(), random.one(GuardianStanding.self), reason: random.word()
        )
        try check(add, Codec.AddGuardian(add, of: reference, by: by), of: reference, by: by)
        let correct = MappingCore.CorrectGuardian(
            random.id(), random.details(), random.one(GuardianStanding.self), reason: random.word())
        try check(correct, Codec.CorrectGuardian(correct, of: reference, by: by), of: reference, by: by)
        let merge = MappingCore.MergeGuardians(random.id(), into: random.id(), reason: random.word())
        try check(merge, Codec.MergeGuardians(merge, of: reference, by: by), of: reference, by: by)
        let remove = MappingCore.RemoveGuardian(random.giver(), reason: random.word())
        try check(remove, Codec.RemoveGuardian(remove, of: reference, by: by), of: reference, by: by)
        let end = MappingCore.EndObjection(random.giver(), reason: random.word())
        try check(end, Codec.EndObjection(end, of: reference, by: by), of: reference, by: by)
    }

    @Test("the same for the commands about erasure", arguments: seeds)
    func erasureCommands(seed: UInt64) throws {
        var random = RandomCase(seed: seed)
        let (reference, by) = (random.id(), random.actor())
        let erase = MappingCore.EraseChild(.init(random.flag() ? .request : .order, legal: random.word()))
        try check(erase, Codec.EraseChild(erase, of: reference, by: by), of: reference, by: by)
        let hold = MappingCore.HoldErasure(reason: random.word())
        try check(hold, Codec.HoldErasure(hold, of: reference, by: by), of: reference, by: by)
        let lift = MappingCore.LiftHold()
        try check(lift, Codec.LiftHold(lift, of: reference, by: by), of: reference, by: by)
    }

    private func check<Message: CommandMessage>(
        _ command: Message.Meaning, _ message: Message, of reference: String, by actor: Actor
    ) throws
    where Message.Meaning: Equatable {
        var words = Words(ExampleCounty.directory)
        let again = try Message(wire: message.wireBytes())
        #expect(again.command(&words) == command)
        #expect(words.faults.isEmpty)
        #expect(again.address == CommandAddress(reference))
        #expect(again.actor == actor || message is Codec.NoteCooperation)
    }

    @Test("a reminder's name is read as what it was set for, and nothing else is one")
    func wakes() throws {
        let days = [Case.Wake.day(try #require(LocalDate("2026-11-23"))), .retention]
        for wake in Step.allCases.map(Case.Wake.step) + days { #expect(Case.Wake(name: wake.name) == wake) }
        #expect(Case.Wake(name: "day after") == nil && Case.Wake(name: "") == nil)
    }

    @Test("all that is wrong with a command is said at once: the case, who acts, what is missing, and its words")
    func allAtOnce() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.conclude("x", next: "soon", by: "nurse")
        #expect(
            tester.codes == [
                "person.not_allowed", "answers.missing", "answers.missing", "answers.missing", "answers.missing",
                "answers.missing", "child.not_heard", "guardians.not_heard", "word.unknown", "next_date",
            ])
    }

    @Test("rule 10: a next date that has passed is said beside a word that nobody knows")
    func passed() throws {
        var tester = try MappingTester.ready()
        try tester.conclude("x", next: "2026-11-23")
        #expect(tester.codes == ["next_date", "word.unknown"])
        try tester.conclude("nothing_further")
        try tester.followUp("continue", next: "2026-11-23", effect: "x")
        #expect(tester.codes.suffix(2) == ["next_date", "word.unknown"])
    }

    @Test("a withdrawal counts whatever else it says: words that nobody knows are left out")
    func unclearWithdrawal() throws {
        var tester = MappingTester()
        try tester.concern()
        try tester.send(MappingTester.consent("g1", "withdrawn", ["police", "education"]) { $0.date = "yesterday" })
        let consent = try #require(tester.facts(ConsentRecorded.self).last).consent
        #expect(consent.organisations == ["education"] && consent.date == "2026-11-23")
    }

    @Test("state with words of a later version is not read, and says where")
    func laterVersion() throws {
        var message = MappingState(Kept(RandomCaseSample.one, taken: []))
        message.stage = "university"
        message.deadlines["graduate"] = .init()
        do {
            _ = try message.kept()
            Issue.record("read all the same")
        } catch { #expect(Set(error.faults.map(\.path)) == ["stage"]) }
    }
}

private enum RandomCaseSample {
    static var one: Case {
        var random = RandomCase(seed: 7)
        return random.wholeCase()
    }
}

extension RandomCase {
    /// One of each kind of fact.
    mutating func facts() -> [CaseFact] {
        courseFacts().map(CaseFact.course) + contentFacts().map(CaseFact.content)
            + guardianFacts().map(CaseFact.guardians)
            + erasureFacts().map(CaseFact.erasure) + [
                .proposal(
                    .proposed(
                        .init(
                            move: move(), concern: id(), owner: id(), county: id(), due: date(), isForOwnerAlone: flag()
                        ))),
                .proposal(.declined(unit: id(), reason: word(), by: actor())),
                .cooperation(
                    .waiting(
                        for: list {
                            [.nobodyKnown, .nobodyLiving, .giver($0.giver()), .objection($0.giver())][$0.number(0...3)]
                        },
                        owner: id(), county: id(),
                        due: date())
                ),
                .cooperation(.started(cooperation(), owner: id())),
                .meetings(
                    .call(
                        MeetingCall(
                            county: id(), unit: id(), namedPerson: id(), stage: one(Stage.self),
                            attends: maybe { $0.id() }, areas: list { $0.one(WheelArea.self) },
                            cooperation: cooperation(), seats: seats()))),
                .meetings(.seat(seats(), county: id())),
                .meetings(.cancel(county: id(), isClosed: flag())), .meetings(.protect(county: id())),
                .meetings(.handOver(county: id(), unit: id(), namedPerson: id())), .meetings(.erase(county: id())),
            ]
    }

    private mutating func guardianFacts() -> [GuardianFact] {
        [
            .added(.init(guardian(), details(), reason: word(), by: actor())),
            .corrected(.init(guardian(), details(), reason: word(), by: actor())),
            .merged(id(), into: id(), consent: maybe { $0.consent() }, reason: word(), by: actor()),
            .removed(giver(), reason: word(), by: actor()),
            .formerReported(list(1...3) { $0.id() }, concern: id()),
            .objectionEnded(giver(), reason: word(), by: actor(), to: maybe { $0.id() }, county: id()),
        ]
    }

    private mutating func erasureFacts() -> [ErasureFact] {
        [
            .forewarned(on: day(), to: list(1...2) { $0.id() }, county: id()), .held(reason: word(), by: actor()),
            .lifted(by: actor()), .ordered(ground(), by: actor(), concerns: number(1...9)),
            .calledOff(to: [id()], county: id()), .begun, .erased(ground()),
        ]
    }

    private mutating func courseFacts() -> [CourseFact] {
        let why: CourseFact.Move.Why = flag() ? .command(by: actor()) : flag() ? .age : .directory
        return [
            .opened(owner: owner(), at: place(), due: date(), isHarmSuspected: flag()),
            .concernJoined(owner: id(), isHarmSuspected: flag(), linkedTo: maybe { $0.id() }), .takenOn(by: actor()),
            .delegated(to: id(), county: id(), by: actor()), .handedBack(to: id(), by: actor()),
            .moved(
                .init(
                    from: .init(county: id(), unit: id(), person: id()), to: owner(), place: place(), why: why)),
            .cameOfAge(owner: id(), county: id(), due: date()),
            .reminded(
                .init(
                    step: one(Step.self), due: date(), level: one(ReminderLevel.self), to: list { $0.id() },
                    owner: id(), county: id())), .reopened(reason: word(), by: actor()),
            .closed(reason: word(), by: actor()),
            .emergencyOpened(.init(emergency(), reason: word(), to: list(1...3) { $0.id() }, county: id())),
        ]
    }

    private mutating func contentFacts() -> [ContentFact] {
        [
            .informationAdded(information()), .counterpartTold(.init(unit: id(), person: id()), county: id()),
            .counterpartAsked(
                .init(unit: id(), person: id()), areas: list { $0.one(WheelArea.self) }, county: id(), by: actor()),
            .informationCorrected(before: information(), after: information(), reason: word(), by: actor()),
            .answersRecorded(list { .init($0.one(Question.self), $0.word()) }, by: actor()),
            .consentRecorded(consent(), doubt: maybe { $0.doubt() }),
            .maturityJudged(maturity()), .concluded(outcome(), areas: list { $0.one(WheelArea.self) }, by: actor()),
            .followedUp(followUp(), by: actor()),
        ]
    }
}
