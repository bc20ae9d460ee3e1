import Kafka

// When committed changes are flushed to the state files. A file may lag, because the changelog has everything; it must
// never claim to hold what it does not.
//
// A checkpoint's offset must be read before a commit of our own that Kafka accepted. Kafka accepts a step's offsets
// only from the group's current owner, so all committed records below an end that was read before are ours or our
// predecessors'. An end that is read after the commit proves nothing: a thread that stood still for a while would stamp
// its file with what its successor has written.
extension StreamThread {
    /// The changelogs' ends for the tasks whose files are due for a flush, read inside the step.
    func endsBeforeCommit(of touched: [StreamTask]) -> [Int32: StateStore.Checkpoint] {
        let now = clock.steady()
        var ends: [Int32: StateStore.Checkpoint] = [:]
        for task in touched where task.isRunning && (isFinishing || isDue(task, now)) {
            do {
                let at = clock.wall()
                ends[task.partition] = checkpoint(try log.watermarks(changelog(task.partition)).high, at)
            } catch {
                events.notFlushed(task.partition, error)
                break  // requests for the others would fail as well
            }
        }
        return ends
    }

    /// Flushes the files that are due. An idle task first commits an empty step, which proves that the task is still
    /// ours.
    func flushWhatIsDue(_ now: ContinuousClock.Instant) throws {
        for task in inOrder where task.isRunning && task.proven == nil && isDue(task, now) {
            task.flushedAt = now
            try begin(task)
            task.isFlushDue = true
        }
        if step != nil { try commitStep() }
        for task in inOrder where task.isRunning {
            if let proven = task.proven { try flush(task, at: proven) }
        }
        try stallWhileFull(now)
    }

    /// Commits the open step and flushes all files. The tasks are given back after it.
    func finish() throws {
        isFinishing = true
        defer { isFinishing = false }
        for task in inOrder where task.isRunning && task.store.hasTail { try begin(task) }
        try commitStep()
        for task in inOrder { if let proven = task.proven { try flush(task, at: proven) } }
    }

    /// True if memory is short, the file is old, or its checkpoint will soon expire.
    private func isDue(_ task: StreamTask, _ now: ContinuousClock.Instant) -> Bool {
        if task.isFlushDue { return true }
        if isFileFull(task, now) { return false }
        if task.store.hasTail, isHeavy(task) || task.flushedAt + configuration.flushInterval < now { return true }
        return task.flushedAt + configuration.checkpointLifetime / 4 < now
    }

    /// The tails of all tasks together are bounded. When they exceed the limit, the larger ones are flushed.
    func isHeavy(_ task: StreamTask) -> Bool {
        let size = task.store.tailSize
        guard size * tasks.count > configuration.tailLimit else { return false }
        return tailSize > configuration.tailLimit
    }

    private var tailSize: Int { tasks.values.reduce(0) { $0 + $1.store.tailSize } }

    /// - Throws: `StateFileError.corrupt`. The file is not trusted any more, and the restarted thread restores it.
    func flush(_ task: StreamTask, at checkpoint: StateStore.Checkpoint) throws {
        task.flushedAt = clock.steady()
        task.proven = nil
        task.isFlushDue = false
        do {
            try task.store.flush(checkpoint, insideCommit: { faults(.insideStoreCommit) })
            if task.fileIsFullUntil != nil { events.fileHasRoom(task.partition) }
            task.fileIsFullUntil = nil
        } catch let error where StateStore.isCorrupt(error) {
            task.store.markCorrupt()
            throw error
        } catch {
            // The file lags. The changelog has everything, and memory has what the file lacks.
            if StateStore.isFull(error) { task.fileIsFullUntil = clock.steady() + .seconds(5) }
            events.notFlushed(task.partition, error)
        }
    }

    /// The disk was full in the last 5 s.
    func isFileFull(_ task: StreamTask, _ now: ContinuousClock.Instant) -> Bool {
        task.fileIsFullUntil.map { now < $0 } ?? false
    }

    /// True if files cannot be written and memory is at its limit: four times the tails' limit.
    func mayNotGrow(_ now: ContinuousClock.Instant) -> Bool {
        tasks.values.contains { $0.fileIsFullUntil != nil } && tailSize > 4 * configuration.tailLimit
    }

    /// Stops processing records while memory may not grow, and continues when a file could be written.
    private func stallWhileFull(_ now: ContinuousClock.Instant) throws {
        let stalls = mayNotGrow(now)
        guard stalls != isStalled else { return }
        isStalled = stalls
        events.stalled(stalls)
        try resumeReading()
    }
}
