package import CloudEvents
package import Codec
import Domain
package import Foundation
import ServiceKit
import SwiftProtobuf

/// Signs what tests send, as the doors of the example county would.
package enum ExampleDoor {
    package static let desk = DoorKey(door: "TST/desk", id: "1")
    package static let mail = DoorKey(door: "TST/mail", id: "1")
    /// Speaks for the source `urn:system`, and for accounts that are nobody of the directory.
    package static let system = DoorKey(door: "TST/system", id: "1")

    package static let entries: [CountyDirectory.Door] = [
        .with { ($0.id, $0.kind, $0.staff, $0.keys) = ("desk", "desk", true, [desk.entry]) },
        .with { ($0.id, $0.kind, $0.staff, $0.keys) = ("mail", "mail", true, [mail.entry]) },
        .with {
            ($0.id, $0.kind, $0.keys) = ("system", "system", [system.entry])
            ($0.source, $0.accounts) = ("urn:system", ["robot", "nobody"])
        },
    ]

    /// A record as it lies on the topic of its type where the test names none: a person's command signed by the door through
    /// which such commands come, and anything else as it is. A report is signed by its source, if at all.
    package static func sign(_ event: Event, _ topic: String, now: Date) -> (Event, topic: String) {
        let type = EventRegistry.event(ofType: event.type)
        return (
            type?.kind == .command && type?.topics != [.concernReports] ? signed(event, now: now) : event,
            topic.isEmpty ? type?.topics.first?.rawValue ?? "" : topic
        )
    }

    private static func signed(_ event: Event, now: Date) -> Event {
        guard event.actor == nil, let type = EventRegistry.event(ofType: event.type) else { return event }
        let speaker = ((try? event.decode(type)) as? any CommandMessage)?.speaker
        let isMail = speaker?.doors.contains(.mail) ?? event.type.contains(/bounce|mail\.reply/)
        let person = speaker?.person ?? (isMail ? nil : "county")
        let key = isMail ? mail : isOfStaff(person) ? desk : system
        // No door can sign a name or an id that is too long for the proof.
        let signed = try? key.sign(event, for: isMail && !isOfStaff(person) ? nil : person, .three, now: now)
        return signed ?? event
    }

    private static func isOfStaff(_ id: String?) -> Bool {
        id.map { ExampleCounty.twoTowns.people[$0] != nil } ?? false
    }
}
