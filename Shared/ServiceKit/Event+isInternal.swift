import Codec

extension Event {
    /// It asks for what only services ask of each other, on a topic that outsiders write: to them there is no such type.
    package func isInternal(on topic: String) -> Bool {
        Topic(rawValue: topic)?.isExternal == true
            && EventRegistry.event(ofType: type)?.kind == .internalCommand
    }
}
