import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case that has become long is shown in pages, and nothing is lost")
struct LongCaseTests {
    /// All pages of a list, one after another, by their links.
    private static func pages(
        _ path: String, of tester: DeskTester, as person: String = "head-school"
    ) async throws -> [String] {
        var (pages, next): ([String], String?) = ([], path)
        while let path = next, pages.count < 100 {
            let html = try await tester.get(path, as: person).html
            pages.append(html)
            next = html.firstMatch(of: #/<a href="([^"#]*)[^"]*" rel="next">/#).map { String($0.1) }
        }
        return pages
    }

    /// How often each of the numbered texts of ``BusyDesk`` stands on the pages.
    private static func counts(_ pages: [String]) -> [Int: Int] {
        pages.joined().matches(of: #/rasterna\. \((\d+)\)/#).reduce(into: [:]) { counts, match in
            counts[Int(match.1) ?? -1, default: 0] += 1
        }
    }

    @Test("each piece of information is on one page of its area and on one of its source, and nowhere else")
    func lists() async throws {
        let desk = try await BusyDesk(cases: 1)
        let file = try await desk.opened().file
        #expect(file.findings.count > 380)
        for list in WheelArea.allCases.map(KnownList.area) + InformationSource.allCases.map(KnownList.source) {
            let pages = try await Self.pages(list.path(of: desk.reference), of: desk.tester)
            let findings =
                switch list {
                case .area(let area): file.findings(in: area)
                case .source(let source): file.findings(from: source)
                default: [CaseFile.Finding]()
                }
            let texts = findings.map(\.information.text)
            #expect(!texts.isEmpty && texts.allSatisfy { text in pages.count { $0.contains(text) } == 1 })
            let counts = Self.counts(pages)
            #expect(counts.count == texts.count && counts.values.allSatisfy { $0 == 1 }, "\(list)")
        }
    }

    @Test("all that has happened is on the pages of the case, and once")
    func timeline() async throws {
        let desk = try await BusyDesk(cases: 1)
        let opened = try await desk.opened()
        let told = opened.chronology.entries(opened.reading, names: opened.names)
            .filter { !$0.event.type.hasPrefix("se.tillsammans.notice.") }
        let pages = try await Self.pages("/case/\(desk.reference)", of: desk.tester)
        #expect(pages.count > 2)
        let entries = pages.flatMap { html in
            html.matches(of: #/<ol class="timeline">(.*?)<\/ol>/#.dotMatchesNewlines())
                .flatMap { $0.1.split(separator: "<li>").dropFirst() }
        }
        #expect(entries.count { !$0.contains("meddelande") } == told.count)
    }

    @Test(
        "the whole case can be printed, in parts: each piece of information once, and the child's words first as well")
    func printed() async throws {
        let desk = try await BusyDesk(cases: 1)
        let file = try await desk.opened().file
        let parts = try await Self.pages("/case/\(desk.reference)/print", of: desk.tester)
        #expect(parts.count > 1 && parts[0].contains("Del 1 av \(parts.count)"))
        let counts = Self.counts(parts)
        for finding in file.findings {
            let number = try #require(finding.information.text.firstMatch(of: #/\((\d+)\)/#).flatMap { Int($0.1) })
            #expect(counts[number] == (finding.information.source == "child" ? 2 : 1))
        }
        for heading in ["id=\"known\"", "id=\"questions\"", "id=\"concerns\""] {
            #expect(parts.contains { $0.contains(heading) })
        }
        let last = try await desk.tester.get("/case/\(desk.reference)/print?page=99", as: "head-school").html
        #expect(last.contains("Del \(parts.count) av \(parts.count)"))
    }

    @Test("the first page has the beginning of each area, with a link to all of it; a short case is shown whole")
    func beginning() async throws {
        let desk = try await BusyDesk(cases: 1)
        for path in ["", "/mapping"] {
            let html = try await desk.tester.get("/case/\(desk.reference)\(path)", as: "head-school").html
            #expect(html.contains("href=\"/case/\(desk.reference)/known/child\""))
            #expect(HTMLCheck(html).faults == [])
        }
        let first = try await desk.tester.get("/case/\(desk.reference)", as: "head-school").html
        for area in WheelArea.allCases {
            let list = KnownList.area(area)
            #expect(first.contains("href=\"\(list.path(of: desk.reference))\""))
            let count = try await desk.opened().file.findings(in: area).count
            #expect(first.contains("visa alla \(count)"))
        }
        let short = try await BusyDesk(cases: 1, facts: 12)
        let html = try await short.tester.get("/case/\(short.reference)", as: "head-school").html
        #expect(!html.contains("/known/"))
        let findings = try await short.opened().file.findings
        #expect(Self.counts([html]).count == findings.count)
    }

    @Test("texts as long as they may be, and full of characters that are escaped, make no page too heavy")
    func longTexts() async throws {
        let story = try await CaseStory()
        for number in 0..<12 {
            try story.send(
                AddInformation.with {
                    ($0.caseReference, $0.by) = (story.reference, CaseStory.owner)
                    $0.source = InformationSource.allCases[number % 4].rawValue
                    ($0.area, $0.kind) = ("home", "need")
                    $0.text =
                        "\(number)" + String(repeating: number < 6 ? "\"" : "a ", count: number < 6 ? 9_900 : 4_900)
                })
        }
        #expect(try await story.facts(InformationAdded.self).count == 12)
        for path in ["", "/mapping", "/print", "/known/home", "/known/home?page=2", "/known/guardian", "/print?page=3"]
        {
            let answer = try await story.tester.get("/case/\(story.reference)\(path)", as: CaseStory.owner)
            #expect(answer.status == .ok && answer.html.utf8.count < 100_000, "\(path): \(answer.html.utf8.count)")
            // The child has been heard, also where no word of it fits.
            #expect(!answer.html.contains(Catalogue.text("desk.child.voice.none", .swedish)), "\(path)")
        }
    }

    @Test(
        "what was written before makes no page too heavy, however often it was changed, and each of it is on one page")
    func longHistory() async throws {
        var story = try await CaseStory()
        func long(_ number: Int) -> String { "(\(number)) " + String(repeating: "a ", count: 4_900) }
        try await story.add(.child, .need, .home)
        let information = try #require(story.information.first?.id)
        let guardian = try await story.facts(ConcernRegistered.self).flatMap(\.guardians)
        for _ in guardian { try await story.add(.guardian, .strength, .home) }
        for number in 0..<20 {
            try story.send(
                CorrectInformation.with {
                    ($0.caseReference, $0.by, $0.information) = (story.reference, CaseStory.owner, information)
                    ($0.area, $0.kind, $0.text, $0.reason) = ("home", "need", long(number), "slarv")
                })
            try story.send(
                RecordAnswers.with {
                    ($0.caseReference, $0.by) = (story.reference, CaseStory.owner)
                    $0.answers = Question.allCases.map { question in
                        .with { ($0.question, $0.text) = (Int32(question.number), long(number)) }
                    }
                })
        }
        try story.conclude(.ownMeasures)
        for number in 0..<20 {
            try story.send(
                RecordFollowUp.with {
                    ($0.caseReference, $0.by, $0.text) = (story.reference, CaseStory.owner, long(number))
                    ($0.effect, $0.decision) = (Effect.same.rawValue, FollowUpDecision.continue.rawValue)
                    $0.nextDate = CivilTime.day(of: story.tester.suite.now).plus(28).description
                })
        }
        #expect(try await story.facts(InformationCorrected.self).count == 20)
        #expect(try await story.facts(MeasuresFollowedUp.self).count == 20)
        for page in ["", "/mapping", "/outcome", "/print", "/print?page=2"] {
            let answer = try await story.tester.get("/case/\(story.reference)\(page)", as: CaseStory.owner)
            #expect(answer.status == .ok && answer.html.utf8.count < 100_000, "\(page): \(answer.html.utf8.count)")
        }
        let lists: [(list: KnownList, onPage: String, count: Int)] = [
            (.information(information), "/known/child", 19), (.answers(.obstacles), "/mapping", 19),
            (.followUps, "/outcome", 20),
        ]
        for (list, page, count) in lists {
            let from = try await story.tester.get("/case/\(story.reference)\(page)", as: CaseStory.owner).html
            #expect(from.contains("href=\"\(list.path(of: story.reference))\""))
            let parts = try await Self.pages(list.path(of: story.reference), of: story.tester, as: CaseStory.owner)
            #expect(parts.allSatisfy { $0.utf8.count < 100_000 && HTMLCheck($0).faults == [] })
            let numbers = parts.joined().matches(of: #/\((\d+)\) a a/#).compactMap { Int($0.1) }
            #expect(numbers == (0..<count).reversed(), "\(list)")
        }
    }

    @Test("a list that there is none of is not found")
    func unknown() async throws {
        let story = try await CaseStory()
        for list in ["nothing", "Home", "%00", "information-1", "question-6"] {
            let answer = try await story.tester.get("/case/\(story.reference)/known/\(list)", as: CaseStory.owner)
            #expect(answer.status == .notFound)
        }
    }
}

extension BusyDesk {
    /// The case as its owner opens it.
    fileprivate func opened() async throws -> OpenedCase {
        let owner = SignedIn(person: "head-school", county: "TST", assurance: .three, at: tester.suite.now)
        return try await tester.desk.cases.open(reference, for: owner, in: .swedish)
    }
}
