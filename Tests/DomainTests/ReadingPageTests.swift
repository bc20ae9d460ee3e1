import Domain
import Foundation
import Testing

@Suite("Docs/reading.md says who may read what, as the code decides it")
struct ReadingPageTests {
    private static func page() -> String {
        var text = """
            # Who may read what

            What is written about a child is read through the suite alone. Each reading asks the policy, is written to the topic
            `access-log`, and only then shown; where the log cannot be written, nothing is shown (rule 22). Nobody gets more than they
            ask for. The table is made from the code ([Reading.swift](../Shared/Domain/Reading.swift)): `make docs` writes it, and a
            test compares it.

            | ground | reads | only within the consents' scope (rule 13) | where a protected child is | who has read |
            |---|---|---|---|---|

            """
        for ground in Reading.Ground.allCases {
            let name = Catalogue.text("access.why.\(ground.rawValue)", .english)
            let extent = ground.extent.map { Catalogue.text("access.what.\($0.rawValue)", .english) } ?? "nothing"
            let marks = [ground.isWithinConsent, ground.seesPlace, ground.readsLog].map { $0 ? "yes" : "" }
            text += "| \(name) (`\(ground.rawValue)`) | \(extent) | \(marks.joined(separator: " | ")) |\n"
        }
        return text + """

            - **The course**: what has happened, what happens now and what comes next, in words that tell nothing of what was said
              (rule 20). **The plan**: the course, and what was written of meetings and plan. **Everything**: the child's own words, too.
            - A participant is one of the staff who is invited to a booked meeting, or came to one. Participants and the coordinator read while the
              case is open, and on each day on which every needed consent covers their organisation.
            - A deputy reads on the days on which the other is on leave.
            - For a child with protected identity, units, towns and rooms are shown as `…` and people as their roles, but to those who work on the
              case (rule 22). Own words are not searched: what somebody wrote into a text is shown as it is.
            - **Emergency access** is for one person and some hours (`emergency_hours`, 3). `tillsammans case emergency REF --as ID --reason TEXT` opens it;
              the owner, the unit's manager and the privacy officer (`privacy_officer`, else the county's function) are told at once, at
              any hour. It ends by itself. It stands on the case and in the log, with its reason.
            - Reading the log is logged, too. A refused attempt shows nothing, and is not in the log.

            """
    }

    @Test("rule 20: who is allowed sees the same picture, by the same table; `make docs` writes the page")
    func page() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/reading.md")
            .standardizedFileURL
        let page = Self.page()
        if ProcessInfo.processInfo.environment["WRITE_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == page, "run `make docs`")
    }
}
