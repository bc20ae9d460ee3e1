import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import MappingCore
import MeetingsCore
import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake
@testable import mapping
@testable import meetings

/// A case as the services have it.
struct KnownCase {
    var `case`: Case
    /// Nil before the first call for a meeting.
    var cooperation: Cooperation?
    var today: LocalDate

    var owner: String { `case`.owner.person }
    var meeting: MeetingsCore.Meeting? { cooperation?.booked }
    var phase: Domain.Phase { `case`.phase.word }
}

/// A county with some children, to whose cases anything happens that people do: most of it makes sense, some does not.
struct SuiteLife: RandomValues {
    var generator: SeededGenerator
    private(set) var services: ServicesInMemory
    let county = ExampleCounty.twoTowns
    let staff: [String]
    private let children: [PersonalNumber]
    /// By child.
    private(set) var references: [Int: String] = [:]
    /// Each case's status as it was published last, by reference.
    private(set) var statuses: [String: CaseStatus] = [:]
    private var count = 0

    /// A command that was given, and of which kind.
    struct Given {
        var deed: Deed
        var command: any SuiteEvent
        var id: String
    }

    /// What has happened in one step.
    struct Step {
        let name: String
        /// The case that it was about; nil where time has passed, or a report was refused.
        var reference: String?
        var before: KnownCase?
        /// Several were given at once where the services read in any order.
        var given: [Given] = []
        /// The id of the report.
        var report: String?
        var written: ArraySlice<ServicesInMemory.Written> = []
    }

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        services = try ServicesInMemory(Directory(["TST": county]), now: ExampleCounty.monday)
        staff = county.people.keys.sorted()
        // Before school, at school, soon of an age to consent, and soon of age.
        children = ["20210412", "20170315", "20111130", "20081207"].map(FictionalNumbers.child(born:))
    }

    var today: LocalDate { CivilTime.day(of: services.now) }

    /// Whether a command need not make sense now.
    mutating func isCareless() -> Bool { number(0...24) == 0 }

    func known(_ reference: String) throws -> KnownCase? {
        guard let `case` = try services.mapping.state(MappingProcessor.cases, reference)?.kept().subject else {
            return nil
        }
        let state = try services.meetings.state(MeetingsProcessor.meetings, reference)
        let cooperation = try state.flatMap { try Cooperation($0, of: CaseKey(reference, county: `case`.place.county)) }
        return KnownCase(case: `case`, cooperation: cooperation, today: today)
    }

    func intake(_ reference: String) throws -> KnownChild? {
        try services.intake.state(IntakeProcessor.children, reference).flatMap { state in
            try Words.stored(in: IntakeProcessor.children.name) { state.kept(&$0) }
        }?.subject
    }

    // MARK: Steps

    mutating func step() throws -> Step {
        count += 1
        let child = number(0...(children.count - 1))
        guard let reference = references[child], let known = try known(reference) else { return try report(child) }
        if number(0...11) == 0 || !known.case.isOpen && number(0...2) > 0 { return try report(child) }
        if number(0...7) == 0 { return try wait() }
        if number(0...39) == 0 { return try changeDirectory() }
        let given = (1...(number(0...9) == 0 ? 3 : 1)).compactMap { choose(known, "command-\(count)-\($0)") }
        return given.isEmpty ? try wait() : try give(given, to: reference, known)
    }

    static let deeds = workDeeds + contentDeeds + moveDeeds + guardianDeeds + meetingDeeds + planDeeds
    private static let wheel = deeds.flatMap { Array(repeating: $0, count: $0.weight) }

    /// Something that can be done about the case as it is.
    private mutating func choose(_ known: KnownCase, _ id: String) -> Given? {
        for _ in 0..<40 {
            let deed = Self.wheel[number(0...(Self.wheel.count - 1))]
            if let command = deed.message(&self, known) { return Given(deed: deed, command: command, id: id) }
        }
        return nil
    }

    private mutating func give(_ given: [Given], to reference: String, _ known: KnownCase) throws -> Step {
        let now = services.now
        let events = try given.map { given in
            let topic = type(of: given.command).topics[0]
            let event = try Event(id: given.id, source: "life", time: now, subject: reference, given.command)
            return (event: event, key: topic == .meetingCommands ? "TST" : reference, topic: topic)
        }
        var generator = generator
        defer { self.generator = generator }
        let name = given.map(\.deed.name).joined(separator: " and ")
        return try taking(Step(name: name, reference: reference, before: known, given: given)) { services in
            if let one = events.first, events.count == 1 {
                try services.write(one.event, key: one.key, to: one.topic)
            } else {
                try services.write(events, inAnyOrder: &generator)
            }
        }
    }

    /// Days go by; often until a meeting has been.
    private mutating func wait() throws -> Step {
        let ends = try references.values.compactMap { try known($0)?.meeting?.slot.end }.sorted()
        let end = flag() ? ends.randomElement(using: &generator) : nil
        let later = end.map { Date(timeIntervalSince1970: Double($0) + 60) } ?? .distantPast
        let days = services.now + Double(number(1...6)) * 86_400
        return try taking(Step(name: "time")) { try $0.advance(to: later > $0.now ? later : days) }
    }

    /// Somebody leaves the county, or comes back.
    private mutating func changeDirectory() throws -> Step {
        let person = oneOf(["head-school", "head-kaa", "teacher", "family", "nurse"]) ?? ""
        let isThere = services.directory.counties["TST"]?.people[person] != nil
        return try taking(Step(name: isThere ? "\(person) leaves" : "\(person) comes back")) { services in
            services.directory.counties["TST"]?.people[person] = isThere ? nil : ExampleCounty.twoTowns.people[person]
        }
    }

    /// One of two systems reports a concern. They do not always name the same guardians, nor the same place.
    private mutating func report(_ child: Int) throws -> Step {
        let (id, source) = ("report-\(count)", flag() ? "urn:one" : "urn:two")
        let message = concern(of: child)
        let event = try Event(id: id, source: source, time: services.now, message)
        let reference = references[child]
        let step = try taking(
            Step(name: "report", reference: reference, before: try reference.flatMap(known), report: id)
        ) { try $0.write(event, key: id, to: .concernReports) }
        for case let receipt as ConcernReceipt in try step.payloads() where !receipt.registered.caseReference.isEmpty {
            references[child] = receipt.registered.caseReference
        }
        var taken = step
        taken.reference = references[child]
        return taken
    }

    private mutating func concern(of child: Int) -> ConcernReported {
        let stages = ["before_school", "school", "school", "upper_secondary"]
        let units = [["preschool", "bhv"], ["school", "school-2"], ["school", "school"], ["gymnasium", ""]][child]
        let (town, unit) = (number(0...4) == 0 ? "0002" : "0001", units[number(0...1)])
        let isGrown = number(0...19) == 0
        var report = ExampleCounty.report
        (report.personalNumber, report.municipality) = (children[child].digits.reveal, town)
        (report.stage, report.unit) = isGrown ? ("outside_upper_secondary", "") : (stages[child], unit)
        (report.areas, report.observation) = ([one(WheelArea.self).rawValue], word())
        report.observedAt = .init(services.now - 3_600)
        (report.harmSuspected, report.protectedIdentity) = (number(0...14) == 0, number(0...39) == 0)
        let names = ["Gun", "Göran", "Greta"].filter { _ in flag() }
        report.guardians = names.map { name in
            .with { ($0.name, $0.email) = ("\(name) Exempelförälder", "\(name == "Göran" ? "g" : name)@example.org") }
        }
        if isCareless() { report.areas = [] }
        return report
    }

    private mutating func taking(_ step: Step, _ change: (inout ServicesInMemory) throws -> Void) throws -> Step {
        let before = services.written.count
        try change(&services)
        var step = step
        step.written = services.written[before...]
        for record in step.written where record.event.type == CaseStatus.eventType {
            statuses[record.key] = try record.event.decode(CaseStatus.self)
        }
        return step
    }
}

extension SuiteLife.Step {
    /// What was published in the step, decoded.
    func payloads() throws -> [any SuiteEvent] {
        try written.compactMap { record in
            try EventRegistry.event(ofType: record.event.type).map { try record.event.decode($0) }
        }
    }

    func isRefused(_ given: SuiteLife.Given) -> Bool {
        written.contains { $0.event.type == CommandRefused.eventType && $0.event.cause == given.id }
    }
}
