package import Codec
package import Domain
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// What Meetings tells Mapping, between messages and values.

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let cooperationCommands: [Entry] = [
        .on(Codec.NoteCooperation.self),
        .on(Codec.EndCooperation.self),
    ]
}

extension Codec.NoteCooperation: CommandMessage {
    package var address: CommandAddress { CommandAddress(caseReference) }
    package var actor: Actor { .suite }

    package func command(_ words: inout Words) -> MappingCore.NoteCooperation? {
        // Steps that this version does not know cannot stand in a case.
        let done = done.compactMap(Step.init)
        if step.isEmpty { return .init(done: done, next: nil, coordinator: coordinator.nonEmpty) }
        let step = words.one(of: Step.self, step, at: "step")
        let day = words.day(date, at: "date")
        guard let step, let day else { return nil }
        return .init(done: done, next: .init(step, on: day), coordinator: coordinator.nonEmpty)
    }

    init(_ command: MappingCore.NoteCooperation, of reference: String) {
        self = .with {
            ($0.caseReference, $0.coordinator) = (reference, command.coordinator ?? "")
            $0.done = command.done.map(\.rawValue)
            if let next = command.next { ($0.step, $0.date) = (next.step.rawValue, next.day.description) }
        }
    }
}

extension Codec.EndCooperation: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.EndCooperation? { .init() }

    init(_ command: MappingCore.EndCooperation, of reference: String, by actor: Actor) {
        self = .with { ($0.caseReference, $0.by) = (reference, actor.id) }
    }
}
