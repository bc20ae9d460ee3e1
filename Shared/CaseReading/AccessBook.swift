package import CloudEvents
import Codec
package import Foundation
import SwiftProtobuf

/// What is known of readings: the access log, the accesses that were opened in an emergency, and what else the privacy officer
/// is told.
package struct AccessBook: Sendable {
    package struct Entry: Codable, Sendable {
        package let time: Date
        package let `case`: String
        package let county: String
        /// Who read, and how they were known.
        package let by: String
        package let door: String
        package let assurance: String
        /// course, plan, whole, log, `emergency`: the access was opened, and until when; or `objection`: a no to consent was
        /// ended, and why (rule 13).
        package let what: String
        package let why: String
        package let reason: String
        /// Whose readings were looked up.
        package let person: String
        package let until: Date?
    }

    private var known: [Entry] = []
    private var seen: Set<String> = []

    package init() {}

    /// The oldest first.
    package var entries: [Entry] { known.sorted { $0.time < $1.time } }

    /// Takes over an event of `access-log` or `mappings`. Any other tells nothing of readings.
    package mutating func apply(_ event: Event) {
        guard let entry = Entry(event), seen.insert(event.id).inserted else { return }
        known.append(entry)
    }
}

extension AccessBook.Entry {
    /// Nil for an event that tells of no reading.
    package init?(_ event: Event) {
        if let viewed = try? event.decode(CaseViewed.self) {
            self.init(
                time: event.time, case: viewed.caseReference, county: viewed.county, by: viewed.by, door: viewed.door,
                assurance: viewed.assurance, what: viewed.what, why: viewed.why, reason: viewed.reason,
                person: viewed.person, until: nil)
        } else if let opened = try? event.decode(EmergencyOpened.self) {
            self.init(
                time: event.time, case: opened.caseReference, county: opened.county, by: opened.access.by, door: "",
                assurance: "", what: "emergency", why: "", reason: opened.reason, person: "",
                until: opened.access.until.date)
        } else if let ended = try? event.decode(ObjectionEnded.self) {
            self.init(
                time: event.time, case: ended.caseReference, county: ended.county, by: ended.by, door: "",
                assurance: "", what: "objection", why: "", reason: ended.reason, person: "", until: nil)
        } else {
            return nil
        }
    }
}
