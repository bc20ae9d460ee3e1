/// How an element is found: as a person would say it, or by CSS.
struct Locator: Encodable, Sendable, CustomStringConvertible {
    let using: String
    let value: String
    let description: String

    private init(_ using: String, _ value: String, _ description: String) {
        (self.using, self.value, self.description) = (using, value, description)
    }

    private enum CodingKeys: CodingKey { case using, value }

    static func css(_ selector: String) -> Self { .init("css selector", selector, selector) }

    static func xpath(_ path: String) -> Self { .init("xpath", path, path) }

    /// The control that a label names. Within a group of controls, that of the group with this legend.
    static func field(_ label: String, in legend: String? = nil) -> Self {
        let labels = labels(label, legend)
        let control = "*[self::input or self::select or self::textarea]"
        return .init(
            "xpath", "//\(control)[@id=\(labels)/@for] | \(labels)//\(control)",
            "the field “\(label)”" + (legend.map { " of “\($0)”" } ?? ""))
    }

    /// A control's label itself.
    static func label(_ label: String, in legend: String? = nil) -> Self {
        .init("xpath", labels(label, legend), "the label “\(label)”" + (legend.map { " of “\($0)”" } ?? ""))
    }

    private static func labels(_ label: String, _ legend: String?) -> String {
        let group = legend.map { "//fieldset[legend[\(says($0))]]" } ?? ""
        return "\(group)//label[\(says(label))]"
    }

    static func button(_ text: String) -> Self {
        .init("xpath", ".//button[\(says(text))] | .//input[@type='submit'][@value=\(literal(text))]", "“\(text)”")
    }

    static func link(_ text: String) -> Self { .init("xpath", ".//a[@href][\(says(text))]", "the link “\(text)”") }

    static func heading(_ text: String) -> Self {
        .init(
            "xpath", ".//*[self::h1 or self::h2 or self::h3 or self::h4][\(says(text))]", "the heading “\(text)”")
    }

    /// Whatever says this and no smaller part of it does.
    static func text(_ text: String) -> Self {
        let holds = "contains(normalize-space(.), \(literal(text)))"
        return .init("xpath", ".//body//*[\(holds)][not(*[\(holds)])][not(self::script)]", "the text “\(text)”")
    }

    /// A line of a list that says all this.
    static func line(_ texts: [String]) -> Self {
        let holds = texts.map { "[contains(normalize-space(.), \(literal($0)))]" }.joined()
        return .init("xpath", ".//li\(holds)", "a line with \(texts)")
    }

    /// What a list of pairs has beside a term.
    static func value(of term: String) -> Self {
        .init("xpath", ".//dt[\(says(term))]/following-sibling::dd[1]", "the value of “\(term)”")
    }

    /// What has a role that is written out.
    static func role(_ role: String) -> Self { .css("[role='\(role)']") }

    // MARK: XPath

    /// The whole text, or the part of it that comes before a note in an element of its own.
    private static func says(_ text: String) -> String {
        let literal = literal(text)
        return "normalize-space(.)=\(literal) or normalize-space(text()[normalize-space(.)][1])=\(literal)"
    }

    /// XPath has no escapes: where a text holds both kinds of quotes, it is put together from pieces.
    static func literal(_ text: String) -> String {
        guard text.contains("'") else { return "'\(text)'" }
        guard text.contains("\"") else { return "\"\(text)\"" }
        let pieces = text.split(separator: "'", omittingEmptySubsequences: false).map { "'\($0)'" }
        return "concat(\(pieces.joined(separator: ", \"'\", ")))"
    }
}
