import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf

// Who has the case, and where it stands: facts between values and messages.

extension CourseFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .opened(let owner, let due, let isHarmSuspected):
            MappingOpened.with {
                ($0.caseReference, $0.owner, $0.unit) = (reference, owner.person, owner.unit)
                ($0.due, $0.harmSuspected) = (.init(due), isHarmSuspected)
                $0.fallbackReason = owner.fallback?.rawValue ?? ""
            }
        case .concernJoined(let owner, let isHarmSuspected, let linkedTo):
            ConcernJoined.with {
                ($0.caseReference, $0.owner) = (reference, owner)
                ($0.harmSuspected, $0.linkedTo) = (isHarmSuspected, linkedTo ?? "")
            }
        case .takenOn(let actor): CaseTakenOn.with { ($0.caseReference, $0.by) = (reference, actor.id) }
        case .delegated(let to, let county, let actor):
            WorkDelegated.with { ($0.caseReference, $0.county, $0.by, $0.to) = (reference, county, actor.id, to) }
        case .handedBack(let owner, let actor):
            WorkHandedBack.with { ($0.caseReference, $0.by, $0.owner) = (reference, actor.id, owner) }
        case .moved(let move): CaseMoved(move, of: reference)
        case .cameOfAge(let owner, let county, let due):
            CameOfAge.with { ($0.caseReference, $0.county, $0.owner, $0.due) = (reference, county, owner, .init(due)) }
        case .reminded(let reminded): DeadlineReminded(reminded, of: reference)
        case .reopened(let reason, let actor):
            MappingReopened.with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason) }
        case .closed(let reason, let actor):
            CaseClosed.with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason) }
        }
    }
}

extension MappingOpened: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        words.owner(unit: unit, person: owner, fallback: fallbackReason).map {
            .course(.opened(owner: $0, due: due.date, isHarmSuspected: harmSuspected))
        }
    }
}

extension ConcernJoined: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .course(.concernJoined(owner: owner, isHarmSuspected: harmSuspected, linkedTo: linkedTo.nonEmpty))
    }
}

extension CaseTakenOn: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.takenOn(by: Actor(by: by))) }
}

extension WorkDelegated: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.delegated(to: to, county: county, by: Actor(by: by))) }
}

extension WorkHandedBack: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.handedBack(to: owner, by: Actor(by: by))) }
}

extension CaseMoved: FactMessage {
    init(_ move: CourseFact.Move, of reference: String) {
        self.init()
        caseReference = reference
        (county, municipality) = (move.place.county, move.place.municipality)
        (stage, attends) = (move.place.stage.rawValue, move.place.attends ?? "")
        (fromCounty, fromUnit, fromPerson) = (move.from.county, move.from.unit, move.from.person)
        (toUnit, toPerson) = (move.to.unit, move.to.person)
        fallbackReason = move.to.fallback?.rawValue ?? ""
        switch move.why {
        case .command(let actor): (why, by) = (Why.command.rawValue, actor.id)
        case .report: why = Why.report.rawValue
        case .directory: why = Why.directory.rawValue
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: toUnit, person: toPerson, fallback: fallbackReason)
        let why = words.one(of: Why.self, why, at: "why")
        guard let place, let owner, let why else { return nil }
        let from = CourseFact.Move.Holder(county: fromCounty, unit: fromUnit, person: fromPerson)
        return .course(.moved(.init(from: from, to: owner, place: place, why: why.value(by: by))))
    }

    private enum Why: String, CaseIterable {
        case command, report, directory

        func value(by id: String) -> CourseFact.Move.Why {
            switch self {
            case .command: .command(by: Actor(by: id))
            case .report: .report
            case .directory: .directory
            }
        }
    }
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

extension MappingReopened: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.reopened(reason: reason, by: Actor(by: by))) }
}

extension CaseClosed: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.closed(reason: reason, by: Actor(by: by))) }
}
