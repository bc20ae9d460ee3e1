import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import MeetingsCore
import ServiceKit
import TestSupport

@testable import MappingCore
@testable import mapping

/// What must hold after every step of a life, whatever has happened.
struct LifeInvariants {
    private let life: SuiteLife
    private let step: SuiteLife.Step
    private let payloads: [any SuiteEvent]
    private var faults: [String] = []

    private init(_ life: SuiteLife, _ step: SuiteLife.Step) throws {
        (self.life, self.step) = (life, step)
        payloads = try step.payloads()
    }

    /// What does not hold.
    static func faults(_ life: SuiteLife, after step: SuiteLife.Step) throws -> [String] {
        var invariants = try LifeInvariants(life, step)
        try invariants.check()
        return invariants.faults
    }

    private mutating func check() throws {
        checkAnswers()
        checkServicesUnderstandEachOther()
        let touched = step.reference.map { [$0] } ?? life.references.values.sorted()
        for reference in touched {
            guard let known = try life.known(reference) else { continue }
            checkGuardians(known)
            checkConsents(known)
            checkSteps(known)
            checkMeetings(known)
            try checkIntake(known)
            checkStatus(known)
        }
        try checkClosing()
    }

    private mutating func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { faults.append(what()) }
    }

    private func facts<Fact: SuiteEvent>(_ type: Fact.Type) -> [Fact] { payloads.compactMap { $0 as? Fact } }

    // MARK: Each command is answered once

    private mutating func checkAnswers() {
        if let report = step.report {
            let receipts = facts(ConcernReceipt.self).filter { $0.reportID == report }
            expect(receipts.count == 1, "a report is answered by one receipt")
        }
        for given in step.given { checkAnswer(to: given) }
    }

    private mutating func checkAnswer(to given: SuiteLife.Given) {
        let topic: Topic = type(of: given.command).topics == [.meetingCommands] ? .meetings : .mappings
        let caused = step.written.filter { $0.topic == topic && $0.event.cause == given.id }.map(\.event)
            .filter { !isByDirectory($0) }
        let refusals = caused.filter { $0.type == CommandRefused.eventType }
        expect(refusals.count <= 1 && (refusals.isEmpty || caused.count == 1), "what is refused changes nothing")
        guard refusals.isEmpty, !given.deed.answers.isEmpty else { return }
        let answer = given.deed.answers.lazy.map { type in caused.filter { $0.type == type } }.first { !$0.isEmpty }
        expect(answer?.count == 1, "answered by one fact or one refusal, not by \(caused.map(\.type))")
    }

    /// Before whatever was asked, the case has passed on from an owner who has left the directory.
    private func isByDirectory(_ event: Event) -> Bool {
        (try? event.decode(CaseMoved.self)).map { $0.why == "directory" } ?? false
    }

    /// Nothing that one service asks of another is refused: they would believe different things of the case.
    private mutating func checkServicesUnderstandEachOther() {
        // Where they read in any order, what one asks may come when the other has gone on.
        guard step.given.count < 2 else { return }
        for refused in facts(CommandRefused.self) {
            let isOwn = EventRegistry.event(ofType: refused.commandType)?.kind == .internalCommand
            expect(!isOwn, "\(refused.commandType) is refused: \(refused.reasons.map(\.code))")
        }
    }

    // MARK: Rules 12 and 13

    /// Nobody is asked who is no guardian any more, and nobody else has a seat.
    private mutating func checkGuardians(_ known: KnownCase) {
        let guardians = Set(known.case.guardians.filter { $0.standing != .deceased }.map(\.key))
        let nobody = ["youth", "others", "guardian_unknown", "guardian_deceased"]
        for waiting in facts(CooperationWaiting.self) where waiting.caseReference == known.case.reference {
            for reason in waiting.reasons where reason.code == FaultCode.consentMissing.rawValue {
                let asked = reason.path.dropFirst("consents[".count).dropLast()
                expect(asked == "youth" || guardians.contains(String(asked)), "a former guardian is asked")
            }
        }
        let awaited = Set(status(of: known)?.awaited ?? [])
        expect(awaited.subtracting(nobody).isSubset(of: guardians), "a former guardian is awaited")
        guard known.phase == .cooperation, let cooperation = known.cooperation else { return }
        expect(Set(cooperation.request.guardians) == guardians, "the seats are those of the guardians")
        let ahead = cooperation.booked?.participants ?? waiting(cooperation)
        guard !ahead.isEmpty else { return }
        let family = ahead.filter(\.isFamily).map(\.person).filter { $0 != Participant.child }
        expect(Set(family) == guardians, "the guardians come, and no former one")
    }

    private func waiting(_ cooperation: Cooperation) -> [MeetingsCore.Participant] {
        if case .waiting(let waiting, _) = cooperation.stage { waiting.participants } else { [] }
    }

    /// No consent of a former guardian counts, and nothing goes on without everybody's.
    private mutating func checkConsents(_ known: KnownCase) {
        let (subject, today) = (known.case, known.today)
        for consent in subject.consents.values where consent.isGiven {
            expect(subject.isOnRecord(consent.giver), "the consent of a former guardian counts")
        }
        let guardians = subject.guardians.filter { $0.standing != .deceased }.map { Giver.guardian($0.key) }
        func all(_ holds: (Case.Consent) -> Bool) -> Bool {
            subject.isAdult(on: today)
                || !guardians.isEmpty && guardians.allSatisfy { subject.consents[$0].map(holds) ?? false }
        }
        for shared in status(of: known)?.shared ?? [] where shared.until.isEmpty || today.description <= shared.until {
            guard let organisation = Organisation(rawValue: shared.organisation) else { continue }
            let isCovered = all { $0.isInForce(for: [organisation], on: today) } || subject.hasMoreGuardians
            expect(isCovered, "\(organisation) reads without everybody's consent")
        }
        if case .cooperation(let cooperation) = subject.phase {
            expect(
                subject.awaited(for: cooperation.organisations, on: today).isEmpty, "no consent is missing")
        }
        guard let outsiders = known.cooperation?.outsiders, !outsiders.isEmpty else { return }
        expect(subject.admitsOutsiders(on: today), "somebody from outside comes without consents")
    }

    // MARK: Rule 19

    /// An open case's owner has a step that leads it on, and a closed case has none.
    private mutating func checkSteps(_ known: KnownCase) {
        let subject = known.case
        expect(
            subject.isOpen == (subject.nextStep != nil), "an open case has a next step, a closed one none")
        expect(
            !subject.isOpen || subject.hasStepOfPhase,
            "nothing leads the case on: \(subject.deadlines.keys)")
    }

    // MARK: What the services believe

    private mutating func checkMeetings(_ known: KnownCase) {
        guard let cooperation = known.cooperation else { return }
        guard known.phase == .cooperation else {
            if case .idle = cooperation.stage {
            } else {
                expect(false, "a meeting stands or is looked for in phase \(known.phase)")
            }
            expect(known.case.isOpen || cooperation.agreement == nil, "a closed case has no plan")
            return
        }
        let (subject, request) = (known.case, cooperation.request)
        expect(request.namedPerson == known.owner && request.unit == subject.owner.unit, "one owner")
        expect(
            request.stage == subject.place.stage && request.attends == subject.place.attends, "one stage")
        expect(request.isProtected == subject.seats.isProtected, "protected for both")
        expect(request.admitsOutsiders == subject.hasAdmittedOutsiders, "outsiders for both")
        expect(
            subject.coordinator == nil || subject.coordinator == cooperation.agreement?.coordinator.person,
            "one coordinator")
        let steps = Set(subject.deadlines.keys)
        let needed: Set<Step> =
            cooperation.booked == nil ? [.meeting, .planFollowUp, .bookFollowUp] : [.meeting, .planFollowUp]
        expect(!steps.isDisjoint(with: needed), "the next meeting has a date: \(steps)")
    }

    private mutating func checkIntake(_ known: KnownCase) throws {
        guard let child = try life.intake(known.case.reference) else { return }
        let subject = known.case
        expect(child.hasOpenCase == subject.isOpen, "Intake knows whether the case is open")
        guard subject.isOpen else { return }
        expect(child.owner == subject.owner, "Intake knows the owner: \(child.owner), \(subject.owner)")
        // Which unit the child attends, Intake knows as it was last reported.
        let (theirs, ours) = (child.place, subject.place)
        expect(
            (theirs.county, theirs.municipality, theirs.stage) == (ours.county, ours.municipality, ours.stage),
            "Intake knows the place: \(theirs), \(ours)")
        let known = Set(subject.guardians.map(\.key)).union(subject.formerGuardians.keys)
        expect(
            subject.hasMoreGuardians || Set(child.guardians.map(\.key)).isSubset(of: known),
            "whom a report has named is, or was, on record")
    }

    /// What everybody reads of the case is what Mapping has. Where a consent ends by itself, the status has said so in advance.
    private mutating func checkStatus(_ known: KnownCase) {
        var (read, kept) = (status(of: known) ?? CaseStatus(), CaseStatus(known.case, on: known.today))
        (read.shared, kept.shared) = ([], [])
        expect(read == kept, "the case's status is out of date: \(read) \(kept)")
    }

    private func status(of known: KnownCase) -> CaseStatus? { life.statuses[known.case.reference] }

    // MARK: Rules 3, 17 and 19

    /// A case that was closed says why, and those who must hear of it do.
    private mutating func checkClosing() throws {
        guard step.given.count < 2 else { return }
        let closed = facts(CaseClosed.self)
        guard let reference = step.reference, let before = step.before, before.case.isOpen,
            let after = try life.known(reference)
        else {
            expect(step.reference == nil || closed.isEmpty, "a closed case is not closed again")
            return
        }
        expect(closed.count == (after.case.isOpen ? 0 : 1), "what closes a case says so, once")
        guard let closing = closed.first else { return }
        expect(!closing.reason.isEmpty, "a case is closed with a reason")
        let isWorse =
            facts(MeasuresFollowedUp.self).contains { $0.effect == Effect.worse.rawValue }
            || facts(PlanFollowedUp.self).flatMap(\.judgements).contains { $0.effect == Effect.worse.rawValue }
        guard isWorse || before.case.isHarmSuspected || closing.by != before.owner else { return }
        expect(closing.reason == SuiteLife.reason, "somebody has said why")
        let manager = life.county.units[before.case.owner.unit]?.manager ?? life.county.function ?? ""
        let told = Set(facts(NoticeQueued.self).filter { $0.kind == "closed" }.map(\.recipient))
        expect(told == [before.owner, manager], "the named person and the manager hear of it")
    }
}
