/// The languages in which the suite speaks to people: Swedish to staff, English beside it.
public enum Language: String, CaseIterable, Sendable {
    case swedish = "sv"
    case english = "en"
}

/// The message catalogue: everything that a person reads, under a stable name, in `Messages/catalogue.txt`.
///
/// Below a name stands its text in each language, after the language's code. `{word}` is a placeholder.
public enum Catalogue {
    /// The text under `name` with its placeholders filled in. A value that is itself a name is replaced by its text. So is one
    /// that is a name after its placeholder's: `{role}` with `social_worker` is the text of `role.social_worker`.
    ///
    /// What a value has in braces is text: people write values.
    public static func text(_ name: String, _ language: Language, _ values: [String: String] = [:]) -> String {
        // A test finds names without a text. In production the name is shown instead.
        guard let text = entry(name, language.rawValue) else { return name }
        if values.isEmpty { return text }
        var (filled, rest) = ("", text[...])
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let key = String(rest[rest.index(after: open)..<close])
            filled += rest[..<open]
            if let value = values[key] {
                filled += entry(value, language.rawValue) ?? entry("\(key).\(value)", language.rawValue) ?? value
            } else {
                filled += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }

    /// What stands under `name` after `code`: a language's code, or `who` under a fact's name. Nil where nothing does.
    public static func entry(_ name: String, _ code: String) -> String? { entries[name]?[code] }

    public static func holds(_ name: String) -> Bool { entries[name] != nil }

    /// All names, sorted.
    public static var names: [String] { entries.keys.sorted() }

    private static let entries: [String: [String: String]] = {
        var (entries, name): ([String: [String: String]], Substring) = ([:], "")
        let lines = String(decoding: PackageResources.catalogue_txt, as: UTF8.self).split(separator: "\n")
        for line in lines where !line.hasPrefix("#") {
            guard line.hasPrefix(" ") else {
                name = line
                continue
            }
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { entries[String(name), default: [:]][String(words[0])] = String(words[1]) }
        }
        return entries
    }()
}
