import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport

@testable import tillsammans

/// One open case of the example county and somebody who reads it, with an access log in memory.
final class ReadingStory: Sendable {
    static let reference = "TST-AAAA-AAAA-AA"
    static let now = ExampleCounty.monday

    private let records = Mutex<[CaseViewed]>([])

    /// What stands in the log.
    var log: [CaseViewed] { records.withLock(\.self) }

    /// - Parameter isBroken: the log takes nothing.
    func room(
        _ person: String, reason: String = "", isBroken: Bool = false, _ change: (inout CaseStatus) -> Void = { _ in }
    ) throws -> CaseRoom {
        let log = AccessLog { viewed, _ in
            if isBroken { throw CommandFault("the log is away") }
            self.records.withLock { $0.append(viewed) }
        }
        let room = try ReadingRoom(
            Reader(person: person, door: "test", assurance: .two), reason: reason, log: log,
            directory: ExampleCounty.directory)
        return try CaseRoom(room, Self.cases(change))
    }

    static func cases(_ change: (inout CaseStatus) -> Void = { _ in }) throws -> ReadableCases {
        var status = CaseStatus.with {
            ($0.caseReference, $0.county, $0.unit, $0.owner) = (reference, "TST", "school", "head-school")
            ($0.phase, $0.opened) = ("cooperation", .init(now))
            $0.shared = [.with { $0.organisation = "health_care" }]
        }
        change(&status)
        let meeting = Meeting.with {
            ($0.id, $0.caseReference) = ("m1", reference)
            $0.participants = ["nurse", "family"].map { person in .with { $0.person = person } }
        }
        var cases = ReadableCases()
        cases.apply(try Event(id: "1", source: "test", time: now, status))
        cases.apply(try Event(id: "2", source: "test", time: now, MeetingScheduled.with { $0.meeting = meeting }))
        return cases
    }

    /// A reading of the case as far as it was asked for.
    static func reading(
        _ extent: Reading.Extent, as person: String = "head-school", _ change: (inout CaseStatus) -> Void = { _ in }
    ) async throws -> LoggedReading {
        var room = try ReadingStory().room(person, change)
        return try await room.open(reference, extent...extent, at: now)
    }
}
