package import CloudEvents
import Codec
package import Domain
import Foundation
package import SwiftProtobuf

/// What is in an event. This is the one place where it is opened, for a reading that stands in the access log.
package enum Opening {
    /// How much of a case somebody must read to see what is in an event: what Meetings tells is the plan's, all else is the
    /// whole's. Nil for the access log, which is read by an ``AccessBook`` alone.
    package static func extent(of event: Event) -> Reading.Extent? {
        switch EventRegistry.event(ofType: event.type)?.topics {
        case [.accessLog]: nil
        case [.meetings]: .plan
        default: .whole
        }
    }

    /// Whether a reading goes so far that it shows what is in an event.
    package static func isOpen(_ event: Event, for reading: LoggedReading) -> Bool {
        extent(of: event).map { reading.permit.extent >= $0 } ?? false
    }

    /// - Returns: the event's data as a JSON object; nil where the reading does not go so far, or nothing can be read.
    package static func content(of event: Event, for reading: LoggedReading, _ language: Language) -> Any? {
        guard isOpen(event, for: reading), let type = EventRegistry.event(ofType: event.type),
            let payload = try? event.decode(type), let object = payload.object
        else { return nil }
        return reading.mask?.shown(object, language) ?? object
    }
}

extension SwiftProtobuf.Message {
    /// As a JSON object.
    package var object: Any? { (try? jsonUTF8Data()).flatMap { try? JSONSerialization.jsonObject(with: $0) } }
}
