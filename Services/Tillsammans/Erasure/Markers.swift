import CloudEvents
import Domain
import Foundation

/// What a child and its family would be known by: numbers, names, addresses, their own words. They are never shown.
struct Markers: Sendable {
    /// Every spelling that is looked for, in UTF-8. For texts, both Unicode forms of å would be the same.
    let spellings: Personal<Set<Bytes>>

    var isEmpty: Bool { spellings.reveal.isEmpty }

    /// A shorter word stands everywhere.
    static let fewestCharacters = 3
    /// Of all spellings together. It bounds the memory of ``Needles``.
    static let largestBytes = 32_000

    static let none = Markers(spellings: Personal([]))

    private init(spellings: Personal<Set<Bytes>>) { self.spellings = spellings }

    /// - Parameter text: one marker a line. Empty lines are passed over.
    /// - Throws: ``CommandFault`` with the line's number for one that is too short, and for too many.
    init(_ text: String) throws(CommandFault) {
        var spellings: Set<Bytes> = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let marker = line.trimmingCharacters(in: .whitespaces)
            if marker.isEmpty { continue }
            guard marker.count >= Self.fewestCharacters else {
                throw CommandFault("marker \(index + 1) has fewer than \(Self.fewestCharacters) characters")
            }
            spellings.formUnion(Self.spellings(of: marker))
        }
        guard spellings.reduce(0, { $0 + $1.count }) <= Self.largestBytes else {
            throw CommandFault(
                "the markers, with their spellings, have more than \(Self.largestBytes) bytes; give fewer")
        }
        self.init(spellings: Personal(spellings))
    }

    /// A personal number of ten or twelve digits is looked for without its century, which finds it with one, too, and with
    /// whatever may stand before its last four digits. A word is looked for in both forms that Unicode has for å, ä and ö.
    private static func spellings(of marker: String) -> [Bytes] {
        var spellings = [marker.precomposedStringWithCanonicalMapping, marker.decomposedStringWithCanonicalMapping]
        let digits = marker.filter { ("0"..."9").contains($0) }
        let isNumber = marker.allSatisfy { ("0"..."9").contains($0) || separators.contains(String($0)) }
        if isNumber, digits.count == 10 || digits.count == 12 {
            let ten = digits.suffix(10)
            spellings += separators.map { ten.prefix(6) + $0 + ten.suffix(4) }
        }
        return spellings.map { Bytes($0.utf8) }
    }

    /// Nothing, hyphen, plus, space, the hyphen that does not break, en dash, minus.
    private static let separators = ["", "-", "+", " ", "\u{2011}", "\u{2013}", "\u{2212}"]
}
