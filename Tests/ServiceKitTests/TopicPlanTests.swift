import Codec
import Kafka
import Streams
import Testing

@testable import ServiceKit

@Suite("Topics: each keeps what it holds for as long as its purpose asks")
struct TopicPlanTests {
    private let plan = TopicPlan.specifications(partitions: 4, prefix: "p-")

    private func specification(_ topic: Codec.Topic) throws -> TopicSpecification {
        try #require(plan.first { $0.name == "p-\(topic.rawValue)" })
    }

    private func asPlanned() -> [String: TopicDescription] {
        Dictionary(
            uniqueKeysWithValues: plan.map { topic in
                let settings = topic.settings.merging(["min.insync.replicas": "2", "retention.ms": "604800000"]) {
                    given, _ in given
                }
                return (
                    topic.name, TopicDescription(partitions: Int(topic.partitions), replicas: 3, settings: settings)
                )
            })
    }

    @Test("facts and the access log are kept for ever (rules 20 and 22)")
    func forever() throws {
        for topic in [Codec.Topic.concerns, .mappings, .meetings, .notices, .accessLog] {
            let settings = try specification(topic).settings
            #expect(settings["retention.ms"] == "-1" && settings["retention.bytes"] == "-1", "\(topic)")
            #expect(settings["cleanup.policy"] == "delete", "\(topic)")
        }
    }

    @Test("a publisher's own topic for receipts is created with the others, and has one partition")
    func receipts() {
        let topics = TopicPlan.specifications(partitions: 4, prefix: "p-", publishers: ["my-school", "my-school"])
        let own = topics.filter { $0.name.hasPrefix("p-concern-receipts.") }
        #expect(own.map(\.name) == ["p-concern-receipts.my-school"] && own.map(\.partitions) == [1])
        #expect(topics.count == plan.count + 1)
    }

    @Test("reports as they were sent are kept for days, on segments of a day; dead letters for 90 days")
    func brief() throws {
        for topic in [Codec.Topic.concernReports, .intakeRepartition] {
            let settings = try specification(topic).settings
            #expect(settings["retention.ms"] == "604800000" && settings["segment.ms"] == "86400000", "\(topic)")
        }
        #expect(try specification(.deadLetters).settings["retention.ms"] == "7776000000")
        var terms = TopicPlan.Terms()
        terms.reportDays = 14
        let longer = TopicPlan.specifications(partitions: 4, prefix: "", terms: terms)
        #expect(longer.first { $0.name == "concern-reports" }?.settings["retention.ms"] == "1209600000")
        #expect(terms.explanation.hasPrefix("reports as they were sent are gone after at most 15 days"))
    }

    @Test("what a tombstone erases is gone from every compacted topic within the days that are set")
    func erased() throws {
        var terms = TopicPlan.Terms()
        terms.erasureDays = 3
        let topics = TopicPlan.specifications(partitions: 4, prefix: "", terms: terms)
        let compacted = topics.filter { $0.settings["cleanup.policy"] == "compact" }
        #expect(
            Set(compacted.map(\.name)).isSuperset(of: Topology.suite.map(\.changelog.name) + ["children", "cases"]))
        for topic in compacted {
            let times = ["max.compaction.lag.ms", "segment.ms", "delete.retention.ms"].map { topic.settings[$0] ?? "" }
            #expect(times == ["172800000", "86400000", "86400000"], "\(topic.name)")
        }
        #expect(terms.explanation.contains("after at most 3 days: 2 days until the cleaner must come"))
    }

    @Test("nobody outside says when a record came: dates, retention and signatures are counted from the broker's time")
    func time() throws {
        for topic in Codec.Topic.allCases {
            guard let settings = plan.first(where: { $0.name == "p-\(topic.rawValue)" })?.settings else { continue }
            #expect((settings["message.timestamp.type"] == "LogAppendTime") == topic.isExternal, "\(topic)")
        }
    }

    @Test("no input is kept for less than a stream asks, and no topic of a topology is forgotten")
    func topologies() throws {
        for topology in Topology.suite {
            for topic in topology.topics { #expect(Codec.Topic(rawValue: topic.name) != nil, "\(topic.name)") }
            for input in topology.inputs {
                guard case .days(let days)? = Codec.Topic(rawValue: input.name)?.retention else { continue }
                #expect(days >= 7, "\(input.name)")
            }
        }
    }

    @Test("topics as planned have no fault, also where the broker does not tell their settings")
    func none() {
        #expect(TopicPlan.faults(plan, asPlanned()) == [])
        let silent = asPlanned().mapValues { TopicDescription(partitions: $0.partitions, replicas: $0.replicas) }
        #expect(TopicPlan.faults(plan, silent) == [])
        #expect(TopicPlan.faults(plan, [:]) == [])
    }

    @Test("a wrong topic is named, with its setting, what that is, and what it should be")
    func wrong() {
        var topics = asPlanned()
        topics["p-mappings"]?.settings?["retention.ms"] = "7776000000"
        topics["p-intake-state"]?.settings?["cleanup.policy"] = "delete"
        topics["p-concern-reports"]?.settings?["retention.ms"] = "-1"
        topics["p-concerns"]?.settings?["min.insync.replicas"] = "1"
        topics["p-notices"]?.partitions = 8
        #expect(
            TopicPlan.faults(plan, topics).map { $0.prefix { $0 != ";" } } == [
                "p-concern-reports has retention.ms=-1 and should have 604800000",
                "p-concerns has min.insync.replicas=1 and should have 2",
                "p-intake-state has cleanup.policy=delete and should have compact",
                "p-mappings has retention.ms=7776000000 and should have -1",
                "p-notices has 8 partitions and should have 4",
            ])
    }

    @Test("one copy needs no other in sync")
    func oneCopy() {
        var topics = asPlanned()
        topics["p-concerns"]?.replicas = 1
        topics["p-concerns"]?.settings?["min.insync.replicas"] = "1"
        #expect(TopicPlan.faults(plan, topics) == [])
    }
}
