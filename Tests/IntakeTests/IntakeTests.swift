import CloudEvents
import Codec
import Domain
import Foundation
import ServiceKit
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

@Suite("Upptäcka: every report is registered or refused with reasons")
struct IntakeTests {
    @Test("rule 1: a report that holds is registered with its named person, with areas, words and strengths")
    func registered() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report.with { $0.strengths = ["Har en god vän"] }, id: "r1", source: "urn:school")
        let receipt = try #require(tester.receipts.first)
        let concern = try #require(tester.concerns.first)
        #expect((receipt.reportID, receipt.reportSource, receipt.registered.unit) == ("r1", "urn:school", "school"))
        #expect(!receipt.registered.fallback && !receipt.registered.dutyToReport)
        #expect((concern.namedPerson, concern.strengths) == ("head-school", ["Har en god vän"]))
        #expect(concern.caseReference == receipt.registered.caseReference)
        #expect(tester.published.first { $0.topic == "concerns" }?.key == concern.caseReference)
        #expect(tester.published.first { $0.topic == "concern-receipts" }?.key == "urn:school")
        #expect(concern.guardians.count == 1)
        #expect((concern.youthConsentFrom, concern.adultFrom) == ("2029-03-15", "2032-03-15"))
    }

    @Test("rule 1: a report without an area, or with a word that is none, is refused", arguments: [[], ["mood"]])
    func areas(words: [String]) throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report.with { $0.areas = words })
        #expect(tester.codes == [words.isEmpty ? "areas.missing" : "areas.unknown"])
        #expect(tester.concerns.isEmpty)
    }

    @Test("rule 3: the receipt says at once that harm must be reported, whatever else is known")
    func harm() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        try tester.send(ExampleCounty.report.with { $0.harmSuspected = true })
        #expect(tester.receipts.map(\.registered.dutyToReport) == [false, true])
        #expect(tester.concerns.map(\.harmSuspected) == [false, true])
    }

    @Test(
        "rule 4: a child is under 18 at the time of the observation, to the day",
        arguments: [("2032-03-14T12:00:00Z", true), ("2032-03-15T12:00:00Z", false)])
    func adult(observed: String, isChild: Bool) throws {
        var tester = try IntakeTester(now: try Date("2032-03-16T12:00:00Z", strategy: .iso8601))
        let report = ExampleCounty.report.with {
            if let date = Timestamp.date(observed) { $0.observedAt = .init(date) }
        }
        try tester.send(report)
        let receipt = try #require(tester.receipts.first)
        #expect((receipt.registered.caseReference != "") == isChild)
        if !isChild { #expect(tester.codes == ["child.adult"]) }
    }

    @Test(
        "rule 4: everything that is wrong is said at once, by path, in two languages, without repeating what was sent")
    func refused() throws {
        var tester = try IntakeTester()
        try tester.send(
            ConcernReported.with {
                ($0.personalNumber, $0.municipality, $0.areas, $0.observation, $0.stage) = (
                    "20140315-2381", "9999", ["mood"], "  ", "retired"
                )
            })
        let reasons = try #require(tester.receipts.first?.refused.reasons)
        #expect(
            Set(reasons.map(\.code)) == [
                "personal_number.checksum", "municipality.unknown", "areas.unknown", "observation.missing",
                "reporter.email", "reporter.organisation", "stage.unknown",
            ])
        #expect(reasons.first { $0.code == "areas.unknown" }?.path == "areas[0]")
        #expect(reasons.allSatisfy { !$0.swedish.isEmpty && !$0.english.isEmpty && !"\($0)".contains("2381") })
        #expect(tester.concerns.isEmpty)
    }

    @Test("rule 4: a report that comes again is answered as the first time, for 30 days, as JSON and as protobuf")
    func again() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report, id: "r1", source: "s")
        let json = try Bytes(ExampleCounty.report.jsonUTF8Data())
        try tester.send(
            Event(
                id: "r1", source: "s", type: ConcernReported.eventType, time: tester.now, content: .json, data: json))
        #expect(tester.concerns.count == 1)
        #expect(tester.receipts.map(\.repeated) == [false, true])
        #expect(tester.receipts[0].registered == tester.receipts[1].registered)
        try tester.advance(to: ExampleCounty.monday + 31 * 24 * 3_600)
        try tester.send(ExampleCounty.report, id: "r1", source: "s")
        #expect(tester.concerns.count == 2)
    }

    @Test("another report under a taken id is refused as that; where it speaks of harm, a person gets it (rule 3)")
    func idReused() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report, id: "r1", source: "s")
        for isHarmSuspected in [false, true] {
            let other = ExampleCounty.report.with {
                ($0.observation, $0.harmSuspected) = ("Någonting annat.", isHarmSuspected)
            }
            try tester.send(other, id: "r1", source: "s")
        }
        #expect(tester.codes == ["report.id_reused", "report.id_reused"] && tester.concerns.count == 1)
        let setAside = tester.published(ConcernSetAside.self)
        #expect(setAside.map(\.observation) == ["Någonting annat."] && setAside.map(\.namedPerson) == ["head-school"])
        #expect(setAside.first?.caseReference == tester.concerns.first?.caseReference)
    }

    @Test(
        "a receipt is written as its sender writes: JSON for JSON, protobuf for protobuf",
        arguments: [
            (Event.Content.json, "{\"areas\": []}"), (.json, "{"), (.protobuf, "\u{0}"), (.json, "whole"),
            (.protobuf, "whole"),
        ])
    func format(content: Event.Content, text: String) throws {
        var tester = try IntakeTester()
        var data = Bytes(text.utf8)
        if text == "whole" {
            data =
                content == .json ? try Bytes(ExampleCounty.report.jsonUTF8Data()) : try ExampleCounty.report.wireBytes()
        }
        try tester.send(
            Event(
                id: "r", source: "s", type: ConcernReported.eventType, time: tester.now, content: content, data: data))
        let receipt = try #require(tester.published.last { $0.topic == Topic.concernReceipts.rawValue })
        #expect(receipt.event.content == content && tester.receipts.count == 1)
        #expect((tester.receipts[0].registered.caseReference != "") == (text == "whole"))
    }

    @Test("a publisher that the directory names finds its receipts, and nobody else's, on a topic of its own")
    func ownTopic() throws {
        let directory = try ExampleCounty.changed { county in
            county.publishers = [.with { ($0.source, $0.receipts) = ("urn:school", "my-school") }]
        }
        var tester = try IntakeTester(directory)
        try tester.send(ExampleCounty.report, id: "r1", source: "urn:school")
        try tester.send(ExampleCounty.report, id: "r1", source: "urn:clinic")
        try tester.send(ExampleCounty.report.with { $0.areas = [] }, id: "r2", source: "urn:school")
        let own = try tester.published.filter { $0.topic == "concern-receipts.my-school" }
            .map { try $0.event.decode(ConcernReceipt.self) }
        #expect(own.map(\.reportSource) == ["urn:school", "urn:school"] && own.map(\.reportID) == ["r1", "r2"])
        // The suite's own topic has all of them.
        #expect(tester.published.filter { $0.topic == "concern-receipts" }.count == 3)
    }

    @Test("a record that is read twice, since the broker shows aborted records, is answered once")
    func readTwice() throws {
        var tester = try IntakeTester()
        let event = try Event(id: "r1", source: "s", time: tester.now, ExampleCounty.report)
        for _ in 0..<2 { try tester.send(event, offset: 7) }
        #expect(tester.receipts.count == 1 && tester.concerns.count == 1)
    }

    @Test(
        "rule 4: a payload that cannot be read is refused with everything that is wrong, and where",
        arguments: [
            (
                #"{"areas": 3, "reporter": {"email": 1, "rolle": "x"}, "guardians": [{}, {"phone": []}]}"#,
                ["/areas", "/guardians/1/phone", "/reporter/email", "/reporter/rolle"]
            ),
            ("{", [""]), (#"{"20140315-2380": 1}"#, [""]), ("", [""]),
        ])
    func unreadable(text: String, paths: [String]) throws {
        var tester = try IntakeTester()
        try tester.send(
            Event(
                id: "r", source: "s", type: ConcernReported.eventType, time: tester.now, content: .json,
                data: Array(text.utf8)))
        let reasons = try #require(tester.receipts.first?.refused.reasons)
        #expect(reasons.map(\.path) == paths)
        #expect(reasons.allSatisfy { $0.code == "undecodable" })
    }

    @Test("rule 4: an event of another type is refused, and an internal one from outside registers nothing")
    func foreign() throws {
        var tester = try IntakeTester()
        let accepted = ReportAccepted.with { ($0.reportID, $0.report) = ("x", ExampleCounty.report) }
        try tester.send(accepted, id: "x")
        #expect(tester.codes == ["type.unknown"] && tester.concerns.isEmpty)
    }

    @Test("rule 4: a report that is read again when its child has got a key has the same receipt and the same concern")
    func keyed() throws {
        let keys = try KeyEncryptionKeys("1 \(Data(repeating: 1, count: 32).base64EncodedString())\n")
        var tester = try IntakeTester(sealing: .suite(keys))
        tester.readsOwnOutputTwice = true
        try tester.send(ExampleCounty.report)
        for type in [ConcernReceipt.eventType, ConcernRegistered.eventType, DataKey.eventType] {
            let ids = tester.published.filter { $0.event.type == type }.map(\.event.id)
            #expect(Set(ids).count == 1, "\(type): \(ids)")
        }
        let types = Dictionary(grouping: tester.published.map(\.event), by: \.id).mapValues { Set($0.map(\.type)) }
        #expect(types.values.allSatisfy { $0.count == 1 }, "no two events share an id")
    }

    @Test("rule 22: a child with protected identity stays protected, also where a later report does not say so")
    func protected() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report.with { $0.protectedIdentity = true })
        try tester.send(ExampleCounty.report)
        #expect(tester.concerns.map(\.protectedIdentity) == [true, true])
    }

    @Test("rule 22: no subject, key or receipt says who the child is")
    func secrecy() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        for output in tester.published {
            let visible = "\(output.key) \(output.event.headers.map { String(decoding: $0.value, as: UTF8.self) })"
            #expect(!visible.contains("20140315") && !visible.contains("Alva") && !visible.contains("Vera"))
        }
        let receipts = tester.published.filter { $0.topic == Topic.concernReceipts.rawValue }
        #expect(receipts.allSatisfy { !String(decoding: $0.event.data, as: UTF8.self).contains("2014") })
    }

    @Test(
        "the same concern from two systems, within the county's hours and with an area in common, is linked and kept",
        arguments: [
            ("urn:clinic", 47.0, ["home"], true), ("urn:clinic", 49, ["home"], false),
            ("urn:clinic", 1, ["learning"], false), ("urn:school", 1, ["home"], false),
        ])
    func linked(source: String, hours: Double, areas: [String], isLinked: Bool) throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report, source: "urn:school")
        tester.now += hours * 3_600
        try tester.send(ExampleCounty.report.with { $0.areas = areas }, source: source)
        #expect(tester.concerns.count == 2)
        #expect(tester.concerns[1].linkedTo == (isLinked ? tester.concerns[0].concern : ""))
        // No source learns that another has reported.
        #expect(tester.receipts.allSatisfy { $0.registered.linkedTo.isEmpty })
    }

    @Test("a guardian is known again by number, or by name and address; never two people as one (rule 12)")
    func guardians() throws {
        var tester = try IntakeTester()
        func guardian(_ name: String, _ email: String = "", _ number: String = "") -> Guardian {
            .with { ($0.name, $0.email, $0.personalNumber) = (name, email, number) }
        }
        let reported: [[Guardian]] = [
            [guardian("Vera Exempel", "vera@example.org"), guardian("Kim Exempel")],
            [
                guardian("Vera Exempel", "vera@example.org", "19850101-2384"),
                guardian("Kim Exempel", "kim@example.org"),
            ],
            [guardian("V. Exempel", "", "850101-2384")],
            // One address for both parents, and a namesake, are other people.
            [guardian("Kim Exempel", "vera@example.org"), guardian("Kim Exempel")],
        ]
        for guardians in reported { try tester.send(ExampleCounty.report.with { $0.guardians = guardians }) }
        let keys = tester.concerns.map(\.guardians)
        #expect(keys[1] == keys[0])
        #expect(keys[2] == [keys[0][0]])
        #expect(!keys[3].contains(keys[0][0]) && Set(keys[3]).count == 2)
    }
}

@Suite("Rule 5: an anonymous consultation has no identity, and nothing from which one follows")
struct ConsultationTests {
    private func question(_ text: String) -> ConsultationRequested {
        .with {
            ($0.municipality, $0.areas, $0.question) = ("0001", ["learning"], text)
            $0.reporter = ExampleCounty.report.reporter
        }
    }

    @Test("a question is registered under a reference of its own, and under no child")
    func registered() throws {
        var tester = try IntakeTester()
        try tester.send(question("Hur stödjer vi ett barn som inte vill gå in i klassrummet?"), id: "q1")
        let reference = try #require(tester.receipts.first).consultation.reference
        #expect(reference.hasPrefix("TST-Q-"))
        let fact = try #require(tester.published.first { $0.topic == Topic.concerns.rawValue })
        #expect(fact.key == reference && tester.concerns.isEmpty)
        #expect(!tester.published.contains { $0.topic == Topic.children.rawValue })
    }

    @Test(
        "text that holds a personal number, an e-mail address or a phone number is refused, however it is written",
        arguments: [
            ("Gäller 20140315-2380.", "personal_number"), ("Gäller 140315-2380", "personal_number"),
            ("Gäller 2014 03 15 - 2380", "personal_number"), ("１４０３１５２３８０", "personal_number"),
            ("född 140375-2381 (samordning)", "personal_number"), ("201403152380", "personal_number"),
            ("Skriv till vera@example.org", "email"), ("vera＠example.org", "email"),
            ("Ring 070-123 45 67", "phone"), ("Ring +46 70 123 45 67", "phone"), ("0155-123456", "phone"),
        ])
    func identity(text: String, code: String) throws {
        var tester = try IntakeTester()
        try tester.send(question(text))
        #expect(tester.codes == ["consultation.\(code)"])
        // Nothing of the text is kept, not even on the repartition topic.
        #expect(tester.published.allSatisfy { !String(decoding: $0.event.data, as: UTF8.self).contains(text) })
        #expect(!tester.published.contains { $0.topic == Topic.concerns.rawValue })
    }

    @Test(
        "dates, years, class names and amounts are no identity",
        arguments: [
            "Sedan 2026-09-01 i årskurs 6B.", "Frånvaro 12 dagar av 20, 2025/2026.", "Kl. 08:15, sal 1024.", "§ 14",
        ])
    func innocent(text: String) throws {
        var tester = try IntakeTester()
        try tester.send(question(text))
        #expect(tester.codes.isEmpty)
    }

    @Test(
        "a field for an identity does not exist: JSON that has one is refused, and unknown protobuf is not carried on")
    func fields() throws {
        var tester = try IntakeTester()
        let json =
            #"{"municipality": "0001", "areas": ["learning"], "question": "?", "personalNumber": "20140315-2380"}"#
        try tester.send(
            Event(
                id: "q", source: "s", type: ConsultationRequested.eventType, time: tester.now, content: .json,
                data: Array(json.utf8)))
        #expect(tester.receipts.first?.refused.reasons.map(\.path) == ["/personalNumber"])
        let hidden = try question("Hur?").wireBytes() + [0xFA, 0x01, 3] + Array("Vem".utf8)  // field 31
        try tester.send(
            Event(id: "q2", source: "s", type: ConsultationRequested.eventType, time: tester.now, data: hidden))
        #expect(tester.receipts.last?.consultation.reference.isEmpty == false)
        #expect(tester.published.allSatisfy { !String(decoding: $0.event.data, as: UTF8.self).contains("Vem") })
    }
}
