package import Mustache

/// Escapes texts for HTML byte by byte, as browsers read them.
///
/// swift-mustache 2.1 goes by what a reader sees as one character. To it a quotation mark with a combining mark on it is another
/// character, and stays as it is; to a browser it is a quotation mark, and ends an attribute.
package struct EscapedHTML: MustacheContentType {
    package init() {}

    package func escapeText(_ text: String) -> String {
        // Most texts have nothing to escape. In UTF-8 none of these bytes is a part of another character.
        let isPlain = text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy { Self.escaped($0) == nil } }
        if isPlain == true { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for byte in text.utf8 {
            if let escaped = Self.escaped(byte) { bytes += escaped.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(__always)
    private static func escaped(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    fileprivate static let name: String = {
        let name = "ESCAPED_HTML"
        MustacheContentTypes.register(EscapedHTML(), named: name)
        return name
    }()
}

extension MustacheTemplate {
    /// Reads a template of HTML, whose values are escaped by ``EscapedHTML``.
    ///
    /// - Throws: a fault of the template.
    package init(html text: String) throws {
        try self.init(string: "{{% CONTENT_TYPE:\(EscapedHTML.name)}}\n" + text)
    }
}
