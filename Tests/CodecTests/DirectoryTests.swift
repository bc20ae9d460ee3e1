import Codec
import Domain
import SwiftProtobuf
import TestSupport
import Testing

@Suite("The directory, checked as a whole")
struct DirectoryTests {
    @Test("a directory that holds becomes a county")
    func whole() throws {
        let county = try ExampleCounty.message.county()
        #expect(county.units.count == 9)
        #expect(county.people["family"]?.hours[1] == WorkingHours(from: 480, to: 1_020))
        #expect(county.settings.youthConsentAge == 15)
        #expect(county.privacyOfficer == "officer" && county.settings.emergencyHours == 3)
    }

    @Test("rule 22: the privacy officer is one of the people, and emergency access ends within a day")
    func emergency() throws {
        var message = ExampleCounty.message
        (message.privacyOfficer, message.settings.emergencyHours) = ("nobody", 25)
        let refusal = #expect(throws: Refusal.self) { try message.county() }
        #expect(Set(refusal?.faults.map(\.path) ?? []) == ["privacy_officer", "settings.emergency_hours"])
    }

    @Test("what is found when calendars open is booked, or proposed where the county says so (rule 18)")
    func foundTime() throws {
        func setting(_ word: String) throws -> County.FoundTime {
            try CountyDirectory.with {
                $0 = ExampleCounty.message
                $0.settings.foundTime = word
            }.county().settings.foundTime
        }
        #expect(try [setting(""), setting("book"), setting("propose")] == [.book, .book, .propose])
        let refusal = #expect(throws: Refusal.self) { try setting("wait") }
        #expect(refusal?.faults.map(\.path) == ["settings.found_time"])
    }

    @Test("the least level of assurance at the desk is 1, 2, 3 or 4, or none at all")
    func minimumAssurance() throws {
        for (level, expected) in [(0, nil), (1, Assurance.one), (4, .four)] as [(Int32, Assurance?)] {
            var message = ExampleCounty.message
            message.settings.minimumAssurance = level
            #expect(try message.county().settings.minimumAssurance == expected)
        }
        for level in [-1, 5] as [Int32] {
            var message = ExampleCounty.message
            message.settings.minimumAssurance = level
            let refusal = #expect(throws: Refusal.self) { try message.county() }
            #expect(refusal?.faults.map(\.path) == ["settings.minimum_assurance"])
        }
    }

    @Test("rule 24: who is of the steering group is one of the people")
    func steeringGroup() throws {
        #expect(try ExampleCounty.message.county().steeringGroup == ["chair"])
        var message = ExampleCounty.message
        message.steeringGroup = ["chair", "nobody"]
        let refusal = #expect(throws: Refusal.self) { try message.county() }
        #expect(refusal?.faults.map(\.path) == ["steering_group[1]"])
    }

    @Test("each publisher has one source and one topic for its receipts, whose name Kafka takes")
    func publishers() throws {
        var message = ExampleCounty.message
        message.publishers = [("urn:a", "a"), ("urn:b", "b")].map { source, receipts in
            .with { ($0.source, $0.receipts) = (source, receipts) }
        }
        let directory = Directory(["TST": try message.county()])
        #expect(directory.receipts(of: "urn:b") == "b" && directory.receipts(of: "urn:c") == nil)
        for (source, receipts) in [("urn:a", "c"), ("urn:c", "a"), ("", "c"), ("urn:c", ""), ("urn:c", "c/d")] {
            var wrong = message
            wrong.publishers.append(.with { ($0.source, $0.receipts) = (source, receipts) })
            let refusal = #expect(throws: Refusal.self) { try wrong.county() }
            #expect(refusal?.faults.allSatisfy { $0.path.hasPrefix("publishers[2]") } == true)
        }
    }

    @Test(
        "rules 11 and 14: a table that leaves an organisation without a row for a stage is refused, with what to write")
    func uncovered() throws {
        var message = ExampleCounty.message
        message.participants.removeAll { $0.stages == ["school"] || $0.organisation == "health_care" }
        let refusal = #expect(throws: Refusal.self) { try message.county() }
        let faults = refusal?.faults ?? []
        #expect(faults.map(\.code) == [.directoryUncovered, .directoryUncovered])
        #expect(faults.allSatisfy { $0.path == "participants" })
        #expect(faults.first?.english.contains("from education for a child in school. Add a row") == true)
        let stages = Stage.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(faults.last?.english.contains("from health_care for a child in \(stages).") == true)
        message.participants += ["education", "health_care"].map { organisation in
            .with { ($0.organisation, $0.nobody) = (organisation, "Deltar inte i länets modell") }
        }
        #expect(throws: Never.self) { try message.county() }
    }

    @Test("a row names somebody or says that nobody comes, never both; its stages are the glossary's")
    func rows() throws {
        var message = ExampleCounty.message
        message.participants[0].nobody = "Ingen"
        message.participants[1].stages = ["kindergarten"]
        let refusal = #expect(throws: Refusal.self) { try message.county() }
        let told = refusal?.faults.map { "\($0.path) \($0.code.rawValue)" }
        #expect(told == ["participants[0].nobody directory.row", "participants[1].stages[0] word.unknown"])
    }

    @Test("everything that is wrong is told at once, by path")
    func faults() throws {
        var message = ExampleCounty.message
        message.units[2].namedPerson = "nobody"
        message.units[3].kind = "castle"
        message.people[1].email = "nowhere"
        message.people[11].id = "tea|cher\n"
        message.people[2].hours = ["someday": "08:00-17:00"]
        message.municipalities[0].fallbackUnit = "elsewhere"
        message.participants[0].role = "wizard"
        let refusal = #expect(throws: Refusal.self) { try message.county() }
        #expect(
            Set(refusal?.faults.map(\.path) ?? []) == [
                "units[2].named_person", "units[3].kind", "people[1].email", "people[11]", "people[2].hours.someday",
                "municipalities[0].fallback_unit", "participants[0].role",
            ])
    }
}
