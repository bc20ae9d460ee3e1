package import Kafka

// The transaction coordinator: which producers may write, what was decided, and when each partition gets the marker.
extension SimulatedKafka {
    /// Fences the former holder of a transactional id, aborts its open transaction, and waits for the markers.
    func initialise(_ producer: String) -> Int {
        // Without epochs nothing is fenced: both write to the same transaction.
        if let open = openByProducer[producer], !weakness.contains(.noEpochs) { decide(open, commit: false) }
        deliverMarkers(of: producer)
        epochs[producer, default: 0] += 1
        return epochs[producer] ?? 0
    }

    func isCurrent(_ producer: String, _ epoch: Int) -> Bool {
        epochs[producer] == epoch || weakness.contains(.noEpochs)
    }

    /// The producer's open transaction. The first write begins it. Waits for the markers of the one before
    /// (CONCURRENT_TRANSACTIONS, which librdkafka retries).
    func openTransaction(_ producer: String) -> Int {
        if let open = openByProducer[producer] { return open }
        deliverMarkers(of: producer)
        transactions.append(Transaction(producer: producer, began: clock.milliseconds))
        let number = transactions.count - 1
        openByProducer[producer] = number
        note("transaction \(number) of \(producer) begins")
        unfinished.append(number)
        return number
    }

    func hasMarkersOnTheirWay(_ producer: String) -> Bool {
        unfinished.contains { transactions[$0].producer == producer && transactions[$0].outcome != .open }
    }

    /// Commits or aborts, which is final. Readers see it with the marker in each partition.
    func decide(_ transaction: Int, commit: Bool) {
        guard transactions[transaction].outcome == .open else { return }
        openByProducer[transactions[transaction].producer] = nil
        transactions[transaction].outcome = commit ? .committed : .aborted
        note("transaction \(transaction) of \(transactions[transaction].producer) \(commit ? "committed" : "aborted")")
        if pace == .prompt || pace == .buffered { deliverMarkers() }
    }

    // MARK: Markers

    /// Delivers all markers in flight, of one producer or of all.
    package func deliverMarkers(of producer: String? = nil) {
        for number in unfinished where transactions[number].outcome != .open {
            if let producer, transactions[number].producer != producer { continue }
            for place in transactions[number].unmarked.sorted() { deliver(number, place) }
        }
        forgetFinished()
    }

    func deliverSomeMarkers(_ random: inout SeededGenerator) {
        guard !unfinished.isEmpty else { return }
        for number in unfinished where transactions[number].outcome != .open {
            for place in transactions[number].unmarked.sorted() where Int.random(in: 0..<10, using: &random) < 2 {
                deliver(number, place)
            }
        }
        forgetFinished()
    }

    /// Delivers one partition's marker.
    package func deliver(_ number: Int, _ place: TopicPartition) {
        guard transactions[number].unmarked.remove(place) != nil else { return }
        if place == Self.offsetsPlace {
            if transactions[number].outcome == .committed {
                committedOffsets.merge(transactions[number].offsets) { $1 }
            }
            transactions[number].offsets = [:]
        } else {
            logs[place, default: []].append(.marker(transaction: number))
            openAt[place]?[number] = nil
            if openAt[place]?.isEmpty == true { openAt[place] = nil }
        }
    }

    private func forgetFinished() {
        unfinished.removeAll { transactions[$0].outcome != .open && transactions[$0].unmarked.isEmpty }
    }

    // MARK: Offsets

    /// Adds offsets to a transaction. They are pending in the group, and valid with the marker.
    func addOffsets(_ offsets: [TopicPartition: Int64], to transaction: Int) {
        transactions[transaction].offsets.merge(offsets) { $1 }
        transactions[transaction].unmarked.insert(Self.offsetsPlace)
    }

    /// True if offsets of these partitions are pending, so that the group's answer is not stable.
    func hasPendingOffsets(_ partitions: [TopicPartition]) -> Bool {
        unfinished.contains { number in partitions.contains { transactions[number].offsets[$0] != nil } }
    }

    // MARK: Time-outs

    func expire() {
        let now = clock.milliseconds
        for number in unfinished where transactions[number].outcome == .open {
            guard transactions[number].began + transactionTimeout <= now else { continue }
            let producer = transactions[number].producer
            note("transaction \(number) of \(producer) timed out")
            epochs[producer, default: 0] += 1
            decide(number, commit: false)
        }
        expireSessions(now)
    }
}
