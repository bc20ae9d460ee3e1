extension Fault {
    /// The person's organisation is outside the scope of the consents (rule 13).
    public static func outsideConsent(_ organisation: Organisation, at path: String) -> Fault {
        Fault(.consentScope, at: path, ["organisation": organisation.rawValue])
    }
}
