import Domain
import Foundation
import MappingCore
import TestSupport

/// One child's case step by step, without a runtime: the case, and the facts so far.
struct Story {
    static let owner = "head-school"
    /// Who leads for a child that attends no school any more.
    static let kaa = Lead(
        county: "TST", unit: "kaa", namedPerson: "head-kaa", stage: .outsideUpperSecondary, attends: nil)

    private(set) var `case`: Case
    private(set) var facts: [CaseFact]
    var now = ExampleCounty.monday
    var directory = ExampleCounty.directory
    private var count = 0

    /// Opens a case with a concern about a child of twelve.
    init(_ change: (inout Concern) -> Void = { _ in }) throws {
        let concern = try Self.concern(change)
        let opened = concern.decide(on: nil, Story.context(ExampleCounty.monday, ExampleCounty.directory, 0))
        (`case`, facts) = (opened.subject, opened.facts)
    }

    /// A case whose mapping can be concluded.
    static func ready(_ change: (inout Concern) -> Void = { _ in }) throws -> Story {
        var story = try Story(change)
        try story.give(TakeOn())
        try story.find()
        return story
    }

    /// Hears the child and the guardians, and answers the five questions.
    mutating func find(by person: String = owner) throws {
        for source in [InformationSource.child, .guardian] {
            try give(AddInformation(source: source, finding: .need(.init(.relationships)), text: "ord"), by: person)
        }
        try give(RecordAnswers(Question.allCases.map { .init($0, "ord") }), by: person)
    }

    static func concern(_ change: (inout Concern) -> Void = { _ in }) throws -> Concern {
        var concern = Concern(
            id: "concern", reference: "TST-AAAA-AAAA-AA",
            place: .init(county: "TST", municipality: "0001", stage: .school, attends: "school"),
            owner: .init(unit: "school", person: owner), receivedAt: ExampleCounty.monday, areas: [.safety, .home],
            observation: "…", guardians: ["g1"], youthConsentFrom: day("2029-03-15"), adultFrom: day("2032-03-15"))
        change(&concern)
        return concern
    }

    var context: DecisionContext { Self.context(now, directory, count) }
    var today: LocalDate { context.today }

    private static func context(_ now: Date, _ directory: Directory, _ count: Int) -> DecisionContext {
        DecisionContext(now: now, received: now, directory: directory, commandId: "command-\(count)")
    }

    mutating func give<Given: Command>(_ command: Given, by person: String = owner) throws
    where Given.Subject == Case {
        count += 1
        apply(try command.decide(on: `case`, by: Actor(by: person), context))
    }

    mutating func concern(_ change: (inout Concern) -> Void = { _ in }) throws {
        apply(try Self.concern(change).decide(on: `case`, context))
    }

    /// Advances the time, and wakes the case on the way, in order.
    mutating func advance(to day: String, hour: Int = 0) {
        let later = CivilTime.instant(Self.day(day), minute: hour * 60)
        while let next = `case`.wakes.filter({ $0.value > now && $0.value <= later }).min(by: { $0.value < $1.value }) {
            now = next.value
            apply(`case`.woken(by: next.key, due: next.value, context))
        }
        now = later
    }

    /// The child moves to the other town's school.
    mutating func moveToOtherTown() throws {
        guard let town = Destination(municipality: "0002", in: directory) else { preconditionFailure("no other town") }
        try give(Move(to: town, stage: .school, attends: "school-2"))
    }

    mutating func consent(_ giver: Giver, _ word: Case.Consent.Word = .given(until: nil)) throws {
        try give(
            RecordConsent(
                giver: giver, word: word, organisations: Organisation.allCases, form: "signature", date: nil))
    }

    mutating func cooperate(latest: String = "2026-12-14") throws {
        try give(
            Conclude(
                .cooperation(
                    .init(organisations: [.socialServices, .healthCare], latest: Self.day(latest)))))
    }

    /// The codes with which a command is refused; empty if it is not.
    func refused<Given: Command>(_ command: Given, by person: String = owner) -> [FaultCode]
    where Given.Subject == Case {
        do {
            _ = try command.decide(on: `case`, by: Actor(by: person), context)
            return []
        } catch { return error.faults.map(\.code) }
    }

    /// The requests to Meetings among the facts from `index` on.
    func requests(from index: Int = 0) -> [MeetingsRequest] {
        facts[index...].compactMap { if case .meetings(let request) = $0 { request } else { nil } }
    }

    private mutating func apply(_ decision: Decision<Case>) {
        `case` = decision.subject
        facts += decision.facts
    }

    static func day(_ text: String) -> LocalDate {
        guard let day = LocalDate(text) else { preconditionFailure("\(text) is no day") }
        return day
    }
}
