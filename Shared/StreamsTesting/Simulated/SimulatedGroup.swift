import Kafka

// The group coordinator: static members, generations, and partitions dealt out by range.
extension SimulatedKafka {
    struct Group {
        struct Member {
            var id: Int
            var topics: [String]
            var seen: Int64
            /// It has come (back) for the generation that is being made.
            var hasJoined: Bool
        }

        /// By instance id.
        var members: [String: Member] = [:]
        var generation = 0
        var isRebalancing = false
        var assignments: [String: [TopicPartition]] = [:]
        var lastId = 0
    }

    /// Enters the group, or comes back after having given everything up. While some have and others have not, nobody owns
    /// anything new, and what is sent under the old generation still counts.
    ///
    /// A static member that starts again takes its own place: where the group is at peace and the member reads the same,
    /// it has the same partitions at once, in the same generation. What it was before is fenced.
    ///
    /// - Parameter id: nil for a client that knows of no membership.
    func join(_ instance: String, id: Int?, topics: [String]) -> Int {
        let known = group.members[instance]
        if let known, let id, known.id != id { return id }  // fenced; it learns it with its next poll
        if let known, id == nil, !group.isRebalancing, known.topics == topics {
            let id = newId()
            group.members[instance]?.id = id
        } else {
            let id = known.flatMap { id == nil ? nil : $0.id } ?? newId()
            let member = Group.Member(id: id, topics: topics, seen: clock.milliseconds, hasJoined: true)
            beginRebalance()
            group.members[instance] = member
            completeRebalance()
        }
        group.members[instance]?.seen = clock.milliseconds
        return group.members[instance]?.id ?? 0
    }

    private func newId() -> Int {
        group.lastId += 1
        return group.lastId
    }

    func isMember(_ instance: String, _ id: Int?) -> Bool { id != nil && group.members[instance]?.id == id }

    /// Another client has taken this one's place.
    func isFenced(_ instance: String, _ id: Int?) -> Bool {
        guard let id, let member = group.members[instance] else { return false }
        return member.id != id
    }

    /// A sign of life.
    func heartbeat(_ instance: String, _ id: Int?) {
        if isMember(instance, id) { group.members[instance]?.seen = clock.milliseconds }
    }

    func expireSessions(_ now: Int64) {
        for (instance, member) in group.members.sorted(by: { $0.key < $1.key })
        where member.seen + sessionTimeout <= now {
            expel(instance)
        }
    }

    /// The group gives up a member, whether or not it lives. A zombie learns it later.
    package func expel(_ instance: String) {
        guard group.members.removeValue(forKey: instance) != nil else { return }
        note("the group expels \(instance)")
        beginRebalance()
        completeRebalance()
    }

    private func beginRebalance() {
        guard !group.isRebalancing else { return }
        group.isRebalancing = true
        for instance in group.members.keys { group.members[instance]?.hasJoined = false }
    }

    private func completeRebalance() {
        guard group.isRebalancing, group.members.values.allSatisfy(\.hasJoined) else { return }
        group.generation += 1
        group.isRebalancing = false
        group.assignments = [:]
        // Range: per topic, in stretches, among the members that read that topic.
        for topic in Set(group.members.values.flatMap(\.topics)).sorted() {
            let readers = group.members.filter { $0.value.topics.contains(topic) }.keys.sorted()
            var next: Int32 = 0
            for (index, reader) in readers.enumerated() {
                let count = partitions / Int32(readers.count) + (index < Int(partitions) % readers.count ? 1 : 0)
                for partition in next..<next + count {
                    group.assignments[reader, default: []].append(TopicPartition(topic, partition))
                }
                next += count
            }
        }
    }

    /// The broker's answer to positions that are sent under this membership; nil where it takes them.
    ///
    /// An empty group takes positions of a client without a generation. librdkafka keeps its generation when it learns
    /// that it was expelled and forgets only its member id (`rdkafka_cgrp.c`, heartbeat), so that door stays shut here.
    func refusal(_ instance: String, _ id: Int?, _ generation: Int) -> String? {
        if weakness.contains(.noFencing) { return nil }
        if generation < 0, group.members.isEmpty { return nil }
        guard let member = group.members[instance] else { return "UNKNOWN_MEMBER_ID" }
        if member.id != id { return "FENCED_INSTANCE_ID" }
        return generation == group.generation ? nil : "ILLEGAL_GENERATION"
    }
}
