import CloudEvents
import Codec
import Foundation
import Testing

@Suite("CloudEvents over HTTP")
struct HTTPBindingTests {
    let received = Date(timeIntervalSince1970: 1_795_420_800)
    static let attributes = ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "urn:a", "ce-type": "t"]

    private func event(_ mode: Event.HTTPMode, _ fields: [String: String], _ body: String = "{}") throws -> Event {
        try Event(
            mode, fields: fields.map { (name: $0.key, value: $0.value) }, body: Bytes(body.utf8), received: received)
    }

    @Test(
        "the media type says how the event is carried; its parameters and letter case do not matter",
        arguments: [
            ("application/json", Event.HTTPMode.binary(.json)), ("application/protobuf", .binary(.protobuf)),
            ("Application/JSON ; charset=utf-8", .binary(.json)), ("application/cloudevents+json", .structured),
            ("application/cloudevents+json; charset=utf-8", .structured), ("text/plain", nil), ("", nil),
            ("application/cloudevents-batch+json", nil),
        ])
    func media(contentType: String, mode: Event.HTTPMode?) {
        #expect(Event.HTTPMode(contentType: contentType) == mode)
    }

    @Test("a message without a media type carries no event")
    func noMedia() { #expect(Event.HTTPMode(contentType: nil) == nil) }

    @Test("binary mode: header fields are attributes whatever their letter case, and the body is the payload")
    func binary() throws {
        var fields = Self.attributes
        fields["ce-id"] = nil
        fields["CE-Id"] = "7"
        fields["Traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        fields["Content-Type"] = "text/html"
        fields["Authorization"] = "Bearer x"
        let event = try event(.binary(.json), fields, #"{"a": 1}"#)
        #expect((event.id, event.source, event.type, event.time) == ("7", "urn:a", "t", received))
        #expect(event.traceparent == fields["Traceparent"] && event.content == .json)
        #expect(event.data == Bytes(#"{"a": 1}"#.utf8))
    }

    @Test(
        "attributes are percent-decoded once (§3.1.3.2); what is not percent-encoded stays as it is",
        arguments: [("r%201", "r 1"), ("Sk%C3%B6ldpadda", "Sköldpadda"), ("r%2520", "r%20"), ("100%", "100%")])
    func percent(value: String, id: String) throws {
        var fields = Self.attributes
        fields["ce-id"] = value
        #expect(try event(.binary(.json), fields).id == id)
    }

    @Test("structured mode: the body is the whole event, and header fields named ce- say nothing")
    func structured() throws {
        let body = #"{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": {"a": 1}}"#
        let event = try event(.structured, ["ce-id": "other"], body)
        #expect((event.id, event.source, event.type) == ("1", "s", "t"))
        #expect(event.content == .json && event.data == Bytes(#"{"a":1}"#.utf8))
    }

    @Test("what is missing is named", arguments: ["specversion", "id", "source", "type"])
    func missing(attribute: String) {
        var fields = Self.attributes
        fields["ce-\(attribute)"] = nil
        let error = #expect(throws: Undecodable.self) { try event(.binary(.json), fields) }
        #expect(error?.path == "ce_\(attribute)")
    }
}
