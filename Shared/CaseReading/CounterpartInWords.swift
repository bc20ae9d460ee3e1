package import Codec
package import Domain
import Foundation
import SwiftProtobuf

extension Counterpart {
    /// Whether the other of the two that a child has before school was asked, and has answered: `tillfrågad 2026-11-23`.
    package func standing(_ language: Language) -> String {
        func day(_ time: Google_Protobuf_Timestamp) -> [String: String] {
            ["day": CivilTime.day(of: time.date).description]
        }
        if hasAnswered { return Catalogue.text("case.counterpart.answered", language, day(answered)) }
        if hasAsked { return Catalogue.text("case.counterpart.asked", language, day(asked)) }
        return Catalogue.text("case.counterpart.told", language)
    }
}

extension CaseStatus {
    /// Whose answer is waited for as the other of the two; empty: nobody's.
    package var awaitedCounterpart: String {
        counterpart.hasAsked && !counterpart.hasAnswered ? counterpart.person : ""
    }
}
