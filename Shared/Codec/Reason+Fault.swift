package import CloudEvents
package import Domain
import SwiftProtobuf

extension Reason {
    package init(_ fault: Fault) {
        self = .with {
            ($0.code, $0.path, $0.swedish, $0.english) = (fault.code.rawValue, fault.path, fault.swedish, fault.english)
        }
    }
}

extension CommandRefused {
    /// The answer to a command that is not allowed, or that cannot be read.
    package init(id: String, type: String, case reference: String, _ faults: [Fault]) {
        self = .with {
            $0.commandID = id
            $0.commandType = type
            $0.caseReference = reference
            $0.reasons = faults.told.map(Reason.init)
        }
    }
}

extension Fault {
    /// A payload that cannot be read.
    package init(_ error: Undecodable) {
        self.init(
            .undecodable, at: error.path,
            ["reason": error.mistake.map { "undecodable.\($0.rawValue)" } ?? error.reason])
    }
}
