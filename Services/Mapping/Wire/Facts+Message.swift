import CloudEvents
import Codec
import Domain
import MappingCore
import ServiceKit

/// A message with a fact about a case.
protocol FactMessage: EventPayload {
    var caseReference: String { get }

    /// The fact as a value; nil if `words` found faults.
    func fact(_ words: inout Words) -> CaseFact?
}

extension CaseFact {
    /// - Parameter reference: the case's reference.
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .course(let fact): fact.message(of: reference)
        case .proposal(let fact): fact.message(of: reference)
        case .content(let fact): fact.message(of: reference)
        case .guardians(let fact): fact.message(of: reference)
        case .cooperation(let fact): fact.message(of: reference)
        case .erasure(let fact): fact.message(of: reference)
        case .meetings(let request): request.message(of: reference)
        }
    }
}
