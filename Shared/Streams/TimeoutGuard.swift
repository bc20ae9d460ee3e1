package import Kafka

// Refuses properties that would lengthen the time in which two owners can run a task, or that would break exactly-once.
extension KafkaLog {
    enum Default {
        static let sessionTimeout = "10000"
        static let transactionTimeout = "10000"
        static let messageTimeout = "8000"
        /// librdkafka's.
        static let pollInterval = "300000"
    }

    /// What is wrong with the properties, and what to set instead; nil if nothing is.
    package static func problem(in properties: KafkaProperties) -> String? {
        refusedValue(in: properties) ?? refusedTimeout(in: properties)
    }

    private static func refusedValue(in properties: KafkaProperties) -> String? {
        let yes: Set = ["true", "t", "1"]
        let rules: [(name: String, accepted: Set<String>, set: String, why: String)] = [
            ("enable.idempotence", yes, "true", "a record could be written twice"),
            ("acks", ["all", "-1"], "all", "a committed record could be lost with its leader"),
            ("request.required.acks", ["all", "-1"], "all", "a committed record could be lost with its leader"),
            ("isolation.level", ["read_committed"], "read_committed", "records of aborted steps would be read"),
            ("enable.auto.commit", ["false", "f", "0"], "false", "positions would be committed outside their step"),
        ]
        for rule in rules {
            guard let value = properties[rule.name], !rule.accepted.contains(value.lowercased()) else { continue }
            return "\(rule.name)=\(value) is refused: \(rule.why); set it to \(rule.set), or leave it out"
        }
        return nil
    }

    private static func refusedTimeout(in properties: KafkaProperties) -> String? {
        var unreadable: String?
        func milliseconds(_ names: String..., default value: String) -> Int {
            guard let name = names.first(where: { properties[$0] != nil }), let text = properties[name] else {
                return Int(value) ?? 0
            }
            if let number = Int(text) { return number }
            unreadable = "\(name)=\(text) is refused: set it to a number of milliseconds"
            return 0
        }
        let session = milliseconds("session.timeout.ms", default: Default.sessionTimeout)
        let transaction = milliseconds("transaction.timeout.ms", default: Default.transactionTimeout)
        let message = milliseconds("message.timeout.ms", "delivery.timeout.ms", default: Default.messageTimeout)
        let poll = milliseconds("max.poll.interval.ms", default: Default.pollInterval)
        if let unreadable { return unreadable }
        if !(6_000...60_000).contains(session) {
            return """
                session.timeout.ms=\(session) is refused: a dead instance's tasks stand still for that long, and below \
                6 s a pause is taken for death; set it to 6000 to 60000
                """
        }
        if !(2_000...60_000).contains(transaction) {
            return """
                transaction.timeout.ms=\(transaction) is refused: readers wait that long for a dead instance's step, and \
                below 2 s a slow commit is aborted; set it to 2000 to 60000
                """
        }
        if message <= 0 || message >= transaction {
            return """
                message.timeout.ms=\(message) is refused: a record must be given up before its transaction is \
                (transaction.timeout.ms=\(transaction)); set it to less than that
                """
        }
        if poll < session {
            return """
                max.poll.interval.ms=\(poll) is refused: an instance that works on a record would leave the group before \
                one that is dead does (session.timeout.ms=\(session)); set it to at least that
                """
        }
        return nil
    }
}
