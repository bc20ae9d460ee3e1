import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Every report gets exactly one receipt", .serialized)
struct ReportsTests {
    @Test("10 000 reports, a fifth of them with faults of every kind, while Intake is killed: one receipt each, by id")
    func many() async throws {
        let count = 10_000
        try await RunningSuite.with(services: ["intake"], partitions: 8) { suite in
            let producer = try Producer(suite.broker.properties)
            var random = SeededGenerator(seed: 4)
            let reports = (0..<count).map { Sent.random($0, &random) }
            for (batch, start) in stride(from: 0, to: count, by: 500).enumerated() {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for report in reports[start..<min(start + 500, count)] {
                        let record = report.record(topic: suite.connection.topic(.concernReports))
                        group.addTask { try await producer.send(record) }
                    }
                    try await group.waitForAll()
                }
                if [5, 11, 17].contains(batch) {
                    try await suite.kill9("intake")
                    if batch == 11 { await suite.deleteState(of: "intake") }
                    try await suite.start("intake")
                }
            }
            #expect(try await receiptsCome(count, suite) == count)
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            let byId = Dictionary(grouping: receipts, by: \.reportID)
            #expect(receipts.count == count && byId.count == count)
            for report in reports {
                let answers = byId[report.id] ?? []
                #expect(answers.count == 1, "\(report.id): \(answers.count) receipts")
                let codes = answers.first.map { Set($0.refused.reasons.map(\.code)) } ?? []
                #expect(report.expected.map { codes.contains($0) } ?? codes.isEmpty, "\(report.id): \(codes)")
            }
            let faulty = reports.filter { $0.expected != nil }
            #expect(faulty.count > count / 6 && Set(faulty.compactMap(\.expected)) == Set(Sent.faults.map(\.code)))
            // Whoever was registered is a concern, once.
            let concerns = try await suite.events(.concerns, ConcernRegistered.self)
            #expect(concerns.count == count - faulty.count && Set(concerns.map(\.concern)).count == concerns.count)
        }
    }

    /// Reads each receipt once, until there are so many or they take too long on a busy machine.
    ///
    /// - Returns: how many different ones there are.
    private func receiptsCome(_ count: Int, _ suite: RunningSuite) async throws -> Int {
        let (topic, properties) = (suite.connection.topic(.concernReceipts), suite.broker.properties)
        return try await DedicatedThread.run(name: "receipts") {
            let reader = try TopicReader([topic], from: .beginning, properties)
            let deadline = ContinuousClock.now + .seconds(400)
            var ids: Set<String> = []
            while ids.count < count, .now < deadline {
                guard let record = reader.poll(timeout: 100) else { continue }
                ids.insert(try Event(headers: record.headers, value: record.value, received: Date()).id)
            }
            return ids.count
        }
    }

    @Test("over HTTP, while Intake is killed: what was accepted has one receipt, and what was not can be sent again")
    func door() async throws {
        try await RunningSuite.with(services: ["intake"]) { suite in
            let token = RunningSuite.token
            let report = try Bytes(ExampleCountyReport.message.jsonUTF8Data())
            var accepted: [String] = []
            var refused = 0
            for number in 0..<120 {
                if number == 40 || number == 80 {
                    try await suite.kill9("intake")
                    // Nobody is there: a publisher sees that, and keeps its report.
                    refused += try await post("report-\(number)", report, suite, token) == 202 ? 0 : 1
                    try await suite.start("intake")
                }
                let id = "report-\(number)"
                try await eventually("\(id) to be accepted") { try await self.post(id, report, suite, token) == 202 }
                accepted.append(id)
            }
            let ids = accepted
            try await eventually("\(ids.count) first receipts") {
                let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
                return Set(receipts.filter { $0.registered.caseReference != "" }.map(\.reportID)) == Set(ids)
            }
            #expect(refused == 2)
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            #expect(receipts.filter { $0.registered.caseReference != "" }.count == ids.count)
            #expect(try await suite.events(.concerns, ConcernRegistered.self).count == ids.count)
            // The publisher finds all of them on its own topic.
            let own = try await suite.broker.records(Topic.receipts("test")).map { record in
                try Event(headers: record.headers, value: record.value, received: Date()).decode(ConcernReceipt.self)
            }
            #expect(Set(own.map(\.reportID)) == Set(ids))
            // And the door tells of it, also to the process that did not take it.
            try await eventually("the receipt over HTTP") {
                guard let port = await suite.doorPort else { return false }
                let answer = try await RawHTTP.send(
                    "GET", "/v1/concerns/report-7", port: port, headers: ["Authorization": "Bearer \(token)"])
                return answer?.status == 200 && answer?.json["registered"] != nil
            }
        }
    }

    private func post(_ id: String, _ body: Bytes, _ suite: RunningSuite, _ token: String) async throws -> Int? {
        guard let port = await suite.doorPort else { return nil }
        return try await RawHTTP.send(
            "POST", "/v1/concerns", port: port,
            headers: [
                "Authorization": "Bearer \(token)", "Content-Type": "application/json", "ce-specversion": "1.0",
                "ce-id": id, "ce-source": "urn:test", "ce-type": ConcernReported.eventType,
            ], body: body)?.status
    }
}

/// One of the ten thousand: what was sent, and with which code it must be refused.
private struct Sent: Sendable {
    let id: String
    let source: String
    let expected: String?
    let structured: Bool
    let type: String
    let data: String

    /// Every kind of fault that a report can have, as a change to one that holds.
    static let faults: [(code: String, change: @Sendable (inout [String: Any]) -> Void)] = [
        ("personal_number.checksum", { $0["personalNumber"] = "20140315-2381" }),
        ("personal_number.format", { $0["personalNumber"] = "elva" }),
        ("personal_number.date", { $0["personalNumber"] = "20140231-2381" }),
        ("child.adult", { $0["personalNumber"] = "19850101-2382" }),
        ("municipality.unknown", { $0["municipality"] = "9999" }), ("areas.missing", { $0["areas"] = [String]() }),
        ("areas.unknown", { $0["areas"] = ["mood"] }), ("observation.missing", { $0["observation"] = " " }),
        ("observed_at.future", { $0["observedAt"] = "2099-01-01T00:00:00Z" }),
        ("reporter.email", { $0["reporter"] = ["organisation": "education"] }),
        ("reporter.organisation", { $0["reporter"] = ["email": "m@example.org", "organisation": "club"] }),
        ("stage.unknown", { $0["stage"] = "retired" }), ("undecodable", { $0["areas"] = 3 }),
        ("undecodable", { $0["nonsense"] = true }), ("type.unknown", { _ in }),
    ]

    static func random(_ number: Int, _ random: inout SeededGenerator) -> Sent {
        var report: [String: Any] = [
            "personalNumber": ExampleCountyReport.number(Int.random(in: 0..<400, using: &random)),
            "municipality": "0480", "stage": "school", "unit": "nykoping-skola", "areas": ["safety"],
            "observation": "Har ändrat sitt närvaromönster.",
            "reporter": ["email": "mia@example.org", "organisation": "education"],
        ]
        let fault = Int.random(in: 0..<5, using: &random) == 0 ? faults.randomElement(using: &random) : nil
        fault?.change(&report)
        let data = (try? JSONSerialization.data(withJSONObject: report)) ?? Data()
        return Sent(
            id: "report-\(number)", source: "urn:test:\(number % 16)", expected: fault?.code,
            structured: Bool.random(using: &random),
            type: fault?.code == "type.unknown" ? "se.example.other.v1" : ConcernReported.eventType,
            data: String(decoding: data, as: UTF8.self))
    }

    func record(topic: String) -> ProducerRecord {
        let envelope = Event(
            id: id, source: source, type: type, time: Date(), content: .json, data: Bytes(data.utf8))
        guard structured else {
            return ProducerRecord(topic: topic, key: nil, value: envelope.data, headers: envelope.headers)
        }
        let text =
            #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(type)","data":\#(data)}"#
        return ProducerRecord(
            topic: topic, key: Bytes("any".utf8), value: Bytes(text.utf8),
            headers: [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))])
    }
}

/// Fictional children of the Tax Agency's test series, for the example county of Sörmland.
enum ExampleCountyReport {
    /// A number by its place in the series: 28 days and 12 months of four years.
    static func number(_ index: Int) -> String {
        let (day, month, year) = (index % 28 + 1, index / 28 % 12 + 1, 2_013 + index / 336 % 4)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let start = "\(year)\(two(month))\(two(day))-238"
        let today = CivilTime.day(of: Date())
        return (0...9).map { "\(start)\($0)" }.first { (try? PersonalNumber($0, today: today)) != nil } ?? start
    }

    static let message = ConcernReported.with {
        ($0.personalNumber, $0.municipality, $0.stage, $0.unit) = (number(40), "0480", "school", "nykoping-skola")
        ($0.areas, $0.observation) = (["safety"], "Har ändrat sitt närvaromönster.")
        $0.reporter = .with { ($0.email, $0.organisation) = ("mia@example.org", "education") }
    }
}
