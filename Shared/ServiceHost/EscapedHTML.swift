package import Mustache

/// Escapes texts for HTML byte by byte, as browsers read them.
///
/// swift-mustache 2.1 goes by what a reader sees as one character. To it a quotation mark with a combining mark on it is another
/// character, and stays as it is; to a browser it is a quotation mark, and ends an attribute.
package struct EscapedHTML: MustacheContentType {
    package init() {}

    package func escapeText(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
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
