import CloudEvents
import Foundation
import SwiftProtobuf

/// An event of the suite, with what its schema says of it.
public protocol SuiteEvent: EventPayload {
    static var kind: EventKind { get }
    /// Where it travels.
    static var topics: [Topic] { get }
}

public enum EventKind: String, CaseIterable, Sendable {
    /// Asked for by a person or another system.
    case command
    /// Asked for by another service of the suite, or by the service itself.
    case internalCommand
    /// Has happened.
    case fact
    /// The latest value of its key.
    case state
}

/// The events of the suite by their type, for tools that look at any event. `make proto` writes the list.
public enum EventRegistry {
    private static let byType = Dictionary(uniqueKeysWithValues: all.map { ($0.eventType, $0) })

    /// The event that travels under this CloudEvents type.
    public static func event(ofType type: String) -> (any SuiteEvent.Type)? { byType[type] }
}

extension Google_Protobuf_Timestamp {
    public init(_ date: Date) { self.init(date: date) }
}
