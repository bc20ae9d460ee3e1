import CaseReading
import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import ServiceKit
import SwiftProtobuf

/// A case that somebody may read, as far as they may, once the reading stands in the access log. Only ``CaseRoom`` makes one.
struct OpenedCase: Sendable {
    let row: CaseRow
    let reading: LoggedReading
    let directory: Directory
    /// All facts, in the order of their time.
    fileprivate let facts: [Event]
    fileprivate let language: Language
    /// What was written, as far as the reading goes.
    let file: CaseFile
    /// Whom the case is about; nil for who may not know.
    let people: CasePeople.Shown?
    /// The case as the policy sees it.
    let readable: ReadableCase
    /// Another one whenever the case has changed (``GRDB/Database/version(of:)``).
    let version: String

    var reference: String { row.reference }

    /// All facts. A page shows them in words that tell nothing of what was written (`FactInWords`).
    var chronology: Chronology {
        var chronology = Chronology(reference, language)
        for fact in facts { chronology.take(fact) }
        return chronology
    }

    var permit: Reading.Permit { reading.permit }
    var county: County { reading.county }
    var names: DirectoryNames { DirectoryNames(county, family: people?.names ?? [:]) }

    /// What decides what can be done.
    var situation: CaseSituation {
        let status = row.status
        return CaseSituation(
            people: .init(
                unit: status.unit, namedPerson: status.owner, delegate: status.delegate.nonEmpty,
                coordinator: status.coordinator.nonEmpty),
            phase: row.phase, isTakenOn: file.isTakenOn, isOwnerSought: status.ownerSought,
            proposed: file.proposedMove.map { .init(unit: $0.unit, namedPerson: $0.namedPerson) },
            isToBeReviewed: file.departure != nil, isMeetingAhead: file.cooperation.isMeetingAhead,
            isCalled: file.cooperation.isCalled,
            admitsOutsiders: status.outsiders, hasOutsiders: !file.cooperation.outsiders.isEmpty)
    }

    /// Why the reader cannot do something now; empty where they can.
    func obstacles(to action: CaseAction, by person: SignedIn, at now: Date) -> [Fault] {
        situation.obstacles(
            to: action, by: person.person, in: county, proposedCounty: proposedCounty, on: CivilTime.day(of: now))
    }

    /// Why the reader may not do something, however the case stands; empty where they may.
    func denials(of action: CaseAction, by person: SignedIn, at now: Date) -> [Fault] {
        situation.denials(
            of: action, by: person.person, in: county, proposedCounty: proposedCounty, on: CivilTime.day(of: now))
    }

    private var proposedCounty: County? { file.proposedMove.flatMap { directory.counties[$0.county] } }
}

/// Where cases are opened: the view is read, the policy asked, the access log written, and only then something is shown
/// (rule 22).
struct CaseRoom: Sendable {
    let desk: DeskServices
    let log: AccessLog
    /// The door's name in the access log.
    let door: String

    /// Opens a case.
    ///
    /// - Parameter wanted: from the least that the page is of use with to the most that it shows.
    /// - Throws: ``NotShown`` for a case that does not exist, or that the person may not read; `ViewNotReady`; what the log
    ///   throws.
    func open(
        _ reference: String, _ wanted: ClosedRange<Reading.Extent> = .status ... .whole, for person: SignedIn,
        in language: Language
    ) async throws -> OpenedCase {
        let keys = desk.keys
        let (found, directory) = try await desk.read { db, directory in
            (try Found(reference, keys, db), directory)
        }
        guard let found else { throw NotShown() }
        let reading = try await logged(directory, person) { room in
            try await room.open(found.readable, wanted, at: desk.now())
        }
        return OpenedCase(
            row: found.row, reading: reading, directory: directory, facts: found.facts, language: language,
            file: CaseFile(found.facts.filter { Opening.isOpen($0, for: reading) || CaseFile.isCourse($0.type) }),
            people: found.people.shown(reading), readable: found.readable, version: found.version)
    }

    /// Whether somebody may read at least where a case stands. Nothing of it is shown by that, so nothing is logged.
    ///
    /// - Throws: `ViewNotReady`
    func isOpen(_ reference: String, to person: SignedIn) async throws -> Bool {
        let (keys, now) = (desk.keys, desk.now())
        return try await desk.read { db, directory in
            guard let row = try db.status(of: reference) else { return false }
            let keys = try CaseKeys(keys, of: [reference], db)
            let meetings = try db.facts(of: reference, on: [.meetings]).compactMap(keys.open)
            let answer = Reading.answer(
                to: person.person, reading: .status ... .status, of: ReadableCase(row.status, meetings: meetings).facts,
                in: directory.counties[row.status.county], at: now)
            guard case .may = answer else { return false }
            return true
        }
    }

    /// Opens the access log of a case. That is a reading, too.
    ///
    /// - Throws: as ``open(_:_:for:in:)``.
    func openLog(of reference: String, for person: SignedIn) async throws -> [AccessBook.Entry] {
        let keys = desk.keys
        let (found, readings, directory) = try await desk.read { db, directory in
            (try Found(reference, keys, db), try db.readings(of: reference), directory)
        }
        try await logged(directory, person) { room in try await room.openLog(of: found?.readable, at: desk.now()) }
        var book = AccessBook()
        for event in readings { book.apply(event) }
        for event in found?.facts ?? [] { book.apply(event) }
        return book.entries
    }

    /// Opens the access log of a person of the directory: their latest readings. That is a reading, too.
    ///
    /// - Throws: as ``open(_:_:for:in:)``.
    func openLog(ofPerson read: String, for person: SignedIn, limit: Int) async throws -> [AccessBook.Entry] {
        let keys = desk.keys
        let (events, directory) = try await desk.read { db, directory in
            let emergencies = try db.emergencies(of: read)
            let own = try CaseKeys(keys, of: emergencies.compactMap(\.subject), db)
            return (try db.readings(by: read, limit: limit) + emergencies.compactMap(own.open), directory)
        }
        let counties = try await logged(directory, person) { room in
            try await room.openLog(ofPerson: read, at: desk.now())
        }
        var book = AccessBook()
        for event in events { book.apply(event) }
        return book.entries.filter { $0.by == read && counties.contains($0.county) }
    }

    private func logged<Value>(
        _ directory: Directory, _ person: SignedIn, _ open: (inout ReadingRoom) async throws -> Value
    ) async throws -> Value {
        let reader = Reader(
            person: person.person, door: door, assurance: person.assurance, loggedIn: person.at)
        do {
            var room = try ReadingRoom(reader, log: log, directory: directory)
            return try await open(&room)
        } catch is Refusal { throw NotShown() }
    }

    /// What the view has of a case, opened.
    private struct Found: Sendable {
        let row: CaseRow
        let facts: [Event]
        let child: Event?
        let version: String
        let readable: ReadableCase

        init?(_ reference: String, _ keys: KeyEncryptionKeys, _ db: Database) throws {
            guard let row = try db.status(of: reference) else { return nil }
            let keys = try CaseKeys(keys, of: [reference], db)
            self.row = row
            facts = try db.facts(of: reference).compactMap(keys.open)
            child = try db.child(of: reference).flatMap(keys.open)
            version = try db.version(of: reference) ?? ""
            readable = ReadableCase(row.status, meetings: facts)
        }

        var people: CasePeople {
            var people = CasePeople(row.status)
            for event in [child].compactMap(\.self) + facts { people.take(event) }
            return people
        }
    }
}

extension ReadableCase {
    /// - Parameter facts: opened; those of meetings say who takes part. The latest of each meeting counts.
    fileprivate init(_ status: CaseStatus, meetings facts: [Event]) {
        let staff = Dictionary(
            facts.compactMap { MeetingStaff($0) }.map { ($0.meeting, $0) },
            uniquingKeysWith: { $1.since >= $0.since ? $1 : $0 })
        self.init(status, staff.values)
    }
}
