import DeskCore
import Domain
import Foundation

/// Leads to the page where a consent is taken back, from every page of a case. Nothing blocks it (rule 13).
struct WithholdButton {
    let action: String
    let id = UUID().uuidString
    let label: String

    init(_ reference: String, _ language: Language) {
        action = CasePage.path(of: .withholdConsent, in: reference)
        label = Catalogue.text("desk.withhold.button", language)
    }
}
