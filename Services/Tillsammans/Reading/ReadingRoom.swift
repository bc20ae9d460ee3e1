import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

/// A reading that stands in the access log. Whatever shows content asks for one, and only a ``ReadingRoom`` makes one.
struct LoggedReading: Sendable {
    let permit: Reading.Permit
    /// Hides where the child is, from a reader who may not be told.
    let mask: PlaceMask?

    fileprivate init(_ permit: Reading.Permit, _ mask: PlaceMask?) { (self.permit, self.mask) = (permit, mask) }
}

/// The topic `access-log`.
struct AccessLog: Sendable {
    /// Returns when the record is on the topic for good.
    let write: @Sendable (CaseViewed) async throws -> Void

    init(write: @escaping @Sendable (CaseViewed) async throws -> Void) { self.write = write }

    /// Each record is signed by the reader's door. Nothing is written, and so nothing shown, where the door may not speak
    /// for the reader.
    ///
    /// - Parameter patience: how long a record may take to be there. Nobody waits longer for what they may not see.
    init(_ connection: Connection, _ directory: Directory, patience: Duration = .seconds(15)) throws {
        var properties = try connection.properties
        properties["message.timeout.ms"] = "\(patience / .milliseconds(1))"
        let producer = try Producer(properties)
        self.init { viewed in
            let reference = viewed.caseReference
            let event = try connection.signed(
                Event(
                    id: UUID().uuidString.lowercased(), source: "tillsammans", time: Date(),
                    subject: reference.nonEmpty, viewed), for: viewed.by)
            do throws(Fault) { _ = try directory.proveActor(of: event, received: Date()) } catch {
                throw Refusal([error])
            }
            let key = reference.nonEmpty ?? viewed.person
            try await producer.send(connection.record(event, to: .accessLog, key: key))
        }
    }
}

/// Where one person reads: asks the policy, writes the access log, and only then hands out (rule 22).
struct ReadingRoom {
    let reader: Reader
    /// What the reader gave as their reason; may be empty.
    let reason: String
    let log: AccessLog
    let directory: Directory
    var cases: ReadableCases
    /// What stands in the log already.
    private var logged: [Entry: LoggedReading] = [:]

    private struct Entry: Hashable {
        var reference: String
        var permit: Reading.Permit
    }

    /// - Throws: `Refusal` for a reason that is too long for the log, or names somebody: the log is not sealed.
    init(
        _ reader: Reader, reason: String, log: AccessLog, directory: Directory, cases: ReadableCases
    ) throws {
        try Refusal.unless(
            CaseViewed.with { $0.reason = reason }.excesses + Anonymity.faults(in: reason, at: "reason"))
        (self.reader, self.reason, self.log) = (reader, reason, log)
        (self.directory, self.cases) = (directory, cases)
    }

    /// Opens a case. A room writes the same reading once.
    ///
    /// - Parameter wanted: from the least that is of use to the most that is asked for.
    /// - Throws: `Refusal` where the policy says no; what the log throws, and then nothing is shown.
    mutating func open(
        _ reference: String, _ wanted: ClosedRange<Reading.Extent>, at now: Date
    ) async throws -> LoggedReading {
        guard let `case` = cases[reference], let code = cases.county(of: reference) else {
            throw Refusal([Fault(.caseUnknown, at: "case_reference")])
        }
        let county = directory.counties[code]
        let permit = try Reading.answer(to: reader.person, reading: wanted, of: `case`, in: county, at: now).permit
        let entry = Entry(reference: reference, permit: permit)
        if let known = logged[entry] { return known }
        try await write(permit, permit.extent.rawValue, code) { $0.caseReference = reference }
        let reading = LoggedReading(permit, permit.showsPlace ? nil : PlaceMask(directory))
        logged[entry] = reading
        return reading
    }

    /// Opens the access log of one case. That is a reading, too.
    ///
    /// - Throws: as ``open(_:_:at:)``.
    func openLog(ofCase reference: String, at now: Date) async throws {
        guard let `case` = cases[reference], let code = cases.county(of: reference) else {
            throw Refusal([Fault(.caseUnknown, at: "case_reference")])
        }
        let permit = try Reading.answer(
            to: reader.person, readingLogOf: `case`, in: directory.counties[code], at: now
        ).permit
        try await write(permit, Self.logsWord, code) { $0.caseReference = reference }
    }

    /// Opens the access log of one person.
    ///
    /// - Returns: the counties whose log the reader may see.
    /// - Throws: as ``open(_:_:at:)``.
    func openLog(ofPerson person: String, at now: Date) async throws -> Set<String> {
        var opened: Set<String> = []
        var refusal = Refusal([Fault(.personUnknown, at: "by")])
        for (code, county) in directory.counties.sorted(by: { $0.key < $1.key }) {
            switch Reading.answer(to: reader.person, readingLogOf: nil, in: county, at: now) {
            case .may(let permit):
                try await write(permit, Self.logsWord, code) { $0.person = person }
                opened.insert(code)
            case .mayNot(let fault): if fault.code != .personUnknown { refusal = Refusal([fault]) }
            }
        }
        guard !opened.isEmpty else { throw refusal }
        return opened
    }

    private static let logsWord = "log"

    private func write(
        _ permit: Reading.Permit, _ what: String, _ county: String, _ about: (inout CaseViewed) -> Void
    ) async throws {
        var viewed = CaseViewed.with {
            ($0.by, $0.what, $0.why, $0.reason) = (reader.person, what, permit.ground.rawValue, reason)
            ($0.door, $0.assurance, $0.county) = (reader.door, reader.assurance, county)
        }
        about(&viewed)
        try await log.write(viewed)
    }
}

extension ReadingRoom {
    /// Reads the directory and where the cases stand, and what else is asked for; blocks.
    ///
    /// - Parameters:
    ///   - person: the directory's id. The connection's door must be one that may speak for them.
    ///   - take: gets each event of `topics`, opened as far as there are keys.
    static func entered(
        by person: String, reason: String, _ connection: Connection, also topics: [Topic] = [],
        _ take: (Topic, Event) -> Void = { _, _ in }
    ) throws -> ReadingRoom {
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
        return try ReadingRoom(
            reader, reason: reason, log: AccessLog(connection, directory), directory: directory, cases: cases)
    }
}

extension Reading.Answer {
    /// - Throws: `Refusal`, unless they may.
    fileprivate var permit: Reading.Permit {
        get throws(Refusal) {
            switch self {
            case .may(let permit): return permit
            case .mayNot(let fault): throw Refusal([fault])
            }
        }
    }
}
