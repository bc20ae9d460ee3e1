/// Checks that a text does not reveal whom it is about (rule 5).
///
/// It finds personal numbers, e-mail addresses and phone numbers by their form. It cannot find names. The
/// page where the question is written asks people to leave them out.
public enum Anonymity {
    /// The faults of a text; empty if nothing was found.
    public static func faults(in text: String, at path: String) -> [Fault] {
        let plain = plain(text)
        var codes: [FaultCode] = []
        // Year (with or without century), month, day (or day + 60), then four digits, with any separators.
        let number =
            /(?:^|[^0-9])(?:[0-9]{2})?[0-9]{2}[ \-.\/+]*(?:0[1-9]|1[0-2])[ \-.\/+]*(?:[0-2][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[ \-.\/+]*[0-9]{4}(?:$|[^0-9])/
        // 0 or + and at least seven more digits, with any separators.
        let phone = /(?:^|[^0-9])(?:\+|0)(?:[ \-.\/()]*[0-9]){7,14}(?:$|[^0-9])/
        let email = /[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+/
        if plain.contains(number) { codes.append(.consultationNumber) }
        if plain.contains(email) { codes.append(.consultationEmail) }
        if !codes.contains(.consultationNumber), plain.contains(phone) { codes.append(.consultationPhone) }
        return codes.map { Fault($0, at: path) }
    }

    /// The text with every kind of digit, dash and space written in the plain way.
    private static func plain(_ text: String) -> String {
        String(
            text.map { letter -> Character in
                if let digit = letter.wholeNumberValue, (0...9).contains(digit), letter.isNumber {
                    return Character(String(digit))
                }
                switch letter {
                case "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}": return "-"
                case "＠": return "@"
                default: return letter.isWhitespace ? " " : letter
                }
            })
    }
}
