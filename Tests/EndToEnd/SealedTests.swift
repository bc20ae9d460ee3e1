import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import TestSupport
import Testing

@testable import tillsammans

@Suite("Sealed: what tells of a child lies in clear nowhere but where publishers write", .serialized)
struct SealedTests {
    /// Everything in the example that tells of the child, its family or the reporter, in every spelling.
    static func markers(number: String) throws -> Set<String> {
        let digits = number.filter(\.isNumber)
        var markers: Set<String> = [number, digits, String(digits.dropFirst(2)), String(number.dropFirst(2))]
        let folder = WorkedExampleTests.example
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".json") {
            let file = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            collect(try JSONSerialization.jsonObject(with: file), under: "", into: &markers)
        }
        return markers
    }

    private static let personal: Set<String> = [
        "name", "email", "phone", "observation", "strengths", "text", "how", "worksAlready", "reason",
    ]

    private static func collect(_ value: Any, under key: String, into markers: inout Set<String>) {
        switch value {
        case let object as [String: Any]: for (key, value) in object { collect(value, under: key, into: &markers) }
        case let list as [Any]: for value in list { collect(value, under: key, into: &markers) }
        case let text as String: if personal.contains(key) { markers.insert(text) }
        default: break
        }
    }

    /// Where a marker stands: topics, state files, the services' logs, and messages. The services have been stopped.
    static func findings(_ suite: RunningSuite, _ markers: Set<String>) async throws -> [String: Set<String>] {
        var found = Findings(markers)
        let topics = TopicPlan.specifications(partitions: 1, prefix: "", publishers: [RunningSuite.publisher.receipts])
        for topic in topics.map(\.name) {
            for record in try await suite.broker.records(topic) {
                for part in [record.key, record.value] + record.headers.map(\.value) {
                    found.search(Data(part ?? []), in: topic)
                }
            }
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: suite.folder.path + "/state")
        #expect(files.count { $0.hasSuffix(".mdb") } >= 4)
        for file in files {
            let content = try? Data(contentsOf: URL(filePath: "\(suite.folder.path)/state/\(file)"))
            found.search(content ?? Data(), in: "state")
        }
        try await eventually("each log's last line") { await suite.logs.allSatisfy { $0.text.contains("stopped") } }
        let logs = await suite.logs
        #expect(Set(logs.map(\.service)) == Set(Suite.services))
        // No notice of the example goes to a guardian: not even an address that a message is sent to may be found.
        for text in logs.map({ Bytes($0.text.utf8) }) { found.search(Data(text + Escapes.resolved(text)), in: "logs") }
        for text in suite.messages().flatMap({ MailTexts.all(of: Bytes($0.utf8)) }) {
            found.search(Data(text + Escapes.resolved(text)), in: "messages")
        }
        return found.places
    }

    private struct Findings {
        private let needles: [(text: String, bytes: Data)]
        private(set) var places: [String: Set<String>] = [:]

        init(_ markers: Set<String>) { needles = markers.map { ($0, Data($0.utf8)) } }

        mutating func search(_ bytes: Data, in place: String) {
            for needle in needles where bytes.firstRange(of: needle.bytes) != nil {
                places[place, default: []].insert(needle.text)
            }
        }
    }

    @Test(
        "a scan of all topics, state files, logs and messages finds the worked example in concern-reports alone; the keys rotate, and the case goes on"
    )
    func scan() async throws {
        let number = WorkedExample.fictionalNumber()
        let markers = try Self.markers(number: number)
        #expect(markers.count > 20)
        try await RunningSuite.with { suite in
            // A report that nobody can read ends among the dead letters.
            try await Producer(suite.broker.properties).send(
                ProducerRecord(
                    topic: suite.connection.topic(.concernReports), key: Bytes(number.utf8),
                    value: Bytes("{\"personalNumber\": \"\(number)\", \"name\": \"Alva Exempel\"".utf8),
                    headers: [(name: "ce_specversion", value: Bytes("0.3".utf8))]))
            try await WorkedExample(folder: WorkedExampleTests.example, personalNumber: number)
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            try await eventually("the dead letter") { try await !suite.broker.records("dead-letters").isEmpty }
            // What is committed goes to the state files when a service ends.
            await suite.stop()
            let found = try await Self.findings(suite, markers)
            #expect(found.keys.sorted() == ["concern-reports"], "\(found.mapValues(\.count))")
            #expect(found["concern-reports"]?.contains(number) == true)
            // What is encoded in a message is found there.
            #expect(suite.messages().allSatisfy { !$0.contains("Mötesrum 1") })
            #expect(try await Self.findings(suite, ["Mötesrum 1"])["messages"] == ["Mötesrum 1"])

            // Rotation: the new version is given to all, then every data key is wrapped anew.
            #expect(try KeyEncryptionKeys.addKey(toFile: suite.keyFile) == 2)
            for service in Suite.services { try await suite.start(service) }
            #expect(try await KeysCommand.rewrap(suite.connection) == 1)
            #expect(try await KeysCommand.rewrap(suite.connection) == 0)
            // The child is reported again, while the services have both the state and the keys to read.
            let report = try String(contentsOfFile: WorkedExampleTests.example + "/1-concern.json", encoding: .utf8)
                .replacing("$PERSONAL_NUMBER", with: number)
                .replacing("$OBSERVED_AT", with: Timestamp.text(Date()))
            let event = Event(
                id: "again", source: "urn:again", type: ConcernReported.eventType, time: Date(), content: .json,
                data: Bytes(report.utf8))
            try await Producer(suite.broker.properties).send(
                suite.connection.record(event, to: .concernReports, key: "again"))
            try await eventually("a second mapping of the case") {
                let opened = try await suite.events(.mappings, MappingOpened.self)
                return opened.count == 2 && Set(opened.map(\.caseReference)).count == 1
            }
        }
    }
}
