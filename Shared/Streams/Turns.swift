import CloudEvents
import Foundation
import Kafka

// One turn: what a record or a reminder makes of the state, and what it publishes. Whatever happens, the task moves on:
// what cannot be taken is laid among the dead letters, in the same step as its position.
extension StreamThread {
    func process(_ record: Record, _ input: Int, _ trigger: StreamTask.Trigger, _ task: StreamTask) throws {
        step?.last = (task.partition, trigger)
        if let refusal = task.refused[trigger] { return try bury(record, refusal.reason, refusal.isWholeRefused) }
        do {
            try apply(try turn(record, input, task), task)
        } catch let error where isWorlds(error) {
            throw error
        } catch let error as Undecodable {
            var reason = "\(error)"
            do { try answer(record, error, input, task) } catch let error where isWorlds(error) {
                throw error
            } catch {
                reason += "; and the answer failed: \(error)"
            }
            try bury(record, reason)
        } catch {
            try bury(record, "\(error)")
        }
    }

    func fire(_ reminder: Reminder, _ trigger: StreamTask.Trigger, _ task: StreamTask) throws {
        if let refusal = task.refused[trigger] { return try bury(reminder, refusal.reason, task) }
        do {
            var turn = turn(reminder, task)
            turn.remove(reminder)
            try processor.wake(reminder, in: &turn)
            try apply(turn, task)
        } catch let error where isWorlds(error) {
            throw error
        } catch {
            try bury(reminder, "\(error)", task)
        }
    }

    /// Kafka that fails, state that cannot be read, a program that is wrong: not the record's fault, so the record is not
    /// skipped.
    private func isWorlds(_ error: any Error) -> Bool {
        error is KafkaError || error is StateUnreadable || error is Undeclared || StateStore.isFailure(error)
    }

    private func turn(_ record: Record, _ input: Int, _ task: StreamTask) throws -> Turn {
        let now = clock.wall()
        // A record without a time of its own came just now.
        let received = record.timestamp < 0 ? now : Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
        let event = try Event(value: record.value, received: received) { record.headers.forEachField($0) }
        guard let key = String(validating: record.key ?? [], as: UTF8.self) else {
            throw Undecodable("key", "not UTF-8")
        }
        var turn = Turn(
            now: now, received: received, place: place(record, input), key: key,
            cause: Turn.Cause(event, isFromOutside: inputs[input].isFromOutside, configuration.application),
            globals: globals, application: configuration.application, state: task.store,
            heldWishes: task.isCaughtUp ? nil : task.heldWishes)
        try processor.process(event, in: &turn)
        return turn
    }

    private func place(_ record: Record, _ input: Int) -> Turn.Place {
        Turn.Place(
            topic: inputs[input].logical, partition: record.partition, offset: record.offset,
            isMisplaced: inputs[input].isFromOutside && isMisplaced(record))
    }

    private func isMisplaced(_ record: Record) -> Bool {
        guard let partitions, let key = record.key, !key.isEmpty else { return false }
        return record.partition != KeyPartition.of(key, among: partitions)
    }

    /// Lets the processor answer what it could not read, in a turn that the record's position has caused.
    private func answer(_ record: Record, _ error: Undecodable, _ input: Int, _ task: StreamTask) throws {
        func claimed(_ name: String) -> String? {
            record.headers[name].flatMap {
                $0.count > Event.attributeLimit ? nil : String(validating: $0, as: UTF8.self)
            }
        }
        let place = place(record, input)
        let unreadable = Unreadable(
            position: place.description, topic: place.topic, id: claimed("ce_id"), source: claimed("ce_source"),
            error: error)
        var turn = Turn(
            now: clock.wall(), place: place, key: String(validating: record.key ?? [], as: UTF8.self) ?? "",
            cause: Turn.Cause(
                id: unreadable.position, source: log.cluster, correlation: unreadable.position, subject: nil,
                traceparent: nil),
            globals: globals, application: configuration.application, state: task.store,
            heldWishes: task.isCaughtUp ? nil : task.heldWishes)
        try processor.answer(unreadable, in: &turn)
        try apply(turn, task)
    }

    private func turn(_ reminder: Reminder, _ task: StreamTask) -> Turn {
        let id = reminder.causeId
        return Turn(
            now: clock.wall(), key: reminder.key,
            cause: Turn.Cause(
                id: id, source: configuration.application, correlation: id, subject: nil, traceparent: nil),
            globals: globals, application: configuration.application, state: task.store,
            heldWishes: task.isCaughtUp ? nil : task.heldWishes)
    }

    /// Takes over a finished turn: into the transaction, and into the step's layer of the state.
    ///
    /// - Throws: ``RecordTooLarge`` before anything of it is produced.
    private func apply(_ turn: Turn, _ task: StreamTask) throws {
        let limit = configuration.recordLimit
        for write in turn.writes where write.key.count + (write.value?.count ?? 0) > limit {
            throw RecordTooLarge(
                "the state in \(StateKey.table(of: write.key))", write.key.count + (write.value?.count ?? 0), limit)
        }
        let outputs = try turn.outputs.map { output in
            var headers = Headers(reserving: output.event == nil ? 0 : 384)
            output.event?.forEachHeader { headers.append($0, $1) }
            return ProducerRecord(
                topic: try physical(output.topic), key: output.key, value: output.event?.data, headers: headers)
        }
        if let large = outputs.first(where: { $0.size > limit }) {
            throw RecordTooLarge("an event for \(configuration.logical(large.topic))", large.size, limit)
        }
        for write in turn.writes {
            try log.produce(changelog(task, write.key, write.value))
            task.store.write(write.key, write.value)
            if StateKey.isOfRuntime(write.key), write.key.starts(with: StateKey.wishes) {
                step?.wishes.append((task.partition, write.key, write.value))
                if write.value != nil { task.wished(StateKey.name(of: write.key)) }
            }
        }
        for output in outputs { try log.produce(output) }
    }

    // MARK: Dead letters

    /// Puts a record that cannot be taken among the dead letters, with where it was and why: unchanged where it fits.
    private func bury(_ record: Record, _ reason: String, _ isWholeRefused: Bool = false) throws {
        let whole = DeadLetter.whole(record, reason, configuration)
        let fits = !isWholeRefused && whole.size <= configuration.recordLimit
        try log.produce(fits ? whole : DeadLetter.digest(record, reason, configuration))
        events.buried(record.topicPartition, record.offset, reason)
    }

    /// Puts a reminder among the dead letters, and keeps it in the state as failed: it is tried again at the task's
    /// next start, when the fault may be mended.
    private func bury(_ reminder: Reminder, _ reason: String, _ task: StreamTask) throws {
        var turn = turn(reminder, task)
        turn.keepAsFailed(reminder)
        try apply(turn, task)
        try log.produce(DeadLetter.reminder(reminder, task.partition, reason, configuration))
        events.failed(reminder, reason)
    }
}
