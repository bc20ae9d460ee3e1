import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("The directory's file: checked as a whole, compared before it is applied")
struct DirectoryFileTests {
    private static let example = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Examples/soermland.yaml").standardizedFileURL.path

    private func read(_ text: String) throws -> DirectoryFile {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/county.yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try DirectoryFile(path)
    }

    private static let small = """
        code: TST
        name: Testlän
        county_function: anna
        municipalities:
          - { code: "0001", name: Testby, fallback_unit: hub }
        units:
          - { id: hub, kind: fallback, municipality: "0001", name: Hubben, named_person: anna, manager: anna }
        people:
          - id: anna
            name: Anna Exempelson
            email: anna@example.org
            unit: hub
            role: coordinator
            absences: [{ from: 2026-12-01, to: 2026-12-24 }]
            deputy: anna
        participants:
          - { organisation: education, nobody: "Ingen kallas" }
          - { organisation: social_services, nobody: "Ingen kallas" }
          - { organisation: health_care, nobody: "Ingen kallas" }
        """

    @Test("the example county holds, and so does a small one with days of leave")
    func holds() throws {
        #expect(try DirectoryFile(Self.example).county.units.count == 81)
        let county = try read(Self.small).county
        let (first, last) = (try #require(LocalDate("2026-12-01")), try #require(LocalDate("2026-12-24")))
        #expect(county.people["anna"]?.absences == [first...last])
    }

    @Test("every fault is told with its line, and all of them at once")
    func lines() throws {
        let broken = Self.small.replacing("fallback_unit: hub", with: "fallback_unit: hubb")
            .replacing("kind: fallback", with: "kind: hub").replacing("anna@example.org", with: "anna")
            .replacing("to: 2026-12-24", with: "to: 2026-11-24").replacing("deputy: anna", with: "deputy: bo")
            .replacing("county_function: anna", with: "county_function: bo")
        let fault = #expect(throws: CommandFault.self) { try read(broken) }
        let lines = try #require(fault).description.split(separator: "\n").dropFirst().map { line in
            line.split(separator: ":")[1...2].joined(separator: ":")
        }
        #expect(
            lines == [
                "3: county_function", "5: municipalities[0].fallback_unit", "7: units[0].kind", "11: people[0].email",
                "14: people[0].absences[0]", "15: people[0].deputy",
            ])
    }

    @Test("a field that does not exist or is of another kind is told with its line")
    func unknown() throws {
        let broken = Self.small.replacing("role: coordinator", with: "rolle: coordinator")
            .replacing("name: Hubben", with: "name: [Hubben]")
        let fault = #expect(throws: CommandFault.self) { try read(broken) }
        let text = try #require(fault).description
        #expect(text.contains(":7: units[0].name:") && text.contains(":13: people[0].rolle:"))
    }

    @Test("what is no YAML, or no mapping, is told as such", arguments: ["a: [", "just words", ""])
    func malformed(text: String) { #expect(throws: CommandFault.self) { try read(text) } }

    @Test("aliases are refused by name and line before anything is composed: some bytes of them stand for gigabytes")
    func aliases() throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            bomb +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let fault = #expect(throws: CommandFault.self) { try read(bomb) }
        #expect(
            try #require(fault).description.hasSuffix(
                ":2: *a0 repeats what &a0 marks, and no alias is read: write out "
                    + "what it stands for"))
        // As keys they cost time where they are compared.
        #expect(throws: CommandFault.self) { try read("a: &k [x]\n? *k\n: 1\n") }
        #expect(DirectoryFile.alias(in: "x: &later 1\ny: *earlier\n") == nil)
    }

    @Test("an asterisk or ampersand in a name is none")
    func signs() throws {
        let other = Self.small.replacing("Testlän", with: "Barn &unga * Hälsa*").replacing(
            "Hubben", with: "\"*Hubb & co\"")
        #expect(try read(other).directory.name == "Barn &unga * Hälsa*")
    }

    @Test("size and depth have limits, which the refusal says")
    func limits() throws {
        func refusal(_ text: String) throws -> String {
            let fault = #expect(throws: CommandFault.self) { try read(text) }
            return try #require(fault).description
        }
        #expect(try refusal(String(repeating: "#", count: 1_000_001)).hasSuffix("has more than 1000000 bytes"))
        let deep = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        #expect(try refusal("a: \(deep)\n").hasSuffix("more than 20 levels deep"))
        for text in ["[", "{a: ", "- ", "? ", "x: ["] {
            #expect(
                try refusal(String(repeating: text, count: 100_000)).hasSuffix("more than 20 levels deep"), "\(text)")
        }
        #expect(try refusal("a: [" + String(repeating: "x, ", count: 100_000)).count < 1_000, "its line is not quoted")
    }

    @Test("the difference names what is added, removed and changed, field by field")
    func difference() throws {
        let old = try read(Self.small).directory
        var new = old
        new.people[0].email = "new@example.org"
        new.people.append(.with { ($0.id, $0.unit) = ("bo", "hub") })
        new.settings.adultAge = 19
        new.units = []
        #expect(
            DirectoryDifference.lines(from: old, to: new) == [
                "- unit hub", "~ person anna: email", "+ person bo", "~ settings: adultAge",
            ])
        #expect(DirectoryDifference.lines(from: old, to: old).isEmpty)
    }

    @Test("a person who is removed while owning cases, or working in them, is reported with those cases")
    func removed() throws {
        let directory = try read(Self.small).directory
        func status(_ reference: String, _ owner: String, _ delegate: String = "", _ phase: String = "mapping")
            -> CaseStatus
        {
            .with {
                ($0.caseReference, $0.owner, $0.delegate, $0.unit, $0.phase) = (
                    reference, owner, delegate, "hub", phase
                )
            }
        }
        let statuses = [
            status("TST-2", "bo"), status("TST-1", "anna"), status("TST-3", "anna", "bo"),
            status("TST-4", "bo", "", "closed"),
        ]
        #expect(
            DirectoryCommand.left(statuses, by: directory) == [
                "! case TST-2 is owned by bo, who is removed", "! case TST-3 is delegated to bo, who is removed",
            ])
    }
}
