import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import tillsammans

@Suite("Doors change their keys")
struct KeyRotationTests {
    private static let old = DoorKey(door: "TST/desk", id: "old")
    private static let new = DoorKey(door: "TST/desk", id: "new")

    /// The county with these keys at its desk. The marker tells which directory a service has read.
    private static func directory(_ keys: [DoorKey], marker: String) -> CountyDirectory {
        var directory = ExampleCounty.message
        directory.doors = [
            .with { ($0.id, $0.kind, $0.staff, $0.keys) = ("desk", "desk", true, keys.map(\.entry)) }
        ]
        directory.people.append(
            .with { ($0.id, $0.unit, $0.email, $0.role) = (marker, "school", "\(marker)@example.org", "teacher") })
        return directory
    }

    /// Sends one command after another, and says which key signs them.
    private final class Load: Sendable {
        let key = Mutex(KeyRotationTests.old)
        let sent = Mutex<[String: Int]>([:])
        let producer: Producer
        let connection: Connection

        init(_ connection: Connection) throws {
            (self.connection, producer) = (connection, try Producer(connection.properties))
        }

        func run() async throws {
            while !Task.isCancelled {
                let key = key.withLock { $0 }
                try await send("teacher", key)
                sent.withLock { $0[key.id, default: 0] += 1 }
            }
        }

        func send(_ person: String, _ key: DoorKey) async throws {
            let command = PublishBusyTimes.with { ($0.county, $0.person) = ("TST", person) }
            let event = try Event(id: UUID().uuidString, source: "urn:test:load", time: Date(), command)
            try await producer.send(
                connection.record(key.sign(event, for: person, .three), to: .meetingCommands, key: "TST"))
        }

        /// Waits until the service has read the directory that has the marker.
        func seen(_ marker: String, _ suite: RunningSuite, with key: DoorKey) async throws {
            try await eventually("the directory \(marker)") {
                try await self.send(marker, key)
                return try await suite.events(.meetings, BusyTimesPublished.self).contains { $0.person == marker }
            }
        }

        /// Waits until so many commands have been signed with a key.
        func signed(_ count: Int, with key: DoorKey) async throws {
            try await eventually("\(count) commands under \(key.id)") {
                self.sent.withLock { $0[key.id] ?? 0 } >= count
            }
        }
    }

    @Test("keys rotate under load without a refusal, and the old one then counts no more")
    func rotate() async throws {
        try await RunningSuite.with(services: ["meetings"]) { suite in
            let (connection, load) = (suite.connection, try Load(suite.connection))
            try await DirectoryCommand.apply(Self.directory([Self.old], marker: "first"), connection)
            try await load.seen("first", suite, with: Self.old)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await load.run() }
                try await load.signed(50, with: Self.old)
                try await DirectoryCommand.apply(Self.directory([Self.old, Self.new], marker: "second"), connection)
                try await load.seen("second", suite, with: Self.old)
                load.key.withLock { $0 = Self.new }
                try await load.signed(50, with: Self.new)
                group.cancelAll()
            }
            let sent = load.sent.withLock { $0.values.reduce(0, +) }
            try await eventually("the answers to \(sent) commands") {
                try await suite.events(.meetings, BusyTimesPublished.self).count { $0.person == "teacher" } >= sent
            }
            let refused = try await Self.refused(suite)
            #expect(refused.isEmpty, "\(refused)")
            try await DirectoryCommand.apply(Self.directory([Self.new], marker: "third"), connection)
            try await load.seen("third", suite, with: Self.new)
            try await load.send("teacher", Self.old)
            try await eventually("the refusal") { try await !Self.refused(suite).isEmpty }
        }
    }

    /// Why commands in the teacher's name were refused. Whoever is not in the directory yet is refused until it is read.
    private static func refused(_ suite: RunningSuite) async throws -> [String] {
        try await suite.events(.meetings, CommandRefused.self).flatMap(\.reasons)
            .filter { $0.code == "actor.unproven" }.map(\.english)
    }
}
