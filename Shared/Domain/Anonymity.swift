/// Checks that a text does not reveal whom it is about (rule 5).
///
/// It finds personal numbers, e-mail addresses and phone numbers by their form. It cannot find names. The
/// page where the question is written asks people to leave them out.
public enum Anonymity {
    /// The faults of a text; empty if nothing was found.
    public static func faults(in text: String, at path: String) -> [Fault] {
        let found = PersonalDataScan(text)
        var codes: [FaultCode] = []
        if !found.numbers.isEmpty { codes.append(.consultationNumber) }
        if found.hasEmail { codes.append(.consultationEmail) }
        // A personal number looks like a phone number as well.
        if found.numbers.isEmpty, found.hasPhone { codes.append(.consultationPhone) }
        return codes.map { Fault($0, at: path) }
    }
}
