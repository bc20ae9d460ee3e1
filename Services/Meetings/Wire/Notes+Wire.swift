import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// Notes to Mapping, as commands to it.

extension NoteCooperation {
    init(done: [Step], next: Note.Next?, coordinator: String?, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.done = done.map(\.rawValue)
            $0.step = next?.step.rawValue ?? ""
            $0.date = next?.date.description ?? ""
            $0.coordinator = coordinator ?? ""
        }
    }
}

extension EndCooperation {
    init(_ end: Note.Ended, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.by = end.by
            $0.reason = end.reason
            $0.worse = end.isWorse
        }
    }
}

extension Note.Content {
    init(_ message: NoteCooperation, _ wire: inout WireReader) {
        self = .steps(
            done: wire.words(message.done, at: "done"),
            next: message.step.isEmpty
                ? nil : .init(wire.word(message.step, at: "step"), wire.date(message.date, at: "date")),
            coordinator: message.coordinator.nonEmpty)
    }

    init(_ message: EndCooperation) {
        self = .ended(.init(by: message.by, reason: message.reason, isWorse: message.worse))
    }
}
