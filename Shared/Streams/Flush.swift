import Kafka

// When the state files take over what is committed. The changelog has it all, so a file may lag; it must never claim to
// hold what it does not.
//
// A checkpoint's offset must come from before a commit of our own that Kafka accepted. Kafka accepts a step's offsets only
// from the group's current owner, so all committed records below an end that was seen before are ours or of our
// predecessors. An end that is looked up afterwards proves nothing: a thread that stood still would stamp its file with
// what its successor has written.
extension StreamThread {
    /// The changelogs' ends for those tasks whose files are due, asked for inside the step.
    func endsBeforeCommit(of touched: [StreamTask]) -> [Int32: StateStore.Checkpoint] {
        let now = clock.steady()
        var ends: [Int32: StateStore.Checkpoint] = [:]
        for task in touched where task.isRunning && (isFinishing || isDue(task, now)) {
            do {
                let at = clock.wall()
                ends[task.partition] = checkpoint(try log.watermarks(changelog(task.partition)).high, at)
            } catch {
                events.notFlushed(task.partition, error)
                break  // the others would be asked in vain as well
            }
        }
        return ends
    }

    /// Brings up to date the files of which it is time. A task that rests makes an empty step first, which proves that it
    /// is still ours.
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

    /// Ends the open step and brings all files up to date; the tasks are given back after it.
    func finish() throws {
        isFinishing = true
        defer { isFinishing = false }
        for task in inOrder where task.isRunning && task.store.hasTail { try begin(task) }
        try commitStep()
        for task in inOrder { if let proven = task.proven { try flush(task, at: proven) } }
    }

    /// Memory is short, the file is old, or its checkpoint is about to lose its worth.
    private func isDue(_ task: StreamTask, _ now: ContinuousClock.Instant) -> Bool {
        if task.isFlushDue { return true }
        if isFileFull(task, now) { return false }
        if task.store.hasTail, isHeavy(task) || task.flushedAt + configuration.flushInterval < now { return true }
        return task.flushedAt + configuration.checkpointLifetime / 4 < now
    }

    /// The thread's tails together are bounded; the largest is flushed first.
    func isHeavy(_ task: StreamTask) -> Bool {
        let size = task.store.tailSize
        guard size * tasks.count > configuration.tailLimit else { return false }
        return tailSize > configuration.tailLimit
    }

    private var tailSize: Int { tasks.values.reduce(0) { $0 + $1.store.tailSize } }

    /// - Throws: `StateFileError.corrupt`: the file is not trusted any more, and the thread that is built anew restores it.
    func flush(_ task: StreamTask, at checkpoint: StateStore.Checkpoint) throws {
        task.flushedAt = clock.steady()
        task.proven = nil
        task.isFlushDue = false
        do {
            try task.store.flush(checkpoint, insideCommit: { faults(.insideStoreCommit) })
            if task.fileIsFullUntil != nil { events.fileHasRoom(task.partition) }
            task.fileIsFullUntil = nil
        } catch let error where StateStore.isCorrupt(error) {
            task.store.distrust()
            throw error
        } catch {
            // The changelog has it all; the file lags, and memory holds what it lacks.
            if StateStore.isFull(error) { task.fileIsFullUntil = clock.steady() + .seconds(5) }
            events.notFlushed(task.partition, error)
        }
    }

    /// The disk was full a moment ago.
    func isFileFull(_ task: StreamTask, _ now: ContinuousClock.Instant) -> Bool {
        task.fileIsFullUntil.map { now < $0 } ?? false
    }

    /// Files cannot be written, and memory holds all that it may: four times the tails' limit.
    func mayNotGrow(_ now: ContinuousClock.Instant) -> Bool {
        tasks.values.contains { $0.fileIsFullUntil != nil } && tailSize > 4 * configuration.tailLimit
    }

    /// Takes no more records while memory may not grow, and goes on when a file could be written.
    private func stallWhileFull(_ now: ContinuousClock.Instant) throws {
        let stalls = mayNotGrow(now)
        guard stalls != isStalled else { return }
        isStalled = stalls
        events.stalled(stalls)
        try readOn()
    }
}
