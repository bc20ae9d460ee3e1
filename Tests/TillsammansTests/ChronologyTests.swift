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
    func swedish() throws {
        let text = try chronology(.swedish).text
        #expect(text.contains("2026-11-23 09:00  oro registrerad: trygghet"))
        #expect(text.contains("uppgift från barnet: behov hemmet"))
        #expect(text.contains("Nästa steg: avsluta kartläggningen\n  Senast: 2026-11-23"))
        #expect(text.components(separatedBy: "oro registrerad").count == 2, "once")
        let harm = try #require(text.range(of: "Misstanke om att barnet far illa"))
        let first = try #require(text.range(of: "oro registrerad"))
        #expect(harm.lowerBound < first.lowerBound)
        #expect(!text.contains("Hemligt") && !text.contains("egna ord") && !text.contains("{"))
    }

    @Test(
        "rule 2: a case says where a report names another home municipality, and that one speaking of harm was refused")
    func contradicted() throws {
        var chronology = Chronology(Self.reference, .swedish)
        let facts: [any EventPayload] = [
            ConcernRegistered.with { $0.reportedMunicipality = "0484" },
            ConcernSetAside.with { ($0.namedPerson, $0.observation) = ("head-school", "Hemligt") },
        ]
        for (index, fact) in facts.enumerated() {
            chronology.take(
                try Event(id: "\(index)", source: "t", time: ExampleCounty.monday, subject: Self.reference, fact))
        }
        let text = chronology.text
        #expect(text.contains("rapporten anger hemkommun 0484") && text.contains("dess id redan var använt"))
        #expect(text.contains("misstanke om att barnet far illa") && !text.contains("Hemligt"))
    }

    @Test("rule 20: a case shows by which door and how surely each deed was proven to be its doer's")
    func proven() throws {
        var chronology = Chronology(Self.reference, .swedish)
        let claims = #"{"assurance":"3","door":"TST/desk","key":"1"}"#
        let event = try Event(
            id: "1", source: "t", time: ExampleCounty.monday, subject: Self.reference,
            auth: AuthContext(type: "user", id: "head-school", claims: claims),
            CaseTakenOn.with { $0.by = "head-school" })
        chronology.take(event)
        #expect(chronology.text.contains("head-school  TST/desk, tillitsnivå 3"))
        #expect("\(chronology.object(contents: false))".contains(#""person": "head-school""#))
    }

    @Test("rule 22: the JSON holds what was written only when that is asked for")
    func json() throws {
        let chronology = try chronology(.english)
        let plain = "\(chronology.object(contents: false))"
        #expect(plain.contains("concern registered: safety") && !plain.contains("Hemligt"))
        #expect("\(chronology.object(contents: true))".contains("Hemligt"))
    }

    @Test("every fact of a case has words in both languages", arguments: Language.allCases)
    func words(language: Language) throws {
        // About no case, or nothing yet: what comes of it is told.
        let untold = ["mapping.overdue", "meeting.busy.published", "notice.queued"]
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
