import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// What the facts of a case say, gathered for its pages. It decides nothing.
///
/// Facts are taken in the order of their time. What could not be opened is not in it.
struct CaseFile: Sendable {
    /// A piece of information, with its former words.
    struct Finding: Sendable {
        var information: Information
        /// Written before the mapping was reopened, so it counts for no outcome (rule 10).
        var isFormer = false
        /// The oldest first: what it was, who corrected it when, and why.
        var corrections: [Correction] = []

        struct Correction: Sendable {
            var before: Information
            var by: String
            var at: Date
            var reason: String
        }
    }

    /// What somebody wrote or did, and when.
    struct Entry<Value: Sendable>: Sendable {
        var value: Value
        var by: String
        var at: Date
    }

    private(set) var concerns: [Entry<ConcernRegistered>] = []
    /// So many of the concerns belong to a former mapping; they are the oldest.
    private(set) var formerConcerns = 0
    /// Concerns that Mapping has taken.
    private var takenConcerns = 0
    private(set) var findings: [Finding] = []
    /// The answers to each question in this mapping, the oldest first.
    private(set) var answers: [Question: [Entry<String>]] = [:]
    /// The same from before the mapping was reopened. They count for no outcome (rule 10).
    private(set) var formerAnswers: [Question: [Entry<String>]] = [:]
    /// What each giver has said, the oldest first.
    private(set) var consents: [String: [Entry<Consent>]] = [:]
    private(set) var maturity: Entry<MaturityRecorded>?
    private(set) var outcomes: [Entry<MappingConcluded>] = []
    private(set) var followUps: [Entry<MeasuresFollowedUp>] = []
    private(set) var proposedMove: ProposedMove?
    /// What the child has left by moves that nobody has reviewed yet.
    private(set) var departure: Domain.Departure?
    private(set) var isTakenOn = true
    private(set) var cooperation = CaseCooperation()
    private(set) var notices: [String: CaseNotice] = [:]

    /// - Parameter events: opened, in the order of their time.
    init(_ events: [Event]) {
        for event in events { take(event) }
    }

    private mutating func take(_ event: Event) {
        switch event.type {
        case ConcernRegistered.eventType: note(event) { $0.register($1, event) }
        case InformationAdded.eventType: note(event) { $0.add($1) }
        case InformationCorrected.eventType: note(event) { $0.correct($1, event) }
        case AnswersRecorded.eventType: note(event) { $0.answer($1, event) }
        case ConsentRecorded.eventType: note(event) { $0.consent($1, event) }
        case GuardianCorrected.eventType, GuardiansMerged.eventType, GuardianRemoved.eventType,
            ObjectionEnded.eventType:
            takeGuardians(event)
        case MaturityRecorded.eventType: note(event) { $0.maturity = Entry(value: $1, by: $1.by, at: event.time) }
        case MappingConcluded.eventType: note(event) { $0.outcomes.append(Entry(value: $1, by: $1.by, at: event.time)) }
        case MappingReopened.eventType: beginAnew()
        case MeasuresFollowedUp.eventType:
            note(event) { $0.followUps.append(Entry(value: $1, by: $1.by, at: event.time)) }
        default:
            takeCourse(event)
            cooperation.take(event)
            CaseNotice.take(event, into: &notices)
        }
    }

    /// Facts that tell where the case stands, and nothing of what was written: whoever reads the course needs them.
    static func isCourse(_ type: String) -> Bool { course.contains(type) }

    private static let course: Set<String> = [
        CaseTakenOn.eventType, MappingOpened.eventType, ConcernJoined.eventType, MoveProposed.eventType,
        MoveDeclined.eventType, CaseMoved.eventType, MoveReviewed.eventType, NoticeQueued.eventType,
        NoticeSent.eventType,
        NoticeDelayed.eventType, NoticeFailed.eventType, NoticeSuperseded.eventType,
    ]

    private mutating func takeCourse(_ event: Event) {
        switch event.type {
        case CaseTakenOn.eventType: isTakenOn = true
        case MappingOpened.eventType:
            // A closed case that a concern opens again has a new mapping.
            beginAnew()
            takeConcern()
            departure = nil
        case ConcernJoined.eventType: takeConcern()
        case MoveProposed.eventType:
            note(event) { (file: inout CaseFile, fact: MoveProposed) in file.proposedMove = fact.proposed }
        case MoveDeclined.eventType: proposedMove = nil
        case CaseMoved.eventType: note(event) { $0.move($1) }
        case MoveReviewed.eventType: note(event) { $0.review($1) }
        default: break
        }
    }

    /// Mapping takes the concerns in their order.
    private mutating func takeConcern() {
        takenConcerns += 1
        isTakenOn = false
    }

    /// The mapping is done again: what was found and answered is former (rule 10).
    private mutating func beginAnew() {
        formerConcerns = takenConcerns
        for place in findings.indices { findings[place].isFormer = true }
        formerAnswers.merge(answers) { $0 + $1 }
        answers = [:]
    }

    /// What becomes of consents when the guardians are put right: Mapping says it (rules 12 and 13).
    private mutating func takeGuardians(_ event: Event) {
        switch event.type {
        case GuardiansMerged.eventType:
            note(event) { (file: inout CaseFile, fact: GuardiansMerged) in
                file.consents[fact.same] = nil
                file.consents[fact.guardian] =
                    fact.hasConsent ? [Entry(value: fact.consent, by: fact.consent.by, at: fact.consent.at.date)] : nil
            }
        case GuardianRemoved.eventType:
            note(event) { (file: inout CaseFile, fact: GuardianRemoved) in file.leaveOut(fact.guardian) }
        case GuardianCorrected.eventType:
            note(event) { (file: inout CaseFile, fact: GuardianCorrected) in
                if fact.standing == GuardianStanding.deceased.rawValue { file.leaveOut(fact.guardian) }
            }
        default: note(event) { (file: inout CaseFile, fact: ObjectionEnded) in file.consents[fact.giver] = nil }
        }
    }

    /// A consent does not count any more. A no does.
    private mutating func leaveOut(_ giver: String) {
        if consents[giver]?.last?.value.decision == ConsentDecision.given.rawValue { consents[giver] = nil }
    }

    private mutating func move(_ fact: CaseMoved) {
        proposedMove = nil
        guard fact.hasDeparture else { return }
        let left = fact.departure
        departure = .init(counties: left.counties, municipalities: left.municipalities, units: left.units)
    }

    /// A consent only becomes narrower by it. One that covers nothing any more does not count.
    private mutating func review(_ fact: MoveReviewed) {
        departure = nil
        for (giver, entries) in consents {
            guard var last = entries.last, last.value.decision == ConsentDecision.given.rawValue else { continue }
            last.value.organisations.removeAll(where: fact.dropped.contains)
            consents[giver] = last.value.organisations.isEmpty ? nil : entries.dropLast() + [last]
        }
    }

    private mutating func note<Fact: EventPayload>(_ event: Event, _ change: (inout CaseFile, Fact) -> Void) {
        guard let fact = try? event.decode(Fact.self) else { return }
        change(&self, fact)
    }

    private mutating func register(_ fact: ConcernRegistered, _ event: Event) {
        concerns.append(Entry(value: fact, by: fact.reporter.name, at: fact.receivedAt.date))
    }

    private mutating func add(_ fact: InformationAdded) { findings.append(Finding(information: fact.information)) }

    private mutating func correct(_ fact: InformationCorrected, _ event: Event) {
        guard let place = findings.firstIndex(where: { $0.information.id == fact.before.id }) else { return }
        findings[place].information = fact.after
        findings[place].corrections.append(
            .init(before: fact.before, by: fact.by, at: event.time, reason: fact.reason))
    }

    private mutating func answer(_ fact: AnswersRecorded, _ event: Event) {
        for answer in fact.answers {
            guard let question = Question(rawValue: Int(answer.question)) else { continue }
            answers[question, default: []].append(Entry(value: answer.text, by: fact.by, at: event.time))
        }
    }

    private mutating func consent(_ fact: ConsentRecorded, _ event: Event) {
        consents[fact.consent.giver, default: []].append(
            Entry(value: fact.consent, by: fact.by, at: event.time))
    }
}

extension Information {
    /// Its areas; the only one, in what was written before there was a list.
    var named: [WheelArea] { (areas.isEmpty ? [area] : areas).compactMap(WheelArea.init) }
}

extension CaseFile {
    /// The answer that counts; nil: the present mapping has none.
    func answer(to question: Question) -> Entry<String>? {
        answers[question]?.last
    }

    /// What was answered before, the newest first: in this mapping, then in earlier ones.
    func replacedAnswers(to question: Question) -> [(answer: Entry<String>, isOfFormerMapping: Bool)] {
        (answers[question] ?? []).dropLast().reversed().map { ($0, false) }
            + (formerAnswers[question] ?? []).reversed().map { ($0, true) }
    }

    /// The wheel: what is known of each area.
    func findings(in area: WheelArea) -> [Finding] { findings.filter { $0.information.named.contains(area) } }

    func findings(from source: InformationSource) -> [Finding] {
        findings.filter { $0.information.source == source.rawValue }
    }

    /// Whether a source has been asked in this mapping (rule 7).
    func isHeard(_ source: InformationSource) -> Bool { findings(from: source).contains { !$0.isFormer } }

    /// A concern by its place in ``concerns``.
    func isFormer(concern place: Int) -> Bool { place < formerConcerns }
}

extension [CaseFile.Finding] {
    /// What works before what is needed, what is in the way, and who was not asked (rule 8); else in the order in which it came.
    var strengthsFirst: [CaseFile.Finding] {
        let kinds: [InformationKind] = [.strength, .need, .obstacle, .notAsked]
        return kinds.flatMap { kind in filter { $0.information.kind == kind.rawValue } }
    }
}
