import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import ServiceKit
import SwiftProtobuf
import Views

/// Where a case stands, as lists show it.
struct CaseRow: Sendable, FetchableRecord {
    let status: CaseStatus
    let phase: Phase
    /// Nil only for a closed case.
    let step: Step?
    let due: Date?

    var reference: String { status.caseReference }

    /// - Throws: for words that this version does not know.
    init(row: Row) throws {
        guard let event = (row["event"] as StoredEvent?)?.event, let status = try? event.decode(CaseStatus.self),
            let phase = Phase(rawValue: status.phase)
        else { throw RowUnreadable() }
        (self.status, self.phase, step) = (status, phase, Step(rawValue: status.step))
        due = status.hasDue ? status.due.date : nil
    }

    func isOverdue(at now: Date) -> Bool { due.map { $0 < now } ?? false }

    var people: Authority.People {
        .init(
            unit: status.unit, namedPerson: status.owner, delegate: status.delegate.nonEmpty,
            coordinator: status.coordinator.nonEmpty)
    }
}

extension CaseRow: WorkItem {}

/// A row was written by another version.
struct RowUnreadable: Error {}
