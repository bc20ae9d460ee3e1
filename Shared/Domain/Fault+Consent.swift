extension Fault {
    /// Somebody's organisation is not one that the consents cover (rule 13).
    public static func outsideConsent(_ organisation: Organisation, at path: String) -> Fault {
        Fault(.consentScope, at: path, ["organisation": organisation.rawValue])
    }
}
