import CloudEvents
import Domain

/// What was found in some bytes.
struct Traces: OptionSet, Sendable {
    let rawValue: UInt8
    /// The case's reference.
    static let reference = Traces(rawValue: 1)
    /// Something that the child or its family would be known by.
    static let marker = Traces(rawValue: 2)
}

/// Finds the case's reference and all markers in one pass over the bytes, however many markers there are.
///
/// An automaton (Aho and Corasick, 1975): one step for each byte. Foundation looks for one text at a time, so that its cost
/// grows with the number of markers; no package for Swift has the automaton. Capitals count as small letters, and any
/// white space as one space.
struct Needles: Sendable {
    /// For each byte its column; 0 for bytes that stand in no needle.
    private var columns = [UInt16](repeating: 0, count: 256)
    private var width = 1
    /// The next state, by state and column.
    private var next: [Int32] = []
    /// What ends in each state.
    private var ends: [Traces] = [[]]

    init(reference: String, _ markers: Markers = .none) {
        var needles = [(bytes: Self.folded(Bytes(reference.utf8)), what: Traces.reference)]
        needles += markers.spellings.reveal.map { (Self.folded($0), .marker) }
        for byte in Set(needles.flatMap(\.bytes)) {
            columns[Int(byte)] = UInt16(width)
            width += 1
        }
        next = [Int32](repeating: -1, count: width)
        for (bytes, what) in needles where !bytes.isEmpty { add(bytes, what) }
        complete()
    }

    private static func folded(_ bytes: Bytes) -> Bytes {
        var folding = Folding()
        return bytes.compactMap { folding.fold($0) }
    }

    private mutating func add(_ bytes: Bytes, _ what: Traces) {
        var state = 0
        for byte in bytes {
            let slot = state * width + Int(columns[Int(byte)])
            if next[slot] < 0 {
                next[slot] = Int32(ends.count)
                ends.append([])
                next += repeatElement(-1, count: width)
            }
            state = Int(next[slot])
        }
        ends[state].insert(what)
    }

    /// Where no needle goes on, the search goes on in the longest ending that is a needle's beginning.
    private mutating func complete() {
        var endings = [Int](repeating: 0, count: ends.count)
        var queue = [0]
        var first = 0
        while first < queue.count {
            let state = queue[first]
            first += 1
            for column in 0..<width {
                let slot = state * width + column
                let other = state == 0 ? 0 : Int(next[endings[state] * width + column])
                guard next[slot] > 0 else {
                    next[slot] = Int32(other)
                    continue
                }
                let child = Int(next[slot])
                endings[child] = other
                ends[child].formUnion(ends[other])
                queue.append(child)
            }
        }
    }

    // MARK: Searching

    /// - Parameter pieces: searched each for itself. A piece that has backslashes is searched as JSON and calendars mean
    ///   them, too.
    func traces(in pieces: Bytes...) -> Traces { traces(in: pieces) }

    func traces(in pieces: [Bytes]) -> Traces {
        pieces.reduce(into: []) { found, piece in
            found.formUnion(search(piece))
            if piece.contains(UInt8(ascii: "\\")) { found.formUnion(search(Escapes.resolved(piece))) }
        }
    }

    private func search(_ bytes: Bytes) -> Traces {
        var scan = Scan(self)
        bytes.withUnsafeBytes { scan.read($0) }
        return scan.found
    }

    /// A search through bytes that come in pieces.
    struct Scan {
        private let needles: Needles
        private var state = 0
        private var folding = Folding()
        private(set) var found: Traces = []

        init(_ needles: Needles) { self.needles = needles }

        mutating func read(_ bytes: UnsafeRawBufferPointer) {
            needles.next.withUnsafeBufferPointer { next in
                for byte in bytes {
                    guard let byte = folding.fold(byte) else { continue }
                    state = Int(next[state * needles.width + Int(needles.columns[Int(byte)])])
                    found.formUnion(needles.ends[state])
                }
            }
        }
    }

    /// Makes capitals small in UTF-8, up to Ö, and white space one space. Each byte depends on the one before it alone.
    private struct Folding {
        private var last: UInt8 = 0

        /// Nil for a byte that is left out.
        mutating func fold(_ byte: UInt8) -> UInt8? {
            let former = last
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): last = byte + 0x20
            // À to Þ, but not the sign ×.
            case 0x80...0x9E where former == 0xC3 && byte != 0x97: last = byte + 0x20
            case 0x09, 0x0A, 0x0D, 0x20:
                last = 0x20
                if former == 0x20 { return nil }
            default: last = byte
            }
            return last
        }
    }
}

/// Backslashes as JSON (RFC 8259 §7) and calendars (RFC 5545 §3.3.11) have them.
enum Escapes {
    /// `\u00e5` is å; `\n`, `\r` and `\t` are white space; any other `\x` is x.
    static func resolved(_ bytes: Bytes) -> Bytes {
        var resolved = Bytes()
        resolved.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                resolved.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "r"), UInt8(ascii: "t"): resolved.append(0x20)
            case UInt8(ascii: "u"):
                let code = UInt32(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16)
                // Half of a pair, as for an emoji, stands in no marker that matters.
                guard let scalar = code.flatMap(Unicode.Scalar.init) else { continue }
                rest = rest.dropFirst(4)
                resolved += Bytes(String(Character(scalar)).utf8)
            default: resolved.append(kind)
            }
        }
        return resolved
    }
}
