import Kafka

// What the group gives and takes: tasks are taken up by `Restore`, worked on by `StreamThread`, and given back here.
extension StreamThread {
    /// A task is ours when all its inputs are. While two versions with different inputs share the group, range can give
    /// partition n of one input to us and of another to somebody else; then nobody else has the whole, and we do not act as
    /// if we had it.
    func accept(_ partitions: [TopicPartition]) throws {
        try log.read([:])
        let byTask = Dictionary(grouping: partitions, by: \.partition)
        assigned = Set(byTask.filter { Set($0.value.map(\.topic)).isSuperset(of: inputs.map(\.physical)) }.keys)
        events.assigned(assigned, partly: Set(byTask.keys).subtracting(assigned))
    }

    /// Ends the tasks: with what is finished, where they are still ours.
    func giveUp(finishing: Bool) throws {
        if finishing {
            do { try finish() } catch let error as KafkaError where error.isAbortable { try abortStep() }
        } else {
            try abortStep()
        }
        try dropTasks()
        try log.letGo()
    }

    private func dropTasks() throws {
        events.released(assigned.union(tasks.keys))
        for task in inOrder {
            wishes.release(task.partition)
            task.store.close()
        }
        (tasks, assigned, pending, isStalled) = ([:], [], [:], false)
        try log.readChangelogs([:])
    }

    /// A partition does not go on. Where its position is not in the log, the records were deleted before they were
    /// read, or the topic is another one: what is gone is gone; what is left is read, and the loss is reported. A
    /// position inside the log is read again: librdkafka has stopped fetching there.
    func resume(_ partition: TopicPartition?, after error: KafkaError) throws {
        events.trouble(error, partition)
        guard error.isPositionError, let partition, let task = tasks[partition.partition], task.isRunning,
            let input = input(partition.topic)
        else { return }
        let position = task.positions[input]
        let (low, high) = try log.watermarks(partition)
        if position < low || position > high {
            try commitStep()
            events.lost(partition, from: position, to: low)
            task.advance(input, to: low)
            try begin(task)
            try commitStep()
        } else {
            task.pause(clock.steady())
        }
        try readOn()
    }

    /// Reads every task that does not wait from its position.
    func readOn() throws {
        var positions: [TopicPartition: Int64] = [:]
        for task in inOrder where task.isReading && !isStalled {
            for (input, offset) in zip(inputs, task.positions) {
                positions[TopicPartition(input.physical, task.partition)] = offset
            }
        }
        try log.read(positions)
    }
}
