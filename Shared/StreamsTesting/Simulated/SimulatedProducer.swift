import Kafka

/// A transactional producer that behaves like librdkafka 2.0.2: `produce` only buffers, and a later call reports a
/// record's error.
///
/// States and errors follow `rdkafka_txnmgr.c`. In the abortable state `produce` returns `_STATE` without the cause,
/// while sending offsets and committing return the error itself. A fatal error is permanent.
package final class SimulatedProducer {
    private enum State { case ready, open, abortable(KafkaError), fatal(KafkaError) }

    let name: String
    private let epoch: Int
    private let kafka: SimulatedKafka
    private var state = State.ready
    private var queues: [TopicPartition: [ProducerRecord]] = [:]
    /// The transaction that the coordinator knows of; nil if there is nothing to end.
    private var transaction: Int?
    private var failed = 0
    /// A commit was sent whose answer is not awaited any more.
    private var commitOnItsWay = false
    /// The process is dead. What it has sent still arrives.
    var isGone = false

    init(_ kafka: SimulatedKafka, _ name: String) {
        (self.kafka, self.name) = (kafka, name)
        epoch = kafka.initialise(name)
        kafka.producers.removeAll { $0.isSpent }
        kafka.producers.append(self)
    }

    private var isSpent: Bool { isGone && queues.isEmpty && !commitOnItsWay }

    // MARK: The calls

    func begin() throws(KafkaError) {
        try check()
        guard case .ready = state else { throw KafkaError(simulated: "_STATE", "begin a transaction") }
        (state, transaction, failed) = (.open, nil, 0)
    }

    func produce(_ record: ProducerRecord) throws(KafkaError) {
        if case .fatal = state { throw KafkaError(simulated: "_FATAL", "produce to \(record.topic)") }
        guard case .open = state else {
            throw KafkaError(simulated: "_STATE", "produce to \(record.topic)", isAbortable: true)
        }
        if record.bytes > kafka.clientLimit {
            throw KafkaError(simulated: "MSG_SIZE_TOO_LARGE", "produce to \(record.topic)")
        }
        queues[kafka.place(record), default: []].append(record)
    }

    func flush() throws(KafkaError) { sendAll() }

    /// - Parameter refusal: the group's error for this membership. Called when the request arrives.
    func sendOffsets(_ offsets: [TopicPartition: Int64], refusal: () -> String?) throws(KafkaError) {
        try checkOpen("send offsets to the transaction")
        guard !offsets.isEmpty else { return }
        if kafka.fails {
            // AddOffsetsToTxn or TxnOffsetCommit was retried until the time-out.
            throw fail(KafkaError(simulated: "_TIMED_OUT", isAbortable: true))
        }
        guard kafka.isCurrent(name, epoch) else { throw fence() }
        let open = kafka.openTransaction(name)
        transaction = open
        if let refusal = refusal() {
            kafka.note("\(name): offsets refused, \(refusal)")
            throw fail(KafkaError(simulated: refusal, isAbortable: true))
        }
        kafka.addOffsets(offsets, to: open)
    }

    /// - Parameter pause: called between the flush and the decision, when other instances may act.
    func commit(pause: () -> Void) throws(KafkaError) {
        try checkOpen("commit the transaction")
        sendAll()
        try checkOpen("commit the transaction")
        if failed > 0 { throw fail(KafkaError(simulated: "_INCONSISTENT", isAbortable: true)) }
        pause()
        try checkOpen("commit the transaction")
        guard let transaction else { return state = .ready }  // nothing was written, so no request is sent
        guard kafka.isCurrent(name, epoch) else { throw fence() }
        guard kafka.openByProducer[name] == transaction else {
            throw die(KafkaError(simulated: "INVALID_TXN_STATE", isFatal: true))
        }
        let isLost = kafka.fails
        switch isLost ? Int.random(in: 0..<3, using: &kafka.random) : 0 {
        case 1: break  // the request never arrives
        case 2: commitOnItsWay = true
        default: kafka.decide(transaction, commit: true)
        }
        state = .ready
        // Resumed three times and never answered: the caller cannot know the outcome.
        if isLost { throw die(KafkaError(simulated: "_TIMED_OUT", isRetriable: true)) }
    }

    func abort() throws(KafkaError) {
        try check()
        if case .ready = state { throw KafkaError(simulated: "_STATE", "abort the transaction") }
        // Records in flight arrive; queued records do not.
        if kafka.pace == .seeded { send { _ in Int.random(in: 0...2, using: &kafka.random) } }
        try check()
        queues = [:]
        if let transaction {
            guard kafka.isCurrent(name, epoch) else { throw fence() }
            if kafka.fails { throw die(KafkaError(simulated: "_TIMED_OUT", isRetriable: true)) }
            kafka.decide(transaction, commit: false)
        }
        (state, transaction) = (.ready, nil)
    }

    /// A record fails, as the broker or the client may fail it. This call or the next one reports it.
    package func failAbortably(_ name: String) { _ = fail(KafkaError(simulated: name, isAbortable: true)) }

    // MARK: The network

    /// Delivers some of the buffered records, in order within each partition.
    func sendSome(_ random: inout SeededGenerator) {
        if commitOnItsWay, Int.random(in: 0..<20, using: &random) == 0 {
            commitOnItsWay = false
            if let transaction, kafka.isCurrent(name, epoch), kafka.openByProducer[name] == transaction {
                kafka.decide(transaction, commit: true)
            }
        }
        guard !queues.isEmpty, !kafka.hasMarkersOnTheirWay(name) else { return }
        if isGone, Int.random(in: 0..<40, using: &random) == 0 { queues = [:] }  // its connections are closed
        send { _ in Int.random(in: 0..<12, using: &random) < 3 ? Int.random(in: 1...3, using: &random) : 0 }
    }

    /// Delivers all buffered records.
    func sendAll() { send { _ in .max } }

    private func send(_ count: (TopicPartition) -> Int) {
        for place in queues.keys.sorted() {
            var left = count(place)
            while left > 0, let record = queues[place]?.first {
                queues[place]?.removeFirst()
                if queues[place]?.isEmpty == true { queues[place] = nil }
                arrive(record)
                left -= 1
            }
        }
    }

    private func arrive(_ record: ProducerRecord) {
        guard kafka.isCurrent(name, epoch) else { return _ = fence() }
        if let refusal = record.bytes > kafka.brokerLimit ? "MSG_SIZE_TOO_LARGE" : kafka.refuses(record) {
            return failAbortably(refusal)
        }
        if kafka.fails {
            // Either the broker refuses the record, or the client gives it up and only the commit reports that.
            if kafka.chance(500) { failAbortably("NOT_ENOUGH_REPLICAS") } else { failed += 1 }
            return
        }
        let open = kafka.openTransaction(name)
        transaction = open
        kafka.append(record, transaction: open)
    }

    // MARK: States

    private func check() throws(KafkaError) {
        if case .fatal(let error) = state { throw error }
    }

    private func checkOpen(_ doing: String) throws(KafkaError) {
        switch state {
        case .open: return
        case .ready: throw KafkaError(simulated: "_STATE", doing)
        case .abortable(let error), .fatal(let error): throw error
        }
    }

    /// The transaction must be aborted. Purges the queues.
    private func fail(_ error: KafkaError) -> KafkaError {
        guard case .open = state else { return error }
        (state, queues) = (.abortable(error), [:])
        return error
    }

    private func fence() -> KafkaError {
        kafka.note("\(name): fenced")
        return die(KafkaError(simulated: "_FENCED", isFatal: true))
    }

    private func die(_ error: KafkaError) -> KafkaError {
        (state, queues) = (.fatal(error), [:])
        return error
    }
}

extension ProducerRecord {
    /// About the record's size in a batch.
    var bytes: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + $1.value.count }
    }
}
