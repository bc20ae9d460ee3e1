package import CloudEvents
package import Codec
package import Domain
package import Streams

extension Turn {
    /// Publishes that a command is refused, with every reason.
    ///
    /// - Parameters:
    ///   - reference: the case that the command is about; empty if unknown.
    ///   - topic: the topic of the service's facts.
    ///   - isLaidBeforePerson: somebody is told of it.
    ///   - owner: whom; nil: the county's function.
    package mutating func refuse(
        _ event: Event, about reference: String = "", _ faults: [Fault], on topic: Topic,
        isLaidBeforePerson: Bool = false, owner: String? = nil
    ) throws {
        let isNamed = event.faultsOfEnvelope.isEmpty
        if !isNamed { hideCause() }
        let reference = repeatable(reference) ?? ""
        var refused = CommandRefused(id: isNamed ? event.id : position, type: event.type, case: reference, faults)
        if isLaidBeforePerson, let county = county(of: reference), let to = owner ?? county.function {
            (refused.to, refused.county) = (to, county.code)
        }
        try publish(
            refused, to: topic.rawValue, key: repeatableKey,
            subject: reference.nonEmpty)
    }

    /// The case that a record names beside its content: in its subject or its key. Nil where it names none of a county's.
    package func caseNamed(by event: Event) -> String? {
        [event.subject, key].compactMap(\.self).first { county(of: $0) != nil }
    }

    /// A case's reference begins with its county's code.
    private func county(of reference: String) -> County? {
        directory.counties[String(reference.prefix { $0 != "-" })]
    }

    /// Publishes that a record is refused because it is not an event.
    package mutating func refuse(_ unreadable: Unreadable, on topic: Topic) throws {
        try publish(
            CommandRefused(
                id: repeatable(unreadable.id) ?? unreadable.position, type: "", case: "", [Fault(unreadable.error)]),
            to: topic.rawValue, key: repeatableKey)
    }
}
