import CloudEvents
import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf

extension MappingState {
    init(_ kept: Kept<Case>) {
        let `case` = kept.subject
        self.init()
        taken = kept.taken
        caseReference = `case`.reference
        county = `case`.place.county
        municipality = `case`.place.municipality
        stage = `case`.place.stage.rawValue
        attends = `case`.place.attends ?? ""
        unit = `case`.owner.unit
        owner = `case`.owner.person
        fallbackReason = `case`.owner.fallback?.rawValue ?? ""
        if let move = `case`.proposedMove { proposed = ProposedMove(move) }
        if let other = `case`.counterpart { counterpart = Counterpart(other) }
        delegate = `case`.delegate ?? ""
        coordinator = `case`.coordinator ?? ""
        phase = `case`.phase.word.rawValue
        meetingRequested = `case`.isMeetingRequested
        if let words = `case`.outcome.map(OutcomeWords.init) {
            (outcome, nextDate) = (words.outcome, words.nextDate)
            (organisations, measures) = (words.organisations, words.measures)
        }
        for (step, deadline) in `case`.deadlines { deadlines[step.rawValue] = Deadline(deadline) }
        opened = .init(`case`.opened)
        concernAreas = `case`.concernAreas.map(\.rawValue)
        information = `case`.information.map(Information.init)
        corrections = `case`.corrections.map(Correction.init)
        for (question, text) in `case`.answers { answers[Int32(question.number)] = text }
        guardians = `case`.guardians.map(CaseGuardian.init)
        formerGuardians = `case`.formerGuardians.sorted { $0.key < $1.key }.map(FormerGuardian.init)
        moreGuardians = `case`.hasMoreGuardians
        for (giver, consent) in `case`.consents { consents[giver.name] = Consent(consent) }
        youthConsentFrom = `case`.youthConsentFrom.description
        adultFrom = `case`.adultFrom.description
        if let judged = `case`.maturity {
            maturity = .with {
                ($0.youthConsents, $0.by, $0.reason) = (judged.youthConsents, judged.by.id, judged.reason)
            }
        }
        emergencies = `case`.emergencies.map(EmergencyAccess.init)
        write(`case`.retention, `case`.hold, `case`.erasure)
        concerns = Int64(`case`.concerns)
        protectedIdentity = `case`.isProtected
        harmSuspected = `case`.isHarmSuspected
    }

    func kept() throws(Refusal) -> Kept<Case> {
        var words = Words()
        guard let read = read(&words), words.faults.isEmpty else { throw Refusal(words.faults) }
        return Kept(read, taken: taken)
    }

    private func read(_ words: inout Words) -> Case? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let holder = words.owner(unit: unit, person: owner, fallback: fallbackReason)
        let phase = readPhase(&words)
        let youthConsentFrom = words.day(youthConsentFrom, at: "youth_consent_from")
        let adultFrom = words.day(adultFrom, at: "adult_from")
        guard let place, let holder, let phase, let youthConsentFrom, let adultFrom else { return nil }
        var `case` = Case(
            reference: caseReference, place: place, owner: holder, opened: opened.date,
            youthConsentFrom: youthConsentFrom, adultFrom: adultFrom)
        `case`.phase = phase
        if hasProposed { `case`.proposedMove = proposed.read(&words) }
        if hasCounterpart { `case`.counterpart = counterpart.read }
        `case`.delegate = delegate.nonEmpty
        `case`.coordinator = coordinator.nonEmpty
        for (word, deadline) in deadlines {
            guard let step = words.one(of: Step.self, word, at: "deadlines") else { continue }
            `case`.deadlines[step] = deadline.read(&words)
        }
        `case`.concernAreas = words.all(of: WheelArea.self, concernAreas, at: "concern_areas") ?? []
        `case`.information = information.enumerated().compactMap { $1.read(&words, at: "information[\($0)]") }
        `case`.corrections = corrections.enumerated().compactMap { $1.read(&words, at: "corrections[\($0)]") }
        for (number, text) in answers {
            guard let question = words.question(number, at: "answers") else { continue }
            `case`.answers[question] = text
        }
        `case`.guardians = guardians.enumerated().compactMap { $1.read(&words, at: "guardians[\($0)]") }
        for former in formerGuardians { `case`.formerGuardians[former.key] = former.read }
        `case`.hasMoreGuardians = moreGuardians
        for consent in consents.values {
            guard let read = consent.read(&words, at: "consents") else { continue }
            `case`.consents[read.giver] = read
        }
        if hasMaturity {
            `case`.maturity = .init(
                youthConsents: maturity.youthConsents, reason: maturity.reason, by: Actor(by: maturity.by))
        }
        `case`.emergencies = emergencies.map(\.emergency)
        (`case`.retention, `case`.hold) = (readRetention(&words), readHold)
        `case`.erasure = readErasure(&words)
        `case`.concerns = Int(concerns)
        `case`.isProtected = protectedIdentity
        `case`.isHarmSuspected = harmSuspected
        return `case`
    }

    private func readPhase(_ words: inout Words) -> Case.Phase? {
        let outcome = OutcomeWords(outcome, nextDate, organisations, measures)
        switch words.one(of: Phase.self, phase, at: "phase") {
        case nil: return nil
        case .mapping: return .mapping
        case .closed where outcome.outcome.isEmpty: return .closed(after: nil)
        case let phase?:
            guard let outcome = outcome.read(&words) else { return nil }
            switch (phase, outcome) {
            case (.awaitingConsent, .cooperation(let cooperation)): return .awaitingConsent(cooperation)
            case (.cooperation, .cooperation(let cooperation)): return .cooperation(cooperation)
            case (.ownMeasures, .ownMeasures(let own)): return .ownMeasures(own)
            case (.resting, .nothingFurther(let day)): return .resting(lookAgain: day)
            case (.closed, _): return .closed(after: outcome)
            default:
                words.add(Fault(at: "phase", notOneOf: Phase.self))
                return nil
            }
        }
    }
}

extension MappingState.Deadline {
    init(_ deadline: Case.Deadline) {
        self.init()
        due = .init(deadline.due)
        reminded = deadline.reminded?.rawValue ?? ""
        if let next = deadline.next {
            self.next = .init(next.at)
            nextLevel = next.level.rawValue
        }
    }

    fileprivate func read(_ words: inout Words) -> Case.Deadline? {
        let reminded = reminded.nonEmpty.flatMap { words.one(of: ReminderLevel.self, $0, at: "deadlines.reminded") }
        guard hasNext else { return Case.Deadline(due: due.date, reminded: reminded, next: nil) }
        guard let level = words.one(of: ReminderLevel.self, nextLevel, at: "deadlines.next_level") else { return nil }
        return Case.Deadline(due: due.date, reminded: reminded, next: .init(level, at: next.date))
    }
}

extension Case.Wake {
    private static let dayPrefix = "day "
    private static let retentionName = "retention"

    /// The reminder's name.
    var name: String {
        switch self {
        case .step(let step): step.rawValue
        case .day(let day): "\(Self.dayPrefix)\(day)"
        case .retention: Self.retentionName
        }
    }

    /// Nil if the name is not one of a case's reminders.
    init?(name: String) {
        if let step = Step(rawValue: name) {
            self = .step(step)
        } else if name.hasPrefix(Self.dayPrefix), let day = LocalDate(name.dropFirst(Self.dayPrefix.count)) {
            self = .day(day)
        } else if name == Self.retentionName {
            self = .retention
        } else {
            return nil
        }
    }
}
