import CloudEvents
import Codec
import Foundation
import Streams
import StreamsTestSupport
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import ServiceKit

@Suite("What is personal is sealed by the contract")
struct SealingTests {
    private static func keys(_ versions: Int32...) throws -> KeyEncryptionKeys {
        // Each version has bytes of its own.
        try KeyEncryptionKeys(
            versions.map { "\($0) \(Data(repeating: UInt8($0), count: 32).base64EncodedString())\n" }.joined())
    }

    /// Publishes any event of the registry, about a case that has a key.
    private struct Publisher: Processor {
        let type: any SuiteEvent.Type

        func process(_ event: Event, in turn: inout Turn) throws {
            try turn.newDataKey(for: "TST-1")
            let message: any SuiteEvent = type.init()
            try turn.publish(message, to: "out", subject: "TST-1")
        }
    }

    private static func topology(_ application: String) -> Topology {
        Topology(
            application, inputs: [.init("in")], outputs: [.init("out"), .init(Topic.childKeys)],
            changelog: .init("state", .compacted), globals: [Topology.dataKeys])
    }

    @Test(
        "every event with something personal in it is published sealed, and no other",
        arguments: EventRegistry.all.map { $0.eventType })
    func events(type: String) throws {
        let event = try #require(EventRegistry.event(ofType: type))
        var tester = ProcessorTester(
            Publisher(type: event), Self.topology("any"), now: .now, sealing: .suite(try Self.keys(1)))
        try tester.process(Event(id: "1", source: "test", type: "any", time: .now, data: []), key: "k")
        let published = try #require(tester.published.last { $0.topic == "out" }?.event)
        #expect((published.sealed != nil) == (event is any SealedMessage.Type))
        #expect(published.sealed.map { $0.key == "TST-1" && $0.bytes.count == 28 } ?? published.data.isEmpty)
    }

    @Test("what tells of a child is sealed: reports, facts with words, and what each service keeps")
    func known() {
        let sealed: [any Message.Type] = [
            ConcernReported.self, ReportTaken.self, ReportAccepted.self, ConcernRegistered.self, ConcernSetAside.self,
            Child.self, ChildState.self, InformationAdded.self, MappingState.self, MeetingHeld.self, MeetingState.self,
            Notice.self, NoticeLane.self, Digest.self, AddToDigest.self,
        ]
        for type in sealed { #expect(type is any SealedMessage.Type, "\(type)") }
        // Work, deadlines and alarms must never wait for a key.
        let clear: [any Message.Type] = [
            CaseStatus.self, DeadlineReminded.self, RecordConsent.self, ConsentRecorded.self, CancelMeeting.self,
            MeetingScheduled.self, CommandRefused.self, ConcernReceipt.self, TakenReport.self, CaseViewed.self,
        ]
        for type in clear { #expect(!(type is any SealedMessage.Type), "\(type)") }
    }

    @Test("every service has the data keys as a global table")
    func topologies() {
        for topology in Topology.suite {
            #expect(topology.globals.contains { $0.topic == Topic.childKeys.rawValue }, "\(topology.application)")
        }
    }

    @Test("a data key opens under its own name, and under the version that wrapped it")
    func wrapping() throws {
        let old = try Self.keys(1)
        let key = try #require(try old.ownKey(named: "~any.1"))
        let wrapped = try old.wrap(key, named: "TST-1")
        #expect(DataKey(record: wrapped).record == wrapped && wrapped.count == 64)
        #expect(try Self.keys(1, 2).unwrap(wrapped, named: "TST-1") == key)
        #expect(throws: KeyUnusable.self) { try old.unwrap(wrapped, named: "TST-2") }
        #expect(throws: KeyUnusable.self) { try Self.keys(2).unwrap(wrapped, named: "TST-1") }
        #expect(throws: KeyUnusable.self) { try old.unwrap([0, 0], named: "TST-1") }
        let new = try Self.keys(1, 2).wrap(key, named: "TST-1")
        #expect(KeyEncryptionKeys.version(of: new) == 2 && KeyEncryptionKeys.version(of: wrapped) == 1)
    }

    @Test("each application has a key of its own for each version; other names have none")
    func own() throws {
        let keys = try Self.keys(1, 2)
        #expect(keys.ownKeyName(of: "intake") == "~intake.2")
        let names = ["~intake.1", "~intake.2", "~notifications.1", "~notifications.2"]
        let own = try names.map { try #require(try keys.ownKey(named: $0)) }
        for key in own { #expect(own.count { $0 == key } == 1) }
        for name in ["intake.1", "~intake", "~intake.3", "~intake.01", "~intake.+1", "TST-1", "~"] {
            #expect(try keys.ownKey(named: name) == nil, "\(name)")
        }
    }

    @Test(
        "a text that is no list of keys is refused",
        arguments: [
            "", "# nothing", "1", "1 AAAA", "0 \(zeros)", "-1 \(zeros)", "1 \(zeros)\n1 \(zeros)", "1 \(zeros) x",
        ])
    func malformed(text: String) {
        #expect(throws: KeyUnusable.self) { try KeyEncryptionKeys(text) }
    }

    private static let zeros = Data(count: 32).base64EncodedString()

    @Test("a file is for its owner alone, and a new version leaves the former ones")
    func file() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/keys"
        #expect(throws: KeyUnusable.self) { try KeyEncryptionKeys(file: path) }
        #expect(try KeyEncryptionKeys.addKey(toFile: path) == 1)
        let first = try KeyEncryptionKeys(file: path)
        let wrapped = try first.wrap(try #require(try first.ownKey(named: "~a.1")), named: "TST-1")
        #expect(try KeyEncryptionKeys.addKey(toFile: path) == 2)
        #expect(try KeyEncryptionKeys(file: path).unwrap(wrapped, named: "TST-1") == first.ownKey(named: "~a.1"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["keys"])
        for mode in [0o640, 0o604, 0o620] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: KeyUnusable.self) { try KeyEncryptionKeys(file: path) }
        }
    }
}
