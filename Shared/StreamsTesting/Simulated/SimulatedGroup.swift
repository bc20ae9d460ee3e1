import Kafka

// The group coordinator: static members, generations, and range assignment.
extension SimulatedKafka {
    struct Group {
        struct Member {
            var id: Int
            var topics: [String]
            var seen: Int64
            /// It has joined the generation that is being formed.
            var hasJoined: Bool
        }

        /// By instance id.
        var members: [String: Member] = [:]
        var generation = 0
        var isRebalancing = false
        var assignments: [String: [TopicPartition]] = [:]
        var lastId = 0
    }

    /// Joins the group, or rejoins after giving up its partitions. Until all members have joined, no new partitions are
    /// assigned, and requests of the old generation are still accepted.
    ///
    /// A static member that restarts gets its own place back. If the group is not rebalancing and the member reads the
    /// same topics, it has the same partitions at once, in the same generation. Its former client is fenced.
    ///
    /// - Parameter id: nil for a client without a membership.
    func join(_ instance: String, id: Int?, topics: [String]) -> Int {
        let known = group.members[instance]
        if let known, let id, known.id != id { return id }  // fenced; its next poll reports it
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

    /// True if another client has this one's place.
    func isFenced(_ instance: String, _ id: Int?) -> Bool {
        guard let id, let member = group.members[instance] else { return false }
        return member.id != id
    }

    func heartbeat(_ instance: String, _ id: Int?) {
        if isMember(instance, id) { group.members[instance]?.seen = clock.milliseconds }
    }

    func expireSessions(_ now: Int64) {
        for (instance, member) in group.members.sorted(by: { $0.key < $1.key })
        where member.seen + sessionTimeout <= now {
            expel(instance)
        }
    }

    /// Removes a member from the group, whether or not it is alive. A zombie notices later.
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
        // Range assignment: for each topic, contiguous partitions for each member that reads it.
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

    /// The broker's error for offsets that are sent with this membership; nil if it accepts them.
    ///
    /// An empty group accepts offsets from a client without a generation. librdkafka keeps its generation when it is
    /// expelled and only forgets its member id (`rdkafka_cgrp.c`, heartbeat), so its offsets are refused here.
    func refusal(_ instance: String, _ id: Int?, _ generation: Int) -> String? {
        if weakness.contains(.noFencing) { return nil }
        if generation < 0, group.members.isEmpty { return nil }
        guard let member = group.members[instance] else { return "UNKNOWN_MEMBER_ID" }
        if member.id != id { return "FENCED_INSTANCE_ID" }
        return generation == group.generation ? nil : "ILLEGAL_GENERATION"
    }
}
