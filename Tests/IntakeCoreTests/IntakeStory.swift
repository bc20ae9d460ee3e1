import Domain
import Foundation
import IntakeCore
import TestSupport
import Testing

/// Reports about one child, registered one after another without a runtime.
struct IntakeStory {
    private(set) var child: KnownChild?
    private(set) var facts: [IntakeFact] = []
    var now = ExampleCounty.monday
    var directory = ExampleCounty.directory
    var secret = "a-secret-of-at-least-32-characters"
    var previousSecret: String?
    private var count = 0

    private let reference: String

    init(reference: String = "TST-AAAA-AAAA-AA") { self.reference = reference }

    var context: IntakeContext {
        get throws {
            let secrets = KeySecrets(try KeySecret(secret), previous: try previousSecret.map { try KeySecret($0) })
            return IntakeContext(now: now, directory: directory, secrets: secrets)
        }
    }

    /// What was answered, in order.
    var receipts: [Receipt] { facts.compactMap { if case .answered(let receipt) = $0 { receipt } else { nil } } }

    /// The identity as it was recorded, in order.
    var recorded: [RecordedChild] {
        facts.compactMap { if case .childRecorded(let child) = $0 { child } else { nil } }
    }

    /// What was set aside, in order.
    var setAside: [SetAsideConcern] {
        facts.compactMap { if case .setAside(let concern) = $0 { concern } else { nil } }
    }

    /// What was registered, in order.
    var concerns: [RegisteredConcern] {
        facts.compactMap { if case .concernRegistered(let concern) = $0 { concern } else { nil } }
    }

    mutating func register(
        _ occasion: AcceptedReport.Occasion = .new, source: String = "urn:school",
        _ change: (inout Report) throws -> Void = { _ in }
    ) throws {
        if occasion != .repeated { count += 1 }
        let accepted = AcceptedReport(
            id: ReportID(source: source, id: "report-\(count)"), receivedAt: now, report: try report(change),
            occasion: occasion)
        let command = RegisterConcern(accepted, reference: reference)
        let decision = command.decide(on: child, try context)
        child = decision.known
        facts += decision.facts
    }

    /// `tillsammans keys rotate-index` has asked for the child.
    mutating func rehashGuardians() throws {
        let secrets = try context.secrets
        child?.rehashGuardians(secrets)
    }

    /// Mapping has opened, handed over or closed the case.
    mutating func follow(_ change: FollowCase) throws {
        let known = try #require(child)
        child = change.decide(on: known, by: .suite, try context).subject
    }

    /// A report that holds, about a child of twelve.
    func report(_ change: (inout Report) throws -> Void = { _ in }) throws -> Report {
        var report = Report(
            number: try PersonalNumber("20140315-2380", today: CivilTime.day(of: now)), name: "Alva Exempel",
            municipality: try #require(ServedMunicipality("0001", in: directory)), stage: .school, unit: "school",
            areas: [.safety, .home], observation: "ord", strengths: [], isHarmSuspected: false, observedAt: now,
            reporter: try Self.reporter, guardians: [], isProtected: false)
        try change(&report)
        return report
    }

    static var reporter: Reporter {
        get throws {
            Reporter(
                name: "Mia Mentor", role: "mentor", organisation: .education,
                email: try #require(EmailAddress("mia@example.org")))
        }
    }

    static func guardian(_ name: String, email: String = "", number: String = "") -> Guardian {
        Guardian(name: name, personalNumber: number, email: email, phone: "")
    }
}
