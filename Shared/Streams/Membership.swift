import Codec
import Foundation
import Kafka

// What the group gives and takes: tasks are taken up by `Restore`, worked on by `StreamThread`, and given back here.
extension StreamThread {
    func accept(_ partitions: [TopicPartition]) throws {
        try log.read([:])
        assigned = Set(partitions.map(\.partition))
        events.assigned(assigned)
    }

    /// Ends the tasks: with what is finished, where they are still ours.
    func giveUp(finishing: Bool) throws {
        if finishing {
            do { try commitStep() } catch let error as KafkaError where error.isAbortable { try abortStep() }
            for task in tasks.values { flush(task) }
        } else {
            try abortStep()
        }
        try dropTasks()
        try log.letGo()
    }

    func dropTasks() throws {
        events.released(assigned.union(tasks.keys))
        for task in tasks.values { task.store.close() }
        (tasks, assigned, ends, redoing) = ([:], [], [:], [:])
    }

    func adopt(_ task: StreamTask) { tasks[task.partition] = task }

    /// Hands over the wishes that the task's state holds; called when its state is restored.
    func reopenWishes(of task: StreamTask) throws {
        for entry in try task.store.scan(StateKey.wishes, after: nil, limit: .max) {
            events.wish(try wish(entry.key, entry.value, task.partition))
        }
    }

    func wish(_ key: Bytes, _ value: Bytes, _ partition: Int32) throws -> Wish {
        Wish(
            key: String(decoding: key.dropFirst(StateKey.wishes.count), as: UTF8.self),
            data: try StateValue.decode(value), partition: partition)
    }

    /// The position is not in the log: the records were deleted before they were read, or the topic is another one.
    /// What is gone is gone; what is left is read, and the loss is told.
    func resume(_ partition: TopicPartition?, after error: KafkaError) throws {
        guard let partition, let task = tasks[partition.partition], let position = task.positions[partition.topic]
        else { return }
        let (low, high) = try log.watermarks(partition)
        guard position < low || position > high else { return }
        try commitStep()
        events.lost(partition, from: position, to: low)
        task.positions[partition.topic] = low
        try begin(task)
        try commitStep()
        try readOn()
    }

    /// Reads every running task from its position. What was told of the inputs' ends counts from there again: an end
    /// that was seen before an abort lies behind records that must be taken once more.
    func readOn() throws {
        ends = [:]
        var positions: [TopicPartition: Int64] = [:]
        for task in tasks.values where task.isRunning {
            for (topic, offset) in task.positions { positions[TopicPartition(topic, task.partition)] = offset }
        }
        try log.read(positions)
    }
}
