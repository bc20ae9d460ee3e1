import Codec
package import Domain
package import Foundation
import ServiceKit
import SwiftProtobuf

/// A reading that stands in the access log. Whatever shows content asks for one, and only a ``ReadingRoom`` makes one.
package struct LoggedReading: Sendable {
    package let permit: Reading.Permit
    /// Hides where the child is, from a reader who may not be told.
    package let mask: PlaceMask?
    /// The case's county, whose people and units the reading names.
    package let county: County

    fileprivate init(_ permit: Reading.Permit, _ mask: PlaceMask?, _ county: County) {
        (self.permit, self.mask, self.county) = (permit, mask, county)
    }

    /// The name of somebody of the staff, or of a unit; for a reader who may not know where the child is, their role. Empty for
    /// no id.
    package func name(of id: String, _ language: Language) -> String {
        if id.isEmpty { return "" }
        return mask?.name(of: id, language) ?? DirectoryNames(county).name(of: id, language)
    }
}

/// Where one person reads: asks the policy, writes the access log, and only then hands out (rule 22).
package struct ReadingRoom: Sendable {
    package let reader: Reader
    /// What the reader gave as their reason; may be empty.
    package let reason: String
    private let log: AccessLog
    private let directory: Directory
    /// What stands in the log already.
    private var logged: [Entry: LoggedReading] = [:]

    private struct Entry: Hashable {
        var reference: String
        var permit: Reading.Permit
    }

    /// - Throws: `Refusal` for a reason that is too long for the log, or names somebody: the log is not sealed.
    package init(_ reader: Reader, reason: String = "", log: AccessLog, directory: Directory) throws {
        try Refusal.unless(
            CaseViewed.with { $0.reason = reason }.excesses + Anonymity.faults(in: reason, at: "reason"))
        (self.reader, self.reason, self.log, self.directory) = (reader, reason, log, directory)
    }

    /// Opens a case. A room writes the same reading once.
    ///
    /// - Parameters:
    ///   - case: nil: nobody knows it, which is refused as `case.unknown`.
    ///   - wanted: from the least that is of use to the most that is asked for.
    /// - Throws: `Refusal` where the policy says no; what the log throws, and then nothing is shown.
    package mutating func open(
        _ case: ReadableCase?, _ wanted: ClosedRange<Reading.Extent>, at now: Date
    ) async throws -> LoggedReading {
        guard let `case` else { throw Self.unknown }
        guard let county = directory.counties[`case`.county] else { throw Self.unknown }
        let permit = try Reading.answer(
            to: reader.person, reading: wanted, of: `case`.facts, in: county, at: now
        ).permit
        let entry = Entry(reference: `case`.reference, permit: permit)
        if let known = logged[entry] { return known }
        try await write(permit, permit.extent.rawValue, `case`.county) { $0.caseReference = `case`.reference }
        let reading = LoggedReading(permit, permit.showsPlace ? nil : PlaceMask(directory), county)
        logged[entry] = reading
        return reading
    }

    /// Opens the access log of one case. That is a reading, too.
    ///
    /// - Throws: as ``open(_:_:at:)``.
    package func openLog(of case: ReadableCase?, at now: Date) async throws {
        guard let `case` else { throw Self.unknown }
        let permit = try Reading.answer(
            to: reader.person, readingLogOf: `case`.facts, in: directory.counties[`case`.county], at: now
        ).permit
        try await write(permit, Self.logsWord, `case`.county) { $0.caseReference = `case`.reference }
    }

    /// Opens the access log of one person.
    ///
    /// - Returns: the counties whose log the reader may see.
    /// - Throws: as ``open(_:_:at:)``.
    package func openLog(ofPerson person: String, at now: Date) async throws -> Set<String> {
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
    private static let unknown = Refusal([Fault(.caseUnknown, at: "case_reference")])

    private func write(
        _ permit: Reading.Permit, _ what: String, _ county: String, _ about: (inout CaseViewed) -> Void
    ) async throws {
        var viewed = CaseViewed.with {
            ($0.by, $0.what, $0.why, $0.reason) = (reader.person, what, permit.ground.rawValue, reason)
            ($0.door, $0.assurance, $0.county) = (reader.door, reader.assurance.rawValue, county)
        }
        about(&viewed)
        try await log.write(viewed, reader)
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
