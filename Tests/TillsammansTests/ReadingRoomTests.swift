import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 22: whoever reads is logged first")
struct ReadingRoomTests {
    private static let (reference, now) = (ReadingStory.reference, ReadingStory.now)

    private static let nurse = Reader(person: "nurse", door: "TST/desk", assurance: .operator)

    /// The codes with which a reading is refused.
    private func refused(_ body: () async throws -> Void) async throws -> [FaultCode] {
        do {
            try await body()
            return []
        } catch let refusal as Refusal { return refusal.faults.map(\.code) }
    }

    @Test("the log says who read what, when, with which reason, and why they might")
    func logged() async throws {
        let story = ReadingStory()
        var room = try story.room("nurse", reason: "inför mötet")
        let reading = try await room.open(Self.reference, .plan ... .whole, at: Self.now)
        #expect(reading.permit.extent == .plan)
        #expect(
            story.log == [
                .with {
                    ($0.caseReference, $0.county, $0.by) = (Self.reference, "TST", "nurse")
                    ($0.what, $0.why, $0.reason) = ("plan", "participant", "inför mötet")
                    ($0.door, $0.assurance) = ("test", "2")
                }
            ])
    }

    @Test("nothing is shown where the log cannot be written")
    func brokenLog() async throws {
        var room = try ReadingStory().room("head-school", isBroken: true)
        await #expect(throws: CommandFault.self) {
            _ = try await room.open(Self.reference, .course ... .whole, at: Self.now)
        }
        var optional: CaseRoom? = room
        await #expect(throws: CommandFault.self) {
            _ = try await EventsCommand.Tail.content(of: Self.item(), &optional)
        }
        await #expect(throws: CommandFault.self) { try await room.openLog(ofCase: Self.reference, at: Self.now) }
    }

    @Test("nothing is shown where Kafka does not take the record")
    func noTopic() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try ExampleDoor.desk.write(to: folder.path + "/desk.jwk")
        let nowhere = Connection(
            bootstrapServers: "127.0.0.1:1", prefix: "", doorKeyFile: folder.path + "/desk.jwk")
        let log = try AccessLog(nowhere, ExampleCounty.directory, patience: .milliseconds(200))
        await #expect(throws: KafkaError.self) { try await log.write(CaseViewed.with { $0.by = "nurse" }, Self.nurse) }
    }

    @Test("nothing is shown where the door may not speak for the reader")
    func stranger() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try DoorKey(door: "TST/desk", id: "1").write(to: folder.path + "/forged.jwk")
        let connection = Connection(
            bootstrapServers: "127.0.0.1:1", prefix: "", doorKeyFile: folder.path + "/forged.jwk")
        let log = try AccessLog(connection, ExampleCounty.directory, patience: .milliseconds(200))
        let codes = try await refused { try await log.write(CaseViewed.with { $0.by = "nurse" }, Self.nurse) }
        #expect(codes == [.actorUnproven])
        #expect(throws: CommandFault.self) { try Connection(bootstrapServers: "", prefix: "").reader("nurse") }
    }

    @Test("rule 13: who is outside the consents' scope is refused, and nobody is logged as having read")
    func outside() async throws {
        let story = ReadingStory()
        for (person, code) in [
            ("family", FaultCode.readingConsent), ("head-kaa", .readingNotAllowed), ("nobody", .personUnknown),
        ] {
            var room = try story.room(person)
            let codes = try await refused {
                _ = try await room.open(Self.reference, .course ... .whole, at: Self.now)
            }
            #expect(codes == [code], "\(person)")
        }
        var room = try story.room("head-school")
        let unknown = try await refused { _ = try await room.open("TST-OTHER", .course ... .whole, at: Self.now) }
        #expect(unknown == [.caseUnknown] && story.log.isEmpty)
    }

    @Test("emergency access opens the whole, is logged as what it is, and ends")
    func emergency() async throws {
        let story = ReadingStory()
        var room = try story.room("head-kaa", reason: "akut") { status in
            status.emergencies = [
                .with {
                    ($0.by, $0.from) = ("head-kaa", .init(Self.now))
                    $0.until = .init(Self.now + 3 * 3_600)
                }
            ]
        }
        let reading = try await room.open(Self.reference, .plan ... .whole, at: Self.now)
        #expect(reading.permit.extent == .whole && story.log.map(\.why) == ["emergency_access"])
        let ended = try await refused {
            _ = try await room.open(Self.reference, .plan ... .whole, at: Self.now + 3 * 3_600)
        }
        #expect(ended == [.readingNotAllowed])
    }

    @Test("a tail opens what its reader may see, and each case stands in the log once")
    func tail() async throws {
        let story = ReadingStory()
        var room: CaseRoom? = try story.room("nurse", reason: "felsökning")
        for _ in 0..<3 {
            let plan = try await EventsCommand.Tail.content(of: Self.item(), &room)
            #expect("\(plan ?? "")".contains("Planens ord"))
        }
        #expect(try await EventsCommand.Tail.content(of: Self.item("Barnets ord"), &room) == nil)
        #expect(story.log.map(\.what) == ["plan"])
        let viewed = EventFeed.Item(
            topic: .accessLog, partition: 0, offset: 0, key: "",
            event: try Event(
                id: "e", source: "test", time: Self.now, subject: Self.reference, CaseViewed.with { $0.by = "nurse" }))
        var owner: CaseRoom? = try story.room("head-school", reason: "felsökning")
        #expect(try await EventsCommand.Tail.content(of: viewed, &owner) == nil, "the log is read by access-log alone")
        var none: CaseRoom?
        #expect(try await EventsCommand.Tail.content(of: Self.item(), &none) == nil, "without --open nothing is")
    }

    /// An event about the plan, or what a child has said.
    private static func item(_ said: String? = nil) throws -> EventFeed.Item {
        let plan = MeetingHeld.with { $0.plan.worksAlready = ["Planens ord"] }
        let event =
            try said.map { said in
                try Event(
                    id: "e", source: "test", time: now, subject: reference,
                    InformationAdded.with { $0.information.text = said })
            } ?? Event(id: "e", source: "test", time: now, subject: reference, plan)
        return EventFeed.Item(topic: .meetings, partition: 0, offset: 0, key: "", event: event)
    }

    @Test("reading the log is entitled, and logged")
    func log() async throws {
        let story = ReadingStory()
        try await story.room("officer").openLog(ofCase: Self.reference, at: Self.now)
        #expect(try await story.room("officer").openLog(ofPerson: "nurse", at: Self.now) == ["TST"])
        #expect(
            story.log.map(\.what) == ["log", "log"] && story.log.map(\.why) == ["privacy_officer", "privacy_officer"])
        #expect(story.log.map(\.person) == ["", "nurse"])
        for person in ["nurse", "teacher"] {
            let ofCase = try await refused {
                try await story.room(person).openLog(ofCase: Self.reference, at: Self.now)
            }
            let ofPerson = try await refused {
                _ = try await story.room(person).openLog(ofPerson: "nurse", at: Self.now)
            }
            #expect(ofCase == [.readingLog] && ofPerson == [.readingLog])
        }
        #expect(story.log.count == 2)
    }

    @Test("a reason that is too long for the log is refused before anything is read")
    func longReason() {
        #expect(throws: Refusal([Fault(.textLong, at: "reason", ["limit": "1000"])])) {
            _ = try ReadingStory().room("officer", reason: String(repeating: "å", count: 501))
        }
    }

    @Test("the log's table shows readings and emergency accesses in order, in words, and its JSON the same")
    func table() throws {
        var book = AccessBook()
        let opened = EmergencyOpened.with {
            ($0.caseReference, $0.county, $0.reason) = (Self.reference, "TST", "akut")
            ($0.access.by, $0.access.until) = ("head-kaa", .init(Self.now + 3 * 3_600))
        }
        let viewed = CaseViewed.with {
            ($0.caseReference, $0.by, $0.what, $0.why) = (Self.reference, "head-kaa", "whole", "emergency_access")
            ($0.door, $0.assurance, $0.county) = ("command-line", "said", "TST")
        }
        let second = try Event(id: "2", source: "test", time: Self.now + 60, viewed)
        book.apply(second)
        book.apply(second)
        book.apply(try Event(id: "1", source: "test", time: Self.now, opened))
        book.apply(try Event(id: "3", source: "test", time: Self.now, TakeOn()))
        let lines = AccessBook.table(book.entries, .swedish).split(separator: "\n").dropFirst(2)
        #expect(lines.count == 2)
        #expect(lines.first?.contains("nödåtkomst till 2026-11-23 12:00") == true)
        let read = try #require(lines.last).split(separator: "  ", omittingEmptySubsequences: true)
            .map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        #expect(
            read == [
                "2026-11-23 09:01", "TST-AAAA-AAAA-AA", "head-kaa", "allt", "nödåtkomst", "command-line, said",
            ])
        let json = try AccessBook.lines(book.entries)
        #expect(json.split(separator: "\n").count == 2 && json.contains(#""why":"emergency_access""#))
    }
}
