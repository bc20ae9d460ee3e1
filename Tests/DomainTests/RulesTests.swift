import Foundation
import TestSupport
import Testing

@Suite("The rules of the domain, and where they are held")
struct RulesTests {
    /// The rules in a few words, by number.
    static let rules = [
        "Anyone who works with children can report a concern, by area and observation.",
        "Every child has a named person, by age, stage and unit.",
        "A suspicion of harm is visible at once and for ever, and does not replace the report to social services.",
        "A child is under 18 when it is observed; a case is handed over in order when the child comes of age.",
        "A consultation is anonymous.",
        "One open mapping for each child; the named person owns it, and may delegate within the own organisation.",
        "Information has four sources; the child is heard, or it says why not.",
        "Mapping describes needs by area, strengths first, and no diagnoses.",
        "The analysis answers five questions in words.",
        "An outcome has a next date, and own measures are followed up.",
        "Areas and organisations decide forum and participants.",
        "A meeting needs the consent of every guardian, and of the youth by age and maturity.",
        "Consent has a scope, and is withdrawn by one command that nothing blocks.",
        "Participants follow from areas and organisations by the county's table.",
        "The first meeting appoints the coordinator; the child is asked first.",
        "The plan is written at the meeting: measures, who, when; it is a SIP when both sides are in it.",
        "The family's word reaches the coordinator; follow-up goes on until it made a difference.",
        "Nobody is booked in two places at once, and meetings keep to working time.",
        "Clocks run from receipt, and each case has one open next step with an owner and a date.",
        "Everyone allowed sees what has happened, what happens and what comes next.",
        "The family has one named contact at each time.",
        "A notice tells nothing of the child; guardians and children are never written to automatically.",
        "A case is erased everywhere when its retention ends or an authority orders it.",
        "Participation and effect are measured with no individual visible.",
        "Lead times are visible as numbers for every municipality.",
    ]

    /// What is not built yet.
    static let later: Set<Int> = [24, 25]

    /// A place in the sources that names a rule.
    private struct Mention: Hashable, Comparable {
        let file: String
        /// The sentence of a test; empty elsewhere.
        var sentence = ""

        static func < (left: Self, right: Self) -> Bool {
            (left.file, left.sentence) < (right.file, right.sentence)
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func mentions(in folders: [String]) throws -> [Int: Set<Mention>] {
        var found: [Int: Set<Mention>] = [:]
        for folder in folders {
            let files = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
            while let name = files?.nextObject() as? String {
                let path = "\(folder)/\(name)"
                guard name.hasSuffix(".swift"), !name.hasSuffix("RulesTests.swift"), !name.contains("Generated/") else {
                    continue
                }
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                let lines = text.split(separator: "\n")
                for (index, line) in lines.enumerated() where line.contains("ule") {
                    // A comment may break a line within a list of rules.
                    let next = index + 1 < lines.count ? lines[index + 1].drop { " /".contains($0) } : ""
                    let sentence = line.firstMatch(of: /@Test\(\s*"((?:[^"\\]|\\.)*)"/).map { String($0.1) } ?? ""
                    for rule in rules(in: line + " " + next) {
                        found[rule, default: []].insert(Mention(file: path, sentence: sentence))
                    }
                }
            }
        }
        return found
    }

    /// `rule 6`, `rules 3, 4 and 12`, `rules 15 to 17`.
    private static func rules(in line: some StringProtocol) -> Set<Int> {
        var found: Set<Int> = []
        let line = String(line)
        for match in line.matches(of: /\b[Rr]ules? ((?:\d+(?:, | and | to |–)?)+)/) {
            let numbers = match.1.matches(of: /\d+/).compactMap { Int($0.0) }
            found.formUnion(numbers)
            for range in match.1.matches(of: /(\d+)(?: to |–)(\d+)/) {
                if let first = Int(range.1), let last = Int(range.2), first < last { found.formUnion(first...last) }
            }
        }
        return found
    }

    private static func page() throws -> String {
        let code = try mentions(in: ["Shared", "Services"])
        let tests = try mentions(in: ["Tests"])
        var text = """
            # Where each rule is held

            The rules are those of the county's model, in a few words. This page is made from the sources, where code and tests name the rule
            that they are about: `make docs` writes it, and a test compares it.

            | rule | code | tests |
            |---|---|---|

            """
        func link(_ path: String) -> String {
            "[\(path.split(separator: "/").last ?? "")](../\(path.replacing(" ", with: "%20")))"
        }
        for (index, rule) in rules.enumerated() {
            let number = index + 1
            let places = Set((code[number] ?? []).map(\.file)).sorted().map(link)
            let byFile = Dictionary(grouping: tests[number] ?? [], by: \.file).sorted { $0.key < $1.key }
            let proofs = byFile.map { file, mentions in
                let sentences = mentions.map(\.sentence).filter { !$0.isEmpty }.sorted()
                return link(file)
                    + (sentences.isEmpty ? "" : ": " + sentences.map { "“\($0)”" }.joined(separator: ", "))
            }
            let isLater = later.contains(number)
            text +=
                "| **\(number).** \(rule) | \(isLater ? "not built yet" : places.joined(separator: ", ")) "
                + "| \(isLater ? "" : proofs.joined(separator: "; ")) |\n"
        }
        return text
    }

    @Test("each rule is named by code and by a test, and Docs/rules.md leads to both")
    func held() throws {
        let (code, tests) = try (Self.mentions(in: ["Shared", "Services"]), Self.mentions(in: ["Tests"]))
        for number in 1...Self.rules.count where !Self.later.contains(number) {
            #expect(code[number] != nil, "no code names rule \(number)")
            #expect(tests[number] != nil, "no test names rule \(number)")
        }
        for number in Self.later { #expect(code[number] == nil, "rule \(number) is built: it belongs on the page") }
        let file = Self.root.appending(path: "Docs/rules.md")
        let page = try Self.page()
        if ProcessInfo.processInfo.environment["WRITE_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == page, "run `make docs`")
    }
}
