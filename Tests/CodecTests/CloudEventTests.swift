import CloudEvents
import Codec
import Foundation
import SwiftProtobuf
import Testing

@Suite("CloudEvents over Kafka")
struct CloudEventTests {
    let received = Date(timeIntervalSince1970: 1_795_420_800)

    private func headers(_ pairs: KeyValuePairs<String, String>) -> [(name: String, value: Bytes)] {
        pairs.map { (name: $0.key, value: Bytes($0.value.utf8)) }
    }

    @Test("what is written in binary mode is read as the same event")
    func roundTrip() throws {
        let event = try Event(
            id: "1", source: "urn:a", time: received, subject: "SRM-1", cause: "0", correlation: "0",
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            MappingOverdue.with { $0.caseReference = "SRM-1" })
        #expect(try Event(headers: event.headers, value: event.data, received: .distantPast) == event)
    }

    @Test(
        "when an event was first received goes with it; what is no such time says nothing, and keeps nobody from reading it"
    )
    func firstReceived() throws {
        var event = Event(id: "1", source: "urn:a", type: "t", time: received, data: [])
        event.received = received - 3_600
        #expect(try Event(headers: event.headers, value: [], received: received) == event)
        let forged = event.headers.map { ($0.name, $0.name == "ce_received" ? Bytes("yesterday".utf8) : $0.value) }
        #expect(try Event(headers: forged, value: [], received: received).received == nil)
        let text =
            #"{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "received": "2026-11-23T08:00:00.000Z"}"#
        let structured = try? Event(
            headers: headers(["content-type": "application/cloudevents+json"]),
            value: Bytes(text.replacing("}", with: #", "data": {}}"#).utf8), received: received)
        #expect(structured != nil && structured?.received == nil, "services alone say it, in binary mode")
    }

    @Test("JSON in binary mode is read as the message, with or without a charset")
    func json() throws {
        let value = Bytes(#"{"caseReference": "SRM-1", "by": "x"}"#.utf8)
        for type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
            let event = try Event(
                headers: headers([
                    "ce_specversion": "1.0", "ce_id": "1", "ce_source": "s", "ce_type": RecordAnswers.eventType,
                    "content-type": type,
                ]),
                value: value, received: received)
            #expect(try event.decode(RecordAnswers.self).caseReference == "SRM-1")
            #expect(event.time == received)
        }
    }

    @Test("an attribute that is passed on has a largest size", arguments: ["ce_id", "ce_subject", "traceparent"])
    func long(name: String) throws {
        var headers = headers(["ce_specversion": "1.0", "ce_source": "s", "ce_type": "t", "ce_id": "1"])
        headers.append((name, Bytes(repeating: 97, count: 257)))
        let error = #expect(throws: Undecodable.self) {
            try Event(headers: headers, value: [], received: received)
        }
        #expect(error?.path == name && error?.reason == "longer than 256 bytes")
    }

    @Test("structured mode is read, with data as JSON or as base64 protobuf")
    func structured() throws {
        let payload = try MappingOverdue.with { $0.caseReference = "SRM-1" }.wireBytes()
        for data in [
            #""data": {"caseReference": "SRM-1"}"#, #""data_base64": "\#(Data(payload).base64EncodedString())""#,
        ] {
            let text =
                #"{"specversion": "1.0", "id": "1", "source": "s", "type": "\#(MappingOverdue.eventType)", "time": "2026-11-23T08:00:00+00:00", \#(data)}"#
            let event = try Event(
                headers: headers(["content-type": "application/cloudevents+json"]), value: Bytes(text.utf8),
                received: .distantPast)
            #expect(try event.decode(MappingOverdue.self).caseReference == "SRM-1")
            #expect(event.time == received)
        }
    }

    @Test(
        "what is missing or malformed is named, by header or member",
        arguments: [
            (["ce_id": "1", "ce_source": "s", "ce_type": "t"], "ce_specversion"),
            (["ce_specversion": "1.0", "ce_source": "s", "ce_type": "t"], "ce_id"),
            (["ce_specversion": "1.0", "ce_id": "", "ce_source": "s", "ce_type": "t"], "ce_id"),
            (["ce_specversion": "1.0", "ce_id": "1", "ce_type": "t"], "ce_source"),
            (["ce_specversion": "1.0", "ce_id": "1", "ce_source": "s"], "ce_type"),
            (
                ["ce_specversion": "1.0", "ce_id": "1", "ce_source": "s", "ce_type": "t", "ce_time": "yesterday"],
                "ce_time"
            ),
            (
                ["ce_specversion": "1.0", "ce_id": "1", "ce_source": "s", "ce_type": "t", "content-type": "text/html"],
                "content-type"
            ),
            (["content-type": "application/cloudevents+json"], ""),
        ])
    func missing(pairs: [String: String], path: String) {
        let error = #expect(throws: Undecodable.self) {
            try Event(
                headers: pairs.map { (name: $0.key, value: Bytes($0.value.utf8)) }, value: Bytes("[]".utf8),
                received: received)
        }
        #expect(error?.path == path)
    }

    @Test("a tombstone is not an event, and an empty value is")
    func tombstone() throws {
        let event = try Event(id: "1", source: "s", time: received, MappingOverdue())
        #expect(event.data.isEmpty)
        #expect(throws: Undecodable.self) { try Event(headers: event.headers, value: nil, received: received) }
        #expect(try Event(headers: event.headers, value: [], received: received) == event)
    }

    @Test("an unknown field in JSON is an error that does not repeat its value")
    func unknownField() throws {
        let event = Event(
            id: "1", source: "s", type: ConcernReported.eventType, time: received, content: .json,
            data: Bytes(#"{"diagnos": "hemlig"}"#.utf8))
        let error = #expect(throws: Undecodable.self) { try event.decode(ConcernReported.self) }
        #expect(error?.description.contains("hemlig") == false)
        #expect(error?.path == "" && error?.mistake == .unknownField)
    }

    @Test(
        "times are written in UTC with milliseconds, over any day",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (1_795_420_800.5, "2026-11-23T08:00:00.500Z"),
            (951_827_696.25, "2000-02-29T12:34:56.250Z"),
            (-1.0, "1969-12-31T23:59:59.000Z"), (4_102_444_799.999, "2099-12-31T23:59:59.999Z"),
        ])
    func timestamps(seconds: Double, text: String) {
        #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == text)
        #expect(Timestamp.date(text).map { abs($0.timeIntervalSince1970 - seconds) < 0.001 } == true)
    }
}
