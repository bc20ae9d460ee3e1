/// The languages in which the suite speaks to people: Swedish to staff, English beside it.
public enum Language: String, CaseIterable, Sendable {
    case swedish = "sv"
    case english = "en"
}

/// The message catalogue: everything that a person reads, under a stable name, in `Messages/sv.properties` and
/// `Messages/en.properties`.
///
/// A line is `name = text`; `{word}` in a text is filled in. Both files have the same names, which a test checks.
public enum Catalogue {
    /// The text under `name`, with what it leaves open filled in; a value that is itself a name gives that text.
    public static func text(_ name: String, _ language: Language, _ values: [String: String] = [:]) -> String {
        // A name without a text is a fault of ours that a test finds; a person still reads something.
        guard var text = all[language]?[name] else { return name }
        for (key, value) in values { text.replace("{\(key)}", with: all[language]?[value] ?? value) }
        return text
    }

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
