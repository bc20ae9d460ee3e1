import ArgumentParser
import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit

/// The options of every command that shows what is written about a child.
struct ReaderOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: "Who reads: the id in the directory. It stands in the access log, signed with the door's key.")
    var person: String
}

/// A reading room with the cases that the topics tell of.
struct CaseRoom {
    private var room: ReadingRoom
    var cases: ReadableCases

    init(_ room: ReadingRoom, _ cases: ReadableCases) { (self.room, self.cases) = (room, cases) }

    /// Opens a case (``ReadingRoom/open(_:_:at:)``).
    mutating func open(
        _ reference: String, _ wanted: ClosedRange<Reading.Extent>, at now: Date
    ) async throws -> LoggedReading {
        try await room.open(cases[reference], wanted, at: now)
    }

    /// Opens the access log of one case (``ReadingRoom/openLog(of:at:)``).
    func openLog(ofCase reference: String, at now: Date) async throws {
        try await room.openLog(of: cases[reference], at: now)
    }

    /// Opens the access log of one person (``ReadingRoom/openLog(ofPerson:at:)``).
    func openLog(ofPerson person: String, at now: Date) async throws -> Set<String> {
        try await room.openLog(ofPerson: person, at: now)
    }

    /// Reads the directory and where the cases stand, and what else is asked for; blocks.
    ///
    /// - Parameters:
    ///   - person: the directory's id. The connection's door must be one that may speak for them.
    ///   - take: gets each event of `topics`, opened as far as there are keys.
    static func entered(
        by person: String, reason: String, _ connection: Connection, also topics: [Topic] = [],
        _ take: (Topic, Event) -> Void = { _, _ in }
    ) throws -> CaseRoom {
        let reader = try connection.reader(person)
        let keys = try connection.keyReader("reading")
        var (directory, cases) = (Directory(), ReadableCases())
        var fault: (any Error)?
        let all = Set([.directory] + ReadableCases.topics + topics)
        try connection.readAll(Array(all), erased: { if $0 == .cases { cases.forget($1) } }) { topic, key, event in
            if topic == .directory { try? directory.take(key, event.data) }
            cases.apply(event)
            guard topics.contains(topic) else { return }
            do { take(topic, try keys?.open(event) ?? event) } catch { fault = error }
        }
        if let fault { throw fault }
        let room = try ReadingRoom(
            reader, reason: reason, log: AccessLog(connection, directory), directory: directory)
        return CaseRoom(room, cases)
    }
}

extension AccessLog {
    /// The log of who reads through this connection's door.
    ///
    /// - Throws: as ``Connection/reader(_:)``; `KafkaError`.
    init(_ connection: Connection, _ directory: Directory, patience: Duration = .seconds(15)) throws {
        try self.init(
            signedBy: connection.readersDoor, source: "tillsammans", topic: connection.topic(.accessLog),
            connection.properties, clock: connection.clock, patience: patience
        ) { directory }
    }
}
