package import Metrics
import Synchronization

/// The metrics of this process in Prometheus' text format (version 0.0.4): a backend for swift-metrics.
///
/// Timers are summaries without quantiles: a count and a sum in seconds.
package final class PrometheusMetrics: MetricsFactory {
    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private enum Value {
        case counter(Int64)
        case gauge(Double)
        case timer(count: Int64, seconds: Double)
    }

    private let values = Mutex<[Series: Value]>([:])

    package init() {}

    /// All series, sorted, each name under its type.
    package var text: String {
        let sorted = values.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var lines: [String] = []
        var last = ""
        for (series, value) in sorted {
            let type =
                switch value {
                case .counter: "counter";
                case .gauge: "gauge";
                case .timer: "summary"
                }
            if series.name != last { lines.append("# TYPE \(series.name) \(type)") }
            last = series.name
            switch value {
            case .counter(let count): lines.append("\(series.name)\(series.labels) \(count)")
            case .gauge(let number): lines.append("\(series.name)\(series.labels) \(number)")
            case .timer(let count, let seconds):
                lines.append("\(series.name)_count\(series.labels) \(count)")
                lines.append("\(series.name)_sum\(series.labels) \(seconds)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, Self.series(label, dimensions), initially: .counter(0))
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(self, Self.series(label, dimensions), initially: .gauge(0))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(self, Self.series(label, dimensions), initially: .timer(count: 0, seconds: 0))
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private static func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let pairs = dimensions.map { name, value in
            "\(name)=\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
        }
        return Series(name: label, labels: pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}")
    }

    /// One series. Handlers with the same name and labels share it.
    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        private let metrics: PrometheusMetrics
        private let series: Series

        init(_ metrics: PrometheusMetrics, _ series: Series, initially value: Value) {
            (self.metrics, self.series) = (metrics, series)
            metrics.values.withLock { if $0[series] == nil { $0[series] = value } }
        }

        func increment(by amount: Int64) {
            metrics.values.withLock {
                if case .counter(let count) = $0[series] { $0[series] = .counter(count + amount) }
            }
        }

        func reset() { metrics.values.withLock { $0[series] = .counter(0) } }

        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) { metrics.values.withLock { $0[series] = .gauge(value) } }

        func recordNanoseconds(_ duration: Int64) {
            metrics.values.withLock {
                if case .timer(let count, let seconds) = $0[series] {
                    $0[series] = .timer(count: count + 1, seconds: seconds + Double(duration) / 1e9)
                }
            }
        }
    }
}
