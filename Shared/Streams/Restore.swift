import Foundation
import Kafka

// How a task gets its state: assigned → the group's offsets → the changelog's end → restore → read.
//
// The group's stable offsets are fetched first. That waits for an open transaction of the former owner whose offsets
// were accepted and whose changelog records may still be in flight (KIP-447). After that, all records that belong to
// these offsets lie below the changelog's end.
//
// The end is the read-uncommitted high watermark. The last stable offset would be too early: a step's marker can reach
// the offsets topic before it reaches the changelog, so a position may be visible while its state is not (KAFKA-10167).
// Reading committed records up to the high watermark waits for exactly that marker.
extension StreamThread {
    /// Restores for at most about 50 ms, so that the group's polls are not delayed.
    func restoreSome() throws {
        if !assigned.isEmpty { try openTasks() }
        guard tasks.values.contains(where: { !$0.isRunning }) else { return }
        let now = clock.steady()
        if mayNotGrow(now) { return }
        let until = now + .milliseconds(50)
        while tasks.values.contains(where: \.isRestoring), clock.steady() < until { try restoreStretch() }
        if !tasks.isEmpty, tasks.values.allSatisfy({ $0.phase == .restored || $0.isRunning }) { try startTasks() }
    }

    /// Opens the stores of the assigned tasks and finds out how far each lags behind.
    private func openTasks() throws {
        do {
            let places = assigned.sorted().flatMap { number in inputs.map { TopicPartition($0.physical, number) } }
            // A broker that shows aborted records stores offsets at once, before the commit. They may be ahead of the
            // records.
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
        // Also needed for tasks that were opened before an error: the reader still has the positions of an earlier
        // restore.
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
            // Kept until the changelog is known to be complete. If it is not, this file is all that is left.
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

    /// True if the checkpoint lies inside the changelog, and every tombstone written since is still there. Otherwise
    /// deleted keys would come back. The age of a checkpoint from the future is unknown.
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

    /// Restores records up to the first poll result of another kind.
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
                // Records after the file's checkpoint have been deleted: start over at the low watermark.
                guard error.isOutOfRange, let partition else { throw error }
                try startOver(partition.partition)
            default:
                if restorePause.isLong() { try readChangelogs() }
            }
            return
        }
    }

    /// - Returns: the record's task; nil if that is not restoring here.
    private func restore(_ record: BorrowedRecord) -> StreamTask? {
        guard let task = task(record.partition), case .restoring(_, let end) = task.phase, let key = record.key
        else { return nil }
        let isBegin = StateKey.isOfRuntime(key) && StateKey.stepBegins.borrowed { key.order($0) } == 0
        if log.showsAborted {
            // A step's positions are its last record. A step without them was never finished, and is dropped when the
            // next one begins.
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

    /// Called after a record was restored.
    private func restored(_ task: StreamTask) throws {
        restorePause = RestorePause()
        guard case .restoring(let next, let end) = task.phase else { return }
        // If aborted records are visible, there is no marker after the last record to wait for.
        if log.showsAborted, next >= end { return try finished(task, next) }
        if isHeavy(task) { try flushRestored(task, next) }
    }

    /// Flushes what was restored so far, so that a restore continues from here after a crash.
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

    /// The end of a changelog is a marker, not a record. Only the reader's end-of-partition says that it is reached.
    private func reached(_ partition: TopicPartition, _ offset: Int64) throws {
        guard let task = tasks[partition.partition], case .restoring(let next, let end) = task.phase, offset >= end
        else { return }
        try finished(task, next)
    }

    private func finished(_ task: StreamTask, _ next: Int64) throws {
        // Many entries are cheaper to flush at once than to keep in memory one by one.
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

    /// Starts the tasks that are restored, each at its stored positions.
    private func startTasks() throws {
        do {
            let waiting = inOrder.filter { $0.phase == .restored }
            guard !waiting.isEmpty else { return }
            try log.readChangelogs([:])
            for task in waiting {
                var stored: [String: Int64]
                do { stored = try positionsThatHold(task) } catch let error as TopicsNotReady {
                    // Brings back the former files: whatever is done next must start with what was there.
                    for task in inOrder {
                        if let former = task.formerFile { try task.store.restoreFormerFile(former.path) }
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
            try resumeReading()
            events.running(Set(tasks.keys))
        } catch let error as KafkaError where error.isRetriable {
            return events.retrying(error)  // asked again after the next poll
        }
    }

    /// The positions stored in the state. They belong to the same step as the state, and do not expire with an empty
    /// group's offsets.
    ///
    /// - Throws: ``TopicsNotReady`` if they are missing or behind the group's. The changelog has then lost records that
    ///   the group has already processed, and the task would answer from an incomplete state.
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

    /// The changelog is complete, or its loss was accepted. Deletes a file that was merely old; keeps one that is ahead
    /// of the changelog, as evidence.
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

/// Counts how long a restore has received nothing.
///
/// When its queue is full, librdkafka waits a second before it fetches from the partition again
/// (`rd_kafka_toppar_fetch_decide`), though the queue is empty long before. Assigning the partitions again fetches at
/// once. The wait doubles each time, so that a slow broker's answer is not discarded again and again.
struct RestorePause {
    /// Polls of 2 ms that returned nothing.
    private var polls = 0
    private var limit = 3

    /// Counts a poll that returned nothing; true if it is time to assign again.
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
