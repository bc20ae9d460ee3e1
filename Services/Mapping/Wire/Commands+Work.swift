import Codec
package import Domain
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// Commands about who has the case and where it stands, between messages and values.

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let workCommands: [Entry] = [
        .on(Codec.TakeOn.self),
        .on(DelegateWork.self),
        .on(HandBackWork.self),
        .on(MoveCase.self),
        .on(ReopenMapping.self),
        .on(RecordFollowUp.self),
    ]
}

/// A command that is about one case, by somebody.
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

extension MoveCase: CaseMessage {
    package func command(_ words: inout Words) -> Move? {
        let to = Destination(municipality: municipality, in: words.directory)
        if to == nil { words.add(Fault(.municipalityUnknown, at: "municipality")) }
        let stage = words.one(of: Stage.self, stage, at: "stage")
        guard let to, let stage else { return nil }
        return Move(to: to, stage: stage, attends: unit.nonEmpty)
    }

    init(_ command: Move, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by, $0.municipality) = (reference, actor.id, command.to.municipality)
            ($0.stage, $0.unit) = (command.stage.rawValue, command.attends ?? "")
        }
    }
}

extension ReopenMapping: CaseMessage {
    package func command(_ words: inout Words) -> Reopen? { words.text(reason, at: "reason").map(Reopen.init) }

    init(_ command: Reopen, of reference: String, by actor: Actor) {
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
        switch decision {
        case .continue: return until.map { FollowUp(.continue(until: $0), effect: effect, text: text) }
        case .end: return FollowUp(.end, effect: effect, text: text)
        case .reopen: return FollowUp(.reopen, effect: effect, text: text)
        }
    }

    /// A date that has passed is said also where other words cannot be read.
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
