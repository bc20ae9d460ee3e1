import Foundation

/// Finds a part in a mail message (RFC 2045, RFC 2046). One pass over its lines, whatever its boundaries are.
struct MIMEMessage {
    static let largestBytes = 10_000_000
    static let largestDepth = 10

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// The boundaries of what is open, outermost first.
    private var boundaries: [[UInt8]] = []
    /// Of the part that is read: its headers that count, by name; nil after them.
    private var headers: [String: [UInt8]]? = [:]
    private var lastHeader = ""
    /// The part that is wanted, once it has begun.
    private var found: (encoding: String, body: [UInt8])?
    private let type: String

    /// How many lines and boundaries were looked at.
    private(set) var steps = 0

    /// The content of the part, decoded; nil where there is none.
    var content: Data? { found.map { Self.decoded($0.body, $0.encoding) } }

    /// Finds the first part of a type.
    ///
    /// - Throws: ``Problem`` for a message that is too large or too deep.
    init(_ data: Data, finding type: String) throws(Problem) {
        self.type = type
        guard data.count <= Self.largestBytes else {
            throw Problem(description: "the message has more than \(Self.largestBytes) bytes")
        }
        let bytes = [UInt8](data)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let isLast = try take(bytes[start..<min(end + 1, bytes.count)])
            if isLast { break }
            start = end + 1
        }
    }

    /// Takes a line with its end, and says whether the wanted part ends before it.
    private mutating func take(_ line: ArraySlice<UInt8>) throws(Problem) -> Bool {
        steps += 1 + boundaries.count
        var content = line
        while let last = content.last, last == 0x0A || last == 0x0D || last == 0x20 || last == 0x09 {
            content.removeLast()
        }
        if content.starts(with: [0x2D, 0x2D]), let (depth, isEnd) = delimiter(content.dropFirst(2)) {
            if found != nil { return true }
            boundaries.removeLast(boundaries.count - depth - (isEnd ? 0 : 1))
            headers = isEnd ? nil : [:]
            lastHeader = ""
        } else if found != nil {
            found?.body += line
        } else if headers != nil {
            if content.isEmpty { try beginBody() } else { addHeader(content) }
        }
        return false
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
            headers?[lastHeader]? += line
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            lastHeader = String(decoding: line[..<colon].prefix(40), as: UTF8.self).lowercased()
            if ["content-type", "content-transfer-encoding"].contains(lastHeader) {
                headers?[lastHeader] = Array(line[(colon + 1)...])
            }
        }
    }

    private mutating func beginBody() throws(Problem) {
        func header(_ name: String) -> String {
            String(decoding: headers?[name] ?? [], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
        let content = header("content-type")
        let type = content.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
        let encoding = header("content-transfer-encoding").lowercased()
        headers = nil
        if type == self.type { found = (encoding, []) }
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
    private static func unquoted(_ body: [UInt8]) -> [UInt8] {
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
