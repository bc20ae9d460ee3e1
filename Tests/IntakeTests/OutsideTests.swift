import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

@Suite("What comes from outside: too large, too much, or under an id that is somebody's number")
struct OutsideTests {
    @Test("rule 4: a report with thirty thousand areas, or a text over its limit, is refused by the field's name alone")
    func large() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report.with { $0.areas = Array(repeating: "mood", count: 5_000) })
        try tester.send(ExampleCounty.report.with { $0.observation = String(repeating: "a", count: 20_001) })
        try tester.send(ExampleCounty.report.with { $0.areas = Array(repeating: "mood", count: 30_000) })
        #expect(tester.codes == ["list.long", "text.long", "list.long"])
        #expect(tester.receipts.map { $0.refused.reasons.first?.path } == ["areas", "observation", "areas"])
    }

    @Test("rule 4: of many faults a receipt tells the first twenty, and how many more there are")
    func many() throws {
        var tester = try IntakeTester()
        let text = #"{"guardians":["# + Array(repeating: #"{"phone":[]}"#, count: 300).joined(separator: ",") + "]}"
        try tester.send(
            Event(
                id: "r", source: "s", type: ConcernReported.eventType, time: tester.now, content: .json,
                data: Array(text.utf8)))
        #expect(tester.codes == Array(repeating: "undecodable", count: 20) + ["reasons.more"])
        #expect(tester.receipts.first?.refused.reasons.last?.swedish.contains("280") == true)
    }

    @Test("rule 22: a report whose id holds a personal number is refused, and no topic, key or header has it")
    func personalId() throws {
        var tester = try IntakeTester()
        let number = "20140315-2380"
        try tester.send(
            Event(
                id: number, source: "urn:school", time: tester.now, subject: number, correlation: number,
                ExampleCounty.report))
        #expect(tester.codes == ["id.personal_number", "id.personal_number"])
        #expect(tester.receipts.first?.reportSource == "urn:school" && tester.concerns.isEmpty)
        for output in tester.published {
            let headers = output.event.headers.map { String(decoding: $0.value, as: UTF8.self) }
            let texts = headers + [output.key, String(decoding: output.event.data, as: UTF8.self)]
            #expect(texts.allSatisfy { !$0.contains("2380") })
        }
    }

    @Test(
        "rule 22: of a record that is no event, no id, source or key is repeated that could be a personal number",
        arguments: [
            ("20140315-2380", "urn:school", "k"), ("r1", "20140315-2380", "20140315-2380"), (nil, nil, "201403152380"),
        ])
    func unreadableId(id: String?, source: String?, key: String) throws {
        var tester = try IntakeTester()
        try tester.sendUnreadable(id: id, source: source, key: key)
        #expect(tester.codes == ["undecodable"])
        for output in tester.published {
            let texts = [output.key, String(decoding: output.event.data, as: UTF8.self)]
            #expect(texts.allSatisfy { !$0.contains("2380") && !$0.isEmpty })
        }
    }

    @Test("what a publisher calls its chain of events goes no further than the report")
    func correlation() throws {
        var tester = try IntakeTester()
        try tester.send(
            Event(
                id: "r1", source: "urn:school", time: tester.now, correlation: "theirs", ExampleCounty.report))
        #expect(tester.concerns.count == 1)
        #expect(tester.published.allSatisfy { $0.event.correlation != nil && $0.event.correlation != "theirs" })
        #expect(Set(tester.published.map(\.event.correlation)).count == 1, "one chain")
    }

    @Test("rule 5: a question that is too long is refused for that, and is not searched")
    func longQuestion() throws {
        var tester = try IntakeTester()
        try tester.send(
            ConsultationRequested.with {
                $0.question = "20140315-2380 " + String(repeating: "0 ", count: 10_000)
            })
        #expect(tester.codes == ["text.long"])
    }

    @Test(
        "reading a report costs no more than in proportion to it, and little for each kB, whatever is in it",
        arguments: ["0 ", "a", "🇸🇪", "@", "20140315-"])
    func linear(part: String) {
        func growth(_ make: (String) -> ReportMessage) -> Growth {
            Growth.ofEightfold(from: 1_000, bytes: \.bytes, { make(String(repeating: part, count: $0)) }) {
                _ = try? $0.content(received: ExampleCounty.monday, ExampleCounty.directory)
            }
        }
        let consultation = growth { text in .consultation(.with { $0.question = text }) }
        let concern = growth { text in
            .concern(
                .with {
                    ($0.personalNumber, $0.name, $0.municipality, $0.stage) = (text, text, text, text)
                    ($0.observation, $0.strengths, $0.areas) = (text, [text], [text])
                    $0.reporter = .with { ($0.name, $0.email, $0.organisation) = (text, text, text) }
                    $0.guardians = [.with { ($0.name, $0.personalNumber, $0.email) = (text, text, text) }]
                })
        }
        #expect(consultation.isBounded && concern.isBounded, "\(consultation), \(concern)")
    }
}

extension ReportMessage {
    fileprivate var bytes: Int {
        switch self {
        case .concern(let message): (try? message.wireBytes().count) ?? 0
        case .consultation(let message): (try? message.wireBytes().count) ?? 0
        }
    }
}
