import Codec
import Foundation
import Kafka
import Streams
import Testing

@testable import ServiceKit

@Suite("Rights on the brokers: each principal has what it needs, and nothing else")
struct AclPlanTests {
    private let plan = AclPlan(prefix: "p-", publishers: ["my-school", "m"], doors: ["desk", "mail"], .init())
    private let services = Set(Topology.suite.map { "User:tillsammans-\($0.application)" })

    private func has(_ principal: String, _ operation: AclBinding.Operation, _ name: String) -> Bool {
        plan.bindings.contains {
            $0.principal == "User:tillsammans-\(principal)" && $0.operation == operation && $0.name == name
        }
    }

    @Test("a service may read its inputs and write its outputs, as its topology says", arguments: Topology.suite)
    func services(topology: Topology) {
        let service = topology.application
        for topic in topology.inputs { #expect(has(service, .read, "p-\(topic.name)"), "\(topic.name)") }
        for topic in topology.outputs { #expect(has(service, .write, "p-\(topic.name)"), "\(topic.name)") }
        for operation in [AclBinding.Operation.read, .write, .describeConfigs] {
            #expect(has(service, operation, "p-\(topology.changelog.name)"))
        }
        #expect(has(service, .read, "p-\(service)") && has(service, .write, "p-\(service)-"))
    }

    @Test("nobody but the services writes what the suite says to itself, and facts")
    func writers() {
        let writers = plan.bindings.filter { acl in
            guard let topic = Codec.Topic(rawValue: String(acl.name.dropFirst(2))) else { return false }
            return acl.kind == .topic && acl.operation == .write && !topic.isExternal
        }
        let others = Set(writers.filter { !services.contains($0.principal) })
        #expect(
            Set(others.map(\.description)) == [
                "User:tillsammans-desk Write topic p-access-log",
                "User:tillsammans-operator Write topic p-access-log",
                "User:tillsammans-operator Write topic p-directory",
            ])
    }

    @Test("only services, the desk and the operator read facts; what holds a child's words beside them, services alone")
    func readers() {
        // Data keys are wrapped: they open nothing without the key-encryption key.
        for topic in Codec.Topic.allCases where topic != .directory && topic != .childKeys {
            let readers = Set(
                plan.bindings.filter { $0.operation == .read && $0.name == "p-\(topic.rawValue)" }.map(\.principal))
            let others: Set<String> =
                switch topic {
                case .concernReceipts, .concerns, .mappings, .meetings, .notices, .cases, .accessLog:
                    ["User:tillsammans-desk", "User:tillsammans-operator"]
                case .deadLetters: ["User:tillsammans-operator"]
                case .children: ["User:tillsammans-desk"]
                default: []
                }
            #expect(readers.subtracting(services) == others, "\(topic)")
        }
    }

    @Test("the desk reads what its pages show, and writes commands, reports and who has read; it joins no group")
    func desk() {
        let own = plan.bindings.filter { $0.principal == "User:tillsammans-desk" }
        func topics(_ operation: AclBinding.Operation) -> [String] {
            own.filter { $0.kind == .topic && $0.operation == operation }.map { String($0.name.dropFirst(2)) }.sorted()
        }
        #expect(
            topics(.read) == [
                "access-log", "cases", "child-keys", "children", "concern-receipts", "concerns", "directory",
                "mappings", "meetings", "notices",
            ])
        #expect(
            topics(.write) == [
                "access-log", "concern-reports", "mapping-commands", "meeting-commands", "notice-commands",
            ])
        #expect(own.filter { $0.kind != .topic }.map(\.description) == ["User:tillsammans-desk Describe group reader"])
    }

    @Test("a changelog has one reader and one writer: its service")
    func changelogs() {
        for topology in Topology.suite {
            let principals = Set(
                plan.bindings.filter { $0.kind == .topic && $0.name == "p-\(topology.changelog.name)" }.map(\.principal)
            )
            #expect(principals == ["User:tillsammans-\(topology.application)"])
        }
    }

    @Test("a publisher writes reports and reads its own receipts, whatever another's name begins with")
    func publishers() {
        #expect(
            plan.bindings.filter { $0.principal == "User:tillsammans-publisher-m" }.map(\.description) == [
                "User:tillsammans-publisher-m Read topic p-concern-receipts.m",
                "User:tillsammans-publisher-m Write topic p-concern-reports",
                "User:tillsammans-publisher-m Read group p-publisher-m.…",
                "User:tillsammans-publisher-m Describe group reader",
            ])
        let groups = plan.bindings.filter { $0.kind == .group && $0.operation == .read }
        for group in groups {
            #expect(groups.filter { $0.overlaps(group) } == [group], "\(group)")
        }
    }

    @Test("a door writes commands, and nothing that the suite asks itself")
    func doors() {
        #expect(
            plan.bindings.filter { $0.principal == "User:tillsammans-door-desk" && $0.kind == .topic }.map(
                \.description)
                == [
                    "User:tillsammans-door-desk Read topic p-child-keys",
                    "User:tillsammans-door-desk Read topic p-directory",
                    "User:tillsammans-door-desk Write topic p-mapping-commands",
                    "User:tillsammans-door-desk Write topic p-meeting-commands",
                    "User:tillsammans-door-desk Write topic p-notice-commands",
                ])
    }

    @Test("no right is on the cluster, or on all topics")
    func narrow() {
        for acl in plan.bindings {
            #expect(acl.kind != .cluster && acl.name != "*" && acl.name != "p-" && acl.operation != .all, "\(acl)")
            #expect(acl.isAllowed && (acl.name.hasPrefix("p-") || acl.name == "reader"), "\(acl)")
        }
    }

    @Test("a role's principal can be named otherwise, for example by the subject of a certificate")
    func named() {
        let plan = AclPlan(prefix: "", publishers: [], .init(named: ["intake": "User:CN=intake"]))
        let principals = Set(plan.bindings.map(\.principal))
        #expect(principals.contains("User:CN=intake") && !principals.contains("User:tillsammans-intake"))
    }

    @Test("what is there as planned differs in nothing, also beside another installation's rights")
    func same() {
        let other = AclPlan(prefix: "q-", publishers: ["m"], doors: ["mail"], .init())
        #expect(plan.difference(from: plan.bindings + other.bindings).isEmpty)
    }

    @Test("missing, superfluous and somebody else's rights are told apart")
    func different() {
        let missing = plan.bindings[3]
        let former = AclBinding("User:tillsammans-publisher-former", .read, .topic, "p-concern-receipts.former")
        let wide = AclBinding("User:tillsammans-mapping", .all, .topic, "*")
        let mirror = AclBinding("User:mirror", .read, .topic, "p-", .prefixed)
        let curious = AclBinding("User:curious", .read, .topic, "p-mappings")
        let denied = AclBinding("User:tillsammans-intake", .read, .group, "p-intake", isAllowed: false)
        let elsewhere = AclBinding("User:curious", .read, .topic, "weather")
        let existing =
            plan.bindings.filter { $0 != missing } + [former, wide, mirror, curious, denied, elsewhere]
        let difference = plan.difference(from: existing, accepting: ["User:mirror"])
        #expect(difference.missing == [missing])
        #expect(difference.superfluous == [denied, wide, former].sorted())
        #expect(difference.foreign == [curious])
    }

    @Test("Docs/security.md has the plan as its table; `make docs` writes it")
    func documented() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/security.md")
            .standardizedFileURL
        let page = try String(contentsOf: file, encoding: .utf8)
        let table = AclPlan(prefix: "", publishers: ["my-school"], .init()).markdown
        let marks = ["<!-- ACL table: `make docs` writes it -->\n", "<!-- end of the ACL table -->"]
        let start = try #require(page.firstRange(of: marks[0])).upperBound
        let end = try #require(page.firstRange(of: marks[1])).lowerBound
        let expected = page.replacingCharacters(in: start..<end, with: table)
        if ProcessInfo.processInfo.environment["WRITE_DOCS"] != nil {
            try expected.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == expected, "run `make docs`")
    }
}
