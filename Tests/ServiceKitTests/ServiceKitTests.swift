import Configuration
import Kafka
import Metrics
import TestSupport
import Testing

@testable import ServiceHost
@testable import ServiceKit

@Suite("What every service needs at start")
struct ServiceKitTests {
    private func settings(_ environment: [String: String]) -> Settings {
        Settings(
            Setting.common + [Setting("SMTP_URL", default: nil, "Relay.")],
            ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment)))
    }

    @Test("a setting is the environment's, else its default")
    func defaults() throws {
        #expect(try settings([:]).text("KAFKA_BOOTSTRAP_SERVERS") == "localhost:9092")
        #expect(try settings(["KAFKA_BOOTSTRAP_SERVERS": "a:1"]).text("KAFKA_BOOTSTRAP_SERVERS") == "a:1")
    }

    @Test("a missing or malformed setting is named, with what it should be")
    func faults() {
        let missing = #expect(throws: ConfigurationFault.self) { try settings([:]).text("SMTP_URL") }
        #expect(missing?.description.contains("SMTP_URL") == true)
        let range = #expect(throws: ConfigurationFault.self) {
            try settings(["STREAM_THREADS": "many"]).number("STREAM_THREADS", 1...64)
        }
        #expect(range?.description == "STREAM_THREADS must be a number from 1 to 64")
    }

    @Test("every KAFKA_ variable sets the librdkafka property of its name")
    func passthrough() {
        let properties = SettingsSource.kafkaProperties(
            bootstrapServers: "a:1", ["KAFKA_SASL_MECHANISM": "PLAIN", "KAFKA_BOOTSTRAP_SERVERS": "b:2", "HOME": "/"])
        #expect(properties == ["bootstrap.servers": "a:1", "sasl.mechanism": "PLAIN"])
    }

    @Test("a publisher's own topic for receipts is created with the others, and has one partition")
    func receipts() {
        let topics = TopicPlan.specifications(partitions: 4, prefix: "p-", publishers: ["my-school", "my-school"])
        let own = topics.filter { $0.name.hasPrefix("p-concern-receipts.") }
        #expect(own.map(\.name) == ["p-concern-receipts.my-school"] && own.map(\.partitions) == [1])
        #expect(topics.count == TopicPlan.specifications(partitions: 4, prefix: "").count + 1)
    }

    @Test("metrics are written as Prometheus reads them, labels escaped")
    func prometheus() {
        let metrics = PrometheusMetrics()
        let counter = Counter(label: "a_total", dimensions: [("x", "1\"2\\")], factory: metrics)
        counter.increment(by: 2)
        Counter(label: "a_total", dimensions: [("x", "1\"2\\")], factory: metrics).increment()
        Gauge(label: "b", dimensions: [], factory: metrics).record(0.5)
        Metrics.Timer(label: "c_seconds", dimensions: [], preferredDisplayUnit: .seconds, factory: metrics)
            .recordNanoseconds(1_500_000_000)
        #expect(
            metrics.text == """
                # TYPE a_total counter
                a_total{x="1\\"2\\\\"} 3
                # TYPE b gauge
                b 0.5
                # TYPE c_seconds summary
                c_seconds_count 1
                c_seconds_sum 1.5

                """)
    }
}
