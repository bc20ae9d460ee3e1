import Foundation

/// A property of an iCalendar text: `NAME;PARAMETER="VALUE":value` (RFC 5545 §3.1).
struct CalendarProperty {
    let name: String
    /// By name in capitals, without quotes.
    let parameters: [String: String]
    let value: String
    /// Where it stands in the text, from 1.
    let line: Int
}

/// A component of an iCalendar text, from `BEGIN` to `END` (RFC 5545 §3.6).
struct CalendarComponent {
    let name: String
    let line: Int
    fileprivate(set) var properties: [CalendarProperty] = []
    fileprivate(set) var components: [CalendarComponent] = []

    /// The first property of a name.
    subscript(name: String) -> CalendarProperty? { properties.first { $0.name == name } }

    func all(_ name: String) -> [CalendarProperty] { properties.filter { $0.name == name } }

    func components(_ name: String) -> [CalendarComponent] { components.filter { $0.name == name } }
}

/// Reads iCalendar text into components. One pass; the work grows with the size alone.
struct CalendarText {
    static let largestBytes = 10_000_000
    static let largestDepth = 10
    static let largestComponents = 100_000

    /// What is open, outermost first; the first holds what stands at the top of the text.
    private var open = [CalendarComponent(name: "", line: 0)]
    private var count = 0
    private let names: Set<String>

    /// - Parameter names: the properties to keep. All others are skipped, whatever they hold.
    /// - Returns: a component without a name, which holds those at the top of the text.
    /// - Throws: ``CalendarFeed/Problem`` for text that is too large or too deep, or in which a component has no end.
    static func read(_ data: Data, keeping names: Set<String>) throws(CalendarFeed.Problem) -> CalendarComponent {
        guard data.count <= largestBytes else { throw .init("the text has more than \(largestBytes) bytes") }
        var text = CalendarText(names: names)
        let bytes = [UInt8](data)
        // A byte order mark is no part of the first line.
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var number = 1
        var first = 1
        var line: [UInt8] = []
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let isFolded = bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t")
            var content = bytes[(isFolded ? start + 1 : start)..<end]
            while content.last == UInt8(ascii: "\r") { content.removeLast() }
            // An empty line is none: some programs write one before each folded line.
            if !isFolded, !content.isEmpty {
                try text.add(line, first)
                line.removeAll(keepingCapacity: true)
                first = number
            }
            line += content
            start = end + 1
            number += 1
        }
        try text.add(line, first)
        guard let last = text.open.last, text.open.count == 1 else {
            let left = text.open[text.open.count - 1]
            throw .init("line \(left.line): BEGIN:\(left.name) has no END; the text is cut off")
        }
        return last
    }

    private init(names: Set<String>) { self.names = names }

    /// Adds an unfolded line.
    private mutating func add(_ line: [UInt8], _ number: Int) throws(CalendarFeed.Problem) {
        let letters = line.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
        guard letters.count < line.count, letters.count <= 32 else { return }
        let name = String(decoding: letters, as: UTF8.self).uppercased()
        switch name {
        case "BEGIN": try begin(Self.value(line), number)
        case "END": try end(Self.value(line), number)
        case _ where open.count > 1 && names.contains(name):
            guard let property = Self.property(name, line, number) else {
                throw .init("line \(number): \(name) has no value, or a quote that is not closed")
            }
            open[open.count - 1].properties.append(property)
        default: break
        }
    }

    private static func value(_ line: [UInt8]) -> String {
        String(decoding: line.drop { $0 != UInt8(ascii: ":") }.dropFirst(), as: UTF8.self)
            .trimmingCharacters(in: .whitespaces).uppercased()
    }

    private mutating func begin(_ name: String, _ line: Int) throws(CalendarFeed.Problem) {
        count += 1
        guard count <= Self.largestComponents else {
            throw .init("line \(line): the text has more than \(Self.largestComponents) components")
        }
        guard open.count <= Self.largestDepth else {
            throw .init("line \(line): components stand in each other more than \(Self.largestDepth) deep")
        }
        open.append(CalendarComponent(name: name, line: line))
    }

    private mutating func end(_ name: String, _ line: Int) throws(CalendarFeed.Problem) {
        guard open.count > 1, open[open.count - 1].name == name else {
            throw .init("line \(line): END:\(name) has no BEGIN")
        }
        let closed = open.removeLast()
        open[open.count - 1].components.append(closed)
    }

    private static func property(_ name: String, _ line: [UInt8], _ number: Int) -> CalendarProperty? {
        var isQuoted = false
        var pieces: [[UInt8]] = []
        var piece: [UInt8] = []
        for (index, byte) in line.enumerated() {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ";") where !isQuoted:
                pieces.append(piece)
                piece = []
            case UInt8(ascii: ":") where !isQuoted:
                pieces.append(piece)
                let value = String(decoding: line[(index + 1)...], as: UTF8.self)
                return CalendarProperty(
                    name: name, parameters: parameters(pieces.dropFirst()),
                    value: value.trimmingCharacters(in: .whitespaces), line: number)
            default: piece.append(byte)
            }
        }
        return nil
    }

    private static func parameters(_ pieces: ArraySlice<[UInt8]>) -> [String: String] {
        var parameters: [String: String] = [:]
        for piece in pieces {
            let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1).map {
                String(decoding: $0, as: UTF8.self)
            }
            if parts.count == 2 { parameters[parts[0].uppercased()] = parts[1] }
        }
        return parameters
    }
}
