import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit

@testable import mapping

/// What the tests read from a stored case.
extension MappingState {
    var asCase: Case? { try? kept().subject }
    var currentPhase: Phase? { asCase?.phase.word }
    var isOpen: Bool { asCase?.isOpen ?? false }

    /// When the case wakes, by the reminder's name.
    var wakes: [String: Date] { asCase.map(AggregateWiring<Case>.cases.reminders) ?? [:] }

    func status(_ now: Date) -> CaseStatus? { asCase.map { CaseStatus($0, on: CivilTime.day(of: now)) } }

    /// Whose consent is missing for the outcome's cooperation.
    func awaited(on day: LocalDate) -> [Awaited] {
        guard let `case` = asCase, case .cooperation(let cooperation) = `case`.outcome else { return [] }
        return `case`.awaited(for: cooperation.organisations, on: day)
    }
}
