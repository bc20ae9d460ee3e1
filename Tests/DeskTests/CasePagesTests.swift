import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case's pages: what has happened, what happens and what comes next; the wheel; the meetings and the plan")
struct CasePagesTests {
    /// The page without its tags, with one space between words.
    private static func words(_ html: String) -> String {
        html.replacing(#/<[^>]*>/#, with: " ").replacing(#/\s+/#, with: " ")
    }

    private static func get(
        _ story: CaseStory, _ path: String = "", as person: String = "head-school", _ language: Language = .swedish
    ) async throws -> DeskTester.Answer {
        try await story.tester.get(
            "/case/\(story.reference)\(path)", as: CaseStory.person(person), language: language)
    }

    @Test("rule 20: what has happened, what happens now and what comes next, with who and until when")
    func overview() async throws {
        let story = try await CaseStory()
        try story.takeOn()
        try story.delegate(to: CaseStory.person("teacher"))
        let page = try await Self.get(story)
        let (words, owner) = (Self.words(page.html), CaseStory.name(of: "head-school"))
        for expected in [
            "Ärende \(story.reference)", "Kartläggning pågår", "Barnets bästa-ansvarig \(owner)", "Enhet 2",
            "Delegerat till: \(CaseStory.name(of: "teacher"))", "Vad som händer nu", "Vad som händer härnäst",
            "Avsluta kartläggningen", "Vad som har hänt", "Måndag 23 november 2026", "Oron bekräftad",
            "Arbetet delegerat till \(CaseStory.name(of: "teacher"))", "Kim Exempelbarn",
        ] {
            #expect(words.contains(expected), "\(expected)")
        }
        #expect(page.html.contains(#"<span class="quiet number">20170315-2387</span>"#), "it stays on one line")
        #expect(page.html.contains(#"<title>Ärende \#(story.reference) – Tillsammans</title>"#))
        #expect(page.html.contains(#"<a href="/case/\#(story.reference)/mapping">Avsluta kartläggningen</a>"#))
        let english = try await Self.get(story, "", as: "head-school", .english)
        #expect(Self.words(english.html).contains("Conclude the mapping"))
    }

    @Test("rule 19: a passed date is said in the header and in what comes next, with who has been told")
    func overdue() async throws {
        let story = try await CaseStory()
        try story.tester.suite.advance(to: story.tester.suite.now + 60 * 86_400)
        let words = Self.words(try await Self.get(story).html)
        #expect(words.contains("försenat"))
        #expect(words.contains("länsfunktionen har fått veta det"))
    }

    @Test(
        "rules 7 and 8: the child's words first, strengths before needs, each area with its source; a correction keeps the history"
    )
    func findings() async throws {
        var story = try await CaseStory()
        try await story.add(.organisation, .need, .home)
        try await story.add(.guardian, .strength, .home)
        try await story.add(.child, .need, .home)
        try await story.add(.guardian, .notAsked, .home)
        try story.correct()
        let texts = story.texts.map(CaseStory.escaped)
        let html = try await Self.get(story).html
        let area = try #require(
            html.split(separator: #"id="area-home""#).last?.split(separator: #"id="area-relationships""#).first)
        // The first text is the reporter's, which the story made first of all.
        let places = [texts[4], texts[5], texts[7]].map { text in area.range(of: text)?.lowerBound }
        let (strength, child, need) = (try #require(places[0]), try #require(places[1]), try #require(places[2]))
        #expect(strength < child && child < need)
        #expect(area.contains("Varför det ändrades:") && area.contains("<del>\(texts[3])</del>"))
        let voice = try #require(html.range(of: #"class="child-voice""#)?.lowerBound)
        #expect(try voice < #require(html.range(of: #"class="wheel""#)?.lowerBound))
        #expect(Self.words(html).contains("Vårdnadshavare (inte tillfrågad): \(texts[6])"))
        for area in WheelArea.allCases {
            #expect(html.contains("href=\"#area-\(area.rawValue)\"") && html.contains("id=\"area-\(area.rawValue)\""))
        }
    }

    @Test("rule 8: what is about several areas stands once, under the first of them, and the others lead there")
    func severalAreas() async throws {
        let story = try await CaseStory()
        let (reference, text) = (story.reference, "Det har varit oroligt sedan flytten.")
        try story.send(
            AddInformation.with {
                ($0.caseReference, $0.by, $0.source) = (reference, CaseStory.owner, "organisation")
                ($0.areas, $0.kind, $0.text) = (["relationships", "home"], "need", text)
            })
        let html = try await Self.get(story).html
        #expect(html.components(separatedBy: text).count == 2)
        let sections = html.split(separator: #"id="area-"#).map(String.init)
        let home = try #require(sections.first { $0.hasPrefix("home-name\"") })
        #expect(home.contains(text) && Self.words(home).contains("Gäller Hemmet, relationer"))
        let relationships = try #require(sections.first { $0.hasPrefix("relationships-name\"") })
        #expect(relationships.contains(##"href="#area-home""##) && !relationships.contains("Inget är känt än"))
        #expect(try await Self.get(story, "/known/relationships").html.contains(text))
        #expect(Self.words(try await Self.get(story, "/mapping").html).contains("Hemmet, relationer"))
    }

    @Test("rule 20: what somebody without a part in the case tried is not on its pages")
    func outsiders() async throws {
        let story = try await CaseStory()
        let reference = story.reference
        let other = CaseStory.person("nurse")
        try story.send(TakeOn.with { ($0.caseReference, $0.by) = (reference, other) }, by: other)
        #expect(try await story.facts(CommandRefused.self).count == 1)
        #expect(!Self.words(try await Self.get(story).html).contains("Nekat"))
    }

    @Test("rule 3: suspected harm is told on the page, with the duty; rule 22: so is a protected identity")
    func warnings() async throws {
        let words = Self.words(try await Self.get(CaseStory(isProtected: true, isHarmSuspected: true)).html)
        #expect(words.contains("Skyldigheten att göra orosanmälan gäller."))
        #expect(words.contains("Barnet har skyddad identitet"))
    }

    @Test("a day's notices are one line, with each and its state in a detail")
    func notices() async throws {
        let story = try await CaseStory()
        let now = story.tester.suite.now
        for (id, kind) in [("n1", "concern"), ("n2", "delegated")] {
            let reference = story.reference
            let sent = NoticeSent.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, CaseStory.owner)
            }
            try story.tester.suite.view.apply(
                .init(id: id, source: "notifications", time: now, subject: reference, sent), topic: .notices,
                key: reference)
        }
        let words = Self.words(try await Self.get(story).html)
        #expect(words.contains("2 meddelanden"))
        #expect(words.contains("Ett nytt ärende väntar på dig → \(CaseStory.name(of: "head-school")): skickat"))
    }

    @Test("what has happened is shown in parts, the newest first; a part that is not there is the nearest that is")
    func parts() async throws {
        var story = try await CaseStory()
        for _ in 0..<60 { try await story.add(.detector, .need, .home) }
        let (first, last) = (try await Self.get(story).html, try await Self.get(story, "?page=99").html)
        #expect(first.contains("?page=2#happened") && Self.words(first).contains("Sida 1 av 2"))
        #expect(Self.words(last).contains("Sida 2 av 2") && Self.words(last).contains("Kartläggning öppnad"))
        #expect(!Self.words(first).contains("Kartläggning öppnad"))
    }

    @Test(
        "rule 18: the meeting that stands has its time, place and answers by name; rules 15 to 17: then its plan and what became of it"
    )
    func meetings() async throws {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        let meeting = try #require(try await story.facts(MeetingScheduled.self).last?.meeting)
        let missing = Self.words(try await Self.get(story, "/meetings").html)
        #expect(!missing.contains("Någon saknas på mötet"))
        try await story.answerMeeting(CaseStory.person("nurse"), .accepted)
        let before = Self.words(try await Self.get(story, "/meetings").html)
        let time = CivilTime.swedish(from: meeting.start.date, to: meeting.end.date)
        for expected in [time, meeting.place, "\(CaseStory.name(of: "nurse")) kommer", "Gun Exempelförälder familjen"] {
            #expect(!expected.isEmpty && before.contains(expected), "\(expected)")
        }
        try await story.holdMeeting()
        try story.familySpeaks(isAnswered: false)
        let html = try await Self.get(story, "/meetings").html
        let after = Self.words(html)
        for expected in ["Barnet var med:", "barnets val", "väntar på svar", "SIP"] {
            #expect(after.contains(expected), "\(expected)")
        }
        let written = story.texts(for: .plan).prefix(5).map(CaseStory.escaped)
        #expect(written.allSatisfy(html.contains))
        let coordinator = Self.words(try await Self.get(story).html)
        #expect(coordinator.contains("Familjens kontakt \(CaseStory.name(of: "family")) samordningsperson"))
    }

    @Test("a participant within consent reads the meetings and the plan, and is told what they do not see")
    func participant() async throws {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        let html = try await Self.get(story, "", as: "family").html
        #expect(Self.words(html).contains("Du ser vad som har hänt, mötena och planen, men inte kartläggningen."))
        #expect(html.contains("/meetings") && !html.contains("/mapping"))
        try await story.consent(.withdrawn)
        #expect(try await Self.get(story, "", as: "family").status == .notFound)
    }

    @Test(
        "rule 9: who answered what before stands on the mapping's page and on paper; a new mapping begins without answers"
    )
    func formerAnswers() async throws {
        var story = try await CaseStory()
        try await story.map()
        let (reference, first) = (story.reference, try #require(story.texts.last))
        try story.send(
            RecordAnswers.with {
                ($0.caseReference, $0.by) = (reference, CaseStory.owner)
                $0.answers = [.with { ($0.question, $0.text) = (5, "Stöd från socialtjänsten.") }]
            })
        for path in ["/mapping", "/print"] {
            let html = try await Self.get(story, path).html
            #expect(html.contains("Stöd från socialtjänsten."), "\(path)")
            #expect(html.contains("<del>\(CaseStory.escaped(first))</del>"), "\(path)")
        }
        let file = CaseFile(
            try await story.tester.suite.view.reader().read { try $0.facts(of: reference) }
                + [
                    try CloudEvents.Event(
                        id: "n", source: "t", time: .distantFuture, subject: reference, MappingOpened())
                ])
        #expect(Question.allCases.allSatisfy { file.answer(to: $0) == nil })
        #expect(file.formerAnswers[.others]?.map(\.value) == [first, "Stöd från socialtjänsten."])
    }

    @Test("rule 8: what works is before what is needed among the child's own words, and from each source")
    func strengthsFirst() async throws {
        var story = try await CaseStory()
        try await story.add(.child, .need, .home)
        try await story.add(.child, .strength, .home)
        let (need, strength) = (CaseStory.escaped(story.texts[3]), CaseStory.escaped(story.texts[4]))
        for path in ["", "/mapping", "/print"] {
            let html = try await Self.get(story, path).html
            let first = try #require(html.range(of: strength)), second = try #require(html.range(of: need))
            #expect(first.lowerBound < second.lowerBound, "\(path)")
        }
    }

    @Test("the whole case is one page to print, with answers, consents by giver, outcome and plan, and who printed it")
    func printed() async throws {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        try await story.holdMeeting()
        let html = try await Self.get(story, "/print").html
        #expect(story.texts.filter { !html.contains(CaseStory.escaped($0)) } == [])
        let words = Self.words(html)
        #expect(words.contains("Gun Exempelförälder \(Catalogue.text("decision.given", .swedish))"))
        #expect(words.contains("av \(CaseStory.name(of: "head-school"))"))
        #expect(!html.contains("data-live"))
    }
}
