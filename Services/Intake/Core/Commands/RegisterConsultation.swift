import Domain

extension Consultation {
    /// The question's own reference, such as SRM-Q-4K7Q-M2XD-9T.
    func reference(as id: ReportID, _ secret: KeySecret) -> String {
        Reference.text(county: "\(municipality.county.code)-Q", of: "consultation \(id.name)", secret: secret)
    }

    /// The question goes to a forum, and nothing with it that says whom it is about (rule 5).
    ///
    /// It is kept under no child and under no aggregate of its own, so only facts follow.
    func registered(under reference: String) -> [IntakeFact] {
        let county = municipality.county.code
        return [
            .consultationRegistered(
                RegisteredConsultation(
                    reference: reference, county: county, municipality: municipality.code, areas: areas,
                    question: question, reporter: reporter)),
            .placeRequested(
                PlaceRequest(
                    reference: reference, county: county, municipality: municipality.code, areas: areas,
                    email: reporter.email)),
        ]
    }
}
