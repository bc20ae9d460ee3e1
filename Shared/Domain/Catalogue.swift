/// The languages in which the suite speaks to people: Swedish to staff, English beside it.
public enum Language: String, CaseIterable, Sendable {
    case swedish = "sv"
    case english = "en"
}

/// The message catalogue: everything that a person reads, under a stable name, in `Messages/sv.properties` and
/// `Messages/en.properties`.
///
/// A line is `name = text`; `{word}` is a placeholder. A test checks that both files have the same names.
public enum Catalogue {
    /// The text under `name` with its placeholders filled in. A value that is itself a name is replaced by its text. So is one
    /// that is a name after its placeholder's: `{role}` with `social_worker` is the text of `role.social_worker`.
    public static func text(_ name: String, _ language: Language, _ values: [String: String] = [:]) -> String {
        // A test finds names without a text. In production the name is shown instead.
        guard var text = all[language]?[name] else { return name }
        for (key, value) in values {
            text.replace("{\(key)}", with: all[language]?[value] ?? all[language]?["\(key).\(value)"] ?? value)
        }
        return text
    }

    public static func holds(_ name: String) -> Bool { all[.swedish]?[name] != nil }

    /// All names, sorted.
    public static func names(_ language: Language) -> [String] { all[language, default: [:]].keys.sorted() }

    private static let all: [Language: [String: String]] = [
        .swedish: parse(PackageResources.sv_properties), .english: parse(PackageResources.en_properties),
    ]

    private static func parse(_ file: [UInt8]) -> [String: String] {
        var texts: [String: String] = [:]
        for line in String(decoding: file, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let equals = line.firstRange(of: " = ") else { continue }
            texts[String(line[..<equals.lowerBound])] = String(line[equals.upperBound...])
        }
        return texts
    }
}
