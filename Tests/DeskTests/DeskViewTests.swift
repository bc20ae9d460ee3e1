import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("The desk's view: what the suite has told, as rows")
struct DeskViewTests {
    private func reported() async throws -> (suite: SuiteInMemory, reference: String) {
        let suite = try SuiteInMemory()
        try suite.send(SuiteInMemory.report, id: "r1", key: "r1", to: .concernReports)
        let receipt = try await suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
        return (suite, try #require(receipt).registered.caseReference)
    }

    @Test("a registered concern has a receipt, a status and facts")
    func concern() async throws {
        let (suite, reference) = try await reported()
        let (row, facts) = try await suite.view.reader().read { db in
            (try db.status(of: reference), try db.facts(of: reference))
        }
        let known = try #require(row)
        #expect(known.status.owner == "head-school")
        #expect(known.phase == .mapping)
        #expect(known.step == .acknowledge)
        #expect(facts.contains { $0.type == MappingOpened.eventType })
        #expect(facts == facts.sorted { $0.time < $1.time })
    }

    @Test("an erased case leaves no rows, whatever comes after it (rule 23)")
    func erased() async throws {
        let (suite, reference) = try await reported()
        let late = try await suite.view.reader().read { try $0.facts(of: reference) }
        let erased = try Event(
            id: "e", source: "mapping", time: suite.now, subject: reference,
            ChildErased.with { $0.caseReference = reference })
        try suite.view.apply(erased, topic: .mappings, key: reference)
        try suite.view.apply(nil, topic: .cases, key: reference)
        for event in late { try suite.view.apply(event, topic: .mappings, key: reference) }
        let (row, facts) = try await suite.view.reader().read { db in
            (try db.status(of: reference), try db.facts(of: reference))
        }
        #expect(row == nil)
        #expect(facts.map(\.type) == [ChildErased.eventType])
    }

    @Test(
        "a case is on the list of whoever takes part in its meeting, until the meeting is cancelled, was not held, or they did not come"
    )
    func invited() async throws {
        let (suite, reference) = try await reported()
        func apply(_ fact: some EventPayload, _ id: String) throws {
            let event = try Event(id: id, source: "meetings", time: suite.now, subject: reference, fact)
            try suite.view.apply(event, topic: .meetings, key: "TST")
        }
        func listed(_ person: String) async throws -> Int {
            let scope = WorkScope(person, ExampleCounty.county, at: suite.now)
            return try await suite.view.reader().read { try $0.workCount(scope, [.invited]) }
        }
        let meeting = Meeting.with {
            ($0.id, $0.caseReference) = ("m1", reference)
            ($0.start, $0.end) = (.init(date: suite.now), .init(date: suite.now + 3_600))
            $0.participants = ["nurse", "family"].map { person in .with { $0.person = person } }
        }
        for end: any EventPayload in [
            MeetingCancelled.with { $0.meeting = meeting }, MeetingEnded.with { $0.meeting = meeting.id },
        ] {
            let name = type(of: end).eventType
            try apply(MeetingScheduled.with { $0.meeting = meeting }, "booked \(name)")
            #expect(try await [listed("nurse"), listed("family"), listed("teacher")] == [1, 1, 0])
            try apply(end, name)
            #expect(try await [listed("nurse"), listed("family")] == [0, 0], "\(name)")
        }
        try apply(MeetingScheduled.with { $0.meeting = meeting }, "booked")
        try apply(MeetingEnded.with { ($0.meeting, $0.came) = (meeting.id, ["nurse"]) }, "held")
        #expect(try await [listed("nurse"), listed("family")] == [1, 0])
    }
}
