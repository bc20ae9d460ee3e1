import CloudEvents
import Codec
import Domain
import Foundation

/// Who was proven to act, for a person and for a program.
enum ProofInWords {
    /// `SRM/desk, tillitsnivå 3`; empty where nobody was proven to act.
    static func text(_ auth: AuthContext?, _ language: Language) -> String {
        guard let auth, let claims = claims(auth), let door = claims["door"] else { return "" }
        let assurance = claims["assurance"].flatMap(Assurance.init(rawValue:))
        return [door, assurance.map { Catalogue.text("assurance.\($0.rawValue)", language) }].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// `person` and the claims: `door`, `assurance` and `key`.
    static func object(_ auth: AuthContext) -> [String: String] {
        (claims(auth) ?? [:]).merging(["person": auth.id]) { $1 }
    }

    private static func claims(_ auth: AuthContext) -> [String: String]? {
        (try? JSONSerialization.jsonObject(with: Data(auth.claims.utf8))) as? [String: String]
    }
}
