import CaseReading
import Codec
import Domain
import Foundation
import HTTPTypes
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case's pages, whatever has happened in it and whoever reads them")
struct CasePagesPropertyTests {
    private struct Chance: RandomValues {
        var generator: SeededGenerator
    }

    private static let paths = ["", "/meetings", "/print", "?page=2", "/known/child"]

    @Test(
        "rules 20 and 22: names and never ids, no text beyond what the reader may read, the place of a protected child hidden",
        arguments: 1...8)
    func whoever(seed: Int) async throws {
        var random = Chance(generator: SeededGenerator(seed: UInt64(seed)))
        let story = try await told(&random)
        let tester = story.tester
        let isProtected = try await story.facts(ConcernRegistered.self).contains(where: \.protectedIdentity)
        let guardians = try await story.facts(ConcernRegistered.self).flatMap(\.guardians)
        for person in CaseStory.people {
            let signedIn = SignedIn(person: person, county: "TST", assurance: .three, at: tester.suite.now)
            let permit = try? await tester.desk.cases.open(story.reference, for: signedIn, in: .swedish).permit
            for path in Self.paths {
                let language: Language = random.flag() ? .swedish : .english
                let page = try await tester.get("/case/\(story.reference)\(path)", as: person, language: language)
                let context: Comment = "seed \(seed), \(person), \(path), \(permit.map { "\($0)" } ?? "no ground")"
                let least: [String: Reading.Extent] = ["/meetings": .plan, "/known/child": .whole]
                guard let permit, permit.extent >= least[path] ?? .status else {
                    #expect(page.status == .notFound, context)
                    let unknown = try await tester.get("/case/TST-0000-0000-00\(path)", as: person, language: language)
                    #expect(
                        AccessWalk.comparable(page, story.reference)
                            == AccessWalk.comparable(unknown, "TST-0000-0000-00"),
                        context)
                    continue
                }
                #expect(page.status == .ok, context)
                let faults = Self.faults(page.html, permit, story, isProtected, guardians)
                #expect(faults == [], context)
            }
        }
    }

    private static func faults(
        _ html: String, _ permit: Reading.Permit, _ story: CaseStory, _ isProtected: Bool, _ guardians: [String]
    ) -> [String] {
        var faults = HTMLCheck(html).faults
        // The page's head says who reads, and where they work.
        let main = html.split(separator: "<main", maxSplits: 1).last.map(String.init) ?? ""
        // Forms say by an id, or a guardian's key, whom somebody has chosen. Nobody sees it, and of a protected child it is not there.
        let shown = permit.showsPlace ? html.replacing(#/ (value|id|for)="[^"]*"/#, with: "") : html
        for id in ["personid-", "unitid-", "{{", ">desk.", "Optional("] where shown.contains(id) {
            faults.append("\(id) is on the page")
        }
        let seen = html.replacing(#/<[^>]*>/#, with: " ")
        faults += guardians.filter(seen.contains).map { "\($0) is seen" }
        for extent in [Reading.Extent.plan, .whole] where permit.extent < extent {
            faults += story.texts(for: extent).map(CaseStory.escaped).filter(html.contains).map { "beyond: \($0)" }
        }
        if !permit.showsPeople {
            faults += ["Kim Exempelbarn", "20170315", "Exempelförälder"].filter(html.contains).map { "beyond: \($0)" }
        }
        if html.contains("<b>") { faults.append("a text is markup") }
        if html.utf8.count >= 100_000 { faults.append("the page weighs \(html.utf8.count) bytes") }
        if isProtected, main.contains("Rum ") { faults.append("a place is on the page") }
        if !permit.showsPlace { faults += ["Enhet ", "Testby"].filter(main.contains).map { "\($0) is on the page" } }
        return faults
    }

    /// A random case, as far as a random day.
    private func told(_ random: inout Chance) async throws -> CaseStory {
        var story = try await CaseStory(isProtected: random.flag(), isHarmSuspected: random.flag())
        if random.flag() { try story.takeOn() }
        if random.flag() { try story.delegate(to: CaseStory.person("teacher")) }
        for _ in 0..<random.number(0...4) {
            try await story.add(
                random.one(InformationSource.self), random.one(InformationKind.self), random.one(WheelArea.self))
        }
        if random.flag() { try story.correct() }
        if random.flag() {
            let reason = story.text(.whole)
            let reference = story.reference
            try story.send(
                OpenInEmergency.with {
                    ($0.caseReference, $0.by, $0.reason) = (reference, CaseStory.person("head-bhv"), reason)
                }, by: CaseStory.person("head-bhv"))
        }
        if random.number(0...3) > 0 {
            try await story.map()
            try await story.consent(random.number(0...3) > 0 ? .given : .refused)
            try story.conclude(random.number(0...3) > 0 ? .cooperation : random.one(Outcome.self))
            try await story.answerMeeting(CaseStory.person("nurse"), random.one(Attendance.self))
            if random.flag() { try await story.holdMeeting() }
            if random.flag() { try story.familySpeaks(isAnswered: random.flag()) }
            if random.number(0...3) == 0 { try await story.consent(.withdrawn) }
        }
        return story
    }
}
