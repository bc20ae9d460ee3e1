import Domain
import Foundation
import StreamsTestSupport

/// What staff do about a child, on the pages where they do it.
extension Person {
    /// A word of a glossary as a form offers it.
    func choice(_ name: String) -> String {
        let word = word(name)
        return word.prefix(1).uppercased() + word.dropFirst()
    }

    // MARK: Detect

    /// A concern, as its form has it.
    struct Concern: Sendable {
        var areas = ["safety", "home"]
        var observation = "Närvaron har ändrats den senaste månaden. Eleven berättar om en händelse i familjen."
        var strengths = "Tycker om slöjd. Har en nära vän i klassen."
        var name = "Alva Exempel"
        let personalNumber: String
        var guardian = "Vera Exempel"
        var stage = Stage.school
        /// As the form offers it; nil: not known.
        var unit: String? = "Nyköping: Nyköpings skola"
    }

    /// Writes a concern and has it checked: the page that says where it goes is shown, and nothing is sent.
    func write(_ concern: Concern) async throws {
        try await open("/concern/new")
        for area in concern.areas { try await tick(choice("area.\(area)")) }
        try await fill("desk.concern.strengths", concern.strengths)
        try await fill("desk.concern.observation", concern.observation)
        try await tick("desk.concern.harm_suspected.no", in: "desk.concern.harm_suspected")
        try await fill("desk.concern.name", concern.name)
        try await fill("desk.concern.personal_number", concern.personalNumber)
        try await choose("desk.concern.municipality", "Nyköping")
        try await choose("desk.concern.stage", "desk.stage.\(concern.stage.rawValue)")
        if let unit = concern.unit { try await choose("desk.concern.unit", unit) }
        let guardian = word("desk.concern.guardian", ["number": "1"])
        try await fill("desk.concern.guardian.name", concern.guardian, in: guardian)
        try await press("desk.concern.submit")
        try await sees("desk.concern.to")
    }

    /// Sends a concern, and returns the reference of the case that it opens.
    func report(_ concern: Concern) async throws -> String {
        try await write(concern)
        try await press("desk.concern.send")
        try await waits(for: "desk.concern.sent")
        return try await browser.element(.value(of: word("desk.sent.reference"))).text
    }

    // MARK: Map

    /// Opens a page of a case as soon as the desk has it. The receipt can be there earlier.
    func openSoon(_ page: String, of reference: String) async throws {
        try await open("/case/\(reference)/\(page)")
        try await waits(for: reference)
    }

    func takeOn(_ reference: String) async throws {
        try await openSoon("people", of: reference)
        try await press("desk.take_on.submit")
        try await did("take_on")
    }

    /// - Parameter name: of the colleague, with their unit.
    func delegate(_ reference: String, to name: String) async throws {
        try await open("/case/\(reference)/people")
        try await choose("desk.delegate.to", name)
        try await press("desk.delegate.submit")
        try await did("delegate")
    }

    /// Fills in what a source says, and sends nothing.
    func writeInformation(_ text: String, from source: String, _ kind: String, _ area: String?) async throws {
        try await tick(choice("source.\(source)"), in: "desk.add_information.source")
        try await tick(choice("kind.\(kind)"), in: "desk.add_information.kind")
        if let area { try await tick(choice("area.\(area)"), in: "desk.add_information.areas") }
        try await fill("desk.add_information.text", text)
    }

    /// - Parameter area: nil where somebody was not asked.
    func add(
        _ text: String, from source: String, _ kind: String, _ area: String?, to reference: String
    ) async throws {
        try await open("/case/\(reference)/mapping")
        try await writeInformation(text, from: source, kind, area)
        try await press("desk.add_information.submit")
        try await did("add_information")
        try await sees(text)
    }

    func answerAll(_ answers: [String], in reference: String) async throws {
        try await open("/case/\(reference)/mapping")
        for (index, answer) in answers.enumerated() {
            try await fill("\(index + 1). \(word("question.\(index + 1)"))", answer)
        }
        try await press("desk.record_answers.submit")
        try await did("record_answers")
    }

    /// - Parameters:
    ///   - organisations: what a consent is for; none for a refusal.
    ///   - outsiders: people from outside the directory may take part, too.
    func recordConsent(
        of giver: String, for organisations: [String], outsiders: Bool = false, in reference: String,
        _ decision: ConsentDecision = .given
    ) async throws {
        try await open("/case/\(reference)/consents")
        try await tick(giver, in: "desk.record_consent.giver")
        try await tick(choice("decision.\(decision.rawValue)"), in: "desk.record_consent.decision")
        for organisation in organisations {
            try await tick(choice("organisation.\(organisation)"), in: "desk.record_consent.organisations")
        }
        if outsiders { try await tick(choice("desk.yes_no.yes"), in: "desk.record_consent.outsiders") }
        try await tick(choice("desk.consent.form.signature"), in: "desk.record_consent.form")
        try await press("desk.record_consent.submit")
        try await did("record_consent")
    }

    /// - Parameter days: from today until the next date.
    func conclude(_ outcome: String, in reference: String, days: Int, _ more: () async throws -> Void) async throws {
        try await open("/case/\(reference)/outcome")
        try await tick(choice("outcome.\(outcome)"), in: "desk.conclude.outcome")
        try await fillDate("desk.conclude.next_date", CivilTime.day(of: Date()).plus(days))
        try await more()
        try await press("desk.conclude.submit")
        try await did("conclude")
    }

    // MARK: Cooperate

    /// Invites somebody from outside the directory, to whom the suite writes.
    func inviteOutsider(
        _ name: String, _ role: String, of organisation: String, at email: String, in reference: String
    ) async throws {
        try await open("/case/\(reference)/meetings")
        try await fill("desk.invite_outsider.outsider-name", name)
        try await fill("desk.invite_outsider.outsider-role", role)
        try await fill("desk.invite_outsider.outsider-organisation", organisation)
        try await fill("desk.invite_outsider.reason", "Träffar ungdomen varje dag.")
        try await tick(choice("desk.yes_no.yes"), in: "desk.invite_outsider.asked")
        try await tick(choice("desk.outsider_channel.email"), in: "desk.invite_outsider.channel")
        try await fill("desk.invite_outsider.outsider-email", email)
        try await press("desk.invite_outsider.submit")
        try await did("invite_outsider")
    }

    // MARK: Fields

    /// Picks a day. How one types it depends on the browser's language.
    func fillDate(_ label: String, _ day: LocalDate) async throws {
        let field = try await browser.element(.field(word(label)))
        try await browser.run("arguments[0].value = arguments[1]", [.element(field), .text(day.description)])
    }

    /// Waits until a list's line says all this, loading the page again.
    func waits(forLine texts: String...) async throws {
        let line = Locator.line(texts.map { word($0) })
        try await eventually("\(line)") {
            try await browser.reload()
            return try await browser.shown(line) != nil
        }
    }
}
