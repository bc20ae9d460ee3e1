package import Codec
import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// Where the child is, and who owns the case there (rule 2): messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let moveCommands: [Entry] = [
        .on(MoveCase.self),
        .on(Codec.ConfirmMove.self),
        .on(Codec.DeclineMove.self),
        .on(Codec.ReviewMove.self),
        .on(Codec.KeepCase.self),
    ]
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

extension Codec.ConfirmMove: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.ConfirmMove? { .init(unit: unit) }

    init(_ command: MappingCore.ConfirmMove, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.unit) = (reference, actor.id, command.unit) }
    }
}

extension Codec.DeclineMove: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.DeclineMove? {
        words.text(reason, at: "reason").map { .init(unit: unit, reason: $0) }
    }

    init(_ command: MappingCore.DeclineMove, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.unit, $0.reason) = (command.unit, command.reason)
        }
    }
}

extension Codec.ReviewMove: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.ReviewMove? {
        words.all(of: Organisation.self, organisations, at: "organisations").map {
            .init(organisations: $0, meeting: .init(people: people, keepsPlace: keepsPlace))
        }
    }

    init(_ command: MappingCore.ReviewMove, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            $0.organisations = command.organisations.map(\.rawValue)
            ($0.people, $0.keepsPlace) = (command.meeting.people, command.meeting.keepsPlace)
        }
    }
}

extension Codec.KeepCase: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.KeepCase? {
        words.text(reason, at: "reason").map(MappingCore.KeepCase.init)
    }

    init(_ command: MappingCore.KeepCase, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, command.reason) }
    }
}

// MARK: Facts

extension ProposalFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .proposed(let proposal): MoveProposed(proposal, of: reference)
        case .declined(let unit, let reason, let actor):
            MoveDeclined.with {
                ($0.caseReference, $0.by) = (reference, actor.id)
                ($0.unit, $0.reason) = (unit, reason)
            }
        case .reviewed(let reviewed): MoveReviewed(reviewed, of: reference)
        }
    }
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
        if let review = move.review { (departure, reviewDue) = (.init(review.departure), .init(review.due)) }
        switch move.why {
        case .command(let actor): (why, by) = (Why.command.rawValue, actor.id)
        case .age: why = Why.age.rawValue
        case .directory: why = Why.directory.rawValue
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: toUnit, person: toPerson, fallback: fallbackReason)
        let why = words.one(of: Why.self, why, at: "why")
        guard let place, let owner, let why else { return nil }
        let from = CourseFact.Move.Holder(county: fromCounty, unit: fromUnit, person: fromPerson)
        let review = hasDeparture ? CourseFact.Move.Review(departure.value, due: reviewDue.date) : nil
        return .course(.moved(.init(from: from, to: owner, place: place, why: why.value(by: by), review: review)))
    }

    private enum Why: String, CaseIterable {
        case command, age, directory

        func value(by id: String) -> CourseFact.Move.Why {
            switch self {
            case .command: .command(by: Actor(by: id))
            case .age: .age
            case .directory: .directory
            }
        }
    }
}

extension CaseKept: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .course(.kept(reason: reason, by: Actor(by: by))) }
}

extension MoveProposed: FactMessage {
    init(_ proposal: ProposalFact.Proposal, of reference: String) {
        self.init()
        (caseReference, concern) = (reference, proposal.concern)
        (owner, county) = (proposal.owner, proposal.county)
        proposed = ProposedMove(proposal.move)
        due = .init(proposal.due)
        ownerAlone = proposal.isForOwnerAlone
    }

    func fact(_ words: inout Words) -> CaseFact? {
        proposed.read(&words).map { move in
            .proposal(
                .proposed(
                    .init(
                        move: move, concern: concern, owner: owner, county: county, due: due.date,
                        isForOwnerAlone: ownerAlone)))
        }
    }
}

extension MoveDeclined: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .proposal(.declined(unit: unit, reason: reason, by: Actor(by: by)))
    }
}

extension MoveReviewed: FactMessage {
    init(_ reviewed: ProposalFact.Reviewed, of reference: String) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, reviewed.by.id)
            $0.departure = .init(reviewed.departure)
            $0.kept = reviewed.kept.map(\.rawValue)
            $0.dropped = reviewed.dropped.map(\.rawValue)
            ($0.people, $0.keepsPlace) = (reviewed.meeting.people, reviewed.meeting.keepsPlace)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let kept = words.all(of: Organisation.self, kept, at: "kept")
        let dropped = words.all(of: Organisation.self, dropped, at: "dropped")
        guard let kept, let dropped else { return nil }
        return .proposal(
            .reviewed(
                .init(
                    departure.value, kept: kept, dropped: dropped,
                    meeting: .init(people: people, keepsPlace: keepsPlace), by: Actor(by: by))))
    }
}

extension Codec.Departure {
    init(_ departure: Domain.Departure) {
        self = .with {
            ($0.counties, $0.municipalities) = (departure.counties, departure.municipalities)
            $0.units = departure.units
        }
    }

    var value: Domain.Departure { .init(counties: counties, municipalities: municipalities, units: units) }
}

extension ProposedMove {
    init(_ move: Case.ProposedMove) {
        self.init()
        (county, municipality) = (move.place.county, move.place.municipality)
        (stage, attends) = (move.place.stage.rawValue, move.place.attends ?? "")
        (unit, namedPerson) = (move.owner.unit, move.owner.person)
        fallbackReason = move.owner.fallback?.rawValue ?? ""
    }

    /// Nil if `words` found faults.
    func read(_ words: inout Words) -> Case.ProposedMove? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: unit, person: namedPerson, fallback: fallbackReason)
        guard let place, let owner else { return nil }
        return Case.ProposedMove(place: place, owner: owner)
    }
}
