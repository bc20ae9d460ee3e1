package import Domain
package import Foundation

// Rules 12 and 13: a meeting is called only with the consent of every guardian on record, and of the youth by age and
// maturity. There is no override. Nothing can block a withdrawal.

/// The person who gives or refuses consent.
package enum Giver: Sendable, Hashable {
    case youth
    /// The guardian's key.
    case guardian(String)
    /// All whom the case has no room to tell apart, together. A person finds out who they are.
    case others

    /// As published: the guardian's key, `youth` or `others`.
    package var name: String {
        switch self {
        case .youth: Self.youthsName
        case .guardian(let key): key
        case .others: Self.othersName
        }
    }

    package init(name: String) {
        switch name {
        case Self.youthsName: self = .youth
        case Self.othersName: self = .others
        default: self = .guardian(name)
        }
    }

    private static let (youthsName, othersName) = ("youth", "others")
}

/// Whose consent is missing.
package enum Awaited: Sendable, Hashable {
    case giver(Giver)
    /// No guardian is known.
    case nobodyKnown
    /// All known guardians have died. Somebody else must be found.
    case nobodyLiving
    /// Somebody who is not on record has said no, which counts until the case's owner ends it (rule 13).
    case objection(Giver)

    /// Who is asked, as published: the giver's name, or that there is nobody. Nil for an objection: nobody is asked.
    package var name: String? {
        switch self {
        case .giver(let giver): giver.name
        case .nobodyKnown: "guardian_unknown"
        case .nobodyLiving: "guardian_deceased"
        case .objection: nil
        }
    }

    /// The reason to show.
    package var fault: Fault {
        switch self {
        case .nobodyKnown: Fault(.consentNobody)
        case .nobodyLiving: Fault(.consentDeceased)
        case .objection(let giver): Fault(.consentObjection, at: Self.path(giver))
        case .giver(.youth): Fault(.consentMissing, at: Self.path(.youth), ["giver": "giver.youth"])
        case .giver(.others): Fault(.consentOthers, at: Self.path(.others))
        case .giver(let giver): Fault(.consentMissing, at: Self.path(giver), ["giver": "giver.guardian"])
        }
    }

    private static func path(_ giver: Giver) -> String { "consents[\(giver.name)]" }
}

extension Case {
    /// A guardian's or the youth's decision about sharing (rule 13).
    package struct Consent: Sendable, Equatable {
        package var giver: Giver
        package var word: Word
        /// The organisations that may share.
        package var organisations: [Organisation]
        /// People from outside the directory may take part, each as a person decides.
        package var admitsOutsiders: Bool
        /// How it was given.
        package var form: String
        /// The day on which it was given.
        package var date: LocalDate
        package var recordedAt: Date
        package var by: Actor

        package enum Word: Sendable, Equatable {
            /// - Parameter until: the last day on which it is in force; nil: until it is withdrawn.
            case given(until: LocalDate?)
            case refused
            case withdrawn

            var isGiven: Bool {
                if case .given = self { true } else { false }
            }
        }

        package init(
            giver: Giver, word: Word, organisations: [Organisation], admitsOutsiders: Bool = false, form: String,
            date: LocalDate, recordedAt: Date, by: Actor
        ) {
            (self.giver, self.word, self.organisations) = (giver, word, organisations)
            self.admitsOutsiders = admitsOutsiders
            (self.form, self.date, self.recordedAt, self.by) = (form, date, recordedAt, by)
        }

        package var isGiven: Bool { word.isGiven }

        /// The last day on which it is in force, if it has one.
        var lastDay: LocalDate? {
            if case .given(let until) = word { until } else { nil }
        }

        func isInForce(for organisations: [Organisation], on day: LocalDate) -> Bool {
            isGiven && lastDay.map { day <= $0 } ?? true && organisations.allSatisfy(self.organisations.contains)
        }
    }

    /// A person's judgement of whether the youth's own consent is needed (rule 12).
    package struct Maturity: Sendable, Equatable {
        package var youthConsents: Bool
        package var reason: String
        package var by: Actor

        package init(youthConsents: Bool, reason: String, by: Actor) {
            (self.youthConsents, self.reason, self.by) = (youthConsents, reason, by)
        }
    }

    /// A person's judgement of maturity decides; without one, the county's age limit (rule 12).
    func isYouthsConsentNeeded(on day: LocalDate) -> Bool { maturity?.youthConsents ?? (day >= youthConsentFrom) }

    /// Everybody whose consent is needed on a day. An adult decides alone.
    private func givers(on day: LocalDate) -> [Giver] {
        if isAdult(on: day) { return [.youth] }
        return consenting.map { .guardian($0.key) } + (hasMoreGuardians ? [.others] : [])
            + (isYouthsConsentNeeded(on: day) ? [.youth] : [])
    }

    /// What stands against sharing with these organisations: whose consent is not in force, and who has said no.
    ///
    /// The youth's no counts at any age.
    package func awaited(for organisations: [Organisation], on day: LocalDate) -> [Awaited] {
        let missing = givers(on: day).filter { consents[$0]?.isInForce(for: organisations, on: day) != true }
        let against = [Giver.youth, .others].filter { consents[$0]?.isGiven == false && isOnRecord($0) }
        return nobody(on: day) + (missing + against).uniqued().map(Awaited.giver) + objections.map(Awaited.objection)
    }

    /// Whether everybody whose consent is needed lets people from outside the directory take part on a day (rule 13).
    package func admitsOutsiders(on day: LocalDate) -> Bool {
        awaited(for: [], on: day).isEmpty && givers(on: day).allSatisfy { consents[$0]?.admitsOutsiders == true }
    }

    /// That there is no guardian to ask, where a guardian must be asked.
    private func nobody(on day: LocalDate) -> [Awaited] {
        if isAdult(on: day) || hasMoreGuardians || !consenting.isEmpty { return [] }
        return [guardians.isEmpty ? .nobodyKnown : .nobodyLiving]
    }

    /// The organisations that all needed consents cover on a day. Who reads the case is within them (rule 13).
    package func shared(on day: LocalDate) -> [Reading.Shared] {
        // Only on these days it ends without a record.
        let boundaries = (consents.values.compactMap { $0.lastDay?.plus(1) } + [youthConsentFrom, adultFrom])
            .filter { $0 > day }.sorted()
        return Organisation.allCases.filter { awaited(for: [$0], on: day).isEmpty }.map { organisation in
            let end = boundaries.first { !awaited(for: [organisation], on: $0).isEmpty }
            return Reading.Shared(organisation, until: end?.plus(-1))
        }
    }

    /// Whose consent the case waits for; empty in other phases.
    package func awaited(on day: LocalDate) -> [Awaited] {
        guard case .awaitingConsent(let cooperation) = phase else { return [] }
        return awaited(for: cooperation.organisations, on: day)
    }
}

extension CaseInHand {
    /// Starts cooperation when the last missing consent is given. Stops it as soon as a consent is no longer in force,
    /// and cancels what was booked.
    mutating func reviewConsents() {
        switch `case`.phase {
        case .awaitingConsent(let cooperation):
            if `case`.awaited(for: cooperation.organisations, on: today).isEmpty { startCooperation(cooperation) }
        case .cooperation(let cooperation):
            guard !`case`.awaited(for: cooperation.organisations, on: today).isEmpty else { return reviewOutsiders() }
            stopCooperation()
            awaitConsents(cooperation)
        case .mapping, .ownMeasures, .resting, .closed: break
        }
    }

    /// Tells Meetings where the consents let people from outside take part, or do not any more.
    private mutating func reviewOutsiders() {
        let isAdmitted = `case`.admitsOutsiders(on: today)
        guard isAdmitted != `case`.hasAdmittedOutsiders else { return }
        `case`.hasAdmittedOutsiders = isAdmitted
        request(.admitOutsiders(isAdmitted, county: `case`.place.county))
    }

    /// Starts cooperation if all consents are in force. Otherwise the case waits for them.
    mutating func beginCooperation(_ cooperation: Case.Cooperation) {
        if `case`.awaited(for: cooperation.organisations, on: today).isEmpty {
            startCooperation(cooperation)
        } else {
            awaitConsents(cooperation)
        }
    }

    private mutating func startCooperation(_ cooperation: Case.Cooperation) {
        done(.consent)
        let called = callMeeting(cooperation)
        report(.started(called, owner: `case`.owner.person))
    }

    private mutating func awaitConsents(_ cooperation: Case.Cooperation) {
        `case`.phase = .awaitingConsent(cooperation)
        let due = set(.consent, workingDays: settings.consentDays, from: context.now)
        let missing = `case`.awaited(for: cooperation.organisations, on: today)
        report(.waiting(for: missing, owner: `case`.owner.person, county: `case`.place.county, due: due))
    }
}
