import Codec
import Domain
import Foundation

/// What happened to one case, as a table that a person can read: when, in which phase, what, who, what is next.
struct Timeline {
    private var rows: [[String]] = []

    mutating func add(_ event: Event, _ phase: String, _ what: String, _ who: String, next: String) {
        rows.append([Self.clock(event.time), phase, what, who, next])
    }

    func text(reference: String) -> String {
        let table = [["time", "phase", "event", "who", "next step"]] + rows
        let widths = (0..<5).map { column in table.map { $0[column].count }.max() ?? 0 }
        let lines = table.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return "\nCase \(reference)\n\n\(lines[0])\n\(rule)\n\(lines.dropFirst().joined(separator: "\n"))"
    }

    private static func clock(_ instant: Date) -> String {
        String(Timestamp.text(instant + Double(offset(instant))).dropFirst(11).prefix(12))
    }

    private static func offset(_ instant: Date) -> Int {
        TimeZone(identifier: CivilTime.zoneName)?.secondsFromGMT(for: instant) ?? 0
    }
}
