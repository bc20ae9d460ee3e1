import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

/// One mistake of a newcomer, and the answer from which it can be mended.
struct Mistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "POST"
    var path = "/v1/concerns"
    /// Changes to the headers of a good request; nil leaves one out.
    var headers: [String: String?] = [:]
    /// The body, or what is changed in a good one.
    var body: Body = .report({ _ in })
    let status: Int
    /// Each fault as `code place`.
    let errors: [String]
    /// What the first fault says, in both languages.
    let says: (english: String, swedish: String)

    enum Body: Sendable {
        case report(@Sendable (inout [String: Any]) -> Void)
        case text(String)
        case size(Int)
    }

    init(
        _ name: String, method: String = "POST", path: String = "/v1/concerns", headers: [String: String?] = [:],
        body: Body = .report({ _ in }), _ status: Int, _ errors: [String], _ english: String, _ swedish: String
    ) {
        (testDescription, self.method, self.path, self.headers) = (name, method, path, headers)
        (self.body, self.status, self.errors, says) = (body, status, errors, (english, swedish))
    }

    func bytes() throws -> Bytes {
        switch body {
        case .text(let text): return Bytes(text.utf8)
        case .size(let count): return Bytes(repeating: 0x20, count: count)
        case .report(let change):
            var object = try #require(
                try JSONSerialization.jsonObject(with: Data(ExampleCounty.report.jsonUTF8Data())) as? [String: Any])
            change(&object)
            return Bytes(try JSONSerialization.data(withJSONObject: object))
        }
    }
}

@Suite("Each newcomer's mistake gets an answer from which it can be mended")
struct MistakesTests {
    private static let structured: [String: String?] = [
        "Content-Type": "application/cloudevents+json", "ce-id": nil, "ce-source": nil, "ce-type": nil,
        "ce-specversion": nil,
    ]

    private static let requests: [Mistake] = [
        .init(
            "no token", headers: ["Authorization": nil], 401, ["http.unauthorized "], "Authorization: Bearer", "nyckel"),
        .init(
            "a wrong token", headers: ["Authorization": "Bearer wrong"], 401, ["http.unauthorized "], "own token",
            "egen"),
        .init(
            "a token in another scheme", headers: ["Authorization": "Basic \(DoorTests.token)"], 401,
            ["http.unauthorized "], "Bearer", "Bearer"),
        .init(
            "the source of another", headers: ["ce-source": "urn:clinic"], 403, ["http.source_forbidden ce-source"],
            "another source than ce-source", "annan källa"),
        .init("PUT", method: "PUT", 405, ["http.method "], "with POST to /v1/concerns", "med POST"),
        .init("DELETE", method: "DELETE", path: "/v1/concerns/r1", 405, ["http.method "], "GET", "GET"),
        .init("a list of all reports", method: "GET", 405, ["http.method "], "/v1/concerns/{id}", "kvitton"),
        .init("a wrong path", path: "/concerns", 404, ["http.path "], "/v1/concerns", "Adressen finns inte"),
        .init("plain text", headers: ["Content-Type": "text/plain"], 415, media, "application/json", "ce-rubriker"),
        .init("no content type", headers: ["Content-Type": nil], 415, media, "application/json", "Skicka"),
        .init(
            "a batch", headers: ["Content-Type": "application/cloudevents-batch+json"], 415, media, "no batches",
            "En händelse i taget"),
        .init("too large", body: .size(70_000), 413, ["http.too_large "], "65536", "65536"),
        .init("no ce-id", headers: ["ce-id": nil], 422, ["undecodable ce-id"], "missing", "saknas"),
        .init(
            "no CloudEvents headers at all",
            headers: ["ce-id": nil, "ce-source": nil, "ce-type": nil, "ce-specversion": nil], 422,
            ["undecodable ce-specversion", "undecodable ce-id", "undecodable ce-source", "undecodable ce-type"],
            "missing", "saknas"),
        .init(
            "another version", headers: ["ce-specversion": "0.3"], 422, ["undecodable ce-specversion"], "expected 1.0",
            "ska vara 1.0"),
        .init("no real time", headers: ["ce-time": "yesterday"], 422, ["undecodable ce-time"], "RFC 3339", "RFC 3339"),
        .init(
            "an unknown type", headers: ["ce-type": "concern"], 422, ["type.unknown ce-type"],
            "se.tillsammans.concern.reported.v1", "se.tillsammans.concern.reported.v1"),
        .init("no body", body: .text(""), 422, ["undecodable "], "nothing was sent", "inget innehåll"),
        .init("not JSON at all", body: .text("Hej!"), 422, ["undecodable "], "not valid JSON", "inte giltig JSON"),
        .init(
            "a comma too many", body: .text(#"{"municipality": "0001",}"#), 422, ["undecodable "], "a comma too many",
            "ett komma för mycket"),
        .init(
            "half a report", body: .text(#"{"municipality": "00"#), 422, ["undecodable "], "not valid JSON",
            "citattecken"),
        .init(
            "a list of reports", body: .text("[{}]"), 422, ["undecodable "], "not a JSON object", "inte ett JSON-objekt"
        ),
        .init(
            "a number where text belongs", body: .report { $0["municipality"] = 1 }, 422, ["undecodable /municipality"],
            "expected a text, in quotation marks", "en text inom citattecken"),
        .init(
            "a text where a list belongs", body: .report { $0["areas"] = "safety" }, 422, ["undecodable /areas"],
            "expected a list", "en lista inom hakparenteser"),
        .init(
            "a text where an object belongs", body: .report { $0["reporter"] = "Mia" }, 422, ["undecodable /reporter"],
            "expected an object", "ett objekt"),
        .init(
            "yes where true belongs", body: .report { $0["harmSuspected"] = "yes" }, 422,
            ["undecodable /harmSuspected"],
            "true or false", "true eller false"),
        .init(
            "a field that does not exist", body: .report { $0["diagnosis"] = "x" }, 422, ["undecodable /diagnosis"],
            "does not have", "fältet finns inte"),
        .init(
            "a day where a time belongs, under the field's other name",
            body: .report {
                $0["observedAt"] = nil
                $0["observed_at"] = "2026-11-20"
            }, 422, ["undecodable /observedAt"], "RFC 3339", "RFC 3339"),
        .init(
            "a time in the future, under the field's usual name",
            body: .report { $0["observedAt"] = "2030-01-01T00:00:00Z" },
            422, ["observed_at.future /observedAt"], "future", "framtiden"),
        .init(
            "the example with its placeholders",
            body: .report { ($0["personalNumber"], $0["observedAt"]) = ("$PERSONAL_NUMBER", "$OBSERVED_AT") }, 422,
            ["undecodable /observedAt", "undecodable /personalNumber"], "a placeholder of an example", "platshållare"),
        .init(
            "a wrong check digit", body: .report { $0["personalNumber"] = "20140315-2381" }, 422,
            ["personal_number.checksum /personalNumber"], "check digit", "kontrollsiffra"),
        .init(
            "an unknown area", body: .report { $0["areas"] = ["mood"] }, 422, ["areas.unknown /areas/0"], "safety",
            "safety"),
        .init(
            "a structured event without data", headers: structured,
            body: .text(#"{"specversion": "1.0", "id": "1", "source": "urn:school", "type": "t"}"#), 422,
            ["undecodable /data"], "missing", "saknas"),
        .init(
            "a structured event whose id is a number", headers: structured, body: .text(#"{"id": 1}"#), 422,
            ["undecodable /id"], "expected a text", "en text"),
    ]

    private static let media = ["http.media_type content-type"]

    @Test("over HTTP", arguments: requests)
    func request(mistake: Mistake) async throws {
        try await DoorTests().open { port, sent in
            var headers = DoorTests.binary
            for (name, value) in mistake.headers { headers[name] = value }
            let answer = try #require(
                try await RawHTTP.send(
                    mistake.method, mistake.path, port: port, headers: headers, body: mistake.bytes()))
            #expect(answer.status == mistake.status && answer.errors == mistake.errors && sent.count == 0)
            #expect(answer.headers.contains("application/problem+json"))
            let first = try #require((answer.json["errors"] as? [[String: Any]])?.first)
            #expect((first["detail"] as? String)?.contains(mistake.says.english) == true, "\(answer.body)")
            #expect((first["detail_sv"] as? String)?.contains(mistake.says.swedish) == true, "\(answer.body)")
            if answer.status == 405 {
                #expect(answer.headers.contains(mistake.path == "/v1/concerns" ? "Allow: POST" : "Allow: GET"))
            }
        }
    }

    private static let good = [
        "ce_specversion": "1.0", "ce_id": "r1", "ce_source": "urn:school", "ce_type": ConcernReported.eventType,
    ]

    /// What is changed in the headers, the value, and the receipt's `code path`.
    private static let records: [(headers: [String: String?], value: String?, reasons: [String])] = [
        (["ce_id": nil], "{}", ["undecodable ce_id"]),
        (["ce_id": nil, "ce_source": nil], "{}", ["undecodable ce_id", "undecodable ce_source"]),
        (["content-type": "text/plain"], "{}", ["undecodable content-type"]),
        (["content-type": "application/cloudevents-batch+json"], "[]", ["undecodable content-type"]),
        (["ce_type": "concern"], "{}", ["type.unknown ce_type"]), ([:], nil, ["undecodable "]),
        ([:], "", ["undecodable "]), ([:], "Hej!", ["undecodable "]), ([:], "{\"areas\": [],}", ["undecodable "]),
        ([:], "{\"observed_at\": 3, \"diagnosis\": 1}", ["undecodable /diagnosis", "undecodable /observedAt"]),
        (
            ["content-type": "application/cloudevents+json"], "{\"id\": \"r1\"}",
            [
                "undecodable /specversion", "undecodable /source", "undecodable /type", "undecodable /data",
            ]
        ),
    ]

    @Test("on the topic, each with a receipt in the sender's own words", arguments: records)
    func record(headers: [String: String?], value: String?, reasons: [String]) throws {
        var tester = try IntakeTester()
        let all = Self.good.merging(headers.mapValues { $0 ?? "" }) { $1 }.filter { !$0.value.isEmpty }
        try tester.send(all, value.map { Bytes($0.utf8) })
        let refused = try #require(tester.receipts.first?.refused.reasons)
        #expect(refused.map { "\($0.code) \($0.path)" } == reasons)
        #expect(refused.allSatisfy { !$0.swedish.contains("undecodable.") && !$0.english.contains("undecodable.") })
        #expect(tester.published.last?.event.content == .json && tester.receipts.count == 1)
    }

    @Test("a report without headers is answered under its record's key and place, where its sender finds it")
    func withoutHeaders() throws {
        var tester = try IntakeTester()
        try tester.send([:], Bytes(try ExampleCounty.report.jsonUTF8Data()), key: "my-key")
        let receipt = try #require(tester.receipts.first)
        #expect(tester.published.last?.key == "my-key" && receipt.reportSource == "my-key")
        #expect(receipt.reportID.hasPrefix("concern-reports/0/"))
        #expect(
            receipt.refused.reasons.map(\.path) == ["ce_specversion", "ce_id", "ce_source", "ce_type"])
    }

    @Test("a structured event without a content type is read as one, and a faulty one is answered by its own id")
    func structuredWithoutHeaders() throws {
        var tester = try IntakeTester()
        let report = String(decoding: try ExampleCounty.report.jsonUTF8Data(), as: UTF8.self)
        try tester.send([:], DoorTests.structured(report))
        #expect(tester.receipts.last?.registered.caseReference.isEmpty == false)
        try tester.send([:], Bytes(#"{"specversion": "1.0", "id": "r2", "source": "urn:school", "data": {}}"#.utf8))
        let receipt = try #require(tester.receipts.last)
        #expect(receipt.reportID == "r2" && receipt.refused.reasons.map(\.path) == ["/type"])
    }

    @Test("every mistake in an envelope or a payload has words in both languages")
    func words() {
        for mistake in Undecodable.Mistake.allCases {
            for language in Language.allCases {
                let name = "undecodable.\(mistake.rawValue)"
                #expect(Catalogue.text(name, language) != name)
            }
        }
    }
}
