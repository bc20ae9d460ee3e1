import CloudEvents
import Foundation
import GRDB
import Testing
import Views

@Suite("An event in a column")
struct StoredEventTests {
    private static let whole: Event = {
        var event = Event(
            id: "id", source: "source", type: "type", time: Date(timeIntervalSince1970: 1_795_420_800.123456),
            subject: "å subject", cause: "cause", correlation: "correlation",
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            actor: String(repeating: "a", count: Event.actorLimit),
            auth: AuthContext(type: "user", id: "person", claims: "{}"), data: [])
        event.sealed = .init(key: "key-of-a-case", bytes: Bytes(repeating: 9, count: 100_000), isOpen: false)
        return event
    }()

    @Test("it comes back whole: envelope, proof and time; what was sealed is sealed, under its key's name")
    func whole() throws {
        var small = Event(id: "1", source: "s", type: "t", time: Date(timeIntervalSince1970: 0), data: [])
        var json = small
        (json.content, json.data) = (.json, Bytes("{}".utf8))
        small.data = [0]
        var ofSubject = Self.whole
        ofSubject.sealed?.key = "å subject"
        let queue = try DatabaseQueue()
        for event in [Self.whole, ofSubject, small, json] {
            let back = try queue.read { try StoredEvent.fetchOne($0, sql: "SELECT ?", arguments: [StoredEvent(event)]) }
            #expect(back?.event == event)
        }
    }

    @Test("one that was opened is stored as it was sealed")
    func opened() throws {
        var open = Self.whole
        open.sealed?.isOpen = true
        open.data = Bytes("a child's matter".utf8)
        let stored = StoredEvent(open).databaseValue
        #expect(StoredEvent.fromDatabaseValue(stored)?.event == Self.whole)
        #expect(Data.fromDatabaseValue(stored)?.firstRange(of: open.data) == nil)
    }

    @Test("bytes that are none are read as none, wherever they were cut")
    func cut() throws {
        let stored = try #require(Data.fromDatabaseValue(StoredEvent(Self.whole).databaseValue))
        let headers =
            13 + stored.dropFirst(9).prefix(4).enumerated().reduce(0) { $0 + Int($1.element) << ($1.offset * 8) }
        for length in 0..<headers {
            #expect(StoredEvent.fromDatabaseValue(stored.prefix(length).databaseValue) == nil, "\(length)")
        }
        var other = stored
        other[0] = 2
        #expect(StoredEvent.fromDatabaseValue(other.databaseValue) == nil)
        #expect(StoredEvent.fromDatabaseValue("text".databaseValue) == nil)
        #expect(StoredEvent.fromDatabaseValue(.null) == nil)
    }
}
