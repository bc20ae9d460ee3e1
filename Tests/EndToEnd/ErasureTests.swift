import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 23, end to end: a case under erasure ends erased", .serialized)
struct ErasureTests {
    @Test("whichever service is killed at that moment, and its state deleted", arguments: Suite.services)
    func killed(service: String) async throws {
        try await RunningSuite.with { suite in
            let reference = try await Self.report("first", suite)
            try await Self.order(suite, reference)
            try await suite.kill9(service)
            await suite.deleteState(of: service)
            try await suite.start(service)
            try await Self.erased(suite, reference)
            // The child is reported again: as if for the first time.
            let again = try await Self.report("second", suite)
            #expect(again != reference)
        }
    }

    @Test("a whole case: nothing about it can be opened any more, nor after every state is restored from nothing")
    func whole() async throws {
        let number = WorkedExample.fictionalNumber()
        try await RunningSuite.with { suite in
            try await WorkedExample(folder: WorkedExampleTests.example, personalNumber: number)
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            let reference = try #require(try await suite.events(.mappings, MappingOpened.self).first).caseReference
            try await Self.order(suite, reference)
            try await Self.erased(suite, reference)
            #expect(try await Self.readable(suite, reference).isEmpty)
            for service in Suite.services {
                try await suite.kill9(service)
                await suite.deleteState(of: service)
                try await suite.start(service)
            }
            let again = try await Self.report("again", suite, number: number)
            #expect(again != reference)
            #expect(try await Self.readable(suite, reference).isEmpty)
            #expect(try await suite.events(.mappings, ChildErased.self).count == 1)
        }
    }

    // MARK: Steps

    /// Reports a child, and waits for the case.
    static func report(_ id: String, _ suite: RunningSuite, number: String? = nil) async throws -> String {
        var report = ExampleCountyReport.message
        if let number { report.personalNumber = number }
        let before = Set(try await suite.events(.mappings, MappingOpened.self).map(\.caseReference))
        let event = try Event(id: id, source: "urn:\(id)", time: Date(), report)
        try await Producer(suite.broker.properties).send(
            suite.connection.record(event, to: .concernReports, key: id))
        try await eventually("a mapping after \(id)", within: .seconds(60)) {
            try await !before.isSuperset(of: suite.events(.mappings, MappingOpened.self).map(\.caseReference))
        }
        let opened = try await suite.events(.mappings, MappingOpened.self).map(\.caseReference)
        return try #require(opened.first { !before.contains($0) })
    }

    /// The county's function orders the erasure, from the command line.
    static func order(_ suite: RunningSuite, _ reference: String) async throws {
        let ordered = try await suite.tillsammans(["case", "erase", reference] + grounds)
        #expect(ordered.code == 0, "\(ordered.text)")
    }

    static let grounds = ["--as", "lansfunktion", "--ground", "order", "--legal", "Beslut 12-2026"]

    /// Waits until the data key has gone.
    static func erased(_ suite: RunningSuite, _ reference: String) async throws {
        for topic in [Topic.cases, .children, .childKeys] {
            try await eventually("\(topic) without the case", within: .seconds(60)) {
                let records = try await suite.broker.records(topic.rawValue)
                guard let last = records.last(where: { $0.key == Bytes(reference.utf8) }) else { return false }
                return last.value == nil
            }
        }
        let facts = try await suite.events(.mappings, ChildErased.self)
        #expect(facts.map(\.caseReference).contains(reference))
        #expect(facts.allSatisfy { $0.ground.reason == "order" && $0.ground.legal == "Beslut 12-2026" })
    }

    /// The types of events about the case, or sealed under its key, that can still be opened though they are sealed.
    private static func readable(_ suite: RunningSuite, _ reference: String) async throws -> Set<String> {
        let topics = Topic.allCases.filter { ![.concernReports, .deadLetters].contains($0) }
        var records: [Record] = []
        for topic in topics { records += try await suite.broker.records(topic.rawValue) }
        return try await DedicatedThread.run(name: "readable") { [connection = suite.connection, records] in
            let keys = try connection.keyReader("test")
            var found: Set<String> = []
            for record in records {
                guard let event = try? Event(headers: record.headers, value: record.value, received: Date()),
                    event.sealed?.key == reference
                else { continue }
                if try keys?.open(event) != nil { found.insert(event.type) }
            }
            return found
        }
    }
}
