import Foundation

/// Reads the headers and parts of a mail message that count here (RFC 2045, RFC 2046, RFC 5322). One pass over its lines,
/// whatever its boundaries are.
struct MIMEMessage {
    static let largestBytes = 10_000_000
    static let largestDepth = 10
    static let largestHeader = 8_000
    static let largestHeaders = 100

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// The headers that decide what becomes of a message. Those on top come first: servers add theirs there.
    private static let names: Set<String> = [
        "from", "to", "cc", "delivered-to", "x-original-to", "envelope-to", "return-path", "auto-submitted",
        "precedence",
        "list-id", "authentication-results", "message-id", "content-type", "content-transfer-encoding",
    ]

    private struct Header {
        let name: String
        var value: [UInt8]

        var room: Int { MIMEMessage.largestHeader - value.count }
    }

    private struct Part {
        let type: String
        let encoding: String
        var body: [UInt8] = []
    }

    private let types: Set<String>
    private var headers: [Header] = []
    /// Of what is read now, the message or a part of it; nil after them.
    private var open: [Header]? = []
    private var isOfMessage = true
    /// The header that was read last counts, and so do the lines that go on with it.
    private var lastCounts = false
    /// The boundaries of what is open, outermost first.
    private var boundaries: [[UInt8]] = []
    /// The part that is read; nil where it is none that is wanted.
    private var part: Part?
    private var parts: [Part] = []

    /// How many lines and boundaries were looked at.
    private(set) var steps = 0

    /// The first part of a type, decoded; nil where there is none.
    func content(_ type: String) -> Data? {
        parts.first { $0.type == type }.map { Self.decoded($0.body, $0.encoding) }
    }

    /// The values of a header of the message, the topmost first.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map {
            String(decoding: $0.value, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
    }

    /// Finds the first part of each type.
    ///
    /// - Throws: ``Problem`` for a message that is too large or too deep.
    init(_ data: Data, finding types: Set<String>) throws(Problem) {
        self.types = types
        guard data.count <= Self.largestBytes else {
            throw Problem(description: "the message has more than \(Self.largestBytes) bytes")
        }
        try read([UInt8](data)[...]) { $0.parts.count == types.count }
    }

    /// Reads the message's own headers alone, however large the rest is.
    init(headersOf data: Data) {
        types = []
        // Without a boundary no part begins, and nothing can be too deep.
        try? read([UInt8](data.prefix(Self.largestHeader * Self.largestHeaders))[...]) { !$0.isOfMessage }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, until isEnough: (Self) -> Bool) throws(Problem) {
        var start = 0
        while start < bytes.count, !isEnough(self) {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            try read(line: bytes[start..<min(end + 1, bytes.count)])
            start = end + 1
        }
        endPart()
        if isOfMessage { endHeaders() }
    }

    /// Reads a line with its end.
    private mutating func read(line: ArraySlice<UInt8>) throws(Problem) {
        steps += 1 + boundaries.count
        var content = line
        while let last = content.last, last == 0x0A || last == 0x0D || last == 0x20 || last == 0x09 {
            content.removeLast()
        }
        if content.starts(with: [0x2D, 0x2D]), let (depth, isEnd) = delimiter(content.dropFirst(2)) {
            endPart()
            boundaries.removeLast(boundaries.count - depth - (isEnd ? 0 : 1))
            open = isEnd ? nil : []
        } else if part != nil {
            part?.body += line
        } else if open != nil {
            if content.isEmpty { try beginBody() } else { addHeader(content) }
        }
    }

    private mutating func endPart() {
        if let part { parts.append(part) }
        part = nil
    }

    /// Which boundary a line is, from the innermost on, and whether it is the last one of its kind.
    private func delimiter(_ text: ArraySlice<UInt8>) -> (depth: Int, isEnd: Bool)? {
        for (depth, boundary) in boundaries.enumerated().reversed() {
            if text.elementsEqual(boundary) { return (depth, false) }
            if text.count == boundary.count + 2, text.starts(with: boundary), text.hasSuffix([0x2D, 0x2D]) {
                return (depth, true)
            }
        }
        return nil
    }

    /// A line that begins with a space goes on with the header before it.
    private mutating func addHeader(_ line: ArraySlice<UInt8>) {
        if line.first == 0x20 || line.first == 0x09 {
            guard lastCounts, let last = open?.indices.last, let room = open?[last].room else { return }
            open?[last].value += line.prefix(room)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon].prefix(40), as: UTF8.self).lowercased()
            lastCounts = (open?.count ?? 0) < Self.largestHeaders && Self.names.contains(name)
            guard lastCounts else { return }
            open?.append(Header(name: name, value: Array(line[(colon + 1)...].prefix(Self.largestHeader))))
        }
    }

    /// Keeps the message's own headers.
    private mutating func endHeaders() {
        headers = open ?? []
        isOfMessage = false
    }

    private mutating func beginBody() throws(Problem) {
        let known = open ?? []
        func header(_ name: String) -> String {
            let value = known.last { $0.name == name }?.value ?? []
            return String(decoding: value, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
        if isOfMessage { endHeaders() }
        open = nil
        let content = header("content-type")
        let type = content.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
        if types.contains(type), !parts.contains(where: { $0.type == type }) {
            part = Part(type: type, encoding: header("content-transfer-encoding").lowercased())
        }
        guard type.hasPrefix("multipart/"), let boundary = Self.boundary(content) else { return }
        guard boundaries.count < Self.largestDepth else {
            throw Problem(description: "its parts stand in each other more than \(Self.largestDepth) deep")
        }
        boundaries.append(Array(boundary.utf8))
    }

    private static func boundary(_ contentType: String) -> String? {
        guard let range = contentType.range(of: "boundary=", options: .caseInsensitive) else { return nil }
        let value = contentType[range.upperBound...]
        let boundary =
            value.first == "\"" ? value.dropFirst().prefix { $0 != "\"" } : value.prefix { $0 != ";" && $0 != " " }
        return boundary.isEmpty ? nil : String(boundary)
    }

    private static func decoded(_ body: [UInt8], _ encoding: String) -> Data {
        switch encoding {
        case "base64": Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters) ?? Data()
        case "quoted-printable": Data(unquoted(body))
        default: Data(body)
        }
    }

    /// Quoted-printable: `=C3` is a byte, and `=` at the end of a line joins it with the next.
    static func unquoted(_ body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = body.filter { $0 != 0x0D }[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            let code = rest.prefix(2)
            rest = rest.dropFirst(code.first == 0x0A ? 1 : 2)
            if let value = UInt8(String(decoding: code, as: UTF8.self), radix: 16) { bytes.append(value) }
        }
        return bytes
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
