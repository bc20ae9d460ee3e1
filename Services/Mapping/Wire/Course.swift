import Codec
package import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// The case's owner and phase: messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let workCommands: [Entry] = [
        .on(Codec.TakeOn.self),
        .on(DelegateWork.self),
        .on(HandBackWork.self),
        .on(ReopenMapping.self),
        .on(Codec.OpenInEmergency.self),
        .on(RecordFollowUp.self),
    ]
}

/// A command about one case, with the person who gives it.
package protocol CaseMessage: CommandMessage where Meaning: CaseCommand {
    var caseReference: String { get }
    var by: String { get }
}

extension CaseMessage {
    package var address: CommandAddress { CommandAddress(caseReference) }
    package var actor: Actor { Actor(by: by) }
}

extension Codec.TakeOn: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.TakeOn? { .init() }

    init(_ command: MappingCore.TakeOn, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by) = (reference, actor.id) }
    }
}

extension DelegateWork: CaseMessage {
    package func command(_ words: inout Words) -> Delegate? { Delegate(to: to) }

    init(_ command: Delegate, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.to) = (reference, actor.id, command.to) }
    }
}

extension HandBackWork: CaseMessage {
    package func command(_ words: inout Words) -> HandBack? { HandBack() }

    init(_ command: HandBack, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by) = (reference, actor.id) }
    }
}

extension ReopenMapping: CaseMessage {
    package func command(_ words: inout Words) -> Reopen? { words.text(reason, at: "reason").map(Reopen.init) }

    init(_ command: Reopen, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, command.reason) }
    }
}

extension Codec.OpenInEmergency: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.OpenInEmergency? {
        words.text(reason, at: "reason").map(MappingCore.OpenInEmergency.init)
    }

    init(_ command: MappingCore.OpenInEmergency, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, command.reason) }
    }
}

extension RecordFollowUp: CaseMessage {
    package func command(_ words: inout Words) -> FollowUp? {
        let decision = words.one(of: FollowUpDecision.self, decision, at: "decision")
        let effect = words.one(of: Effect.self, effect, at: "effect")
        let text = words.text(text, at: "text")
        let until = decision == .continue ? words.day(nextDate, at: "next_date", else: .nextDate) : nil
        guard let decision, let effect, let text else { return nil }
        let then: FollowUp.Decision? =
            switch decision {
            case .continue: until.map { .continue(until: $0) }
            case .end: .end
            case .reopen: .reopen
            }
        return then.map { FollowUp($0, effect: effect, text: text, closingReason: closingReason.written) }
    }

    /// Reports a date that has passed, even if other words cannot be read.
    package func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        let isContinued = decision == FollowUpDecision.continue.rawValue
        let next = isContinued ? LocalDate(nextDate) : nil
        return FollowUp.obstacles(on: subject, by: actor, context)
            + (next.map { FollowUp.faults(ofNext: $0, context) } ?? [])
    }

    init(_ command: FollowUp, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.effect, $0.text) = (command.effect.rawValue, command.text)
            ($0.decision, $0.nextDate) = command.decision.words
            $0.closingReason = command.closingReason ?? ""
        }
    }
}

extension FollowUp.Decision {
    var words: (decision: String, nextDate: String) {
        switch self {
        case .continue(let until): (FollowUpDecision.continue.rawValue, until.description)
        case .end: (FollowUpDecision.end.rawValue, "")
        case .reopen: (FollowUpDecision.reopen.rawValue, "")
        }
    }
}

// MARK: Facts

extension CourseFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .opened(let owner, let place, let due, let isHarmSuspected):
            MappingOpened.with {
                ($0.caseReference, $0.owner, $0.unit) = (reference, owner.person, owner.unit)
                ($0.due, $0.harmSuspected) = (.init(due), isHarmSuspected)
                $0.fallbackReason = owner.fallback?.rawValue ?? ""
                ($0.county, $0.municipality) = (place.county, place.municipality)
                ($0.stage, $0.attends) = (place.stage.rawValue, place.attends ?? "")
            }
        case .concernJoined(let owner, let isHarmSuspected, let linkedTo):
            ConcernJoined.with {
                ($0.caseReference, $0.owner) = (reference, owner)
                ($0.harmSuspected, $0.linkedTo) = (isHarmSuspected, linkedTo ?? "")
            }
        case .takenOn(let actor, let county):
            CaseTakenOn.with { ($0.caseReference, $0.by, $0.county) = (reference, actor.id, county) }
        case .delegated(let to, let county, let actor):
            WorkDelegated.with { ($0.caseReference, $0.county, $0.by, $0.to) = (reference, county, actor.id, to) }
        case .handedBack(let owner, let actor):
            WorkHandedBack.with { ($0.caseReference, $0.by, $0.owner) = (reference, actor.id, owner) }
        case .moved(let move): CaseMoved(move, of: reference)
        case .kept(let reason, let actor):
            CaseKept.with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason) }
        case .cameOfAge(let owner, let county, let due):
            CameOfAge.with { ($0.caseReference, $0.county, $0.owner, $0.due) = (reference, county, owner, .init(due)) }
        case .reminded(let reminded): DeadlineReminded(reminded, of: reference)
        case .emergencyOpened(let opening): EmergencyOpened(opening, of: reference)
        case .reopened(let reason, let actor):
            MappingReopened.with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason) }
        case .closed(let closing): CaseClosed(closing, of: reference)
        }
    }
}

extension MappingOpened: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: unit, person: owner, fallback: fallbackReason)
        guard let place, let owner else { return nil }
        return .course(.opened(owner: owner, at: place, due: due.date, isHarmSuspected: harmSuspected))
    }
}

extension ConcernJoined: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .course(.concernJoined(owner: owner, isHarmSuspected: harmSuspected, linkedTo: linkedTo.nonEmpty))
    }
}

extension CaseTakenOn: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.takenOn(by: Actor(by: by), county: county)) }
}

extension WorkDelegated: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.delegated(to: to, county: county, by: Actor(by: by))) }
}

extension WorkHandedBack: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.handedBack(to: owner, by: Actor(by: by))) }
}

extension CameOfAge: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .course(.cameOfAge(owner: owner, county: county, due: due.date))
    }
}

extension DeadlineReminded: FactMessage {
    init(_ reminded: CourseFact.Reminded, of reference: String) {
        self = .with {
            ($0.caseReference, $0.step, $0.due) = (reference, reminded.step.rawValue, .init(reminded.due))
            ($0.level, $0.to) = (reminded.level.rawValue, reminded.to)
            ($0.owner, $0.county) = (reminded.owner, reminded.county)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let step = words.one(of: Step.self, step, at: "step")
        let level = words.one(of: ReminderLevel.self, level, at: "level")
        guard let step, let level else { return nil }
        return .course(
            .reminded(.init(step: step, due: due.date, level: level, to: to, owner: owner, county: county)))
    }
}

extension EmergencyOpened: FactMessage {
    init(_ opening: CourseFact.EmergencyOpening, of reference: String) {
        self = .with {
            ($0.caseReference, $0.county, $0.reason) = (reference, opening.county, opening.reason)
            ($0.access, $0.to) = (EmergencyAccess(opening.access), opening.to)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        .course(.emergencyOpened(.init(access.emergency, reason: reason, to: to, county: county)))
    }
}

extension MappingReopened: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.reopened(reason: reason, by: Actor(by: by))) }
}

extension CaseClosed: FactMessage {
    init(_ closing: CourseFact.Closing, of reference: String) {
        self = .with {
            ($0.caseReference, $0.by, $0.reason) = (reference, closing.by.id, closing.reason)
            ($0.to, $0.county) = (closing.to, closing.county)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        .course(.closed(.init(reason: reason, by: Actor(by: by), to: to, county: county)))
    }
}
