package import Domain

/// An anonymous question to a forum (rule 5). It has no field for an identity, and its text seems to hold none.
package struct Consultation: Sendable, Equatable {
    /// Whose forum is asked.
    package var municipality: ServedMunicipality
    package var areas: [WheelArea]
    package var question: String
    package var reporter: Reporter

    package init(municipality: ServedMunicipality, areas: [WheelArea], question: String, reporter: Reporter) {
        (self.municipality, self.areas) = (municipality, areas)
        (self.question, self.reporter) = (question, reporter)
    }
}
