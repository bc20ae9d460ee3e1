import Codec
import Domain
import Streams

extension Turn {
    /// Answers a command that is not carried out, with every reason.
    ///
    /// - Parameters:
    ///   - reference: the case that it was about; empty where that is not known.
    ///   - topic: where the service's facts are published.
    package mutating func refuse(
        _ event: Event, about reference: String = "", _ faults: [Fault], on topic: Topic
    ) throws {
        try publish(
            CommandRefused(id: event.id, type: event.type, case: reference, faults), to: topic.rawValue,
            subject: reference.nonEmpty)
    }

    /// Answers a record that is no event at all.
    package mutating func refuse(_ unreadable: Unreadable, on topic: Topic) throws {
        try publish(
            CommandRefused(id: unreadable.id ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: topic.rawValue)
    }
}
