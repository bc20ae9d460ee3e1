package import CloudEvents
import Codec
package import Domain

/// Who was proven to act, for a person and for a program.
package enum ProofInWords {
    /// `SRM/desk, tillitsnivå 3`; empty where nobody was proven to act.
    package static func text(_ auth: AuthContext?, _ language: Language) -> String {
        guard let auth, let door = auth.proofClaims["door"] else { return "" }
        let assurance = auth.proofClaims["assurance"].flatMap(Assurance.init(rawValue:))
        return [door, assurance.map { Catalogue.text("assurance.\($0.rawValue)", language) }].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// `person` and the claims: `door`, `assurance` and `key`.
    package static func object(_ auth: AuthContext) -> [String: String] {
        auth.proofClaims.merging(["person": auth.id]) { $1 }
    }
}
