import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport

@testable import intake

/// Runs Intake's four turns as the topics connect them: what it publishes to its repartition topic, it reads again.
struct IntakeTester {
    private var tester: ProcessorTester<IntakeProcessor>
    /// As after a crash without exactly-once: each record is read again when its results are there.
    var readsOwnOutputTwice = false
    /// Intake's own records wait until ``readHeld(_:)``: by key, as in partitions of their own.
    var holdsOwnOutput = false
    private(set) var held: [String: [Event]] = [:]
    private var seen = 0
    private var count = 0

    init(
        _ directory: Directory = ExampleCounty.directory, now: Date = ExampleCounty.monday, sealing: Sealing? = nil
    ) throws {
        tester = ProcessorTester(
            IntakeProcessor(secrets: KeySecrets(try Self.secret)), application: "intake",
            directory: directory, now: now, sealing: sealing)
    }

    static var secret: KeySecret {
        get throws { try KeySecret("a-secret-of-at-least-32-characters") }
    }

    /// Restarts Intake with other secrets.
    mutating func restart(_ secrets: KeySecrets) { tester.processor = IntakeProcessor(secrets: secrets) }

    /// The index's bucket as it is stored.
    func index(_ bucket: String) throws -> IndexBucket? { try tester.state(IntakeProcessor.numbers, bucket) }

    mutating func replaceIndex(_ bucket: String, _ index: IndexBucket) throws {
        try tester.put(IntakeProcessor.numbers, bucket, index)
    }

    var now: Date {
        get { tester.now }
        set { tester.now = newValue }
    }

    var directory: Directory {
        get { tester.directory }
        set { tester.directory = newValue }
    }

    var published: [(topic: String, key: String, event: Event)] { tester.published }
    var receipts: [ConcernReceipt] { tester.published(ConcernReceipt.self) }
    var concerns: [ConcernRegistered] { tester.published(ConcernRegistered.self) }
    func published<Payload: EventPayload>(_ type: Payload.Type) -> [Payload] { tester.published(type) }
    var codes: [String] { receipts.flatMap { $0.refused.reasons.map(\.code) } }

    mutating func advance(to later: Date) throws { try tester.advance(to: later) }

    mutating func send(_ payload: some EventPayload, id: String? = nil, source: String = "urn:test") throws {
        count += 1
        try send(Event(id: id ?? "report-\(count)", source: source, time: now, payload))
    }

    mutating func send(_ event: Event, offset: Int64? = nil) throws {
        try tester.process(event, key: "any", topic: Topic.concernReports.rawValue, offset: offset)
        try readOwnOutput()
    }

    /// Gives Intake a record as somebody has written it.
    mutating func send(_ headers: [String: String], _ value: Bytes?, key: String = "any") throws {
        try tester.process(
            headers: headers.map { (name: $0.key, value: Bytes($0.value.utf8)) }, value: value, key: key,
            topic: Topic.concernReports.rawValue)
        try readOwnOutput()
    }

    /// Gives Intake a record that is no event.
    mutating func sendUnreadable(id: String?, source: String?, key: String) throws {
        try tester.answer(
            Undecodable("ce_type", "missing"), id: id, source: source, key: key, topic: Topic.concernReports.rawValue)
        try readOwnOutput()
    }

    /// Gives Intake a fact that Mapping has published.
    mutating func publish(_ fact: some EventPayload, child: String) throws {
        try tester.process(fact, key: child, topic: Topic.mappings.rawValue)
        try readOwnOutput()
    }

    /// Changes what is remembered of a child, as a later version could.
    func changeState(of child: String, _ change: (inout ChildState) -> Void) throws {
        guard var state = try tester.state(IntakeProcessor.children, child) else { return }
        change(&state)
        try tester.put(IntakeProcessor.children, child, state)
    }

    /// What `tillsammans keys rotate-index` asks for one case reference.
    mutating func rehash(_ reference: String) throws {
        try tester.process(
            RehashChild.with { $0.rotation = "rotation" }, key: reference, source: "tillsammans:keys",
            subject: reference, topic: Topic.intakeRepartition.rawValue)
        try readOwnOutput()
    }

    /// Reads the oldest record that waits under a key.
    mutating func readHeld(_ key: String) throws {
        guard let event = held[key]?.removeFirst() else { return }
        if held[key]?.isEmpty == true { held[key] = nil }
        for _ in 0..<(readsOwnOutputTwice ? 2 : 1) {
            try tester.process(event, key: key, topic: Topic.intakeRepartition.rawValue)
        }
        try readOwnOutput()
    }

    var erased: [(topic: String, key: String)] { tester.erased }
    var storedBytes: [Bytes] { tester.storedBytes }

    private mutating func readOwnOutput() throws {
        while seen < tester.published.count {
            let output = tester.published[seen]
            seen += 1
            guard output.topic == Topic.intakeRepartition.rawValue else { continue }
            if holdsOwnOutput {
                held[output.key, default: []].append(output.event)
                continue
            }
            for _ in 0..<(readsOwnOutputTwice ? 2 : 1) {
                try tester.process(output.event, key: output.key, topic: output.topic)
            }
        }
    }
}

extension ConcernReported {
    func with(_ change: (inout ConcernReported) -> Void) -> ConcernReported {
        var copy = self
        change(&copy)
        return copy
    }
}
