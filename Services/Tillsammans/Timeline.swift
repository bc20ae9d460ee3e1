import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation

/// What happened to one case, as a table that a person can read: when, in which phase, what, who, what is next.
struct Timeline {
    private var table = TextTable(["time", "phase", "event", "who", "next step"])

    mutating func add(_ event: Event, _ phase: String, _ what: String, _ who: String, next: String) {
        table.add(["\(CivilTime.day(of: event.time)) \(Chronology.clock(event.time))", phase, what, who, next])
    }

    func text(reference: String) -> String { "\nCase \(reference)\n\n\(table.text())" }
}
