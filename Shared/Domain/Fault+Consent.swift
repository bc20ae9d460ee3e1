extension Fault {
    /// Nobody of an organisation that question 5 names is to come to the meeting (rules 11 and 14).
    ///
    /// - Parameter code: says why.
    public static func nobody(
        from organisation: Organisation, _ code: FaultCode, _ values: [String: String] = [:]
    ) -> Fault {
        Fault(code, values.merging(["organisation": organisation.rawValue]) { $1 })
    }

    /// The person's organisation is outside the scope of the consents (rule 13).
    public static func outsideConsent(_ organisation: Organisation, at path: String) -> Fault {
        Fault(.consentScope, at: path, ["organisation": organisation.rawValue])
    }
}
