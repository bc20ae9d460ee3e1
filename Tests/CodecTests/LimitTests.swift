import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Everything has a largest size")
struct LimitTests {
    private static func event(
        _ payload: some EventPayload, id: String = "r1", source: String = "urn:school", subject: String? = nil
    ) throws -> Event {
        try Event(id: id, source: source, time: ExampleCounty.monday, subject: subject, payload)
    }

    private static func json(_ text: String) -> Event {
        Event(
            id: "r1", source: "urn:school", type: ConcernReported.eventType, time: ExampleCounty.monday,
            content: .json, data: Array(text.utf8))
    }

    private static func faults(_ event: Event) -> [Fault] {
        do throws(Refusal) {
            _ = try event.message(as: ConcernReported.self)
            return []
        } catch { return error.faults }
    }

    @Test("no event can be larger than 250 000 bytes, but for those that are named here")
    func sum() {
        let exceptions = [
            // The whole of a county, written by its own operator.
            CountyDirectory.eventType,
            // What gathers in it has no words, and each of the hundred counts here as if it had.
            AddToDigest.eventType,
        ]
        for event in EventRegistry.all where !exceptions.contains(event.eventType) {
            #expect(event.largestBytes <= 250_000, "\(event.eventType)")
        }
    }

    @Test("a message within its limits is at most as large as the contract says")
    func largest() throws {
        let text = String(repeating: "å", count: 10_000)
        let message = ConcernReported.with {
            $0.observation = text
            $0.strengths = Array(repeating: text, count: 10)
            $0.guardians = Array(repeating: .with { $0.name = String(repeating: "a", count: 200) }, count: 20)
        }
        #expect(message.excesses.isEmpty)
        #expect(try message.wireBytes().count <= ConcernReported.largestBytes)
        #expect(Self.faults(try Self.event(message)).isEmpty)
    }

    @Test("each text and list that is too large is named by path, with its limit, all at once")
    func named() throws {
        let faults = Self.faults(
            try Self.event(
                ConcernReported.with {
                    $0.observation = String(repeating: "a", count: 20_001)
                    $0.areas = Array(repeating: "mood", count: 21)
                    $0.strengths = ["", String(repeating: "å", count: 10_001)]
                    $0.reporter.name = String(repeating: "a", count: 201)
                    $0.guardians = [Guardian(), .with { $0.phone = String(repeating: "1", count: 65) }]
                }))
        #expect(
            faults.map { "\($0.path) \($0.code.rawValue)" } == [
                "areas list.long", "observation text.long", "strengths[1] text.long", "reporter.name text.long",
                "guardians[1].phone text.long",
            ])
        #expect(faults.first?.english == "At most 20 elements.")
        #expect(faults.last?.swedish == "Texten får vara högst 64 byte lång.")
    }

    @Test("a whole that is too large is refused before it is decoded, also where no field of ours is")
    func whole() throws {
        let unknown = Bytes([0xFA, 0x7F]) + [0x80, 0x80, 0x10] + Bytes(repeating: 0, count: 262_144)
        var event = try Self.event(ConcernReported())
        event.data = unknown
        #expect(Self.faults(event).map(\.code) == [.messageLong])
        let spaces = String(repeating: " ", count: 2_000_000)
        #expect(Self.faults(Self.json("{\(spaces)")).map(\.code) == [.messageLong])
    }

    @Test("thirty thousand faults are told as the first twenty and how many more there are")
    func told() {
        let faults = (0..<30_000).map { Fault(.areaUnknown, at: "areas[\($0)]") }
        let refused = CommandRefused(id: "c", type: "t", case: "", faults)
        #expect(refused.reasons.count == 21 && refused.excesses.isEmpty)
        #expect(refused.reasons.last?.english.contains("29980") == true)
        #expect(Array(faults.prefix(20)).told.count == 20)
    }

    @Test("an id, source or subject that holds a personal number is refused by the attribute's name")
    func ids() throws {
        let number = "20140315-2380"
        let event = try Self.event(ExampleCounty.report, id: number, source: "urn:\(number)", subject: number)
        let faults = Self.faults(event)
        #expect(faults.map(\.path) == ["ce_id", "ce_source", "ce_subject"])
        #expect(faults.allSatisfy { $0.code == .idPersonalNumber && !"\($0)".contains("2380") })
    }

    @Test(
        "reading what an outsider sends costs no more than in proportion to it, and little for each kB",
        arguments: [
            (#"{"areas":["#, #""mood","#, #""mood"]}"#), (#"{"areas":["#, "7,", "7]}"),
            (#"{"guardians":["#, "{},", "{}]}"), (#"{"guardians":["#, #"{"phone":[]},"#, "{}]}"),
            (#"{"observation":""#, "a", #""}"#), (#"{"observation":""#, #"\u00e5"#, #""}"#),
            ("{", #""x":1,"#, #""y":1}"#),
            ("", "[", ""), ("", #"{"reporter":"#, ""), (#"{"strengths":["#, #""","#, "3]}"),
        ])
    func linear(start: String, part: String, end: String) {
        let growth = Growth.ofEightfold(
            from: 1_000, bytes: { $0.data.count }, { Self.json(start + String(repeating: part, count: $0) + end) }
        ) { _ = Self.faults($0) }
        #expect(growth.isBounded, "\(growth)")
    }
}
