public import CloudEvents
public import Foundation

/// What a service decides: one event in, and on the ``Turn`` what follows from it.
///
/// A processor is a value without state of its own. All that it knows is in the turn, so that the same event on the same
/// state at the same instant always gives the same turn: it can be read, tested (`ProcessorTester`) and replayed
/// without Kafka. It must not touch the world; what it wants done, it wishes for (``Turn/wish(_:_:)``).
public protocol Processor: Sendable {
    /// Takes one event.
    ///
    /// - Throws: `Undecodable` for a payload that is not what its type says. Whatever is thrown sends the record to the
    ///   dead letters, and nothing of the turn remains; what is well-formed but not allowed is answered, not thrown.
    func process(_ event: Event, in turn: inout Turn) throws

    /// Takes a reminder that is due. It has been removed from the state by then.
    ///
    /// - Throws: whatever is thrown lays the reminder among the dead letters. It is tried again at its task's next start.
    func wake(_ reminder: Reminder, in turn: inout Turn) throws

    /// Answers a record that is no event at all, where somebody waits for an answer. The record itself goes to the dead
    /// letters in any case.
    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws
}

extension Processor {
    public func wake(_ reminder: Reminder, in turn: inout Turn) throws {}
    public func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {}
}

/// A record whose envelope cannot be read.
public struct Unreadable: Sendable {
    /// Topic, partition and offset, by which its sender can know it.
    public let position: String
    /// The topic without the installation's prefix.
    public let topic: String
    /// What the record calls itself, as far as it says; nil also for what is longer than an attribute may be.
    public let id: String?
    public let source: String?
    public let error: Undecodable

    package init(position: String, topic: String, id: String?, source: String?, error: Undecodable) {
        (self.position, self.topic, self.id, self.source) = (position, topic, id, source)
        self.error = error
    }
}

/// An instant at which a processor asked to be woken: durable, in the changelog, fired once, in order of due time.
public struct Reminder: Sendable, Hashable {
    /// The key that the event which set it had; the turn of the reminder has it too.
    public let key: String
    /// What it is about, unique within the key.
    public let name: String
    /// Millisecond precision.
    public let due: Date
    /// 128 bits that tell which turn set it; of a reminder set once more the turn's events have other ids.
    let origin: Bytes

    public init(key: String, name: String, due: Date) {
        self.init(key: key, name: name, due: due, origin: StoredReminder.noOrigin)
    }

    init(key: String, name: String, due: Date, origin: Bytes) {
        (self.key, self.name, self.due, self.origin) = (key, name, due, origin)
    }

    /// What the events of its turn are caused by: the same on a replay, another when it is set again.
    package var causeId: String {
        let isKnown = origin != StoredReminder.noOrigin
        let origin =
            isKnown ? "#" + origin.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() : ""
        return "\(key)/\(name)@\(Timestamp.text(due))\(origin)"
    }
}

/// Something to be done in the world once the step that wished for it is committed, such as sending an e-mail.
///
/// A wish is state: it stays until a later step takes it back, so a crash anywhere leaves it open, to be performed again.
/// Only the effect itself can happen twice, and it must carry an id by which its receiver knows it.
public struct Wish: Sendable, Hashable {
    public let key: String
    public let data: Bytes
    /// The task that holds the wish; its result must come back to this partition.
    public let partition: Int32

    public init(key: String, data: Bytes, partition: Int32) {
        (self.key, self.data, self.partition) = (key, data, partition)
    }
}

/// Performs wishes, outside the streams' threads. Called with each open wish after every start of its task and after
/// each step that made it, so the same wish can come twice.
public protocol WishPerformer: Sendable {
    /// Does what is wished for, and sees to it that the result reaches the service's own command topic.
    func perform(_ wish: Wish) async
}
