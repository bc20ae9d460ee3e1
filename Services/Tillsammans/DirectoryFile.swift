import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import Yams

/// A county's YAML file, read and checked as a whole, with the line of everything that is wrong.
struct DirectoryFile {
    let directory: CountyDirectory
    let county: County

    static let largestBytes = 1_000_000
    static let largestDepth = 20

    /// - Throws: ``CommandFault`` with all faults, each as `file:line: path: what (code)`.
    init(_ path: String) throws {
        let bytes = try BoundedInput.read(path, Self.largestBytes)
        guard bytes.count <= Self.largestBytes else {
            throw CommandFault("\(path) has more than \(Self.largestBytes) bytes")
        }
        guard let text = String(data: bytes, encoding: .utf8) else { throw CommandFault("\(path) is not UTF-8") }
        if let (name, line) = Self.alias(in: text) {
            throw CommandFault(
                "\(path):\(line): *\(name) repeats what &\(name) marks, and no alias is read: write out what it stands for"
            )
        }
        do {
            // Dates are texts here, as everywhere in the suite.
            let resolver = Resolver.default.removing(.timestamp)
            guard let root = try Yams.compose(yaml: text, resolver),
                try Self.isFlat(root, path), let object = try Yams.load(yaml: text, resolver),
                JSONSerialization.isValidJSONObject(object)
            else { throw CommandFault("\(path): expected a mapping with code, name, municipalities, units, people") }
            let event = Event(
                id: "file", source: "tillsammans", type: CountyDirectory.eventType, time: Date(), content: .json,
                data: Bytes(try JSONSerialization.data(withJSONObject: object)))
            let unreadable = event.faults(as: CountyDirectory.self)
            guard unreadable.isEmpty else {
                throw Self.fault(path, unreadable.map { ($0.path, $0.reason) }, root)
            }
            directory = try event.decode(CountyDirectory.self)
            do { county = try directory.county() } catch let refusal {
                throw Self.fault(
                    path, refusal.faults.map { ($0.path, "\($0.english) [\($0.code.rawValue)]") }, root)
            }
        } catch let error as YamlError {
            throw CommandFault("\(path): \(Self.inShort(error))")
        }
    }

    /// What the parser says, without the ends of long lines that it quotes. At a thousand levels it gives up by itself.
    private static func inShort(_ error: YamlError) -> String {
        let text = "\(error)"
        if text.contains("nesting level") { return "more than \(largestDepth) levels deep" }
        return text.split(separator: "\n").map { $0.prefix(160) }.joined(separator: "\n")
    }

    /// An alias and its line. A few bytes of them can stand for gigabytes, so they are found before the text is composed.
    ///
    /// An alias needs an anchor of its name (YAML 1.2.2 §7.1): an asterisk or ampersand in a text alone is none.
    static func alias(in text: String) -> (name: String, line: Int)? {
        var names: [UInt8: Set<[UInt8]>] = [:]
        var line = 1
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "*") || byte == UInt8(ascii: "&") else { continue }
            let name = Array(rest.prefix(while: isLetterOfAnchor))
            guard !name.isEmpty else { continue }
            names[byte, default: []].insert(name)
            let isBoth = names.values.allSatisfy { $0.contains(name) } && names.count == 2
            if isBoth { return (String(decoding: name.prefix(40), as: UTF8.self), line) }
            rest = rest.dropFirst(name.count)
        }
        return nil
    }

    /// What libyaml takes into an anchor's name.
    private static func isLetterOfAnchor(_ byte: UInt8) -> Bool {
        let letter = UnicodeScalar(byte)
        return letter.properties.isAlphabetic && letter.isASCII || "0"..."9" ~= letter || letter == "_" || letter == "-"
    }

    private static func isFlat(_ root: Node, _ path: String) throws -> Bool {
        func check(_ node: Node, _ depth: Int) throws {
            guard depth <= largestDepth else {
                throw CommandFault("\(path):\(node.mark?.line ?? 1): more than \(largestDepth) levels deep")
            }
            for child in node.sequence ?? [] { try check(child, depth + 1) }
            for (key, value) in node.mapping ?? [:] {
                try check(key, depth + 1)
                try check(value, depth + 1)
            }
        }
        try check(root, 1)
        return true
    }

    private static func fault(_ file: String, _ faults: [(path: String, what: String)], _ root: Node) -> CommandFault {
        let lines = faults.map { fault in (line: line(of: fault.path, in: root), fault) }.sorted { $0.line < $1.line }
        let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
        return CommandFault(
            "\(count), nothing was applied:\n"
                + lines.map { "\(file):\($0.line): \($0.1.path): \($0.1.what)" }.joined(separator: "\n"))
    }

    /// The line on which `units[3].kind` stands, or else what it would stand in.
    static func line(of path: String, in root: Node) -> Int {
        var node = root
        for step in path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".") {
            let next = Int(step).flatMap { index in
                node.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            }
            guard let found = next ?? node.mapping?[Node(String(step))] else { break }
            node = found
        }
        return node.mark?.line ?? 1
    }
}

/// What applying a directory would change, one line for each thing: `+` added, `-` removed, `~` changed in these fields.
enum DirectoryDifference {
    static func lines(from old: CountyDirectory, to new: CountyDirectory) -> [String] {
        compare("municipality", old.municipalities, new.municipalities, \.code)
            + compare("unit", old.units, new.units, \.id) + compare("person", old.people, new.people, \.id)
            + compare("publisher", old.publishers, new.publishers, \.source)
            + compare("door", old.doors, new.doors, \.id)
            + compare(
                "participants", old.participants.enumerated().map(Row.init),
                new.participants.enumerated().map(Row.init),
                \.name, \.fields)
            + compare("settings", [old], [new], { _ in "" }, { fields($0.settings) })
            + compare(
                "county", [old], [new], \.code,
                {
                    [
                        "name": $0.name, "county_function": $0.countyFunction, "privacy_officer": $0.privacyOfficer,
                        "steering_group": $0.steeringGroup.joined(separator: " "),
                    ]
                })
    }

    private struct Row {
        let name: String
        let fields: [String: String]

        init(_ row: (offset: Int, element: CountyDirectory.ParticipantRow)) {
            (name, fields) = ("row \(row.offset + 1)", DirectoryDifference.fields(row.element))
        }
    }

    private static func compare<Message: SwiftProtobuf.Message>(
        _ what: String, _ old: [Message], _ new: [Message], _ id: (Message) -> String
    ) -> [String] {
        compare(what, old, new, id, fields)
    }

    private static func compare<Thing>(
        _ what: String, _ old: [Thing], _ new: [Thing], _ id: (Thing) -> String,
        _ fields: (Thing) -> [String: String]
    ) -> [String] {
        let before = Dictionary(old.map { (id($0), fields($0)) }) { $1 }
        let after = Dictionary(new.map { (id($0), fields($0)) }) { $1 }
        return Set(before.keys).union(after.keys).sorted().compactMap { key in
            let name = key.isEmpty ? what : "\(what) \(key)"
            switch (before[key], after[key]) {
            case (nil, _?): return "+ \(name)"
            case (_?, nil): return "- \(name)"
            case (let old?, let new?) where old != new:
                let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
                return "~ \(name): \(changed.joined(separator: ", "))"
            default: return nil
            }
        }
    }

    /// A message's fields by name, each as text; those that are empty are left out.
    private static func fields(_ message: some SwiftProtobuf.Message) -> [String: String] {
        guard let data = try? message.jsonUTF8Data(),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [:] }
        return object.mapValues { value in
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }
}
