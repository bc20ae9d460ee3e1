import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("Who has read what, and the county's numbers")
struct ReaderPageTests {
    @Test("rule 22: whoever has read a case stands in its log by name, with why they might; looking does, too")
    func readers() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        let path = "/case/\(reference)/readers"
        #expect(try await tester.get("/case/\(reference)/notices", as: "manager").status == .ok)
        for _ in 0..<2 { #expect(try await tester.get(path, as: "head-school").status == .ok) }
        let page = try await tester.get(path, as: "officer")
        for words in ["manager Exempelson", "enhetens chef", "Chef Exempelson", "åtkomstloggen", "tillitsnivå 3"] {
            #expect(page.html.contains(words), "\(words)")
        }
        for person in ["manager", "nurse", "chair"] {
            #expect(try await tester.get(path, as: person).status == .notFound, "\(person)")
        }
    }

    @Test("the privacy officer looks up what a person has read; whose it is stands in no address")
    func readings() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        _ = try await tester.get("/case/\(reference)/notices", as: "manager")
        let found = try await tester.post("/readings", ["who": "Manager Ex"], as: "officer")
        #expect(found.html.contains(reference) && found.html.contains("<h2>manager Exempelson</h2>"))
        let own = try await tester.post("/readings", ["who": "officer@example.org"], as: "officer")
        // Looking up somebody's readings is in the log, with whose they were.
        #expect(own.html.contains("åtkomstloggen: manager Exempelson"))

        let many = try await tester.post("/readings", ["who": "chef"], as: "officer")
        #expect(many.html.contains("Vem menar du?") && many.html.contains("value=\"head-school\""))
        let chosen = try await tester.post("/readings", ["person": "head-school"], as: "officer")
        #expect(chosen.html.contains("<h2>Chef Exempelson</h2>"))
        for who in ["", "Ingenson"] {
            let none = try await tester.post("/readings", ["who": who], as: "officer")
            #expect(none.html.contains("errors-title"), "\(who)")
        }
    }

    @Test("only who may see the log finds the page")
    func closed() async throws {
        let tester = try DeskTester()
        for person in ["manager", "head-school", "nurse", "chair"] {
            #expect(try await tester.get("/readings", as: person).status == .notFound, "\(person)")
            #expect(try await tester.post("/readings", ["who": "chef"], as: person).status == .notFound, "\(person)")
            #expect(try await !tester.get("/work", as: person).html.contains("/readings"), "\(person)")
        }
        #expect(try await tester.get("/work", as: "officer").html.contains("href=\"/readings\""))
    }

    @Test("the steering group sees numbers, no case, and no small group")
    func numbers() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        let few = try await tester.get("/numbers", as: "chair")
        #expect(few.status == .ok && few.html.contains("Testby"))
        #expect(few.html.contains("få") && !few.html.contains(">1<") && !few.html.contains(reference))

        for number in 0..<12 {
            let reference = "TST-\(number)"
            try tester.open(reference, takenOnAfter: Double(number + 1) * 86_400)
        }
        #expect(try await tester.get("/numbers", as: "chair").html == few.html, "counted once in ten minutes")
        try tester.suite.advance(to: tester.suite.now + CountedNumbers.lifetime)
        let more = try await tester.get("/numbers", as: "chair")
        // With the reported one, thirteen are open. Half of the twelve were taken on within six days and a half.
        #expect(more.html.contains(">13<") && more.html.contains(">6,5<"))
        #expect(!more.html.contains("TST-"))
        #expect(try await tester.get("/numbers", as: "county", language: .english).html.contains(">6.5<"))
        for person in ["manager", "head-school", "officer"] {
            #expect(try await tester.get("/numbers", as: person).status == .notFound, "\(person)")
        }
    }
}

extension DeskTester {
    /// A case that was opened now, and taken on some seconds later, as the view is told of it.
    fileprivate func open(_ reference: String, takenOnAfter seconds: Double) throws {
        func apply(_ payload: some EventPayload, _ topic: Topic, at time: Date) throws {
            try suite.view.apply(
                .init(id: UUID().uuidString, source: "test", time: time, subject: reference, payload), topic: topic,
                key: reference)
        }
        try apply(
            MappingOpened.with {
                ($0.caseReference, $0.county, $0.municipality, $0.owner) = (reference, "TST", "0001", "head-school")
            }, .mappings, at: suite.now)
        try apply(CaseTakenOn.with { $0.caseReference = reference }, .mappings, at: suite.now + seconds)
        try apply(
            CaseStatus.with {
                ($0.caseReference, $0.county, $0.municipality, $0.unit) = (reference, "TST", "0001", "school")
                ($0.owner, $0.phase, $0.step) = ("head-school", "mapping", "conclude")
                $0.due = .init(suite.now + 86_400)
            }, .cases, at: suite.now)
    }
}
