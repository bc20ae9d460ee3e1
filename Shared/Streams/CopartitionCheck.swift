import Kafka

/// The topics are not as the stream needs them. Nothing that waiting would mend: somebody must change something.
public struct TopicsNotReady: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// All inputs and the changelog must have the same number of partitions, else a key's events and its state would lie in
/// different tasks, and nothing would tell. Checked before every start.
enum CopartitionCheck {
    static func run(_ configuration: StreamsConfiguration) throws {
        let topics = (configuration.inputs + [configuration.changelog]).map(configuration.physical)
        let admin = try Admin(configuration.kafka.filter { !$0.key.hasPrefix("session.") })
        let counts = try admin.partitionCounts(topics, timeout: 10_000)
        if let problem = problem(counts) { throw problem }
    }

    static func problem(_ counts: [String: Int]) -> TopicsNotReady? {
        let missing = counts.filter { $0.value == 0 }.keys.sorted()
        if !missing.isEmpty {
            return TopicsNotReady(
                "topics missing: \(missing.joined(separator: ", ")); create them with `tillsammans topics apply`")
        }
        guard Set(counts.values).count > 1 else { return nil }
        let table = counts.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value)" }.joined(separator: ", ")
        return TopicsNotReady("these topics must have the same number of partitions, but \(table)")
    }
}
