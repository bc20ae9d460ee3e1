import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import HTTPTypes
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

/// A case on which everybody of the access table (Docs/access.md) has their part, and what each of them may see of it.
struct AccessWalk {
    enum Consent: String, CaseIterable, Sendable {
        case given, refused, withdrawn
        /// Asked for, and never answered.
        case never
        /// Given, and then for fewer organisations: without those of health care.
        case narrowed
        /// Given, and then for another organisation than those who take part.
        case elsewhere
        /// Given for a time that has ended.
        case expired

        /// Whether a meeting could be held.
        var isFollowed: Bool { self != .refused && self != .never }
    }

    /// Who somebody is in the case.
    static let roles = [
        "owner": "head-school", "owner's deputy": "head-preschool", "delegate": "teacher",
        "delegate's deputy": "head-gymnasium", "manager": "manager", "coordinator": "family",
        "coordinator's deputy": "head-social", "participant": "nurse", "county's function": "county",
        "privacy officer": "officer", "steering group": "chair", "emergency access": "head-bhv", "stranger": "head-kaa",
    ].mapValues(CaseStory.person)

    let story: CaseStory
    /// The case and its county as the policy sees them.
    private let readable: Reading.Case
    private let county: County
    /// As it stands on the page of who has read.
    let emergencyReason: String
    /// A notice that did not arrive.
    let failedNotice: String
    /// What the desk has written to Kafka. The services do not get it, so that the case stays as it is.
    let sent: Guarded<[ProducerRecord]>

    var tester: DeskTester { story.tester }
    var now: Date { tester.suite.now }

    /// A case whose meeting was held where there was consent. On the day of the walk all three who work on it are on leave.
    init(_ consent: Consent, isProtected: Bool) async throws {
        let day = CivilTime.day(of: ExampleCounty.monday).plus(50)
        var directory = CaseStory.county
        for (role, deputy) in [
            ("owner", "owner's deputy"), ("delegate", "delegate's deputy"), ("coordinator", "coordinator's deputy"),
        ] {
            guard let index = directory.people.firstIndex(where: { $0.id == Self.roles[role] }) else { continue }
            directory.people[index].deputy = Self.roles[deputy] ?? ""
            directory.people[index].absences = [.with { ($0.from, $0.to) = (day.description, day.description) }]
        }
        let sent = Guarded<[ProducerRecord]>([])
        var story = try await CaseStory(
            isProtected: isProtected, county: directory, send: { record in sent.with { $0.append(record) } })
        try story.takeOn()
        try story.delegate(to: Self.roles["delegate"] ?? "")
        try await story.map()
        switch consent {
        case .never: break
        case .refused: try await story.consent(.refused)
        case .expired: try await story.consent(.given, until: day.plus(-1))
        case .given, .withdrawn, .narrowed, .elsewhere: try await story.consent(.given)
        }
        try story.conclude(.cooperation)
        if consent.isFollowed { try await story.holdMeeting() }
        switch consent {
        case .withdrawn: try await story.consent(.withdrawn)
        case .narrowed: try await story.consent(.given, to: ["social_services", "education"])
        case .elsewhere: try await story.consent(.given, to: ["education"])
        case .given, .refused, .never, .expired: break
        }
        failedNotice = try await Self.failNotice(story)
        try story.tester.suite.advance(to: CivilTime.instant(day, minute: 10 * 60))
        let (reference, by) = (story.reference, Self.roles["emergency access"] ?? "")
        let reason = story.text(.whole)
        emergencyReason = CaseStory.escaped(reason)
        try story.send(
            OpenInEmergency.with { ($0.caseReference, $0.by, $0.reason) = (reference, by, reason) }, by: by)
        (self.story, self.sent) = (story, sent)
        let owner = SignedIn(person: CaseStory.owner, county: "TST", assurance: .three, at: story.tester.suite.now)
        let opened = try await story.tester.desk.cases.open(reference, for: owner, in: .swedish)
        (readable, county) = (opened.readable.facts, opened.county)
    }

    /// A notice about the case that no mail server takes.
    private static func failNotice(_ story: CaseStory) async throws -> String {
        let notice = try #require(try await story.facts(NoticeQueued.self).first).noticeID
        try story.tester.suite.send(
            DeliveryReported.with {
                ($0.noticeID, $0.attempt, $0.result, $0.detail) = (notice, 1, "permanent", "SMTP 550")
            }, key: notice, to: .noticeSteps)
        return notice
    }

    // MARK: What the policy says

    func permit(_ person: String, from least: Reading.Extent = .status) -> Reading.Permit? {
        guard
            case .may(let permit) = Reading.answer(
                to: person, reading: least ... .whole, of: readable, in: county, at: now)
        else { return nil }
        return permit
    }

    func mayReadLog(_ person: String, ofCase: Bool) -> Bool {
        let answer = Reading.answer(to: person, readingLogOf: ofCase ? readable : nil, in: county, at: now)
        if case .may = answer { return true } else { return false }
    }

    func mayReadNumbers(_ person: String) -> Bool {
        if case .may = Reading.answer(to: person, readingNumbersOf: county) { return true } else { return false }
    }

    /// What a page shows that the policy keeps from whoever has the permit.
    ///
    /// - Parameter showsNames: the page names units and people that have nothing to do with the case.
    func excesses(of html: String, _ permit: Reading.Permit?, showsNames: Bool = false) -> [String] {
        if html.isEmpty { return [] }
        let main = html.split(separator: "<main", maxSplits: 1).last.map(String.init) ?? ""
        var excesses: [String] = []
        for extent in Reading.Extent.allCases where permit.map({ $0.extent < extent }) ?? true {
            excesses += story.texts(for: extent).map(CaseStory.escaped).filter(html.contains)
        }
        if permit?.showsPeople != true {
            excesses += ["Kim Exempelbarn", "20170315", "Exempelförälder"].filter(html.contains)
        }
        if permit?.showsContact != true, html.contains("gun@example.org") { excesses.append("gun@example.org") }
        if permit?.extent != .whole {
            excesses += ["Mia Mentor"].filter(html.contains)
        }
        if showsNames { return excesses }
        if permit == nil { excesses += [CaseStory.name(of: "head-school")].filter(main.contains) }
        if permit?.showsPlace == false { excesses += ["Enhet ", "Rum "].filter(main.contains) }
        return excesses
    }

    // MARK: What is shown

    /// A page without what differs by chance: the ids of its forms, and the case's reference.
    static func comparable(_ answer: DeskTester.Answer, _ reference: String) -> String {
        "\(answer.status.code) \(answer.location ?? "") \(answer.html)".replacing(reference, with: "REF")
            .replacing(#/[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}/#, with: "ID")
    }

    /// How often somebody stands in the case's access log.
    func readings(by person: String) async throws -> Int {
        let reference = story.reference
        let events = try await tester.suite.view.reader().read { try $0.readings(of: reference) }
        return try events.filter { $0.type == CaseViewed.eventType }.filter {
            try $0.decode(CaseViewed.self).by == person
        }
        .count
    }
}
