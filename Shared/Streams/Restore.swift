import Foundation
import Kafka

// How a task comes to its state: assigned → the group's offsets → the changelog's end → restore → read.
//
// The group's offsets come first, and are stable ones: asking for them waits for an open transaction of the former owner
// whose offsets were accepted, and whose changelog records may still be on their way (KIP-447). After that, all that belongs
// to these offsets lies below the changelog's end.
//
// The end is the read-uncommitted high watermark. The last stable offset would not do: a step's marker can reach the
// offsets topic before it reaches the changelog, so a position may be visible while its state is not (KAFKA-10167).
// Reading committed up to the high watermark waits for exactly that marker.
extension StreamThread {
    /// Goes a stretch of the way, without keeping the group waiting.
    func restoreSome() throws {
        if !assigned.isEmpty { try openTasks() }
        guard tasks.values.contains(where: { !$0.isRunning }) else { return }
        let now = clock.steady()
        if mayNotGrow(now) { return }
        let until = now + .milliseconds(50)
        while tasks.values.contains(where: \.isRestoring), clock.steady() < until { try restoreStretch() }
        if !tasks.isEmpty, tasks.values.allSatisfy({ $0.phase == .restored || $0.isRunning }) { try startTasks() }
    }

    /// Opens the stores of what was assigned and finds out how far each is behind.
    private func openTasks() throws {
        do {
            let places = assigned.sorted().flatMap { number in inputs.map { TopicPartition($0.physical, number) } }
            // Where a broker takes offsets at once, before the commit, they may run ahead of the records.
            let offsets = log.showsAborted ? [:] : try log.committed(places)
            for partition in assigned.sorted() {
                let groupOffsets = inputs.map { offsets[TopicPartition($0.physical, partition)] ?? nil }
                let (low, high) = try log.watermarks(changelog(partition))
                try openTask(partition, groupOffsets, low, high)
                assigned.remove(partition)
            }
        } catch let error as KafkaError where error.isRetriable {
            events.retrying(error)  // the brokers did not answer; asked again after the next poll
        }
        // Also for what was taken up before that: the reader still stands where an earlier restore has left it.
        try readChangelogs()
    }

    private func openTask(_ partition: Int32, _ groupOffsets: [Int64?], _ low: Int64, _ high: Int64) throws {
        let store = try StateStore(
            path: configuration.storePath(partition), maximumSize: configuration.stateFileLimit)
        let checkpoint = store.checkpoint.flatMap { $0.cluster == log.cluster ? $0 : nil }
        var former: StreamTask.FormerFile?
        var (next, since) = (low, clock.wall())
        if let checkpoint, checkpoint.offset <= high, isUsable(checkpoint, low) {
            (next, since) = (checkpoint.offset, checkpoint.at)
        } else if store.checkpoint != nil {
            // Kept until the changelog is seen to be whole: if it is not, the file is what is left.
            former = .init(path: try store.setAside(), isAhead: checkpoint.map { $0.offset > high } ?? false)
        }
        let task = StreamTask(
            partition: partition, store: store, phase: next >= high ? .restored : .restoring(next: next, end: high),
            groupOffsets: groupOffsets, restoredSince: since, now: clock.steady())
        task.formerFile = former
        tasks[partition] = task
        pending[partition] = StateBatch()
        if task.isRestoring { events.restoring(partition, from: next, to: high) }
    }

    /// A checkpoint counts only in the stretch of log that it was taken in, and only while every tombstone written
    /// since is still there; else erased children would come back. One from the future tells nothing of its age.
    private func isUsable(_ checkpoint: StateStore.Checkpoint, _ low: Int64) -> Bool {
        let age = clock.wall().timeIntervalSince(checkpoint.at)
        return checkpoint.offset >= low && age > -300 && age < configuration.checkpointLifetime.inSeconds
    }

    private func readChangelogs() throws {
        var positions: [TopicPartition: Int64] = [:]
        for task in tasks.values {
            if case .restoring(let next, _) = task.phase { positions[changelog(task.partition)] = next }
        }
        try log.readChangelogs(positions)
    }

    /// Takes records up to the first thing of another kind.
    private func restoreStretch() throws {
        var records = 0
        defer { if records > 0 { reportProgress(records) } }
        for _ in 0..<32 {
            var taken: StreamTask?
            let polled = try log.pollChangelogs(.milliseconds(2)) { taken = restore($0) }
            if let taken {
                records += 1
                try restored(taken)
                continue
            }
            switch polled {
            case .end(let partition, let offset): try reached(partition, offset)
            case .failed(let error, let partition):
                // Records below the low watermark are gone from the file's checkpoint on: start over.
                guard error.isOutOfRange, let partition else { throw error }
                try startOver(partition.partition)
            default:
                if restorePause.isLong() { try readChangelogs() }
            }
            return
        }
    }

    /// - Returns: whose record it was; nil where it is nobody's any more.
    private func restore(_ record: BorrowedRecord) -> StreamTask? {
        guard let task = task(record.partition), case .restoring(_, let end) = task.phase, let key = record.key
        else { return nil }
        let isBegin = StateKey.isOfRuntime(key) && StateKey.stepBegins.borrowed { key.order($0) } == 0
        if log.showsAborted {
            // Steps that were begun and never finished are dropped: their positions are not there to close them.
            if isBegin {
                pending[record.partition] = StateBatch()
            } else {
                pending[record.partition, default: StateBatch()].append(key, record.value)
                if StateKey.positions.borrowed({ key.order($0) }) == 0, let step = pending[record.partition] {
                    step.forEach(in: 0..<step.count) { task.store.restore($0, $1) }
                    pending[record.partition] = StateBatch()
                }
            }
        } else if !isBegin {
            task.store.restore(key, record.value)
        }
        task.phase = .restoring(next: record.offset + 1, end: end)
        return task
    }

    /// What follows from a record that was taken.
    private func restored(_ task: StreamTask) throws {
        restorePause = RestorePause()
        guard case .restoring(let next, let end) = task.phase else { return }
        // Where everything is visible, there is no marker behind the last record to wait for.
        if log.showsAborted, next >= end { return try finished(task, next) }
        if isHeavy(task) { try flushRestored(task, next) }
    }

    /// What was read so far is whole, so a crash on the way goes on from here.
    private func flushRestored(_ task: StreamTask, _ next: Int64) throws {
        guard !isFileFull(task, clock.steady()), pending[task.partition]?.isEmpty ?? true else { return }
        try flush(task, at: checkpoint(next, task.restoredSince))
    }

    private func reportProgress(_ records: Int) {
        events.restored(records)
        for task in tasks.values {
            if case .restoring(let next, let end) = task.phase { events.restored(task.partition, to: next, of: end) }
        }
    }

    /// The end of a changelog is a marker, not a record; only the reader's end of partition tells that it is reached.
    private func reached(_ partition: TopicPartition, _ offset: Int64) throws {
        guard let task = tasks[partition.partition], case .restoring(let next, let end) = task.phase, offset >= end
        else { return }
        try finished(task, next)
    }

    private func finished(_ task: StreamTask, _ next: Int64) throws {
        // Much is cheaper to write at once than to keep in memory entry by entry.
        if task.store.tailSize > 1 << 20 { try flushRestored(task, next) }
        task.store.endRestore()
        task.phase = .restored
        pending[task.partition] = nil
        events.restoredAll(task.partition)
    }

    private func startOver(_ partition: Int32) throws {
        guard let task = tasks[partition] else { return }
        let (low, high) = try log.watermarks(changelog(partition))
        try task.store.wipe()
        task.restoredSince = clock.wall()
        task.phase = .restoring(next: low, end: high)
        try readChangelogs()
    }

    /// All states are complete: find where to read on, and begin.
    private func startTasks() throws {
        do {
            let waiting = inOrder.filter { $0.phase == .restored }
            guard !waiting.isEmpty else { return }
            try log.readChangelogs([:])
            for task in waiting {
                var stored: [String: Int64]
                do { stored = try positionsThatHold(task) } catch let error as TopicsNotReady {
                    // Whatever is done about it begins with what was there.
                    for task in inOrder {
                        if let former = task.formerFile { try task.store.bringBack(former.path) }
                    }
                    throw error
                }
                if let former = task.formerFile { try letGo(of: former, task.partition) }
                task.formerFile = nil
                var (positions, ends): ([Int64], [Int64]) = ([], [])
                for (index, input) in inputs.enumerated() {
                    let place = TopicPartition(input.physical, task.partition)
                    let (low, high) = try log.watermarks(place)
                    let position = stored.removeValue(forKey: input.physical) ?? task.groupOffsets[index]
                    if let position, position < low || position > high { events.lost(place, from: position, to: low) }
                    positions.append(position.map { $0 < low || $0 > high ? low : $0 } ?? low)
                    ends.append(high)
                }
                task.start(at: positions, others: stored, ends: ends)
            }
            try readOn()
            events.running(Set(tasks.keys))
        } catch let error as KafkaError where error.isRetriable {
            return events.retrying(error)  // asked again after the next poll
        }
    }

    /// The positions that lie in the state: they are of the same step as the state, and do not expire with an empty
    /// group's offsets.
    ///
    /// - Throws: ``TopicsNotReady`` where they are missing or behind the group's: then the changelog has lost what the
    ///   group has already seen, and going on would answer from a state that forgot.
    private func positionsThatHold(_ task: StreamTask) throws -> [String: Int64] {
        let stored = try task.storedPositions()
        if let stored, let partitions, stored.partitions > 0, stored.partitions != partitions {
            throw TopicsNotReady(
                "the topics had \(stored.partitions) partitions and have \(partitions) now, so that keys have other tasks "
                    + "than their state; make the topics anew with \(stored.partitions) partitions")
        }
        if task.formerFile?.isAhead == true, stored == nil {
            throw ChangelogLost.error(configuration, task.partition, nil)
        }
        for (input, offset) in zip(inputs, task.groupOffsets) {
            guard let offset, offset > 0, (stored?.offsets[input.physical] ?? -1) < offset else { continue }
            throw ChangelogLost.error(
                configuration, task.partition, (input.physical, offset, stored?.offsets[input.physical]))
        }
        return stored?.offsets ?? [:]
    }

    /// The changelog is whole, or its loss was accepted: a file that only was old has no more use; one that knows more
    /// is evidence.
    private func letGo(of former: StreamTask.FormerFile, _ partition: Int32) throws {
        if former.isAhead { events.setAside(partition, former.path) } else { try StateFile.remove(former.path) }
    }

    func changelog(_ partition: Int32) -> TopicPartition {
        TopicPartition(changelogName, partition)
    }

    func checkpoint(_ offset: Int64, _ at: Date) -> StateStore.Checkpoint {
        StateStore.Checkpoint(offset: offset, cluster: log.cluster, at: at)
    }
}

/// How long nothing has come in a restore.
///
/// When its queue is full, librdkafka asks a partition's broker again after a second (`rd_kafka_toppar_fetch_decide`), though
/// the queue is empty long before. Assigning the partitions again asks at once. Each time in a row the wait is twice as
/// long, so that a slow broker's answer is not thrown away again and again.
struct RestorePause {
    /// Polls of 2 ms that brought nothing.
    private var polls = 0
    private var limit = 3

    /// Counts a poll that brought nothing; true where it is time to ask again.
    mutating func isLong() -> Bool {
        polls += 1
        guard polls >= limit else { return false }
        (polls, limit) = (0, min(limit * 2, 1_024))
        return true
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
