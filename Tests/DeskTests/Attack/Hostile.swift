import Foundation
import HTTPTypes

/// What somebody writes who wants more than a text: each stands between marks, by which it is found again on a page.
enum Hostile {
    /// What every field takes, and every directory.
    static let names = [
        "{{csrf}}", "{{{title}}}", "{{#text}}desk.sign_out{{/text}}", "{{>layout}}", "{{=<% %>=}}",
        "{who} {when} {case}",
        "<script>alert(1)</script>", "</textarea></title><b>", "\" onfocus=alert(1) x=\"", "' onfocus=alert(1) x='",
        // To Swift a letter with a mark on it is one character; to a browser these are a quotation mark, and more.
        "\"\u{301} onfocus=alert(1) x=\"\u{FE0F}", "<\u{301}b>", "&\u{200D}lt;", "'\u{20DD}", ">\u{E0100}",
        "javascript:alert(1)", "\u{202E}txet", "\u{2066}a\u{2028}b", "å€😀\u{1F469}\u{200D}\u{1F467}", "\u{301}\u{301}",
        "--><!--", "&#60;b&#62; &quot;", "desk.sign_out", "../../%2e%2e/%00",
    ]
    static let texts = names + ["a\nSet-Cookie: x=y\n\nb", "\u{0}\u{1}", "\u{1B}[31m\u{7F}"]

    private static let (start, end) = (Data("QX".utf8), Data("XQ".utf8))

    static func marked(_ text: String) -> String { "QX\(text)XQ" }

    /// All of them, as much as a field takes.
    static let all = texts.map(marked).joined(separator: " ")

    /// What stands between the marks on a page, as a reader would see it.
    struct Found {
        private(set) var texts: [String] = []
        private(set) var faults: [String] = []

        init(_ html: String) {
            var rest = Data(html.utf8)[...]
            while let opened = rest.range(of: Hostile.start) {
                rest = rest[opened.upperBound...]
                guard let closed = rest.range(of: Hostile.end) else {
                    faults.append("a text is cut off: \(String(decoding: rest.prefix(40), as: UTF8.self))")
                    return
                }
                let inner = rest[..<closed.lowerBound]
                rest = rest[closed.upperBound...]
                let text = Hostile.plain(String(decoding: inner, as: UTF8.self))
                if inner.contains(where: { Data("<>\"'".utf8).contains($0) }) { faults.append("not escaped: \(text)") }
                // Equal byte for byte: to Swift, texts that look the same are the same.
                if !Hostile.texts.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
                    faults.append("not what was written: \(text)")
                }
                texts.append(text)
            }
        }
    }

    private static func plain(_ text: String) -> String {
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        var (bytes, plain) = (Array(text.utf8)[...], [UInt8]())
        while let byte = bytes.first {
            let entity = entities.first { bytes.starts(with: $0.0.utf8) }
            plain += entity.map { Array($0.1.utf8) } ?? [byte]
            bytes = bytes.dropFirst(entity?.0.utf8.count ?? 1)
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// What is wrong with an answer to something hostile.
    static func faults(in answer: DeskTester.Answer) -> [String] {
        var faults = Found(answer.html).faults
        for field in answer.headers
        where field.value.contains("QX") || field.value.contains("alert(1)") || field.name == .setCookie {
            faults.append("in the header \(field.name)")
        }
        if answer.html.contains("<h1") { faults += HTMLCheck(answer.html).faults }
        return faults
    }
}
