import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import HTTPTypes
import Kafka
import ServiceHost
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite(
    "Whatever is written in whatever field is text wherever it is shown: never markup, a template, a header or an address"
)
struct InjectionTests {
    @Test("escaping goes by bytes, as browsers read: no mark on a letter hides it")
    func escaping() {
        for mark in ["", "\u{301}", "\u{FE0F}", "\u{200D}", "\u{20DD}", "\u{E0100}", "\u{1F3FB}"] {
            let escaped = EscapedHTML().escapeText("<\(mark)>\(mark)&\(mark)\"\(mark)'\(mark)")
            #expect(escaped == "&lt;\(mark)&gt;\(mark)&amp;\(mark)&quot;\(mark)&#39;\(mark)")
            #expect(!escaped.utf8.contains { "<>\"'".utf8.contains($0) })
        }
    }

    @Test("a text with nothing to escape stays as it is")
    func plain() {
        for text in ["", "Åsa Öberg, 12 år", String(repeating: "å", count: 5_000), "\u{301}", "💛 \u{0}"] {
            #expect(EscapedHTML().escapeText(text).utf8.elementsEqual(text.utf8))
        }
    }

    /// The fields of a form by its own definition, with those that a browser does not show.
    private static func fields(_ sending: FormWalkTests.Sending) -> [String] {
        let name = sending.path.split(separator: "/").last.map(String.init) ?? ""
        guard let form = FormPages.all.first(where: { sending.path.hasSuffix("/do/\($0.action.rawValue)") }) else {
            let own = sending.path == "/concern/new" ? ConcernInput.names : []
            return (sending.fields.map(\.0) + own).uniqued()
        }
        let typed = TypedFields(Form([:]), of: form.action)
        let maker = FieldMaker(form: form.action, language: .swedish)
        let defined = form.init(typed).fields(maker, FormChoices()).compactMap { ($0 as? Field)?.name }
        #expect(!defined.isEmpty || ["take_on", "hand_back", "review_move"].contains(name))
        return (defined + sending.fields.map(\.0)).uniqued()
    }

    @Test("each field of each form, alone and with all others, in both languages", arguments: Language.allCases)
    func fields(language: Language) async throws {
        let walk = try await AccessWalk(.given, isProtected: false)
        var shown: Set<String> = []
        for sending in walk.tester.routes.flatMap({ FormWalkTests.sendings($0, walk) ?? [] }) {
            let path = sending.path.replacing("{reference}", with: walk.story.reference)
            let names = Self.fields(sending)
            for hostile in names.map({ [$0] }) + [names] {
                let others = sending.fields.filter { !hostile.contains($0.0) }
                let fields = [("id", UUID().uuidString)] + others + hostile.map { ($0, Hostile.all) }
                for person in path == "/readings" ? [CaseStory.person("officer")] : [CaseStory.owner] {
                    let answer = try await walk.tester.post(path, fields, as: person, language: language)
                    #expect([200, 303, 400, 404, 422].contains(answer.status.code), "\(path), \(hostile)")
                    #expect(Hostile.faults(in: answer) == [], "\(path), \(hostile)")
                    shown.formUnion(Hostile.Found(answer.html).texts)
                }
            }
        }
        #expect(shown.count >= Hostile.texts.count - 2, "what was typed comes back, or nothing has been tried")
    }

    @Test("what addresses carry is no part of any page or header")
    func queries() async throws {
        let walk = try await AccessWalk(.given, isProtected: false)
        let value = Hostile.all.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let names = [
            "done", "waiting", "correct", "to", "resent", "page", "of", "phase", "step", "unit", "recorded", "again",
            "look",
        ]
        let query = names.map { "\($0)=\(value)" }.joined(separator: "&")
        for page in walk.tester.pages where !page.hasSuffix("/changes") && !page.contains("assets") {
            let path = page.replacing("{reference}", with: walk.story.reference)
                .replacing("{form}", with: UUID().uuidString).replacing("{list}", with: "home")
            let answer = try await walk.tester.get("\(path)?\(query)", as: CaseStory.owner)
            #expect(Hostile.faults(in: answer) == [], "\(path)")
            #expect(Hostile.Found(answer.html).texts == [], "\(path)")
        }
    }

    @Test(
        "what people write, and what the directory calls them, is shown as they wrote it on every page to everybody",
        arguments: 0..<6)
    func story(turn: Int) async throws {
        func mark(_ number: Int) -> String { Hostile.marked(Hostile.texts[(number + turn * 5) % Hostile.texts.count]) }
        func name(_ number: Int) -> String { Hostile.marked(Hostile.names[(number + turn * 5) % Hostile.names.count]) }
        var county = CaseStory.county
        for index in county.units.indices { county.units[index].name += name(index) }
        for index in county.units.indices { county.units[index].place += name(index + 1) }
        for index in county.people.indices { county.people[index].name += name(index + 2) }
        var story = try await CaseStory(county: county, marks: Hostile.texts.indices.map(mark)) { report in
            report.name += name(3)
            for index in report.guardians.indices { report.guardians[index].name += name(index + 4) }
        }
        try await Self.tell(&story)
        var seen = ""
        for person in [
            CaseStory.owner, CaseStory.person("family"), CaseStory.person("county"), CaseStory.person("head-bhv"),
        ] {
            let information = story.information.first?.id ?? ""
            for path in [
                "", "/print", "/mapping", "/mapping?correct=\(information)", "/consents", "/outcome", "/people",
                "/people?to=0001", "/meetings", "/notices", "/readers", "/known/home", "/known/child",
                "/known/concerns",
            ] {
                let answer = try await story.tester.get("/case/\(story.reference)\(path)", as: person)
                #expect(Hostile.faults(in: answer) == [], "\(person), \(path)")
                if person == CaseStory.owner { seen += answer.html }
            }
            for path in ["/work", "/concern/new", "/consultation/new"] {
                let answer = try await story.tester.get(path, as: person)
                #expect(Hostile.faults(in: answer) == [], "\(person), \(path)")
            }
        }
        for number in story.texts.indices {
            #expect(seen.contains("Text\(number)"), "the text \(number) is shown nowhere")
        }
    }

    /// A case in which everybody writes all that they can, in two mappings.
    private static func tell(_ story: inout CaseStory) async throws {
        let (reference, owner) = (story.reference, CaseStory.owner)
        try story.takeOn()
        try await story.map()
        try await story.add(.detector, .obstacle, .safety)
        try await story.add(.organisation, .notAsked, .home)
        try story.correct()
        let maturity = story.text(.whole)
        try story.send(
            RecordMaturity.with {
                ($0.caseReference, $0.by, $0.youthConsents, $0.reason) = (reference, owner, false, maturity)
            })
        try story.conclude(.ownMeasures)
        let followUp = story.text(.whole)
        try story.send(
            RecordFollowUp.with {
                ($0.caseReference, $0.by, $0.effect, $0.decision) = (reference, owner, "same", "continue")
                ($0.text, $0.nextDate) = (followUp, CivilTime.day(of: story.tester.suite.now).plus(28).description)
            })
        let reopened = story.text(.whole)
        try story.send(ReopenMapping.with { ($0.caseReference, $0.by, $0.reason) = (reference, owner, reopened) })
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        try await story.holdMeeting()
        try story.familySpeaks(isAnswered: true)
        let (emergency, by) = (story.text(.whole), CaseStory.person("head-bhv"))
        try story.send(
            OpenInEmergency.with { ($0.caseReference, $0.by, $0.reason) = (reference, by, emergency) }, by: by)
    }
}
