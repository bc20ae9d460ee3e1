import Foundation
import Kafka

// How a task comes to its state: assigned → committed offsets → the changelog's end → restore → read.
//
// The end is the read-uncommitted high watermark, captured after the task is ours. The last stable offset would not do:
// a step's marker can reach the offsets topic before it reaches the changelog, so a position may be visible while its
// state is not (KAFKA-10167). Reading committed up to the high watermark waits for exactly that marker.
extension StreamThread {
    /// Goes a stretch of the way, without keeping the group waiting.
    func restoreSome() throws {
        if !assigned.isEmpty { try takeUp() }
        guard tasks.values.contains(where: { !$0.isRunning }) else { return }
        let until = ContinuousClock.now + .milliseconds(50)
        while tasks.values.contains(where: \.isRestoring), .now < until {
            switch try log.pollChangelogs(.milliseconds(20)) {
            case .record(let record): restore(record)
            case .end(let partition, let offset): reached(partition, offset)
            case .failed(let error, let partition):
                // Records below the low watermark are gone from the file's checkpoint on: start over.
                guard error.isOutOfRange, let partition else { throw error }
                try startOver(partition.partition)
            default: break
            }
        }
        if !tasks.isEmpty, tasks.values.allSatisfy({ $0.phase == .restored || $0.isRunning }) { try startTasks() }
    }

    /// Opens the stores of what was assigned and finds out how far each is behind.
    private func takeUp() throws {
        do {
            for partition in assigned.sorted() {
                let changelog = changelog(partition)
                let (low, high) = try log.watermarks(changelog)
                let store = try StateStore(path: configuration.storePath(partition))
                let next: Int64
                if let checkpoint = store.checkpoint, isUsable(checkpoint, low, high) {
                    next = checkpoint.offset
                } else {
                    try store.wipe()
                    next = low
                }
                let task = StreamTask(
                    partition: partition, store: store,
                    phase: next >= high ? .restored : .restoring(next: next, end: high))
                adopt(task)
                pending[partition] = []
                if task.isRestoring { events.restoring(partition, from: next, to: high) }
                assigned.remove(partition)
            }
        } catch let error as KafkaError where error.isRetriable {
            return  // the brokers did not answer; asked again after the next poll
        }
        try readChangelogs()
    }

    /// A checkpoint counts only in the cluster and the stretch of log that it was taken in, and only while every
    /// tombstone written since is still there; else erased children would come back.
    private func isUsable(_ checkpoint: StateStore.Checkpoint, _ low: Int64, _ high: Int64) -> Bool {
        checkpoint.cluster == log.cluster && checkpoint.offset >= low && checkpoint.offset <= high
            && events.now().timeIntervalSince(checkpoint.at) < configuration.checkpointLifetime.inSeconds
    }

    private func readChangelogs() throws {
        var positions: [TopicPartition: Int64] = [:]
        for task in tasks.values {
            if case .restoring(let next, _) = task.phase { positions[changelog(task.partition)] = next }
        }
        try log.readChangelogs(positions)
    }

    private func restore(_ record: Record) {
        guard let task = tasks[record.partition], case .restoring(_, let end) = task.phase, let key = record.key
        else { return }
        if log.showsAborted {
            // Steps that were begun and never finished are dropped: their positions are not there to close them.
            if key == StateKey.stepBegins {
                pending[record.partition] = []
            } else {
                pending[record.partition, default: []].append((key, record.value))
                if key == StateKey.positions {
                    for (key, value) in pending[record.partition] ?? [] { task.store.restore(key, value) }
                    pending[record.partition] = []
                }
            }
        } else if key != StateKey.stepBegins {
            task.store.restore(key, record.value)
        }
        task.phase = .restoring(next: record.offset + 1, end: end)
        events.restored(record.partition, to: record.offset + 1, of: end)
        // Where everything is visible, there is no marker behind the last record to wait for.
        if log.showsAborted, record.offset + 1 >= end { finished(task) }
    }

    /// The end of a changelog is a marker, not a record; only the reader's end of partition tells that it is reached.
    private func reached(_ partition: TopicPartition, _ offset: Int64) {
        guard let task = tasks[partition.partition], case .restoring(_, let end) = task.phase, offset >= end
        else { return }
        finished(task)
    }

    private func finished(_ task: StreamTask) {
        task.phase = .restored
        pending[task.partition] = nil
        events.restoredAll(task.partition)
    }

    private func startOver(_ partition: Int32) throws {
        guard let task = tasks[partition] else { return }
        let (low, high) = try log.watermarks(changelog(partition))
        try task.store.wipe()
        task.phase = .restoring(next: low, end: high)
        try readChangelogs()
    }

    /// All states are complete: find where to read on, and begin.
    private func startTasks() throws {
        do {
            let waiting = tasks.values.filter { $0.phase == .restored }
            guard !waiting.isEmpty else { return }
            try log.readChangelogs([:])
            for task in waiting {
                // The position that lies in the state wins: it is of the same step as the state, and it does not
                // expire with an empty group's offsets.
                let stored = try task.storedPositions() ?? [:]
                let inputs = configuration.inputs.map { TopicPartition(configuration.physical($0), task.partition) }
                let unknown = inputs.filter { stored[$0.topic] == nil }
                // Where a broker takes offsets at once, before the commit, they may run ahead of the records.
                let committed = unknown.isEmpty || log.showsAborted ? [:] : try log.committed(unknown)
                var positions: [String: Int64] = [:]
                for input in inputs {
                    let (low, high) = try log.watermarks(input)
                    let position = stored[input.topic] ?? committed[input] ?? nil
                    if let position, position < low || position > high { events.lost(input, from: position, to: low) }
                    positions[input.topic] = position.map { $0 < low || $0 > high ? low : $0 } ?? low
                }
                try task.start(at: positions)
                try reopenWishes(of: task)
            }
            try readOn()
            events.running(Set(tasks.keys))
        } catch let error as KafkaError where error.isRetriable {
            return  // asked again after the next poll
        }
    }

    func changelog(_ partition: Int32) -> TopicPartition {
        TopicPartition(configuration.physical(configuration.changelog), partition)
    }
}

extension StreamTask {
    var isRestoring: Bool { if case .restoring = phase { true } else { false } }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
