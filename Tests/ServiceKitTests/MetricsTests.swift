import Metrics
import Testing

@testable import ServiceHost

@Suite("Metrics")
struct MetricsTests {
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
