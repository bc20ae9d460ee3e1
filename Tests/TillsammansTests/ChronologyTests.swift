import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 20: what has happened, what happens now, what comes next")
struct ChronologyTests {
    private static let reference = "TST-AAAA-AAAA-AA"

    private func chronology(_ language: Language) throws -> Chronology {
        var chronology = Chronology(Self.reference, language)
        let facts: [any EventPayload] = [
            ConcernRegistered.with {
                ($0.areas, $0.harmSuspected, $0.namedPerson) = (["safety"], true, "head-school")
                ($0.observation, $0.reporter) = ("Hemligt", .with { $0.role = "mentor" })
            },
            InformationAdded.with {
                ($0.by, $0.information.text) = ("head-school", "Barnets egna ord")
                ($0.information.source, $0.information.area, $0.information.kind) = ("child", "home", "need")
            },
            ConsentRecorded.with { ($0.consent.giver, $0.consent.decision) = ("0123456789abcdef", "given") },
            CaseStatus.with {
                ($0.caseReference, $0.owner, $0.unit, $0.phase) = (Self.reference, "head-school", "school", "mapping")
                ($0.step, $0.due, $0.harmSuspected) = ("conclude", .init(ExampleCounty.monday), true)
            },
        ]
        for (index, fact) in facts.enumerated() {
            func event(_ subject: String) throws -> Event {
                try Event(
                    id: "\(subject)-\(index)", source: "test", time: ExampleCounty.monday + Double(index * 60),
                    subject: subject, fact)
            }
            chronology.take(try event(Self.reference))
            chronology.take(try event(Self.reference))  // read twice
            chronology.take(try event("TST-OTHER"))
        }
        return chronology
    }

    @Test("rule 20: a case is told in Swedish to staff, with what was suspected first and nothing of what was said")
    func swedish() async throws {
        let text = try await chronology(.swedish).text(ReadingStory.reading(.course))
        #expect(text.contains("2026-11-23 09:00  oro registrerad: trygghet"))
        #expect(text.contains("uppgift från barnet: behov hemmet"))
        #expect(text.contains("Nästa steg: avsluta kartläggningen\n  Senast: 2026-11-23"))
        #expect(text.components(separatedBy: "oro registrerad").count == 2, "once")
        let harm = try #require(text.range(of: "Misstanke om att barnet far illa"))
        let first = try #require(text.range(of: "oro registrerad"))
        #expect(harm.lowerBound < first.lowerBound)
        #expect(!text.contains("Hemligt") && !text.contains("egna ord") && !text.contains("{"))
    }

    @Test("rule 2: that the municipality's fallback unit has the case is said with the reason, and the step is its own")
    func fallback() async throws {
        var chronology = Chronology(Self.reference, .swedish)
        let status = CaseStatus.with {
            ($0.caseReference, $0.owner, $0.unit, $0.phase) = (Self.reference, "head-fallback", "fallback", "mapping")
            ($0.step, $0.due, $0.fallbackReason) = ("find_owner", .init(ExampleCounty.monday), "unit_unfit")
        }
        chronology.take(
            try Event(id: "s", source: "test", time: ExampleCounty.monday, subject: Self.reference, status))
        let text = try await chronology.text(ReadingStory.reading(.course))
        #expect(text.contains("Kommunens reservenhet har ärendet: enheten passar inte barnets ålder eller skolgång"))
        #expect(text.contains("Nästa steg: hitta rätt ansvarig för ärendet"))
    }

    @Test("rule 10: what was found and answered before the mapping was reopened is told as former")
    func former() async throws {
        var chronology = Chronology(Self.reference, .swedish)
        let facts: [any EventPayload] = [
            MappingOpened(), AnswersRecorded.with { $0.questions = [1] },
            ConsentRecorded.with { ($0.consent.giver, $0.consent.decision) = ("0123456789abcdef", "given") },
            MappingReopened(), AnswersRecorded.with { $0.questions = [2] },
        ]
        for (index, fact) in facts.enumerated() {
            chronology.take(
                try Event(
                    id: "\(index)", source: "test", time: ExampleCounty.monday + Double(index * 60),
                    subject: Self.reference, fact))
        }
        let text = try await chronology.text(ReadingStory.reading(.course))
        #expect(text.contains("fråga 1 besvarad (tidigare kartläggning)"))
        #expect(text.components(separatedBy: "(tidigare kartläggning)").count == 2, "a consent is in force as before")
    }

    @Test(
        "rule 2: a case says where a report leads elsewhere, and that one speaking of harm was refused")
    func elsewhere() async throws {
        var chronology = Chronology(Self.reference, .swedish)
        let facts: [any EventPayload] = [
            MoveProposed.with {
                ($0.proposed.municipality, $0.proposed.unit, $0.due) = ("0001", "kaa", .init(ExampleCounty.monday))
            },
            ConcernSetAside.with { ($0.namedPerson, $0.observation) = ("head-school", "Hemligt") },
        ]
        for (index, fact) in facts.enumerated() {
            chronology.take(
                try Event(id: "\(index)", source: "t", time: ExampleCounty.monday, subject: Self.reference, fact))
        }
        let text = try await chronology.text(ReadingStory.reading(.course))
        #expect(text.contains("hemkommun Testby och enhet Enhet kaa") && text.contains("dess id redan var använt"))
        #expect(text.contains("misstanke om att barnet far illa") && !text.contains("Hemligt"))
    }

    @Test("rule 20: a case shows by which door and how surely each deed was proven to be its doer's")
    func proven() async throws {
        var chronology = Chronology(Self.reference, .swedish)
        let claims = #"{"assurance":"3","door":"TST/desk","key":"1"}"#
        let event = try Event(
            id: "1", source: "t", time: ExampleCounty.monday, subject: Self.reference,
            auth: AuthContext(type: "user", id: "head-school", claims: claims),
            CaseTakenOn.with { $0.by = "head-school" })
        chronology.take(event)
        let reading = try await ReadingStory.reading(.course)
        #expect(chronology.text(reading).contains("Chef Exempelson  TST/desk, tillitsnivå 3"))
        #expect("\(chronology.object(reading))".contains(#""person": "head-school""#))
    }

    @Test("rule 20: a case says who it is about to whoever may know it, and who has said no without being known")
    func about() async throws {
        var chronology = try chronology(.swedish)
        let status = CaseStatus.with {
            ($0.caseReference, $0.phase, $0.objections) = (Self.reference, "awaiting_consent", ["stranger"])
            $0.guardians = [
                .with { ($0.key, $0.standing) = ("g1", "protected") },
                .with { ($0.key, $0.standing) = ("g2", "reachable") },
            ]
        }
        let child = Child.with {
            ($0.personalNumber, $0.names) = ("201703152387", [.with { $0.text = "Kim Exempelbarn" }])
            $0.guardians = [.with { ($0.key, $0.names) = ("g1", [.with { $0.text = "Gun Exempelförälder" }]) }]
        }
        var people = CasePeople()
        for (index, payload) in ([status, child] as [any EventPayload]).enumerated() {
            let event = try Event(
                id: "about-\(index)", source: "test", time: ExampleCounty.monday + 3_600, subject: Self.reference,
                payload)
            chronology.take(event)
            people.take(event)
        }
        let plan = try await ReadingStory.reading(.plan, as: "nurse")
        let text = chronology.text(plan, people.shown(plan))
        #expect(text.contains("Barnet: Kim Exempelbarn, 20170315-2387"))
        #expect(text.contains("Gun Exempelförälder (skyddade personuppgifter), vårdnadshavare g2"))
        #expect(text.contains("Någon som inte känns igen som vårdnadshavare har sagt nej"))
        #expect("\(chronology.object(plan, people.shown(plan)))".contains("20170315-2387"))
        let course = try await ReadingStory.reading(.course)
        #expect(!chronology.text(course, people.shown(course)).contains("Kim Exempelbarn"))
    }

    @Test("rule 22: the JSON holds what was written only when that is asked for")
    func json() async throws {
        let chronology = try chronology(.english)
        let plain = try await "\(chronology.object(ReadingStory.reading(.course)))"
        #expect(plain.contains("concern registered: safety") && !plain.contains("Hemligt"))
        #expect(try await "\(chronology.object(ReadingStory.reading(.whole)))".contains("Hemligt"))
    }

    @Test("rule 13: who takes part in a meeting sees what was written of the plan, and not what the child has said")
    func plan() async throws {
        var chronology = try chronology(.english)
        chronology.take(
            try Event(
                id: "held", source: "test", time: ExampleCounty.monday, subject: Self.reference,
                MeetingHeld.with { $0.plan.worksAlready = ["Planens ord"] }))
        let object = try await "\(chronology.object(ReadingStory.reading(.plan, as: "nurse")))"
        #expect(object.contains("Planens ord") && !object.contains("Hemligt") && !object.contains("egna ord"))
    }

    @Test("rule 22: who may not know where a protected child is sees no unit, no town, and roles in place of names")
    func withoutPlace() async throws {
        let chronology = try chronology(.swedish)
        let reading = try await ReadingStory.reading(.plan, as: "family") { status in
            (status.protectedIdentity, status.coordinator) = (true, "family")
            status.shared = [.with { $0.organisation = "social_services" }]
        }
        for text in [chronology.text(reading), "\(chronology.object(reading))"] {
            #expect(!text.contains("head-school") && !text.contains("Chef Exempelson"))
            #expect(!text.contains("(school)") && !text.contains("Enhet school"))
        }
        #expect(chronology.text(reading).contains("oro registrerad: trygghet"))
        let owner = try await ReadingStory.reading(.course) { $0.protectedIdentity = true }
        #expect(chronology.text(owner).contains("Chef Exempelson (Enhet school)"))
    }

    @Test(
        "rule 19: the county's function sees where a case stands and what comes next, and nothing of what has happened")
    func status() async throws {
        let chronology = try chronology(.swedish)
        let reading = try await ReadingStory.reading(.status, as: "county")
        let text = chronology.text(reading)
        #expect(text.contains("Nästa steg: avsluta kartläggningen\n  Senast: 2026-11-23"))
        for told in [text, "\(chronology.object(reading))"] {
            #expect(!told.contains("oro registrerad") && !told.contains("trygghet") && !told.contains("Hemligt"))
        }
    }

    @Test(
        "rule 20: a reason in somebody's own words is shown as far as the reading goes", arguments: ["plan", "whole"])
    func reasons(extent: String) async throws {
        var chronology = Chronology(Self.reference, .swedish)
        let facts: [any EventPayload] = [
            MappingReopened.with { $0.reason = "Barnets ord" }, MeetingNotHeld.with { $0.reason = "Mötets ord" },
        ]
        for (index, fact) in facts.enumerated() {
            chronology.take(
                try Event(id: "\(index)", source: "t", time: ExampleCounty.monday, subject: Self.reference, fact))
        }
        let isWhole = extent == "whole"
        let reading = try await ReadingStory.reading(isWhole ? .whole : .plan, as: isWhole ? "head-school" : "nurse")
        let text = chronology.text(reading)
        #expect(text.contains("kartläggningen öppnad igen: \(isWhole ? "Barnets ord" : "…")"))
        #expect(text.contains("mötet blev inte av: Mötets ord"))
    }

    @Test("every fact of a case has words in both languages", arguments: Language.allCases)
    func words(language: Language) throws {
        // About no case, or nothing yet: what comes of it is told.
        let untold = ["mapping.overdue", "meeting.busy.published", "meeting.ended", "notice.queued"]
        for event in EventRegistry.all where event.kind == .fact {
            let name = FactInWords.name(event.eventType)
            let isOfCase = ["mapping.", "meeting.", "plan.", "notice.", "concern.registered", "command.refused"]
                .contains { name.hasPrefix("fact.\($0)") }
            if isOfCase, !untold.contains(where: { name == "fact.\($0)" }) {
                #expect(Catalogue.entry(name, language.rawValue) != nil, "\(name)")
            }
        }
    }
}
