import Codec
import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// The end of what is kept (rule 23): messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let erasureCommands: [Entry] = [
        .on(Codec.EraseChild.self),
        .on(Codec.HoldErasure.self),
        .on(Codec.LiftHold.self),
    ]
}

extension Codec.EraseChild: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.EraseChild? {
        // What retention ends, the suite ends by itself.
        if ground.reason == ErasureReason.retention.rawValue { words.add(Fault(.wordUnknown, at: "ground.reason")) }
        let legal = words.text(ground.legal, at: "ground.legal")
        guard let ground = ground.read(&words), legal != nil else { return nil }
        return .init(ground)
    }

    init(_ command: MappingCore.EraseChild, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.ground) = (reference, actor.id, .init(command.ground)) }
    }
}

extension Codec.HoldErasure: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.HoldErasure? {
        words.text(reason, at: "reason").map(MappingCore.HoldErasure.init)
    }

    init(_ command: MappingCore.HoldErasure, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, command.reason) }
    }
}

extension Codec.LiftHold: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.LiftHold? { .init() }

    init(_ command: MappingCore.LiftHold, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by) = (reference, actor.id) }
    }
}

extension ErasureGround {
    init(_ ground: Case.Erasure.Ground) {
        self = .with { ($0.reason, $0.legal) = (ground.reason.rawValue, ground.legal) }
    }

    func read(_ words: inout Words) -> Case.Erasure.Ground? {
        words.one(of: ErasureReason.self, reason, at: "ground.reason").map { .init($0, legal: legal) }
    }
}

// MARK: State

extension MappingState {
    mutating func write(_ retention: Case.Retention?, _ hold: Case.Hold?, _ erasure: Case.Erasure?) {
        if let retention {
            (closedOn, retentionCheck) = (retention.closed.description, retention.check.description)
            eraseOn = retention.erase?.description ?? ""
        }
        if let hold {
            self.hold = .with { ($0.by, $0.reason, $0.at) = (hold.by.id, hold.reason, .init(hold.at)) }
        }
        if let erasure { (self.erasure, erasureBegun) = (ErasureGround(erasure.ground), erasure.hasBegun) }
    }

    func readRetention(_ words: inout Words) -> Case.Retention? {
        guard !closedOn.isEmpty else { return nil }
        let closed = words.day(closedOn, at: "closed_on")
        let check = words.day(retentionCheck, at: "retention_check")
        let erase = words.dayIfAny(eraseOn, at: "erase_on")
        guard let closed, let check else { return nil }
        return .init(closed: closed, check: check, erase: erase)
    }

    var readHold: Case.Hold? {
        hasHold ? .init(by: Actor(by: hold.by), reason: hold.reason, at: hold.at.date) : nil
    }

    func readErasure(_ words: inout Words) -> Case.Erasure? {
        hasErasure ? erasure.read(&words).map { .init($0, hasBegun: erasureBegun) } : nil
    }
}

// MARK: Facts

extension ErasureFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .forewarned(let day, let to, let county):
            ErasureForewarned.with {
                ($0.caseReference, $0.date) = (reference, day.description)
                ($0.to, $0.county) = (to, county)
            }
        case .held(let reason, let actor):
            ErasureHeld.with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason) }
        case .lifted(let actor): HoldLifted.with { ($0.caseReference, $0.by) = (reference, actor.id) }
        case .ordered(let ground, let actor, let concerns):
            ErasureOrdered.with {
                ($0.caseReference, $0.by) = (reference, actor.id)
                ($0.ground, $0.concerns) = (.init(ground), Int64(concerns))
            }
        case .calledOff(let to, let county):
            ErasureCalledOff.with { ($0.caseReference, $0.to, $0.county) = (reference, to, county) }
        case .begun: ErasureBegun.with { $0.caseReference = reference }
        case .erased(let ground): ChildErased.with { ($0.caseReference, $0.ground) = (reference, .init(ground)) }
        }
    }
}

extension ErasureForewarned: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        words.day(date, at: "date").map { .erasure(.forewarned(on: $0, to: to, county: county)) }
    }
}

extension ErasureHeld: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .erasure(.held(reason: reason, by: Actor(by: by))) }
}

extension HoldLifted: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .erasure(.lifted(by: Actor(by: by))) }
}

extension ErasureOrdered: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        ground.read(&words).map { .erasure(.ordered($0, by: Actor(by: by), concerns: Int(concerns))) }
    }
}

extension ErasureCalledOff: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .erasure(.calledOff(to: to, county: county)) }
}

extension ErasureBegun: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .erasure(.begun) }
}

extension ChildErased: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { ground.read(&words).map { .erasure(.erased($0)) } }
}
