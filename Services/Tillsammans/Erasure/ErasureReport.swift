import Foundation

/// What was found of a case in one place: a topic, a folder of state files, a folder of messages.
struct SearchedPlace: Sendable, Equatable {
    let name: String
    /// Records, state entries or messages that have to do with the case.
    var about = 0
    /// Of these, those that no key opens.
    var sealed = 0
    var readable = 0
    /// Values of the erased key.
    var uncleaned = 0
    /// Of which nobody can say.
    var undecided = 0
    /// The place itself, or files of it.
    var unreachable = 0
    /// Where what is readable, or not cleaned, lies; at most ``largestList``. Never what it says.
    private(set) var positions: [String] = []
    /// Why something was not reached or not decided, and what to do.
    private(set) var reasons: [String] = []

    static let largestList = 10

    init(_ name: String) { self.name = name }

    mutating func add(_ finding: Finding, at position: @autoclosure () -> String) {
        if finding.isAbout { about += 1 }
        switch finding.verdict {
        case .bare: break
        case .sealed: sealed += 1
        case .uncleaned:
            uncleaned += 1
            note(position: position())
        case .readable:
            readable += 1
            note(position: position())
        case .undecided(let doubt):
            undecided += 1
            note(reason: doubt.text)
        }
    }

    mutating func addUnreachable(_ reason: String) {
        unreachable += 1
        note(reason: reason)
    }

    private mutating func note(position: String) {
        if positions.count < Self.largestList { positions.append(position) }
    }

    mutating func note(reason: String) {
        if reasons.count < Self.largestList, !reasons.contains(reason) { reasons.append(reason) }
    }
}

/// What was found of an erased case, and what it means.
struct ErasureReport: Sendable {
    let reference: String
    var places: [SearchedPlace]
    /// What somebody should know beside the numbers.
    var notes: [String] = []

    private func sum(_ count: KeyPath<SearchedPlace, Int>) -> Int { places.reduce(0) { $0 + $1[keyPath: count] } }

    /// 0: nothing is readable, and everything was looked at. 1: something is readable. 2: it cannot be said yet.
    var exitCode: Int32 {
        if sum(\.readable) > 0 { return 1 }
        return sum(\.about) > 0 && open == 0 ? 0 : 2
    }

    private var open: Int { sum(\.unreachable) + sum(\.undecided) + sum(\.uncleaned) }

    private static var columns: [(heading: String, count: KeyPath<SearchedPlace, Int>)] {
        [
            ("about the case", \.about), ("sealed for ever", \.sealed), ("readable", \.readable),
            ("not cleaned yet", \.uncleaned), ("not decided", \.undecided), ("not reachable", \.unreachable),
        ]
    }

    /// For a person.
    var text: String {
        var table = TextTable(["place"] + Self.columns.map(\.heading))
        for place in places { table.add([place.name] + Self.columns.map { "\(place[keyPath: $0.count])" }) }
        table.add(["all"] + Self.columns.map { "\(sum($0.count))" })
        var lines = [table.text(), ""]
        for place in places {
            let count = place.readable + place.uncleaned
            let more = count - place.positions.count
            if count > 0 {
                lines.append(
                    "\(place.name): look at \(place.positions.joined(separator: ", "))"
                        + (more > 0 ? " and \(more) more" : ""))
            }
            lines += place.reasons.map { "\(place.name): \($0)" }
        }
        return (lines + notes + [verdict]).joined(separator: "\n")
    }

    private var verdict: String {
        switch exitCode {
        case 0: "\(reference): nothing is readable"
        case 1: "\(reference): \(sum(\.readable)) can be read"
        default:
            sum(\.about) == 0
                ? "\(reference): nothing names this case; check how the reference is spelled"
                : "\(reference): nothing that was reached is readable, but \(open) must still be looked at"
        }
    }

    /// One JSON object a line for each place.
    func lines() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try places.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: "\n")
    }
}

extension SearchedPlace: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name = "place"
        case about, sealed, readable, uncleaned, undecided, unreachable, positions, reasons
    }
}
