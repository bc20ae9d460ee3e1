import Domain
import Foundation
import TestSupport
import Testing

@Suite("Docs/access.md says who may read what, as the code decides it")
struct AccessPageTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Docs/access.md").standardizedFileURL

    private static let head = """
        # Who may read what

        What is written about a child is read through the suite alone. Each reading asks the policy, is written to the topic
        `access-log`, and only then shown; where the log cannot be written, nothing is shown (rule 22). Nobody gets more than they
        ask for. The tables are made from the code ([Reading.swift](../Shared/Domain/Reading.swift)): `make docs` writes them, and a
        test compares them with what the policy decides.

        | ground | reads | of a protected child | only within the consents' scope (rule 13) | where a protected child is | who has read | numbers | on their list |
        |---|---|---|---|---|---|---|---|

        """

    private static let rest = """

        - **The status**: where a case stands: phase, who is responsible, the next step and its date. **The course**: the status, and
          what has happened, in words that tell nothing of what was said (rule 20). **The plan**: the course, who the
          case is about, by name and number, with the guardians' names, and what was written of meetings and plan. **Everything**: how the
          guardians are reached, and the child's own words, too.
        - A participant is one of the staff who is invited to a booked meeting, or came to one. Participants and the coordinator read while the
          case is open, and on each day on which every needed consent covers their organisation. A consent that is withdrawn closes at
          once what it had opened.
        - Before school a child has two, the child health centre and the preschool (rule 2). One owns the case. The other's named person, once
          asked, reads the plan while the case is open, and on each day on which every needed consent covers their organisation; of a
          child with protected identity nothing. The case is on their list until they have answered.
        - A deputy reads on the days on which the other is on leave.
        - Of a child with **protected identity** (rule 22), only who is named on the case reads what is in it: its owner, delegate and
          coordinator, whoever stands in for them, and who has emergency access. The unit's manager, participants and the county's function
          see its status, since a passed date must reach somebody (rule 19); a manager who must read more delegates the work to
          themselves, and is named on the case from then on. Units, towns and rooms are shown as `…` and people as their roles, but to
          those who work on the case. Own words are not searched: what somebody wrote into a text is shown as it is.
        - **Emergency access** is for one person and some hours (`emergency_hours`, 3). `tillsammans case emergency REF --as ID --reason TEXT` opens it;
          the owner, the unit's manager and the privacy officer (`privacy_officer`, else the county's function) are told at once, at
          any hour. It ends by itself. It stands on the case and in the log, with its reason.
        - **Numbers** (rule 24) are for the steering group (`steering_group` in the directory) and the county's function. They tell of no case. A number
          is shown only of 5 children or more, and only where neither those counted nor those left are fewer.
        - **Lists** hold open cases. The county's function has those on its list whose date has passed, or that no unit matched (rules 2 and 19).
        - Reading the log is logged, too. A refused attempt shows nothing, and is not in the log.

        """

    private static func word(_ extent: Reading.Extent?) -> String {
        extent.map { Catalogue.text("access.what.\($0.rawValue)", .english) } ?? "nothing"
    }

    private static func page() -> String {
        Reading.Ground.allCases.reduce(head) { text, ground in
            let name = Catalogue.text("access.why.\(ground.rawValue)", .english)
            let marks = [ground.isWithinConsent, ground.seesPlace, ground.readsLog, ground.readsNumbers]
                .map { $0 ? "yes" : "" }
            let cells =
                ["\(name) (`\(ground.rawValue)`)", word(ground.extent), word(ground.extentWhereProtected)] + marks
                + [ground.list?.rawValue ?? ""]
            return text + "| \(cells.joined(separator: " | ")) |\n"
        } + rest
    }

    @Test("rule 20: who is allowed sees the same picture, by the same table; `make docs` writes the page")
    func page() throws {
        let page = Self.page()
        if ProcessInfo.processInfo.environment["WRITE_DOCS"] != nil {
            try page.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == page, "run `make docs`")
        #expect(page.contains("only of \(Reading.smallestGroup) children"))
    }

    /// One row of the page.
    private struct Row {
        let ground: Reading.Ground
        let (reads, ofProtected): (Reading.Extent?, Reading.Extent?)
        let (isWithinConsent, seesPlace, readsLog, readsNumbers): (Bool, Bool, Bool, Bool)
        let list: Reading.WorkList?

        init?(_ line: Substring) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 8, let word = cells[0].split(separator: "`").dropFirst().first,
                let ground = Reading.Ground(rawValue: String(word))
            else { return nil }
            func extent(_ cell: String) -> Reading.Extent? {
                Reading.Extent.allCases.first { AccessPageTests.word($0) == cell }
            }
            self.ground = ground
            (reads, ofProtected) = (extent(cells[1]), extent(cells[2]))
            isWithinConsent = cells[3] == "yes"
            seesPlace = cells[4] == "yes"
            readsLog = cells[5] == "yes"
            readsNumbers = cells[6] == "yes"
            list = Reading.WorkList(rawValue: cells[7])
        }
    }

    @Test(
        "each role gets what its row says: every extent asked for, with and without consent, protected or not",
        arguments: Reading.Ground.allCases)
    func decided(ground: Reading.Ground) throws {
        let rows = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").compactMap(Row.init)
        #expect(rows.map(\.ground) == Reading.Ground.allCases)
        let row = try #require(rows.first { $0.ground == ground })
        for state in 0..<4 {
            let (hasConsent, isProtected) = (state & 1 == 0, state & 2 != 0)
            let story = AccessStory(ground, hasConsent: hasConsent, isProtected: isProtected)
            let cell = isProtected ? row.ofProtected : row.reads
            let readable = row.isWithinConsent && !hasConsent ? nil : cell
            for least in Reading.Extent.allCases {
                for most in Reading.Extent.allCases where most >= least {
                    let expected = readable.flatMap { $0 >= least ? min($0, most) : nil }
                    let permit = story.permit(least...most)
                    #expect(permit?.extent == expected, "\(least)...\(most), \(hasConsent), \(isProtected)")
                    if let permit {
                        #expect(permit.ground == ground && permit.showsPlace == (!isProtected || row.seesPlace))
                    }
                }
            }
            #expect(story.readsLog == row.readsLog && story.readsNumbers == row.readsNumbers)
            #expect(story.lists == (readable == nil ? [] : Set([row.list].compactMap(\.self))))
        }
    }
}

/// An overdue case in which the nurse has one ground and no other.
private struct AccessStory {
    private static let (person, now) = ("nurse", ExampleCounty.monday)
    private var county = ExampleCounty.county
    private var `case`: Reading.Case

    init(_ ground: Reading.Ground, hasConsent: Bool, isProtected: Bool) {
        `case` = Reading.Case(
            people: .init(unit: "school", namedPerson: "head-school"), isOpen: true, isProtected: isProtected,
            participants: [], shared: hasConsent ? [.init(.healthCare, until: nil)] : [], emergencies: [])
        let person = Self.person
        switch ground {
        case .namedPerson: `case`.people.namedPerson = person
        case .namedPersonsDeputy: standsIn(for: "head-school")
        case .delegate: `case`.people.delegate = person
        case .delegatesDeputy:
            `case`.people.delegate = "teacher"
            standsIn(for: "teacher")
        case .unitsManager: county.units["school"]?.manager = person
        case .coordinator: `case`.people.coordinator = person
        case .coordinatorsDeputy:
            `case`.people.coordinator = "family"
            standsIn(for: "family")
        case .participant: `case`.participants = [person]
        case .counterpart: `case`.asked = person
        case .emergencyAccess: `case`.emergencies = [.init(by: person, from: Self.now, until: Self.now + 3_600)]
        case .countysFunction: county.function = person
        case .privacyOfficer: county.privacyOfficer = person
        case .steeringGroup: county.steeringGroup = [person]
        }
    }

    private mutating func standsIn(for other: String) {
        let today = CivilTime.day(of: Self.now)
        county.people[other]?.absences = [today...today]
        county.people[other]?.deputy = Self.person
    }

    func permit(_ wanted: ClosedRange<Reading.Extent>) -> Reading.Permit? {
        let answer = Reading.answer(to: Self.person, reading: wanted, of: `case`, in: county, at: Self.now)
        guard case .may(let permit) = answer else { return nil }
        return permit
    }

    var readsLog: Bool {
        if case .may = Reading.answer(to: Self.person, readingLogOf: `case`, in: county, at: Self.now) { return true }
        return false
    }

    var readsNumbers: Bool {
        if case .may = Reading.answer(to: Self.person, readingNumbersOf: county) { return true }
        return false
    }

    var lists: Set<Reading.WorkList> {
        Reading.lists(
            of: Self.person, showing: `case`, due: Self.now - 60, isOnFallback: false, in: county, at: Self.now)
    }
}
