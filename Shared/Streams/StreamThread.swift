import Codec
import Foundation
import Kafka
import Logging

/// One thread of a stream: polls, processes, commits. Everything of it happens on the thread that calls ``run(until:)``.
///
/// A *step* is one Kafka transaction: the records taken in it, what they made the processor publish, the changes of
/// state, and the positions after it become visible together or not at all. The order within a step is:
///
///     begin → (record → turn → produce outputs and changelog)* → positions → send offsets → commit → stores
///
/// A crash before the commit leaves an aborted transaction that no reader sees; a crash after it leaves a store that
/// lags behind its changelog, and is caught up before the task's next record.
package final class StreamThread<P: Processor> {
    let configuration: StreamsConfiguration
    let log: any Log
    let events: StreamEvents
    private let processor: P
    private let directory: any DirectorySource
    private let clock: @Sendable () -> Date
    private let faults: (FaultPoint) -> Void

    var tasks: [Int32: StreamTask] = [:]
    /// Partitions that the group gave us and whose state is not taken up yet.
    var assigned: Set<Int32> = []
    /// Changelog records of steps whose end has not been restored yet, where aborted ones are not hidden.
    var pending: [Int32: [(key: Bytes, value: Bytes?)]] = [:]
    var step: Step?
    private var physicalNames: [String: String] = [:]
    private var logicalNames: [String: String] = [:]
    /// While set, each record is a step of its own, so that one that fails is known by itself.
    var redoing: [TopicPartition: Int64] = [:]
    private var poisoned: [TopicPartition: (offset: Int64, reason: String)] = [:]
    /// Ends of inputs that lie behind a marker, not a record; committed when idle so that lag can reach zero.
    var ends: [TopicPartition: Int64] = [:]
    private var lastRecordAt = ContinuousClock.now

    /// What is done since the transaction began.
    struct Step {
        let deadline: ContinuousClock.Instant
        let began = ContinuousClock.now
        var records = 0
        var last: (TopicPartition, offset: Int64)?
        var wishes: [Wish] = []
        var opened: Set<Int32> = []
    }

    package init(
        _ processor: P, _ configuration: StreamsConfiguration, log: any Log, directory: any DirectorySource,
        clock: @escaping @Sendable () -> Date, events: StreamEvents, faults: @escaping (FaultPoint) -> Void = { _ in }
    ) {
        (self.processor, self.configuration, self.log, self.directory) = (processor, configuration, log, directory)
        (self.clock, self.events, self.faults) = (clock, events, faults)
    }

    /// Works until `stop` is set, then finishes the open step and gives its tasks back.
    ///
    /// - Throws: what this thread cannot go on from; its successor starts from what is committed.
    package func run(until stop: StopFlag) throws {
        defer { close() }
        try log.join(configuration.inputs.map(configuration.physical))
        while !stop.isSet { try advance() }
        try attempt { try commitStep() }
        for task in tasks.values { flush(task) }
    }

    /// Takes what happens next: a stretch of records, or something else; then whatever is due.
    package func advance() throws {
        events.beat()
        try directory.refresh()
        try attempt {
            var polled = try log.poll(patience)
            // What is due is looked at between stretches, not between records: a stretch takes a millisecond or so.
            for _ in 1..<stretch {
                guard case .record(let record) = polled else { break }
                try take(record)
                polled = try log.poll(.zero)
            }
            try handle(polled)
            try restoreSome()
            try fireDueReminders()
            try commitEndsWhenIdle()
            if let step, step.deadline <= .now || step.records >= configuration.recordsPerStep || !redoing.isEmpty {
                try commitStep()
            }
        }
        for task in tasks.values where step == nil && task.store.hasTail {
            if task.store.isHeavy || task.flushedAt + configuration.flushInterval < .now { flush(task) }
        }
    }

    /// The most records in a row: one while a step is being redone, so that a record which fails is known by itself.
    private var stretch: Int {
        redoing.isEmpty ? max(1, min(128, configuration.recordsPerStep - (step?.records ?? 0))) : 1
    }

    private func handle(_ polled: Consumer.Polled) throws {
        switch polled {
        case .record(let record): try take(record)
        case .end(let partition, let offset):
            ends[partition] = offset
            // All below has been taken again, also where the step that is redone ended behind a marker.
            if let until = redoing[partition], offset >= until { redoing[partition] = nil }
        case .assigned(let partitions): try accept(partitions)
        case .revoked: try giveUp(finishing: true)
        case .lost: try giveUp(finishing: false)
        case .failed(let error, let partition): try resume(partition, after: error)
        case .nothing: break
        }
    }

    /// How long the next poll may wait.
    private var patience: Duration {
        if !assigned.isEmpty || tasks.values.contains(where: { !$0.isRunning }) { return .zero }
        if let step { return max(.zero, step.deadline - .now) }
        let due = tasks.values.compactMap(\.nextReminder).min()
        guard let due else { return configuration.idlePoll }
        return max(.zero, min(configuration.idlePoll, .seconds(due.timeIntervalSince(clock()))))
    }

    // MARK: Turns

    private func take(_ record: Record) throws {
        let position = record.topicPartition
        // What is not ours any more, or already taken, is nothing to us.
        guard let task = tasks[record.partition], task.isRunning, let next = task.positions[record.topic],
            record.offset >= next
        else { return }
        try begin(task)
        faults(.beforeProduce)
        step?.last = (position, record.offset)
        if let poison = poisoned[position], poison.offset == record.offset {
            try bury(record, poison.reason)
            poisoned[position] = nil
        } else {
            do {
                try apply(try turn(record, task), task)
            } catch let error as KafkaError {
                throw error
            } catch let error where Self.isWorlds(error) {
                throw error
            } catch {
                if let error = error as? Undecodable { try answer(record, error, task) }
                try bury(record, "\(error)")
            }
        }
        task.positions[record.topic] = record.offset + 1
        step?.records += 1
        lastRecordAt = .now
        ends[position] = nil
        if let until = redoing[position], record.offset + 1 >= until { redoing[position] = nil }
    }

    private func turn(_ record: Record, _ task: StreamTask) throws -> Turn {
        let now = clock()
        // A record without a time of its own came just now.
        let received = record.timestamp < 0 ? now : Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        let event = try Event(headers: record.headers, value: record.value, received: received)
        guard let key = String(validating: record.key ?? [], as: UTF8.self) else {
            throw Undecodable("key", "not UTF-8")
        }
        let topic = logical(record.topic)
        var turn = Turn(
            now: now, received: received, topic: topic, position: "\(topic)/\(record.partition)/\(record.offset)",
            key: key,
            cause: Turn.Cause(
                id: event.id, source: event.source, correlation: event.correlation ?? event.id,
                subject: event.subject, traceparent: event.traceparent),
            directory: directory.current, application: configuration.application, state: task.store)
        try processor.process(event, in: &turn)
        return turn
    }

    /// Lets the processor answer what it could not read, in a turn that the record's position has caused.
    private func answer(_ record: Record, _ error: Undecodable, _ task: StreamTask) throws {
        func claimed(_ name: String) -> String? {
            record.headers[name].flatMap { String(validating: $0, as: UTF8.self) }
        }
        let topic = logical(record.topic)
        let unreadable = Unreadable(
            position: "\(topic)/\(record.partition)/\(record.offset)", topic: topic, id: claimed("ce_id"),
            source: claimed("ce_source"), error: error)
        var turn = Turn(
            now: clock(), topic: topic, position: unreadable.position,
            key: String(validating: record.key ?? [], as: UTF8.self) ?? "",
            cause: Turn.Cause(
                id: unreadable.position, source: log.cluster, correlation: unreadable.position, subject: nil,
                traceparent: nil),
            directory: directory.current, application: configuration.application, state: task.store)
        try processor.answer(unreadable, in: &turn)
        try apply(turn, task)
    }

    private func fireDueReminders() throws {
        for task in tasks.values.sorted(by: { $0.partition < $1.partition }) {
            while let reminder = try task.popDueReminder(clock()) {
                try begin(task)
                var turn = turn(reminder, task)
                turn.remove(reminder)
                do {
                    try processor.wake(reminder, in: &turn)
                } catch let error where !Self.isWorlds(error) {
                    events.failed(reminder, error)
                    turn = self.turn(reminder, task)
                    turn.remove(reminder)
                }
                try apply(turn, task)
                step?.records += 1
            }
        }
    }

    private func turn(_ reminder: Reminder, _ task: StreamTask) -> Turn {
        let id = "\(reminder.key)/\(reminder.name)@\(Timestamp.text(reminder.due))"
        return Turn(
            now: clock(), key: reminder.key,
            cause: Turn.Cause(
                id: id, source: configuration.application, correlation: id, subject: nil, traceparent: nil),
            directory: directory.current, application: configuration.application, state: task.store)
    }

    /// Takes over a finished turn: into the transaction, and into the step's layer of the state.
    private func apply(_ turn: Turn, _ task: StreamTask) throws {
        for write in turn.writes {
            try log.produce(changelog(task, write.key, write.value))
            try task.write(write.key, write.value)
            if let value = write.value, write.key.starts(with: StateKey.wishes) {
                step?.wishes.append(try wish(write.key, value, task.partition))
            }
        }
        for output in turn.outputs {
            try log.produce(
                ProducerRecord(
                    topic: physical(output.topic), key: output.key, value: output.event?.data,
                    headers: output.event?.headers ?? []))
        }
    }

    private func changelog(_ task: StreamTask, _ key: Bytes, _ value: Bytes?) -> ProducerRecord {
        ProducerRecord(
            topic: physical(configuration.changelog), partition: task.partition, key: key, value: value)
    }

    /// A topic's name without the prefix, made once.
    private func logical(_ name: String) -> String {
        if let name = logicalNames[name] { return name }
        logicalNames[name] = configuration.logical(name)
        return configuration.logical(name)
    }

    /// A topic's name on the broker, made once.
    private func physical(_ name: String) -> String {
        if let name = physicalNames[name] { return name }
        physicalNames[name] = configuration.physical(name)
        return configuration.physical(name)
    }

    /// Puts a record that cannot be taken among the dead letters, unchanged, with where it was and why.
    private func bury(_ record: Record, _ reason: String) throws {
        try log.produce(DeadLetter.record(record, reason, configuration))
        events.buried(record.topicPartition, record.offset, reason)
    }

    /// State that cannot be read and the like: not the record's fault, so the record is not skipped.
    private static func isWorlds(_ error: any Error) -> Bool { StateStore.isFailure(error) || error is StateUnreadable }

    // MARK: Steps

    func begin(_ task: StreamTask) throws {
        if step == nil {
            try log.begin()
            step = Step(deadline: .now + configuration.commitInterval)
        }
        if log.showsAborted, step?.opened.insert(task.partition).inserted == true {
            try log.produce(changelog(task, StateKey.stepBegins, StateValue.encode([])))
        }
        task.isTouched = true
    }

    /// Makes everything since the last commit visible, and only then part of the stores.
    package func commitStep() throws {
        guard let step else { return }
        let touched = tasks.values.filter(\.isTouched).sorted { $0.partition < $1.partition }
        // Where nothing is hidden, the positions must not be seen before what they stand for.
        if log.showsAborted { try log.flush() }
        var offsets: [TopicPartition: Int64] = [:]
        for task in touched {
            let positions = StoredPositions.encode(task.positions)
            try log.produce(changelog(task, StateKey.positions, positions))
            task.store.write(StateKey.positions, positions)
            for (topic, offset) in task.positions { offsets[TopicPartition(topic, task.partition)] = offset }
        }
        if log.showsAborted { try log.flush() }
        faults(.afterProduce)
        try log.sendOffsets(offsets)
        faults(.afterOffsets)
        faults(.duringCommit)
        try log.commit()
        faults(.afterCommit)
        self.step = nil
        for task in touched { task.stepCommitted() }
        for wish in step.wishes { events.wish(wish) }
        events.committed(records: step.records, took: .now - step.began)
        for (partition, offset) in offsets {
            if let end = log.knownEnd(partition) { events.lag(partition, max(0, end - offset)) }
        }
    }

    /// Undoes the open step: nothing of it was seen by anybody, and its records will be read again, one by one.
    func abortStep() throws {
        guard let step else { return }
        self.step = nil
        for task in tasks.values where task.isTouched {
            for (topic, offset) in task.positions where offset > 0 {
                redoing[TopicPartition(topic, task.partition)] = offset
            }
            try task.stepAborted()
        }
        try log.abort()
        events.aborted(records: step.records)
    }

    /// Runs `body`; what only costs the open step is mended here, the rest is thrown.
    private func attempt(_ body: () throws -> Void) throws {
        do { try body() } catch let error as KafkaError where error.isAbortable || error.isAboutTheRecord {
            events.retrying(error)
            if error.isAboutTheRecord, let step, step.records <= 1, let last = step.last {
                poisoned[last.0] = (last.offset, error.message)
            }
            try abortStep()
            redoing = redoing.filter { partition, until in
                (tasks[partition.partition]?.positions[partition.topic] ?? until) < until
            }
            try readOn()
        }
    }

    private func commitEndsWhenIdle() throws {
        guard step == nil, !ends.isEmpty, lastRecordAt + configuration.idlePoll < .now else { return }
        for (partition, end) in ends {
            guard let task = tasks[partition.partition], task.isRunning, let position = task.positions[partition.topic],
                position < end
            else { continue }
            try begin(task)
            task.positions[partition.topic] = end
        }
        ends = [:]
        try commitStep()
    }

    /// Lets the file take over what is committed. Only between steps: then all below the changelog's end is in the store.
    func flush(_ task: StreamTask) {
        task.flushedAt = .now
        guard task.isRunning, step == nil, task.store.hasTail else { return }
        do {
            let end = try log.watermarks(changelog(task.partition))
            try task.store.flush(
                StateStore.Checkpoint(offset: end.high, cluster: log.cluster, at: clock()),
                insideCommit: { faults(.insideStoreCommit) })
        } catch {
            events.notFlushed(task.partition, error)  // the changelog has it all; the file lags
        }
    }

    private func close() {
        events.released(assigned.union(tasks.keys))
        for task in tasks.values { task.store.close() }
        tasks = [:]
        log.close()
    }
}
