import CloudEvents
import Codec
import Domain
import Foundation
import MappingCore
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rule 13: whatever a case is filled with, a refusal or withdrawal has room")
struct FullCaseTests {
    typealias Tester = MappingTester

    private static func words(_ bytes: Int) -> String { String(repeating: "å", count: bytes / 2) }

    private static func correction(_ number: Int, of information: String) -> Codec.CorrectInformation {
        .with {
            ($0.caseReference, $0.by, $0.information) = (Tester.reference, Tester.owner, information)
            ($0.area, $0.kind) = ("safety", "need")
            ($0.text, $0.reason) = (words(10_000), words(4_000))
        }
    }

    private static func addition(_ source: String, _ bytes: Int) -> Codec.AddInformation {
        .with {
            ($0.caseReference, $0.by, $0.text) = (Tester.reference, Tester.owner, words(bytes))
            ($0.source, $0.area, $0.kind) = (source, "relationships", "need")
        }
    }

    /// Everything in the mapping that can be filled is full.
    private static func filled() throws -> Tester {
        var tester = Tester()
        let guardians = (1...25).map { "g\($0)" + String(repeating: "x", count: 110) }
        for _ in 0..<5 {
            try tester.concern {
                $0.areas = WheelArea.allCases.map(\.rawValue)
                ($0.observation, $0.strengths) = (words(20_000), Array(repeating: words(20_000), count: 10))
                $0.guardians = Array(guardians.prefix(20))
            }
        }
        try tester.concern { $0.guardians = Array(guardians.suffix(20)) }
        for source in InformationSource.allCases.map(\.rawValue) {
            for bytes in [10_000, 10] {
                for _ in 0..<1_000 {
                    let refused = tester.codes.count
                    try tester.send(addition(source, bytes))
                    if tester.codes.count > refused { break }
                }
            }
        }
        let own = try #require(tester.state.information.last?.id)
        for number in 0..<3 { try tester.send(correction(number, of: own)) }
        try tester.send(
            Codec.RecordAnswers.with {
                ($0.caseReference, $0.by) = (Tester.reference, Tester.owner)
                $0.answers = (1...5).map { number in .with { ($0.question, $0.text) = (number, words(10_000)) } }
            })
        try tester.send(
            RecordMaturity.with {
                ($0.caseReference, $0.by, $0.reason) = (Tester.reference, Tester.owner, words(4_000))
            })
        return tester
    }

    @Test("what would make a case too large is refused, with a reason; the record stays under a million bytes")
    func full() throws {
        let tester = try Self.filled()
        #expect(Set(tester.codes) == ["case.full"])
        #expect(tester.facts(CommandRefused.self).allSatisfy { $0.reasons.first?.path == "text" })
        #expect(try tester.state.wireBytes().count < 700_000)
        let largest = tester.tester.published.map(\.event.data.count).max()
        #expect(try #require(largest) < 250_000)
    }

    @Test("rule 7: the first words of each source have room in a full case, so that it can be concluded")
    func firstWords() throws {
        let state = try Self.filled().state
        #expect(Set(state.information.map(\.source)) == Set(InformationSource.allCases.map(\.rawValue)))
    }

    @Test("rule 6: a concern about a child whose case is full joins it; its words are read in the concern itself")
    func concerns() throws {
        let tester = try Self.filled()
        #expect(tester.facts(ConcernJoined.self).count == 5)
        let elsewhere = tester.state.information.filter { $0.text.contains("rapporterade oron") }
        #expect(Set(elsewhere.map(\.areas)).count == elsewhere.count, "each only once")
    }

    @Test("rule 1: what somebody saw is one text, however many areas it names: 20 kB in all seven take 20 kB of a case")
    func oneText() throws {
        var tester = Tester()
        for number in 1...10 {
            try tester.concern {
                ($0.areas, $0.observation) = (WheelArea.allCases.map(\.rawValue), Self.words(20_000))
            }
            #expect(tester.state.information.count == number)
            #expect(try tester.state.wireBytes().count < number * 20_500 + 2_000)
        }
        #expect(tester.state.information.allSatisfy { $0.text.utf8.count == 20_000 && $0.areas.count == 7 })
    }

    @Test("rule 11: a concern whose words have no room still says which areas nobody has named before")
    func newAreas() throws {
        var tester = Tester()
        for _ in 0..<13 {
            try tester.concern { ($0.areas, $0.observation) = (["safety"], Self.words(20_000)) }
        }
        try tester.concern { ($0.areas, $0.observation) = (["safety", "health"], Self.words(20_000)) }
        try tester.concern { ($0.areas, $0.observation) = (["health"], Self.words(20_000)) }
        let last = try #require(tester.state.information.last)
        #expect(last.areas == ["health"] && last.text.contains("rapporterade oron"))
        #expect(tester.state.information.count { $0.areas.contains("health") } == 1)
    }

    @Test("rule 13: a withdrawal goes through in a full case, and the cooperation ends", arguments: ["g3", "others"])
    func withdrawal(giver: String) throws {
        var tester = try Self.filled()
        let guardians = tester.state.guardians.map(\.key)
        #expect(guardians.count == 20 && tester.state.moreGuardians)
        for stranger in 1...12 { try tester.send(Tester.consent("stranger-\(stranger)", "refused")) }
        for giver in tester.status.objections { try tester.endObjection(giver) }
        for giver in guardians + ["youth", "others"] {
            try tester.send(Tester.consent(giver) { $0.form = String(repeating: "f", count: 200) })
        }
        try tester.conclude()
        #expect(tester.phase == .cooperation && tester.facts(CallMeeting.self).count == 1)
        try tester.send(
            Tester.consent(guardians.first { $0.hasPrefix(giver) } ?? giver, "withdrawn") {
                $0.form = String(repeating: "f", count: 200)
            })
        #expect(tester.phase == .awaitingConsent && tester.facts(CancelMeeting.self).count == 1)
        #expect(try tester.state.wireBytes().count < 800_000)
        #expect(tester.tester.published.allSatisfy { $0.event.data.count < 250_000 })
    }

    @Test("rule 13: the refusals of any number of unknown givers take bounded room, count, and are shown to the owner")
    func strangers() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        for stranger in 1...100 { try tester.send(Tester.consent("stranger-\(stranger)", "refused")) }
        #expect(tester.codes.isEmpty && tester.facts(CancelMeeting.self).count == 1)
        #expect(tester.state.consents.count == 10)
        #expect(tester.status.objections.contains("others") && tester.status.objections.count == 9)
        #expect(tester.facts(ConsentRecorded.self).last?.consent.giver == "others")
        // The owner finds out who they are, and ends what is nobody's to say.
        for giver in tester.status.objections { try tester.endObjection(giver) }
        #expect(tester.phase == .cooperation && tester.status.awaited.isEmpty)
        // One more who says no stops it again.
        try tester.send(Tester.consent("yet-another", "withdrawn"))
        #expect(tester.phase == .awaitingConsent && tester.status.objections == ["yet-another"])
        #expect(tester.facts(CooperationWaiting.self).last?.reasons.map(\.code) == ["consent.objection"])
    }

    @Test("rule 12: guardians for whom a case has no room are awaited too; without them nobody can consent for them")
    func manyGuardians() throws {
        var tester = try Tester.ready { $0.guardians = (1...21).map { "g\($0)" } }
        for giver in 1...20 { try tester.send(Tester.consent("g\(giver)")) }
        try tester.conclude()
        #expect(tester.status.awaited == ["others"])
        try tester.send(Tester.consent("others"))
        #expect(tester.facts(CallMeeting.self).count == 1)
        try tester.concern { $0.guardians = ["g22"] }
        #expect(tester.status.awaited == ["others"], "it may be somebody else")
    }

    @Test("rule 13: nobody consents for others where there are none")
    func noOthers() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("others"))
        #expect(tester.codes == ["consent.giver"])
    }

    @Test(
        "rule 13: a withdrawal is stopped neither by a text that is too large, nor by an id that is no id",
        arguments: ["form", "giver", "organisations", "id", "key"])
    func unstoppable(what: String) throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        let long = String(repeating: "x", count: 5_000)
        let command = Tester.consent("g1", "withdrawn") {
            switch what {
            case "form": $0.form = long
            case "giver": $0.giver = long
            case "organisations": $0.organisations = Array(repeating: long, count: 5)
            default: break
            }
        }
        let event = try Event(
            id: what == "id" ? "20140315-2380" : "c", source: "s", time: tester.tester.now, command)
        try tester.tester.process(
            event, key: what == "key" ? "elsewhere" : Tester.reference, topic: Topic.mappingCommands.rawValue)
        #expect(tester.codes.isEmpty && tester.phase == .awaitingConsent)
        #expect(
            (what == "giver" ? tester.status.objections : tester.status.awaited) == [what == "giver" ? "others" : "g1"])
        #expect(
            (tester.tester.published + tester.tester.forwarded).allSatisfy {
                !"\($0.event.headers.map { String(decoding: $0.value, as: UTF8.self) })".contains("2380")
            })
    }
}
