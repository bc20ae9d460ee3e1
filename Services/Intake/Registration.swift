import Codec
import Domain
import Foundation

/// What one report means for a child of whom something may be known already: who owns the concern now (rule 2), whether
/// another system has told of the same thing, and what stays true for ever (rules 3 and 22). Pure.
struct Registration {
    /// What Intake remembers of the child from now on.
    private(set) var state: ChildState
    private(set) var registered: ConcernRegistered

    init(
        _ report: Report, source: String, id: String, child: String, known: ChildState, secret: KeySecret,
        today: LocalDate
    ) {
        state = known
        let message = report.message
        let concern = Reference.id(of: "\(source)\u{1E}\(id)")
        let isFirst = known.caseReference.isEmpty
        if isFirst { state.caseReference = Reference.text(county: report.county.code, of: "case \(child)") }
        let moved = state.takeOver(report, today: today)
        state.protectedIdentity = state.protectedIdentity || message.protectedIdentity
        state.harmSuspected = state.harmSuspected || message.harmSuspected
        let guardians = state.keys(of: message.guardians, secret)
        let linkedTo = state.link(report, concern: concern, source: source)
        registered = .with { [state] in
            ($0.concern, $0.caseReference, $0.child) = (concern, state.caseReference, child)
            ($0.county, $0.municipality, $0.stage) = (state.county, state.municipality, state.stage)
            ($0.unit, $0.namedPerson) = (state.unit, state.person)
            ($0.fallback, $0.fallbackReason) = (!state.fallbackReason.isEmpty, state.fallbackReason)
            $0.moved = moved
            $0.areas = report.areas.map(\.rawValue)
            ($0.observation, $0.strengths) = (message.observation, message.strengths)
            $0.harmSuspected = message.harmSuspected
            $0.observedAt = .init(report.observedAt)
            $0.reporter = message.reporter
            $0.guardians = guardians
            $0.youthConsentFrom = report.youthConsentFrom.description
            $0.adultFrom = report.adultFrom.description
            $0.protectedIdentity = state.protectedIdentity
            $0.linkedTo = linkedTo
        }
    }
}

extension ChildState {
    /// Where the child is after this report, and who owns it.
    ///
    /// A report that says less than is known leaves what is known: the one who saw the child at the clinic need not know
    /// its school.
    ///
    /// - Returns: whether the ownership passes from one unit to another.
    fileprivate mutating func takeOver(_ report: Report, today: LocalDate) -> Bool {
        let message = report.message
        let routing = Routing(report.county, today: today)
        let isSameMunicipality = municipality == message.municipality
        let knownStage = Stage(rawValue: stage)
        // A child grows out of a stage by itself, and a word of the report comes before that.
        let stage =
            report.toldStage
            ?? (knownStage.map { max($0.order, report.usualStage.order) == $0.order } == true
                ? knownStage : report.usualStage) ?? report.usualStage
        let keepsUnit = message.unit.isEmpty && isSameMunicipality && knownStage == stage
        let situation = Routing.Situation(
            municipality: message.municipality, stage: stage, unit: keepsUnit ? attends : message.unit)
        let owner = routing.owner(situation)
        var moves = false
        if let knownStage, !caseReference.isEmpty, !unit.isEmpty {
            let old = Routing.Situation(municipality: municipality, stage: knownStage, unit: attends)
            let oldOwner = Routing.Owner(
                unit: unit, person: person, fallback: Routing.Fallback(rawValue: fallbackReason))
            moves = county == report.county.code ? routing.moves(from: old, oldOwner, to: situation, owner) : true
            guard moves || owner.unit == oldOwner.unit else { return false }
        }
        (county, municipality, self.stage) = (report.county.code, message.municipality, stage.rawValue)
        (attends, unit, person) = (situation.unit ?? "", owner.unit, owner.person)
        fallbackReason = owner.fallback?.rawValue ?? ""
        return moves
    }

    /// The concern from another system that this one is the same as: observed within the county's hours of it, with an
    /// area in common.
    fileprivate mutating func link(_ report: Report, concern: String, source: String) -> String {
        let limit = Double(report.county.settings.linkingHours) * 3_600
        recent.removeAll {
            abs($0.observedAt.date.timeIntervalSince(report.observedAt)) > max(limit * 2, 7 * 24 * 3_600)
        }
        let areas = report.areas.map(\.rawValue)
        let same = recent.first { other in
            other.source != source && abs(other.observedAt.date.timeIntervalSince(report.observedAt)) <= limit
                && !Set(other.areas).isDisjoint(with: areas)
        }
        recent.append(
            .with {
                ($0.concern, $0.source, $0.observedAt, $0.areas) = (concern, source, .init(report.observedAt), areas)
            })
        recent = recent.suffix(32)
        return same?.concern ?? ""
    }

    /// The keys of a report's guardians: those that they have already, where they are known to be the same people.
    ///
    /// One guardian with two keys would be asked for two consents, which somebody sorts out; two guardians with one key
    /// would be one consent too few (rule 12). So only what cannot be two people is one: the same number, or the same
    /// name and address, or a name where nothing else is known. Two of one report are never one.
    fileprivate mutating func keys(of told: [Guardian], _ secret: KeySecret) -> [String] {
        var used: Set<Int> = []
        return told.map { guardian in
            let aliases = Self.aliases(guardian, secret)
            let index =
                guardians.indices.first { !used.contains($0) && Self.areSame(guardians[$0].aliases, aliases) }
                ?? guardians.count
            if index == guardians.count {
                let key = GuardianKey(Personal(aliases[0]), secret: secret).text
                let namesakes = guardians.filter { $0.key.hasPrefix(key) }.count
                guardians.append(.with { $0.key = namesakes == 0 ? key : "\(key)-\(namesakes + 1)" })
            }
            used.insert(index)
            guardians[index].aliases = (guardians[index].aliases + aliases).uniqued()
            return guardians[index].key
        }
    }

    /// What a guardian is called, each as a keyed hash after a letter for its kind: number, e-mail and name, name.
    private static func aliases(_ guardian: Guardian, _ secret: KeySecret) -> [String] {
        func alias(_ kind: String, _ text: String) -> String {
            kind + GuardianKey(Personal("\(kind) \(text)"), secret: secret).text
        }
        var aliases: [String] = []
        let number = guardian.personalNumber.filter(\.isNumber)
        if number.count >= 10 { aliases.append(alias("n", String(number.suffix(10)))) }
        if !guardian.email.isEmpty { aliases.append(alias("e", "\(guardian.email)|\(guardian.name)")) }
        return aliases + [alias("s", guardian.name)]
    }

    private static func areSame(_ known: [String], _ told: [String]) -> Bool {
        let common = Set(known).intersection(told)
        if known.contains(where: { $0.hasPrefix("n") }), told.contains(where: { $0.hasPrefix("n") }) {
            return common.contains { $0.hasPrefix("n") }
        }
        let isNameOnly = !known.contains { !$0.hasPrefix("s") } || !told.contains { !$0.hasPrefix("s") }
        return common.contains { $0.hasPrefix("e") || (isNameOnly && $0.hasPrefix("s")) }
    }
}

extension Stage {
    /// Stages follow each other; the three of upper secondary stand beside each other.
    fileprivate var order: Int {
        switch self {
        case .beforeSchool: 0
        case .school: 1
        case .upperSecondary, .upperSecondaryElsewhere, .outsideUpperSecondary: 2
        }
    }
}
