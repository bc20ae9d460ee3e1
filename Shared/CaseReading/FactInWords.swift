package import CloudEvents
import Codec
package import Domain
import Foundation
import SwiftProtobuf

/// One fact in words that say what happened and who did it, and nothing of what was written about the child (rule 22).
///
/// The sentence stands in the catalogue under `fact.` and the fact's type. Its placeholders name fields of the fact:
///
///     fact.mapping.concluded
///       who {by|name}
///       en mapping concluded: {outcome|outcome}, next date {nextDate}
package struct FactInWords {
    package let what: String
    package let who: String
    /// What the fact shows beside its own sentence, in order.
    package let further: [String]

    /// - Parameters:
    ///   - mask: hides where the child is.
    ///   - names: names people, units and municipalities; nil: their ids are shown.
    ///   - showsWritten: whether the reasons that people gave in their own words are shown; else each is `…`.
    /// - Returns: nil for what is no part of a case's story.
    package init?(
        _ event: Event, _ language: Language, mask: PlaceMask?, names: DirectoryNames? = nil, showsWritten: Bool = false
    ) {
        let name = Self.name(event.type)
        guard let sentence = Catalogue.entry(name, language.rawValue),
            let type = EventRegistry.event(ofType: event.type),
            let fact = try? event.decode(type), let object = fact.object as? [String: Any]
        else { return nil }
        let fields = Fields(object, language, mask, names, showsWritten)
        what = fields.filled(sentence)
        who = fields.filled(Catalogue.entry(name, "who") ?? "")
        further = Self.furtherWords.filter { fields.isTrue($0.flag) }.map { Catalogue.text($0.name, language) }
    }

    /// What is said beside a fact's own sentence where a flag is set.
    private static let furtherWords = [
        (flag: "harmSuspected", name: "fact.concern.harm"), (flag: "doubt.giverUnknown", name: "doubt.giver_unknown"),
        (flag: "doubt.byUnknown", name: "doubt.by_unknown"),
    ]

    /// The name of a fact's sentence in the catalogue.
    package static func name(_ type: String) -> String {
        "fact.\(type.dropFirst("se.tillsammans.".count).dropLast(".v1".count))"
    }

    /// Who gives a consent, by the key that the case has for them.
    package static func giver(_ key: String, _ language: Language) -> String {
        switch key {
        case "youth": Catalogue.text("giver_name.youth", language)
        case "child": Catalogue.text("giver_name.child", language)
        case "others": Catalogue.text("giver_name.others", language)
        case "guardian_unknown": Catalogue.text("giver_name.unknown", language)
        case "guardian_deceased": Catalogue.text("giver_name.deceased", language)
        default: "\(Catalogue.text("giver_name.guardian", language)) \(key.prefix(4))"
        }
    }
}

/// A fact's fields by their JSON names, and how each is read by a person.
private struct Fields {
    private let object: [String: Any]
    private let language: Language
    private let mask: PlaceMask?
    private let names: DirectoryNames?
    private let showsWritten: Bool

    init(
        _ object: [String: Any], _ language: Language, _ mask: PlaceMask?, _ names: DirectoryNames?,
        _ showsWritten: Bool
    ) {
        (self.object, self.language, self.mask, self.names) = (object, language, mask, names)
        self.showsWritten = showsWritten
    }

    private var family: [String] {
        values(at: "meeting.participants").compactMap { $0 as? [String: Any] }
            .filter { $0["family"] as? Bool == true }.compactMap { $0["person"] as? String }
    }

    func isTrue(_ path: String) -> Bool { values(at: path).first as? Bool == true }

    /// A sentence with its placeholders filled in: `{path}`, `{path|reading}`, and `{path?text}` for a flag.
    func filled(_ sentence: String) -> String {
        let parts = sentence.split(separator: "{", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts[0])) { text, part in
            let ends = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            text += value(of: ends[0])
            text += ends.count == 2 ? ends[1] : ""
        }
    }

    private func value(of placeholder: Substring) -> String {
        let flag = placeholder.split(separator: "?", maxSplits: 1)
        if flag.count == 2 { return Catalogue.text("\(flag[1]).\(isTrue(String(flag[0])))", language) }
        let parts = placeholder.split(separator: "|", maxSplits: 1).map(String.init)
        let reading = parts.count == 2 ? parts[1] : nil
        return values(at: parts[0]).map { read($0, as: reading) }.filter { !$0.isEmpty }
            .joined(separator: reading == "reason" || reading == "obstacle" ? " " : ", ")
    }

    /// Every value at a path. A list on the way has several.
    private func values(at path: String) -> [Any] {
        path.split(separator: ".").reduce([object]) { values, name in
            values.flatMap { value -> [Any] in
                guard let next = (value as? [String: Any])?[String(name)] else { return [] }
                return next as? [Any] ?? [next]
            }
        }
    }

    private func read(_ value: Any, as reading: String?) -> String {
        let shown = mask?.shown(value, language) ?? value
        guard let reading else { return "\(shown)" }
        let fields = value as? [String: Any] ?? [:]
        func text(_ name: String) -> String { fields[name] as? String ?? "" }
        switch reading {
        case "written": return showsWritten || "\(value)".isEmpty ? "\(value)" : "…"
        case "name": return name(of: "\(value)")
        case "day": return instant(value).map { CivilTime.day(of: $0).description } ?? ""
        case "instant": return instant(value).map(Chronology.day) ?? ""
        case "time":
            guard let start = instant(text("start")), let end = instant(text("end")) else { return "" }
            return CivilTime.swedish(from: start, to: end)
        case "giver": return giver("\(value)")
        case "participant":
            return name(of: text("person"))
        case "obstacle": return obstacle(text)
        case "reason":
            let word = language == .swedish ? "swedish" : "english"
            return (shown as? [String: Any])?[word] as? String ?? ""
        default:
            // A text of the catalogue may name a field, too.
            return "\(shown)".isEmpty ? "" : filled(Catalogue.text("\(reading).\(shown)", language))
        }
    }

    /// What an id of the directory is shown as. The mask goes before the name. A meeting names some of the family, too.
    private func name(of id: String) -> String {
        if id.isEmpty { return "" }
        if family.contains(id) { return giver(id) }
        return mask?.name(of: id, language) ?? names?.name(of: id, language) ?? id
    }

    private func obstacle(_ text: (String) -> String) -> String {
        let reason = MeetingImpossible.Reason.with {
            ($0.person, $0.role, $0.unit) = (text("person"), text("role"), text("unit"))
            ($0.swedish, $0.english) = (text("swedish"), text("english"))
        }
        return reason.words(language, name: name, giver: giver)
    }

    private func giver(_ key: String) -> String { names?.guardian(key) ?? FactInWords.giver(key, language) }

    private func instant(_ value: Any) -> Date? { (value as? String).flatMap(Timestamp.date) }
}
