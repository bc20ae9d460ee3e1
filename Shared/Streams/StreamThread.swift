import CloudEvents
import Foundation
package import Kafka

/// One thread of a stream: polls, processes, commits. All of it runs on the thread that calls ``run(until:)``.
///
/// A *step* is one Kafka transaction. The records it processes, what they publish, their changes of state, and the
/// positions after them become visible together or not at all. The order within a step is:
///
///     begin → (record → turn → produce outputs and changelog)* → positions → send offsets → commit → stores
///
/// A crash before the commit leaves an aborted transaction that no reader sees. A crash after it leaves a store that
/// lags behind its changelog, and is restored before the task's next record.
package final class StreamThread {
    /// This thread's number in its instance.
    private let index: Int
    let configuration: StreamsConfiguration
    let log: any Log
    let events: StreamEvents
    let wishes: OpenWishes
    let clock: StreamClock
    let inputs: [Input]
    let processor: any Processor
    let globals: Globals
    private let refresh: () throws -> Void
    /// Reads a global table's topic up to an end.
    let catchUpGlobals: (_ topic: String, _ end: Int64) throws -> Void
    let faults: (FaultPoint) -> Void

    var tasks: [Int32: StreamTask] = [:] { didSet { lastTask = nil } }
    private var lastTask: StreamTask?
    /// Assigned tasks whose stores are not open yet.
    var assigned: Set<Int32> = []
    /// Changelog records of steps whose end has not been read yet. Used only if the broker shows aborted records.
    var pending: [Int32: StateBatch] = [:]
    var restorePause = RestorePause()
    var step: Step?
    let changelogName: String
    private var lastInput: (topic: String, index: Int)?
    private let outputNames: [(logical: String, physical: String)]
    private var lastRecordAt: ContinuousClock.Instant
    /// The task whose reminders fire first in the next pass, so that a task with many does not starve the others.
    private var firstToFire: Int32 = 0
    /// The tasks are about to be given back: every commit proves a checkpoint.
    var isFinishing = false
    /// A step is being redone: it has only one turn.
    private var isRedoing = false
    /// The number of partitions of each input; nil if it is not known.
    let partitions: Int?
    /// The state files cannot be written, and memory is at its limit: no record is processed until they can.
    var isStalled = false

    package init(
        _ processor: any Processor, _ configuration: StreamsConfiguration, log: any Log, globals: Globals,
        refreshGlobals: @escaping () throws -> Void = {},
        catchUpGlobals: @escaping (_ topic: String, _ end: Int64) throws -> Void = { _, _ in }, index: Int = 0,
        partitions: Int? = nil, clock: StreamClock,
        events: StreamEvents,
        wishes: OpenWishes = OpenWishes(),
        faults: @escaping (FaultPoint) -> Void = { _ in }
    ) {
        (self.processor, self.configuration, self.log, self.globals) = (processor, configuration, log, globals)
        (refresh, self.catchUpGlobals) = (refreshGlobals, catchUpGlobals)
        (self.clock, self.events, self.wishes, self.faults) = (clock, events, wishes, faults)
        changelogName = configuration.physical(configuration.changelog)
        inputs = configuration.topology.inputs.map {
            Input(logical: $0.name, physical: configuration.physical($0.name), isFromOutside: $0.isFromOutside)
        }
        outputNames = configuration.outputs.map { ($0, configuration.physical($0)) }
        (self.index, self.partitions) = (index, partitions)
        lastRecordAt = clock.steady()
    }

    /// Runs until `stop` is set, then finishes the open step and gives its tasks back.
    ///
    /// - Throws: what this thread cannot recover from. Its successor starts from what is committed.
    package func run(until stop: StopFlag) throws {
        defer { close() }
        try log.join(inputs.map(\.physical))
        while !stop.isSet { try advance() }
        try attempt { try finish() }
    }

    /// One loop: processes a stretch of records or another poll result, then whatever is due.
    package func advance() throws {
        events.beat(index)
        try refresh()
        try attempt {
            try pollStretch()
            try restoreSome()
            if !isStepOpenForMore { try commitStep() }
            try fireDueReminders()
            if let step, !isStepOpenForMore || step.deadline <= clock.steady() { try commitStep() }
            if step == nil { try betweenSteps() }
        }
    }

    /// Processes records up to the first poll result of another kind. Deadlines are checked between stretches, not
    /// between records: a stretch takes about a millisecond.
    private func pollStretch() throws {
        var polled = try log.poll(patience)
        for _ in 1..<128 {
            switch polled {
            case .record(let record): try receive(record)
            case .end(let partition, let offset): reached(partition, offset)
            default: return try handle(polled)
            }
            guard isStepOpenForMore else { return }
            polled = try log.poll(.zero)
        }
        try handle(polled)
    }

    /// The end is after a transaction marker, not after a record. The position there is committed when idle, so that
    /// lag can reach zero.
    private func reached(_ partition: TopicPartition, _ offset: Int64) {
        guard let task = tasks[partition.partition], task.isReading, let input = input(partition.topic),
            offset > task.positions[input]
        else { return }
        task.advance(input, to: offset)
    }

    /// True if the open step may have another turn. A step that is redone has only one, so that a turn that fails is
    /// known.
    var isStepOpenForMore: Bool {
        guard let step else { return true }
        if isRedoing, step.turns > 0 { return false }
        return step.turns < configuration.recordsPerStep && clock.steady() < step.deadline
    }

    private func betweenSteps() throws {
        let now = clock.steady()
        for task in inOrder where task.resumes(now) { try resumeReading() }
        try commitEndsWhenIdle(now)
        try flushWhatIsDue(now)
        try handOverWishes()
    }

    private func handle(_ polled: Consumer.Polled) throws {
        switch polled {
        case .record(let record): try receive(record)
        case .end(let partition, let offset): reached(partition, offset)
        case .nothing: break
        case .assigned(let partitions): try accept(partitions)
        case .revoked: try giveUp(finishing: true)
        case .lost: try giveUp(finishing: false)
        case .failed(let error, let partition): try resume(partition, after: error)
        }
    }

    /// How long the next poll may wait.
    private var patience: Duration {
        if !assigned.isEmpty || tasks.values.contains(where: { !$0.isRunning }) { return .zero }
        let now = clock.steady()
        if let step { return max(.zero, step.deadline - now) }
        var patience = configuration.idlePoll
        for task in tasks.values {
            if let until = task.pausedUntil { patience = min(patience, until - now) }
            guard task.isCaughtUp, task.isReading, let due = task.nextReminder else { continue }
            patience = min(patience, .seconds(due.timeIntervalSince(clock.wall())))
        }
        return max(.zero, patience)
    }

    /// The tasks in the order of their numbers. Behaviour must not depend on a dictionary's order.
    var inOrder: [StreamTask] { tasks.values.sorted { $0.partition < $1.partition } }

    /// The task with that number. The last one is cached: records come in stretches of one partition.
    func task(_ partition: Int32) -> StreamTask? {
        if let lastTask, lastTask.partition == partition { return lastTask }
        lastTask = tasks[partition]
        return lastTask
    }

    /// The index of `topic` among the inputs. The last one is cached: records come in stretches of one topic, with the
    /// same string.
    func input(_ topic: String) -> Int? {
        if let lastInput, lastInput.topic == topic { return lastInput.index }
        guard let index = inputs.firstIndex(where: { $0.physical == topic }) else { return nil }
        lastInput = (topic, index)
        return index
    }

    /// An output's name on the broker. A linear search is enough: outputs are few, and the same string is found by its
    /// address.
    ///
    /// - Throws: ``Undeclared``
    func physical(_ name: String) throws(Undeclared) -> String {
        if let known = outputNames.first(where: { $0.logical == name }) { return known.physical }
        guard configuration.topology.isOfFamily(name) else {
            throw Undeclared(configuration.application, publishesTo: name)
        }
        return configuration.physical(name)
    }

    // MARK: Turns

    private func receive(_ record: Record) throws {
        // Skips records of revoked partitions, and records that were processed already.
        guard let task = task(record.partition), task.isReading, let input = input(record.topic),
            record.offset >= task.positions[input]
        else { return }
        try begin(task)
        faults(.beforeProduce)
        let trigger = StreamTask.Trigger.record(input: input, offset: record.offset)
        try process(record, input, trigger, task)
        task.advance(input, to: record.offset + 1)
        took(trigger, task)
        lastRecordAt = clock.steady()
    }

    /// Fires the reminders that are due now, until the step is full. Reminders that become due meanwhile fire in the
    /// next pass.
    private func fireDueReminders() throws {
        let now = clock.wall()
        let order = inOrder
        let first = order.firstIndex { $0.partition >= firstToFire } ?? 0
        for task in order[first...] + order[..<first] where task.isReading && task.isCaughtUp && !isStalled {
            while isStepOpenForMore, let reminder = try task.dueReminder(now) {
                try begin(task)
                let trigger = StreamTask.Trigger.reminder(reminder)
                step?.last = (task.partition, trigger)
                try fire(reminder, trigger, task)
                took(trigger, task)
            }
            guard isStepOpenForMore else {
                firstToFire = task.partition + 1
                return
            }
        }
    }

    private func took(_ trigger: StreamTask.Trigger, _ task: StreamTask) {
        step?.turns += 1
        task.tookTurn()
    }

    // MARK: Steps

    func begin(_ task: StreamTask) throws {
        if step == nil {
            try log.begin()
            let now = clock.steady()
            step = Step(began: now, deadline: now + configuration.commitInterval)
        }
        if log.showsAborted, step?.opened.insert(task.partition).inserted == true {
            try log.produce(changelog(task, StateKey.stepBegins, StateValue.encode([])))
        }
        task.touch()
    }

    func changelog(_ task: StreamTask, _ key: Bytes, _ value: Bytes?) -> ProducerRecord {
        ProducerRecord(topic: changelogName, partition: task.partition, key: key, value: value)
    }

    /// Commits the open step in Kafka, and then in the stores.
    package func commitStep() throws {
        guard let step else { return }
        let touched = inOrder.filter(\.isTouched)
        // If aborted records are visible, the positions must not become visible before the records that they cover.
        if log.showsAborted { try log.flush() }
        var offsets: [TopicPartition: Int64] = [:]
        for task in touched {
            var byName = task.otherPositions
            for (input, offset) in zip(inputs, task.positions) {
                byName[input.physical] = offset
                offsets[TopicPartition(input.physical, task.partition)] = offset
            }
            let positions = StoredPositions(byName, partitions: partitions ?? 0).encoded
            try log.produce(changelog(task, StateKey.positions, positions))
            task.store.write(StateKey.positions, positions)
        }
        if log.showsAborted { try log.flush() }
        faults(.afterProduce)
        let ends = endsBeforeCommit(of: touched)
        try log.sendOffsets(offsets)
        faults(.afterOffsets)
        faults(.duringCommit)
        try log.commit()
        faults(.afterCommit)
        self.step = nil
        for task in touched {
            task.stepCommitted()
            if let end = ends[task.partition] { task.proven = end }
        }
        isRedoing = tasks.values.contains { $0.redo > 0 }
        try note(step.wishes)
        events.committed(records: step.turns, took: clock.steady() - step.began)
        for (partition, offset) in offsets {
            if let end = log.knownEnd(partition) { events.lag(partition, max(0, end - offset)) }
        }
    }

    /// Aborts the open step. Nobody has seen any of it. Its records will be read again, and processed one a step.
    func abortStep() throws {
        guard let step else { return }
        self.step = nil
        for task in tasks.values where task.isTouched { task.stepAborted() }
        globals.keyring?.dropMade()
        isRedoing = tasks.values.contains { $0.redo > 0 }
        try log.abort()
        events.aborted(records: step.turns)
    }

    /// Runs `body`. Handles errors that only cost the open step; throws the rest.
    ///
    /// If a step of one turn fails and Kafka blames the record, the turn is redone and ends in the dead letters. Any
    /// other failure is not the record's fault: the task waits, a little longer each time, and the other tasks
    /// continue.
    func attempt(_ body: () throws -> Void) throws {
        do { try body() } catch let error where StateStore.isCorrupt(error) {
            // It is not known which file it was, so all are restored.
            for task in tasks.values { task.store.markCorrupt() }
            throw error
        } catch let error as KafkaError where error.isAbortable || error.isAboutTheRecord {
            events.retrying(error)
            let alone = step.flatMap { $0.turns <= 1 ? $0.last : nil }
            try abortStep()
            lastRecordAt = clock.steady()
            if let alone, let task = tasks[alone.task] { blame(alone.trigger, of: task, for: error) }
            try resumeReading()
        }
    }

    private func blame(_ trigger: StreamTask.Trigger, of task: StreamTask, for error: KafkaError) {
        let earlier = task.refused[trigger]
        guard error.isAboutTheRecord, earlier?.isWholeRefused != true else { return task.pause(clock.steady()) }
        task.refused[trigger] = StreamTask.Refusal(
            reason: earlier?.reason ?? error.message, isWholeRefused: earlier != nil)
    }

    private func commitEndsWhenIdle(_ now: ContinuousClock.Instant) throws {
        guard lastRecordAt + configuration.idlePoll < now else { return }
        for task in inOrder where task.isReading && task.positions != task.committed { try begin(task) }
        try commitStep()
    }

    /// Closes the state files without a checkpoint, as if the process had ended.
    package func abandon() {
        for task in tasks.values { task.store.close() }
        tasks = [:]
    }

    private func close() {
        events.released(assigned.union(tasks.keys))
        for partition in tasks.keys { wishes.release(partition) }
        abandon()
        log.close()
    }
}
