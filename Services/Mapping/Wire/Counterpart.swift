package import Codec
import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// The other of the two that a child has before school: messages to values and back.

extension CommandAdapter<Case> {
    /// The command of this file.
    static let counterpartCommands: [Entry] = [.on(Codec.AskCounterpart.self)]
}

extension Codec.AskCounterpart: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.AskCounterpart? {
        words.all(of: WheelArea.self, areas, at: "areas", else: .areaUnknown).map { .init(areas: $0) }
    }

    init(_ command: MappingCore.AskCounterpart, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by, $0.areas) = (reference, actor.id, command.areas.map(\.rawValue))
        }
    }
}

extension Counterpart {
    init(_ counterpart: Case.Counterpart) {
        self = .with {
            ($0.unit, $0.person) = (counterpart.unit, counterpart.person)
            if let asked = counterpart.asked { $0.asked = .init(asked) }
            if let answered = counterpart.answered { $0.answered = .init(answered) }
        }
    }

    var read: Case.Counterpart {
        Case.Counterpart(
            unit: unit, person: person, asked: hasAsked ? asked.date : nil, answered: hasAnswered ? answered.date : nil)
    }
}

extension CounterpartTold: FactMessage {
    init(_ counterpart: Case.Counterpart, county: String, of reference: String) {
        self = .with {
            ($0.caseReference, $0.county) = (reference, county)
            ($0.unit, $0.person) = (counterpart.unit, counterpart.person)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        .content(.counterpartTold(.init(unit: unit, person: person), county: county))
    }
}

extension CounterpartAsked: FactMessage {
    init(_ counterpart: Case.Counterpart, areas: [WheelArea], county: String, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.county, $0.by) = (reference, county, actor.id)
            ($0.unit, $0.person, $0.areas) = (counterpart.unit, counterpart.person, areas.map(\.rawValue))
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        words.all(of: WheelArea.self, areas, at: "areas").map {
            .content(
                .counterpartAsked(
                    .init(unit: unit, person: person), areas: $0, county: county, by: Actor(by: by)))
        }
    }
}
