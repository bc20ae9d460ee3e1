import CloudEvents
import Foundation
import Kafka

// One turn: processing one record or one reminder. A task always moves on: a record that cannot be processed goes to
// the dead letters, in the same step as its position.
extension StreamThread {
    func process(_ record: Record, _ input: Int, _ trigger: StreamTask.Trigger, _ task: StreamTask) throws {
        step?.last = (task.partition, trigger)
        if let refusal = task.refused[trigger] {
            return try sendToDeadLetters(record, refusal.reason, refusal.isWholeRefused)
        }
        do {
            try withKeys(trigger, task) { try apply(try turn(record, input, task), task) }
        } catch let error where isNotTheRecordsFault(error) {
            throw error
        } catch let erased as KeyErased {
            try passOver(record, erased, input, task)
        } catch let error as Undecodable {
            var reason = "\(error)"
            do { try answer(record, error, input, task) } catch let error where isNotTheRecordsFault(error) {
                throw error
            } catch {
                reason += "; and the answer failed: \(error)"
            }
            try sendToDeadLetters(record, reason)
        } catch {
            try sendToDeadLetters(record, "\(error)")
        }
    }

    func fire(_ reminder: Reminder, _ trigger: StreamTask.Trigger, _ task: StreamTask) throws {
        if let refusal = task.refused[trigger] { return try sendToDeadLetters(reminder, refusal.reason, task) }
        do {
            try withKeys(trigger, task) {
                var turn = turn(reminder, task)
                turn.remove(reminder)
                try processor.wake(reminder, in: &turn)
                try apply(turn, task)
            }
        } catch let error where isNotTheRecordsFault(error) {
            throw error
        } catch is KeyErased {
            var turn = turn(reminder, task)
            turn.remove(reminder)
            try apply(turn, task)
            events.passedOver(task.partition)
        } catch {
            try sendToDeadLetters(reminder, "\(error)", task)
        }
    }

    /// True if the record is not at fault: Kafka failed, the state cannot be read, or the program is wrong. Such a
    /// record is not skipped.
    private func isNotTheRecordsFault(_ error: any Error) -> Bool {
        error is KafkaError || error is StateUnreadable || error is Undeclared || error is KeyUnusable
            || StateStore.isFailure(error)
    }

    // MARK: Keys

    /// Runs a turn. If it needs a data key that is not known, reads the topic of keys up to its present end, and runs the
    /// turn again. A key was committed before or with what was sealed under it, so one that is still missing is erased.
    ///
    /// The open step is committed first: the turns before this one may have made keys, and the end is not reached while
    /// their transaction is open.
    private func withKeys(_ trigger: StreamTask.Trigger, _ task: StreamTask, _ body: () throws -> Void) throws {
        do { try body() } catch is KeyMissing {
            try commitStep()
            try completeKeys()
            try begin(task)
            step?.last = (task.partition, trigger)
            globals.keyring?.isComplete = true
            defer { globals.keyring?.isComplete = false }
            try body()
        }
    }

    /// Reads the topic of keys up to its present end. It counts open transactions, since their markers may reach that topic
    /// later than the topic of what was sealed (KAFKA-10167).
    ///
    /// - Throws: `KafkaError`; waiting is bounded.
    func completeKeys() throws {
        guard let topic = globals.keyring?.topic else { return }
        try catchUpGlobals(topic, log.watermarks(TopicPartition(configuration.physical(topic), 0)).high)
    }

    /// A record about something that has been erased. A sender from outside is told that there is no such thing.
    private func passOver(_ record: Record, _ erased: KeyErased, _ input: Int, _ task: StreamTask) throws {
        if inputs[input].isFromOutside {
            do {
                try answer(record, Undecodable("subject", .keyUnknown), input, task)
            } catch let error where isNotTheRecordsFault(error) { throw error } catch {}
        }
        events.passedOver(task.partition)
    }

    private func turn(_ record: Record, _ input: Int, _ task: StreamTask) throws -> Turn {
        let (now, isFromOutside) = (clock.wall(), inputs[input].isFromOutside)
        let written = clock.written(record.timestamp, now: now)
        var event = try Event(value: record.value, received: written) { record.headers.forEachField($0) }
        guard let key = Self.key(of: record, isFromOutside: isFromOutside) else { throw Undecodable("key", .notUTF8) }
        if let keyring = globals.keyring {
            event = try keyring.open(event, isFromOutside: isFromOutside)
        }
        var turn = Turn(
            now: now, received: isFromOutside ? written : event.received ?? written, place: place(record, input),
            key: key, cause: Turn.Cause(event, isFromOutside: isFromOutside, configuration.application),
            globals: globals, application: configuration.application, state: task.store,
            heldWishes: task.isCaughtUp ? nil : task.heldWishes)
        try processor.process(event, in: &turn)
        return turn
    }

    /// Nil for a key that no service of ours has written.
    ///
    /// A key from outside chooses a partition, and can be any bytes (a UUID, an Avro value). What is no text is written in
    /// hexadecimal, so that different keys stay different.
    private static func key(of record: Record, isFromOutside: Bool) -> String? {
        let bytes = record.key ?? []
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return isFromOutside ? bytes.hexadecimal : nil
    }

    private func place(_ record: Record, _ input: Int) -> Turn.Place {
        Turn.Place(topic: inputs[input].logical, partition: record.partition, offset: record.offset)
    }

    /// Lets the processor answer an unreadable record. The turn's cause is the record's position.
    private func answer(_ record: Record, _ error: Undecodable, _ input: Int, _ task: StreamTask) throws {
        let claims = Event.claims(headers: record.headers, value: record.value)
        let place = place(record, input)
        let unreadable = Unreadable(
            position: place.description, topic: place.topic, id: claims.id, source: claims.source,
            content: claims.content,
            error: error)
        var turn = Turn(
            now: clock.wall(), place: place,
            key: Self.key(of: record, isFromOutside: inputs[input].isFromOutside) ?? "",
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

    /// Applies a finished turn: produces its records in the transaction, and writes its changes to the open step of the
    /// state.
    ///
    /// - Throws: ``RecordTooLarge`` before anything is produced.
    private func apply(_ turn: Turn, _ task: StreamTask) throws {
        let limit = configuration.recordLimit
        for write in turn.writes where write.key.count + (write.value?.count ?? 0) > limit {
            throw RecordTooLarge(
                "the state in \(StateKey.table(of: write.key))", write.key.count + (write.value?.count ?? 0), limit)
        }
        let outputs = try turn.outputs.flatMap(records)
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
        globals.keyring?.adopt(turn.madeKeys)
    }

    private func records(_ output: Turn.Output) throws -> [ProducerRecord] {
        var headers = Headers(reserving: output.event == nil ? 0 : 384)
        output.event?.forEachHeader { headers.append($0, $1) }
        var record = ProducerRecord(
            topic: try physical(output.topic), key: output.key, value: output.event?.asSent, headers: headers)
        guard output.isForEveryPartition else { return [record] }
        guard let partitions else { throw Undeclared("\(output.topic) has partitions whose number is not known") }
        return (0..<Int32(partitions)).map { partition in
            record.partition = partition
            return record
        }
    }

    // MARK: Dead letters

    /// Sends a record that cannot be processed to the dead letters, with its position and the reason. It is sent
    /// unchanged if it fits, otherwise as a digest. What others have sent in clear is sealed.
    private func sendToDeadLetters(_ record: Record, _ reason: String, _ isWholeRefused: Bool = false) throws {
        let isOthers = input(record.topic).map { inputs[$0].isFromOutside } ?? false
        let whole =
            if isOthers, record.headers["ce_sealed"] == nil, let keyring = globals.keyring {
                try DeadLetter.sealed(record, reason, configuration, keyring)
            } else { DeadLetter.whole(record, reason, configuration) }
        let fits = !isWholeRefused && whole.size <= configuration.recordLimit
        try log.produce(fits ? whole : DeadLetter.digest(record, reason, configuration))
        events.buried(record.topicPartition, record.offset, reason)
    }

    /// Sends a reminder to the dead letters, and keeps it in the state as failed. It is retried at the task's next
    /// start, when the cause may be fixed.
    private func sendToDeadLetters(_ reminder: Reminder, _ reason: String, _ task: StreamTask) throws {
        var turn = turn(reminder, task)
        turn.keepAsFailed(reminder)
        try apply(turn, task)
        try log.produce(DeadLetter.reminder(reminder, task.partition, reason, configuration))
        events.failed(reminder, reason)
    }
}
