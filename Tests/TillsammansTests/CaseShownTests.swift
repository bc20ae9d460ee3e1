import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("A case in a terminal (rule 20)")
struct CaseShownTests {
    private static let reference = ReadingStory.reference

    private func chronology(_ facts: any EventPayload...) throws -> Chronology {
        var chronology = Chronology(Self.reference, .swedish)
        for (index, fact) in facts.enumerated() {
            chronology.take(
                try Event(
                    id: "\(index)", source: "t", time: ExampleCounty.monday + Double(index), subject: Self.reference,
                    fact))
        }
        return chronology
    }

    private func refused(_ fault: Fault, to person: String = "") -> CommandRefused {
        var refused = CommandRefused(id: "c", type: "t", case: Self.reference, [fault])
        refused.to = person
        return refused
    }

    @Test(
        "rule 20: what somebody tried who has no part in the case is no part of its story",
        arguments: [
            Fault(.personNotAllowed, at: "by"), Fault(.personUnknown, at: "by"), Fault(.actorUnproven, at: "ce_proof"),
            Fault(.actorNotEntitled), Fault(.participantUnknown, at: "person"),
        ])
    func outsiders(fault: Fault) async throws {
        let chronology = try chronology(CaseTakenOn.with { $0.by = "head-school" }, refused(fault))
        let reading = try await ReadingStory.reading(.course)
        #expect(!chronology.text(reading).contains("nekat"))
        #expect(!"\(chronology.object(reading))".contains("nekat"))
        #expect(chronology.entries(reading).count == 1)
    }

    @Test("rule 20: what was refused to somebody of the case stays, also where they named somebody unknown")
    func insiders() async throws {
        let chronology = try chronology(
            refused(Fault(.childNotHeard, at: "information")), refused(Fault(.personUnknown, at: "to")))
        #expect(try await chronology.entries(ReadingStory.reading(.course)).count == 2)
    }

    @Test("rule 13: a no that nobody has proven stays, since a person must look at it")
    func unprovenNo() async throws {
        let chronology = try chronology(refused(Fault(.actorUnproven, at: "ce_proof"), to: "head-school"))
        #expect(try await chronology.text(ReadingStory.reading(.course)).contains("nekat"))
    }

    @Test("rule 20: people, units and guardians stand there by name, wherever the reader may know them")
    func names() async throws {
        var chronology = try chronology(
            WorkDelegated.with { ($0.by, $0.to) = ("head-school", "teacher") },
            ConsentRecorded.with { ($0.by, $0.consent.giver, $0.consent.decision) = ("head-school", "g1", "given") })
        let status = CaseStatus.with {
            ($0.caseReference, $0.owner, $0.unit, $0.delegate) = (Self.reference, "head-school", "school", "teacher")
            ($0.phase, $0.awaited, $0.coordinator) = ("awaiting_consent", ["g1"], "nurse")
            $0.guardians = [.with { ($0.key, $0.standing) = ("g1", "reachable") }]
        }
        let child = Child.with { $0.guardians = [.with { ($0.key, $0.names) = ("g1", [.with { $0.text = "Gun" }]) }] }
        var people = CasePeople()
        for (index, payload) in ([status, child] as [any EventPayload]).enumerated() {
            let event = try Event(
                id: "about-\(index)", source: "t", time: ExampleCounty.monday + 60, subject: Self.reference, payload)
            chronology.take(event)
            people.take(event)
        }
        let plan = try await ReadingStory.reading(.plan, as: "nurse")
        let text = chronology.text(plan, people.shown(plan))
        for name in ["Chef Exempelson (Enhet school)", "teacher Exempelson", "Nils Exempelson", "samtycke från: Gun"] {
            #expect(text.contains(name), "\(name) in\n\(text)")
        }
        for id in ["head-school", "(school)", ": nurse", "g1"] { #expect(!text.contains(id), "\(id) in\n\(text)") }
    }

    @Test("rules 8 and 9: what was written is told, what works first, and each answer with who gave which before")
    func written() async throws {
        func answer(_ by: String, _ text: String) -> AnswersRecorded {
            .with { ($0.by, $0.answers) = (by, [.with { ($0.question, $0.text) = (5, text) }]) }
        }
        let chronology = try chronology(
            ConcernRegistered.with {
                ($0.concern, $0.areas, $0.observation) = ("c", ["home", "safety"], "Sover dåligt.")
                ($0.strengths, $0.reporter.name) = (["Har en god vän."], "Mia")
            },
            InformationAdded.with {
                $0.information = .with {
                    ($0.id, $0.by, $0.kind, $0.areas, $0.text) = ("i", "teacher", "strength", ["learning"], "Läser.")
                }
            }, answer("teacher", "Vet inte."), answer("head-school", "Stöd hemma."),
            MeetingHeld.with {
                $0.plan.worksAlready = ["Slöjden."]
                $0.plan.measures = [.with { ($0.text, $0.area, $0.responsible) = ("Samtal.", "home", "nurse") }]
            })
        let text = try await chronology.written(ReadingStory.reading(.whole))
        var rest = text[...]
        for expected in [
            "Styrkor", "Har en god vän. (Mia, 2026-11-23", "lärande: Läser. (teacher Exempelson", "Behov",
            "hemmet, trygghet: Sover dåligt.", "5. Vilken ytterligare hjälp", "Stöd hemma. (Chef Exempelson",
            "Tidigare versioner", "Vet inte. (teacher Exempelson", "Slöjden.", "Samtal. (hemmet, Nils Exempelson)",
        ] {
            let found = try #require(rest.range(of: expected), "\(expected) in its place in\n\(text)")
            rest = rest[found.upperBound...]
        }
        let plan = try await chronology.written(ReadingStory.reading(.plan, as: "nurse"))
        #expect(plan.contains("Slöjden.") && !plan.contains("Sover dåligt.") && !plan.contains("Stöd hemma."))
        #expect(try await chronology.written(ReadingStory.reading(.course)).isEmpty)
    }

    @Test("rule 20: no line is wider than the terminal, and nothing is lost", arguments: [40, 60, 80, 120])
    func width(width: Int) async throws {
        let chronology = try chronology(
            ConcernRegistered.with {
                ($0.areas, $0.namedPerson) = (WheelArea.allCases.map(\.rawValue), "head-school")
                $0.harmSuspected = true
            },
            MeetingNotHeld.with { $0.reason = String(repeating: "Ingen av dem kom till mötet. ", count: 12) },
            CaseStatus.with { ($0.caseReference, $0.phase, $0.harmSuspected) = (Self.reference, "mapping", true) })
        let reading = try await ReadingStory.reading(.whole)
        let wide = chronology.text(reading)
        let narrow = chronology.text(reading, within: width)
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= width }, "\(narrow)")
        func letters(_ text: String) -> [Character] { text.filter(\.isLetter).sorted() }
        #expect(letters(narrow) == letters(wide))
    }
}

@Suite("A table of text")
struct TextTableTests {
    private static let table = {
        var table = TextTable(["tid", "vad"])
        table.add(["2026-11-23", "ett möte bokat med flera"])
        table.add(["2026-11-24", "enbokstavsföljdutanmellanrum"])
        return table
    }()

    @Test("the widest column gives way, a cell goes on in its own column, and a long word is cut")
    func wrapped() {
        #expect(
            Self.table.text(within: 24) == """
                tid         vad
                ──────────  ────────────
                2026-11-23  ett möte
                            bokat med
                            flera
                2026-11-24  enbokstavsfö
                            ljdutanmella
                            nrum
                """)
    }

    @Test("a file gets whole lines, and so does a terminal that is wide enough")
    func whole() {
        #expect(Self.table.text().split(separator: "\n").count == 4)
        #expect(Self.table.text(within: 200) == Self.table.text())
    }

    @Test("lines of one cell stay lines")
    func linesOfACell() {
        var table = TextTable(["a", "b"])
        table.add(["första\nandra", "x"])
        #expect(table.text() == "a       b\n──────  ─\nförsta  x\nandra")
    }

    @Test("COLUMNS goes before the terminal's own word; neither is known of a file")
    func columns() {
        #expect(Terminal.width(columns: "100", window: 80) == 100)
        #expect(Terminal.width(columns: "wide", window: 80) == 80)
        #expect(Terminal.width(columns: nil, window: 0) == nil)
        #expect(Terminal.width(columns: nil, window: nil) == nil)
    }
}
