import Domain

extension Consultation {
    /// The question goes to a forum, and nothing with it that says whom it is about (rule 5).
    ///
    /// It is kept under no child and under no aggregate of its own, so only facts follow.
    func registered(as id: ReportID) -> [IntakeFact] {
        let county = municipality.county.code
        // Such as SRM-Q-4K7Q-M2XD-9T.
        let reference = Reference.text(county: "\(county)-Q", of: "consultation \(id.source) \(id.id)")
        return [
            .consultationRegistered(
                RegisteredConsultation(
                    reference: reference, county: county, municipality: municipality.code, areas: areas,
                    question: question, reporter: reporter)),
            .placeRequested(
                PlaceRequest(
                    reference: reference, county: county, municipality: municipality.code, areas: areas,
                    email: reporter.email)),
            .answered(Receipt(id, .consultation(reference: reference))),
        ]
    }
}
