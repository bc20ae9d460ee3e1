/// `Docs/refusals.md`: all codes, for those who integrate with the suite. It is generated from the code.
public enum Refusals {
    public static var markdown: String {
        var text = """
            # What is refused, and why

            Every refusal carries a stable code, the field by path, and words in both languages: in receipts on `concern-receipts`, in
            `CommandRefused` facts on `mappings` and `meetings`, in the problem details of the HTTP door, and from the command line. None
            of them repeats what was sent. `{…}` is filled in. Rules are those of the county's model.

            This page is made from the code: `make docs` writes it, and a test compares it.

            | code | in English | på svenska |
            |---|---|---|

            """
        for code in FaultCode.allCases {
            let (english, swedish) = (Catalogue.text(code.rawValue, .english), Catalogue.text(code.rawValue, .swedish))
            text += "| `\(code.rawValue)` | \(english) | \(swedish) |\n"
        }
        return text
    }
}
