import Kafka

// Rebalances: tasks are assigned and given back here. `Restore` starts them; `StreamThread` runs them.
extension StreamThread {
    /// A task is ours only if all its inputs are. While two versions with different inputs share the group, range can
    /// assign partition n of one input to us and of another to another instance. Then neither has the whole task, and
    /// neither runs it.
    func accept(_ partitions: [TopicPartition]) throws {
        try log.read([:])
        let byTask = Dictionary(grouping: partitions, by: \.partition)
        assigned = Set(byTask.filter { Set($0.value.map(\.topic)).isSuperset(of: inputs.map(\.physical)) }.keys)
        events.assigned(assigned, partly: Set(byTask.keys).subtracting(assigned))
    }

    /// Gives the tasks back. Commits the open step if they are still ours, otherwise aborts it.
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

    /// Reading a partition failed. If its position is outside the log, records were deleted before they were read, or
    /// the topic was recreated: the loss is reported, and reading continues with what is left. A position inside the
    /// log is read again, because librdkafka has stopped fetching there.
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
        try resumeReading()
    }

    /// Reads every task that is not paused from its position.
    func resumeReading() throws {
        var positions: [TopicPartition: Int64] = [:]
        for task in inOrder where task.isReading && !isStalled {
            for (input, offset) in zip(inputs, task.positions) {
                positions[TopicPartition(input.physical, task.partition)] = offset
            }
        }
        try log.read(positions)
    }
}
