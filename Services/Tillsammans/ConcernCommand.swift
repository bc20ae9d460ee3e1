import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

struct ConcernCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "concern", abstract: "Concern reports.", subcommands: [Report.self])

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes concern reports and prints the answers.",
            discussion: """
                The file holds one report as proto3 JSON, or one structured CloudEvent a line (.jsonl).
                Exit code 0 when all were registered, 1 when one was refused.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "The report or reports.")
        var file: String
        @Option(help: "CloudEvents source of a report that does not say its own.")
        var source = "urn:tillsammans:command-line"
        @Option(help: "Seconds to wait for the answers.")
        var timeout = 30

        func run() async throws {
            let connection = options.connection
            let records = try ConcernCommand.records(file, source, connection)
            let ids = Set(records.keys)
            let refused = try await EventFeed.reading(connection, [.concernReceipts], fromBeginning: false) { feed in
                let producer = try Producer(connection.properties)
                for record in records.values { try await producer.send(record) }
                return try await within(.seconds(timeout), waitingFor: "\(ids.count) receipts") {
                    try await ConcernCommand.receipts(feed, ids)
                }
            }
            if refused > 0 { throw ExitCode(1) }
        }
    }

    /// The records of a file by their events' ids.
    static func records(_ path: String, _ source: String, _ connection: Connection) throws -> [String: ProducerRecord] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFault("\(path) cannot be read")
        }
        var records: [String: ProducerRecord] = [:]
        if path.hasSuffix(".jsonl") {
            for (number, line) in data.split(separator: 0x0A).enumerated() {
                guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                    let id = object["id"] as? String
                else { throw CommandFault("\(path):\(number + 1): not a structured CloudEvent with an id") }
                if connection.doorKeyFile != nil, let event = try? Event(structured: line) {
                    records[id] = try record(event, connection)
                    continue
                }
                records[id] = ProducerRecord(
                    topic: connection.topic(.concernReports), key: Bytes(id.utf8), value: Bytes(line),
                    headers: [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))])
            }
        } else {
            try checkPlaceholders(data, path)
            let event = Event(
                id: UUID().uuidString.lowercased(), source: source, type: ConcernReported.eventType,
                time: connection.now,
                content: .json, data: Bytes(data))
            records[event.id] = try record(event, connection)
        }
        return records
    }

    /// Signed where there is a key: as a source's own report, in binary mode.
    private static func record(_ event: Event, _ connection: Connection) throws -> ProducerRecord {
        let isSigned = connection.doorKeyFile != nil
        let event = isSigned ? try connection.signed(event, for: event.source, .service) : event
        return connection.record(event, to: .concernReports, key: event.id)
    }

    /// - Throws: ``CommandFault`` that names each placeholder of an example, and what could stand there.
    private static func checkPlaceholders(_ data: Data, _ path: String) throws {
        let text = String(decoding: data, as: UTF8.self)
        let examples = ["$PERSONAL_NUMBER": WorkedExample.fictionalNumber(), "$OBSERVED_AT": Timestamp.text(Date())]
        let open = examples.filter { text.contains($0.key) }.sorted { $0.key < $1.key }
        guard open.isEmpty else {
            throw CommandFault(
                "\(path) has placeholders to fill in: "
                    + open.map { "\($0.key), for example \($0.value)" }.joined(separator: "; "))
        }
    }

    /// Prints receipts until each id has one; returns how many were refused.
    private static func receipts(_ feed: EventFeed, _ ids: Set<String>) async throws -> Int {
        var open = ids
        var refused = 0
        for try await item in feed.items {
            guard let receipt = try? item.event?.decode(ConcernReceipt.self), open.remove(receipt.reportID) != nil
            else { continue }
            switch receipt.answer {
            case .registered(let answer):
                let last = answer.fallback ? " (the municipality's fallback: \(answer.fallbackReason))" : ""
                print("\(receipt.reportID)  registered  \(answer.caseReference)  \(answer.unitName)\(last)")
                if answer.dutyToReport {
                    print("    Harm is suspected: report to social services, now. This does not do it.")
                }
            case .refused(let answer):
                refused += 1
                print("\(receipt.reportID)  refused\(receipt.repeated ? ", as before" : "")")
                for reason in answer.reasons {
                    print(
                        "    \(reason.path.isEmpty ? "" : reason.path + ": ")\(reason.swedish) / \(reason.english) [\(reason.code)]"
                    )
                }
            case .consultation(let answer): print("\(receipt.reportID)  question taken  \(answer.reference)")
            case nil: break
            }
            if open.isEmpty { break }
        }
        return refused
    }
}

extension Event {
    /// An event of a file, one line long.
    fileprivate init(structured line: Data) throws(Undecodable) {
        try self.init(
            headers: [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))], value: Bytes(line),
            received: Date())
    }
}
