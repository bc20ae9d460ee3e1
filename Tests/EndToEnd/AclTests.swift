import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// Runs on a broker with SASL and an authoriser, where the variables `KAFKA_…` log in as a super user. The principals must be
/// there, all with the password `ACL_TEST_PASSWORD`, since librdkafka cannot create them:
///
///     for ROLE in intake mapping meetings notifications desk publisher-test door-mail operator; do
///         kafka-configs.sh … --alter --add-config 'SCRAM-SHA-256=[password=…]' --entity-type users \
///             --entity-name tillsammans-$ROLE
///     done
///
/// Before librdkafka 2.6.0 the services' transactional ids must be allowed by hand, too:
///
///     for ROLE in intake mapping meetings notifications; do
///         kafka-acls.sh … --add --allow-principal User:tillsammans-$ROLE --operation Write \
///             --transactional-id test- --resource-pattern-type prefixed
///     done
@Suite(
    "Rights, on a broker with an authoriser: the suite works with the planned ones, and with no others",
    .enabled(
        if: ProcessInfo.processInfo.environment["ACL_TEST_PASSWORD"] != nil,
        "ACL_TEST_PASSWORD is not set: there are no principals to log in as"))
struct AclTests {
    private let password = ProcessInfo.processInfo.environment["ACL_TEST_PASSWORD"] ?? ""

    private func login(_ role: String) -> [String: String] {
        ["KAFKA_SASL_USERNAME": "tillsammans-\(role)", "KAFKA_SASL_PASSWORD": password]
    }

    private func properties(_ role: String, _ suite: RunningSuite) -> KafkaProperties {
        suite.broker.properties.merging(["sasl.username": "tillsammans-\(role)", "sasl.password": password]) { $1 }
    }

    /// The command line as a process of its own: exit code and what it wrote.
    private func tillsammans(
        _ arguments: [String], _ suite: RunningSuite, _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, text: String) {
        try await suite.tillsammans(arguments, environment)
    }

    /// A suite whose services run under their own principals; its rights are taken away at the end.
    private func withPrincipals(_ body: (RunningSuite, AclPlan) async throws -> Void) async throws {
        try await RunningSuite.with(services: []) { suite in
            let plan = AclPlan(prefix: suite.broker.prefix, publishers: ["test"], .init())
            let settable = plan.bindings.filter { $0.kind != .transactionalId || Admin.knowsTransactionalIds }
            let applied = try await tillsammans(["topics", "apply", "--acls", "--partitions", "2"], suite)
            #expect(applied.text.contains("allowed User:tillsammans-door-mail Write topic"), "\(applied.text)")
            // What an older librdkafka cannot set is printed, to be run by hand, and the exit code says so.
            #expect(applied.code == (Admin.knowsTransactionalIds ? 0 : 1))
            let byHand = applied.text.split(separator: "\n").filter { $0.hasPrefix("kafka-acls.sh") }
            #expect(byHand.count == plan.bindings.count - settable.count, "\(applied.text)")
            let result = await Result { () async throws in try await body(suite, plan) }
            let properties = suite.broker.properties
            try await DedicatedThread.run(name: "acls") {
                try Admin(properties).delete(settable.filter { $0.name != "reader" }, timeout: 30_000)
            }
            try result.get()
        }
    }

    @Test(
        "each under its own principal: the worked example goes its whole way, the operator has it erased, and a report gets its receipt"
    )
    func works() async throws {
        try await withPrincipals { suite, _ in
            for service in Suite.services { try await suite.start(service, login(service)) }
            try await WorkedExample(folder: WorkedExampleTests.example, personalNumber: "20140315-2380")
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            let reference = try #require(try await suite.events(.mappings, MappingOpened.self).first).caseReference
            let ordered = try await tillsammans(
                ["case", "erase", reference] + ErasureTests.grounds, suite,
                login("operator").merging([
                    "DOOR_KEY_FILE": suite.connection.doorKeyFile ?? "", "KEY_ENCRYPTION_KEY_FILE": suite.keyFile,
                ]) { $1 })
            #expect(ordered.code == 0, "\(ordered.text)")
            try await ErasureTests.erased(suite, reference)
            // And a publisher sends, and reads its answer, with nothing but its own rights.
            let publisher = properties("publisher-test", suite)
            let event = Event(
                id: "acl-1", source: "urn:test", type: ConcernReported.eventType, time: Date(), content: .json,
                data: try Bytes(ExampleCountyReport.message.jsonUTF8Data()))
            try await Producer(publisher).send(
                suite.connection.record(event, to: .concernReports, key: "acl-1"))
            let own = suite.broker.prefix + Topic.receipts("test")
            try await eventually("its receipt") {
                try await DedicatedThread.run(name: "receipts") {
                    let reader = try TopicReader([own], from: .beginning, publisher)
                    var count = 0
                    _ = reader.catchUp(within: .seconds(10)) { _ in count += 1 }
                    return count == 1
                }
            }
        }
    }

    @Test("the desk works with nothing but its own rights: people sign in, report, do what waits for them, and see it")
    func desk() async throws {
        try await withPrincipals { suite, _ in
            for service in ["intake", "mapping"] { try await suite.start(service, login(service)) }
            try await suite.startDesk(login("desk"))
            let ledger = FormLedger()
            let clerk = try await DeskClerk.signedIn(as: "nykoping-rektor", at: suite, ledger)
            let reference = try await clerk.report()
            for _ in 0..<2 { try await clerk.add(to: reference) }
            try await eventually("the facts of the forms") {
                try await suite.events(.mappings, InformationAdded.self).count { $0.caseReference == reference } == 2
            }
            // Each page of a case that was shown stands in the log first.
            let viewed = try await suite.events(.accessLog, CaseViewed.self)
            #expect(viewed.contains { $0.caseReference == reference && $0.by == "nykoping-rektor" })
            let log = await suite.log(of: "desk")
            #expect(!log.localizedCaseInsensitiveContains("authorization"), "\(log.suffix(3_000))")
        }
    }

    @Test("what is not in the table is denied, and what is in it is not")
    func denied() async throws {
        try await withPrincipals { suite, _ in
            for (role, topic, isAllowed) in [
                ("publisher-test", "mappings", false), ("publisher-test", "concern-receipts", false),
                ("publisher-test", "concern-receipts.test", true), ("door-mail", "mappings", false),
                ("door-mail", "directory", true), ("mapping", "concern-reports", false), ("mapping", "concerns", true),
                ("meetings", "mapping-state", false), ("operator", "mappings", true),
                ("operator", "intake-state", false), ("desk", "mappings", true), ("desk", "access-log", true),
                ("desk", "mapping-state", false), ("desk", "intake-state", false), ("desk", "mapping-commands", false),
                ("desk", "mapping-steps", false), ("desk", "dead-letters", false), ("desk", "concern-reports", false),
            ] {
                let may = try await reads(role, topic, suite)
                #expect(may == isAllowed, "\(role) reads \(topic)")
            }
            for (role, topic, isAllowed) in [
                ("publisher-test", "concern-reports", true), ("publisher-test", "mapping-commands", false),
                ("door-mail", "meeting-commands", true), ("door-mail", "meeting-calls", false),
                ("mapping", "notices", false), ("mapping", "mapping-steps", true), ("operator", "mappings", false),
                ("operator", "access-log", true), ("intake", "concern-receipts.test", true),
                ("notifications", "directory", false), ("desk", "concern-reports", true),
                ("desk", "mapping-commands", true), ("desk", "meeting-commands", true),
                ("desk", "notice-commands", true), ("desk", "access-log", true), ("desk", "mappings", false),
                ("desk", "concerns", false), ("desk", "concern-receipts", false), ("desk", "directory", false),
                ("desk", "child-keys", false), ("desk", "meeting-calls", false), ("desk", "mapping-steps", false),
                ("desk", "cases", false), ("desk", "notices", false),
            ] {
                let may = try await writes(role, topic, suite)
                #expect(may == isAllowed, "\(role) writes \(topic)")
            }
        }
    }

    @Test("rights that were given or taken away count when the call returns, twenty times over")
    func atOnce() async throws {
        let broker = try TestBroker()
        let right = AclBinding("User:nobody", .read, .topic, broker.prefix + "mappings")
        try await DedicatedThread.run(name: "acls") { [properties = broker.properties] in
            let admin = try Admin(properties)
            for _ in 0..<20 {
                try admin.create([right], timeout: 30_000)
                #expect(try admin.acls(timeout: 10_000).contains(right))
                try admin.delete([right], timeout: 30_000)
                #expect(try !admin.acls(timeout: 10_000).contains(right))
            }
        }
    }

    @Test("doctor tells what differs, with the command for it, and does not mistake one's rights for the other's")
    func doctor() async throws {
        try await withPrincipals { suite, plan in
            let topic = suite.broker.prefix + "mappings"
            let changes = [
                AclBinding("User:tillsammans-mapping", .alter, .topic, topic),
                AclBinding("User:curious", .read, .topic, topic),
            ]
            let properties = suite.broker.properties
            let lost = try #require(plan.bindings.first { $0.principal.hasSuffix("door-mail") && $0.kind == .topic })
            try await DedicatedThread.run(name: "acls") {
                let admin = try Admin(properties)
                try admin.create(changes, timeout: 30_000)
                try admin.delete([lost], timeout: 30_000)
                #expect(try Set(admin.acls(timeout: 10_000)).isSuperset(of: changes))
            }
            var seen = try await tillsammans(["doctor"], suite)
            #expect(seen.code == 1)
            #expect(seen.text.contains("topics: as it must be"), "\(seen.text)")
            #expect(seen.text.contains("missing: \(lost)"), "\(seen.text)")
            #expect(seen.text.contains("not planned: \(changes[0])"), "\(seen.text)")
            #expect(seen.text.contains("of somebody else: \(changes[1])"), "\(seen.text)")
            seen = try await tillsammans(["doctor", "--accept", "User:curious"], suite)
            #expect(!seen.text.contains("User:curious"))
            _ = try await tillsammans(
                ["topics", "apply", "--acls", "--remove-superfluous", "--partitions", "2"], suite)
            seen = try await tillsammans(["doctor"], suite)
            #expect(!seen.text.contains("\(lost)") && !seen.text.contains("\(changes[0])"), "\(seen.text)")
            // Another's rights are never taken away by the suite.
            #expect(seen.text.contains("of somebody else: \(changes[1])"))
            try await DedicatedThread.run(name: "acls") { try Admin(properties).delete([changes[1]], timeout: 30_000) }
            // A principal without a right on the cluster is told what is missing, not that all is well.
            let asService = try await tillsammans(["doctor"], suite, login("mapping"))
            #expect(
                asService.code == 1 && asService.text.contains("this principal may not see or set rights"),
                "\(asService.text)")
        }
    }

    /// Whether the role may read the topic. Any other error is thrown.
    private func reads(_ role: String, _ topic: String, _ suite: RunningSuite) async throws -> Bool {
        let (properties, name) = (properties(role, suite), suite.broker.prefix + topic)
        return try await DedicatedThread.run(name: "read") {
            do {
                let reader = try TopicReader([name], from: .beginning, properties)
                // Whoever may describe a topic finds it, and is refused when reading.
                return reader.catchUp(within: .seconds(5)) { _ in }
            } catch let error as KafkaError where error.isAuthorization {
                return false
            }
        }
    }

    /// Whether the role may write to the topic. Any other error is thrown.
    private func writes(_ role: String, _ topic: String, _ suite: RunningSuite) async throws -> Bool {
        let record = ProducerRecord(
            topic: suite.broker.prefix + topic, partition: 0, key: Bytes("k".utf8), value: Bytes("v".utf8))
        do {
            try await Producer(properties(role, suite)).send(record)
            return true
        } catch let error as KafkaError where error.isAuthorization {
            return false
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
