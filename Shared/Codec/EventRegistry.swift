package import CloudEvents
package import Foundation
package import SwiftProtobuf

/// An event of the suite, with its contract from the schema.
package protocol SuiteEvent: EventPayload, LimitedMessage {
    static var kind: EventKind { get }
    /// The topics on which it is published.
    static var topics: [Topic] { get }
    /// The most bytes that it can have as protobuf within its limits.
    static var largestBytes: Int { get }
}

package enum EventKind: String, CaseIterable, Sendable {
    /// Requested by a person or another system.
    case command
    /// Requested by a service of the suite.
    case internalCommand
    /// Something that has happened.
    case fact
    /// The latest value of its key.
    case state
}

/// The events of the suite by type, for tools that read any event. `make proto` writes the list.
package enum EventRegistry {
    private static let byType = Dictionary(uniqueKeysWithValues: all.map { ($0.eventType, $0) })

    /// The types whose events are sealed.
    package static let sealed = Set(all.filter { $0 is any SealedMessage.Type }.map { $0.eventType })

    /// The event of this CloudEvents type.
    package static func event(ofType type: String) -> (any SuiteEvent.Type)? { byType[type] }
}

extension Google_Protobuf_Timestamp {
    package init(_ date: Date) { self.init(date: date) }
}
