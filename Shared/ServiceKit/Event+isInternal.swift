package import CloudEvents
import Codec

extension Event {
    /// True for an internal command on a topic that outsiders write. It is refused as an unknown type.
    package func isInternal(on topic: String) -> Bool {
        Topic(rawValue: topic)?.isExternal == true
            && EventRegistry.event(ofType: type)?.kind == .internalCommand
    }
}
