/// What a notice says, part by part. The plain text and the HTML are made from the same parts.
///
/// A template is written as plain text. Lines like `Tid: …` are facts, lines that begin with `- ` are a list, and a paragraph
/// that ends in a link is something to open. `In English:` begins the English part. Elsewhere a line break is a space.
struct NoticeBody: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case words(String)
        case facts([Fact])
        case list([Item])
        case action(Action)
    }

    struct Fact: Sendable, Equatable {
        var label: String
        var value: String
    }

    struct Item: Sendable, Equatable {
        var words: String
        /// Nil for none.
        var link: String?
    }

    struct Action: Sendable, Equatable {
        var label: String
        var link: String
    }

    let parts: [Part]
    /// Nil where a county's own template has none.
    let english: String?

    private static let englishMark = "In English:"

    init(_ text: String) {
        let paragraphs = Self.paragraphs(text)
        let isEnglish = { (lines: [Substring]) in lines.first?.hasPrefix(Self.englishMark) == true }
        parts = paragraphs.filter { !isEnglish($0) }.map(Part.init)
        english = paragraphs.first(where: isEnglish)?.joined(separator: " ")
    }

    /// The lines of each paragraph. Blank lines stand between paragraphs, however many.
    private static func paragraphs(_ text: String) -> [[Substring]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.split { $0.allSatisfy(\.isWhitespace) }.map { $0.map { Substring($0.trimmedEnd) } }
    }

    /// As plain text, with one blank line between two parts.
    var plain: String {
        (parts.map(\.plain) + [english].compactMap(\.self)).joined(separator: "\n\n") + "\n"
    }

    /// As the layout reads it. The facts stand first. Texts that hold links are HTML already, and the layout escapes all else.
    func layout(_ subject: String) -> [String: Any] {
        let facts = parts.flatMap(\.facts)
        let blocks = parts.compactMap(\.block)
        var values: [String: Any] = ["subject": subject, "blocks": blocks, "facts": facts.map(\.values)]
        if !facts.isEmpty { values["has_facts"] = true }
        if let english { values["english"] = Self.linked(english) }
        return values
    }

    /// A text as HTML, in which links can be followed. A case's reference, a time of day and a phone
    /// number stay on one line.
    static func linked(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let safe = escaped(word)
            if isLink(word) { return "<a href=\"\(safe)\">\(safe)</a>" }
            let isShort = word.count <= 24 && word.contains("-")
            return isShort ? "<span style=\"white-space: nowrap\">\(safe)</span>" : safe
        }.joined(separator: " ").replacing(" kl. ", with: " kl.&nbsp;")
            .replacing(/([0-9]) (?=[0-9])/) { "\($0.1)&nbsp;" }
    }

    private static func escaped(_ text: Substring) -> String {
        String(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    fileprivate static func isLink(_ word: some StringProtocol) -> Bool {
        (word.hasPrefix("https://") || word.hasPrefix("http://")) && !word.contains(" ")
    }
}

extension NoticeBody.Part {
    fileprivate init(_ lines: [Substring]) {
        let facts = lines.compactMap(NoticeBody.Fact.init)
        if lines.count == 1, let action = NoticeBody.Action(lines[0]) {
            self = .action(action)
        } else if facts.count == lines.count {
            self = .facts(facts)
        } else if lines[0].hasPrefix("- "), lines.allSatisfy({ $0.hasPrefix("- ") || $0.hasPrefix("  ") }) {
            self = .list(NoticeBody.Item.list(lines))
        } else {
            self = .words(lines.joined(separator: " "))
        }
    }

    fileprivate var plain: String {
        switch self {
        case .words(let words): words
        case .facts(let facts): facts.map { "\($0.label): \($0.value)" }.joined(separator: "\n")
        case .list(let items):
            items.map { item in "- \(item.words)" + (item.link.map { "\n  \($0)" } ?? "") }.joined(separator: "\n")
        case .action(let action): "\(action.label): \(action.link)"
        }
    }

    fileprivate var facts: [NoticeBody.Fact] {
        if case .facts(let facts) = self { facts } else { [] }
    }

    /// Nil for facts, which stand above all else.
    fileprivate var block: [String: Any]? {
        switch self {
        case .words(let words): ["words": NoticeBody.linked(words)]
        case .facts: nil
        case .list(let items):
            [
                "has_items": true,
                "items": items.map { item -> [String: String] in
                    let html = ["html": NoticeBody.linked(item.words)]
                    return item.link.map { html.merging(["url": $0]) { $1 } } ?? html
                },
            ]
        case .action(let action): ["action": ["label": action.label, "url": action.link]]
        }
    }
}

extension NoticeBody.Fact {
    /// `Tid: måndag …`; nil for a line that reads otherwise.
    fileprivate init?(_ line: Substring) {
        guard let colon = line.firstRange(of: ": ") else { return nil }
        (label, value) = (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
        guard label.count <= 24, label.first?.isUppercase == true, !value.isEmpty else { return nil }
    }

    fileprivate var values: [String: Any] { ["label": label, "html": NoticeBody.linked(value)] }
}

extension NoticeBody.Item {
    /// What stands below an item belongs to it.
    fileprivate static func list(_ lines: [Substring]) -> [Self] {
        var items: [Self] = []
        for line in lines {
            let words = line.dropFirst(2).drop(while: \.isWhitespace)
            if line.hasPrefix("- ") {
                items.append(.init(words: String(words)))
            } else if NoticeBody.isLink(words) {
                items[items.count - 1].link = String(words)
            } else {
                items[items.count - 1].words += " " + words
            }
        }
        return items
    }
}

extension NoticeBody.Action {
    /// `Öppna ärendet: https://…`; nil for a line that reads otherwise.
    fileprivate init?(_ line: Substring) {
        guard let colon = line.firstRange(of: ": "), NoticeBody.isLink(line[colon.upperBound...]) else { return nil }
        (label, link) = (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
}

extension Substring {
    fileprivate var trimmedEnd: String {
        var text = String(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
