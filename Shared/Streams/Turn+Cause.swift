public import CloudEvents

extension Turn {
    /// Why the turn takes place. It is copied to everything published in the turn.
    public struct Cause: Sendable {
        public let id: String
        public let source: String
        public let correlation: String
        public let subject: String?
        public let traceparent: String?
        /// Who acts. Nil where nobody was found to.
        public internal(set) var auth: AuthContext?

        package init(
            id: String, source: String, correlation: String, subject: String?, traceparent: String?,
            auth: AuthContext? = nil
        ) {
            (self.id, self.source, self.correlation) = (id, source, correlation)
            (self.subject, self.traceparent, self.auth) = (subject, traceparent, auth)
        }

        /// - Parameter isFromOutside: its correlation is its publisher's own. A chain of ours begins with an id of ours. Who
        ///   acts is only what it says; see ``Turn/acts(_:)``.
        package init(_ event: Event, isFromOutside: Bool, _ application: String) {
            self.init(
                id: event.id, source: event.source,
                correlation: isFromOutside
                    ? EventId.derived(application, event.source, event.id, 0) : event.correlation ?? event.id,
                subject: event.subject, traceparent: event.traceparent, auth: isFromOutside ? nil : event.auth)
        }
    }

    /// A record's position.
    package struct Place: CustomStringConvertible {
        /// Without the installation's prefix.
        let topic: String
        let partition: Int32
        let offset: Int64

        package init(topic: String, partition: Int32, offset: Int64) {
            (self.topic, self.partition, self.offset) = (topic, partition, offset)
        }

        package var description: String { "\(topic)/\(partition)/\(offset)" }
    }
}
