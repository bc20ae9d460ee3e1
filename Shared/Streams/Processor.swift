public import CloudEvents
public import Foundation

/// What a service decides about one event. It reads from the ``Turn`` and writes its results there.
///
/// A processor is a value without state of its own. All it knows is in the turn, so the same event on the same state at
/// the same instant always gives the same turn. It can be read, tested (`ProcessorTester`) and replayed without Kafka.
/// A processor must not have side effects. For an effect it makes a wish (``Turn/wish(_:_:)``).
public protocol Processor: Sendable {
    /// Processes one event.
    ///
    /// - Throws: `Undecodable` for a payload that does not match its type. Any error except ``StateUnreadable`` sends
    ///   the record to the dead letters and discards the turn. Do not throw for an event that is well-formed but not
    ///   allowed: answer it with an event.
    func process(_ event: Event, in turn: inout Turn) throws

    /// Processes a reminder that is due. It has already been removed from the state.
    ///
    /// - Throws: any error except ``StateUnreadable`` sends the reminder to the dead letters. It is tried again at its
    ///   task's next start.
    func wake(_ reminder: Reminder, in turn: inout Turn) throws

    /// Answers a record that is not an event, if its sender expects an answer. The record goes to the dead letters in
    /// any case.
    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws
}

extension Processor {
    public func wake(_ reminder: Reminder, in turn: inout Turn) throws {}
    public func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {}
}

/// A record whose envelope cannot be read.
public struct Unreadable: Sendable {
    /// Topic, partition and offset: its sender can identify the record by them.
    public let position: String
    /// The topic without the installation's prefix.
    public let topic: String
    /// The id and source that the record claims, if it has them and they are no longer than an attribute may be.
    public let id: String?
    public let source: String?
    /// How its sender writes, as far as it says; JSON where it says nothing.
    public let content: Event.Content
    public let error: Undecodable

    package init(
        position: String, topic: String, id: String?, source: String?, content: Event.Content, error: Undecodable
    ) {
        (self.position, self.topic, self.id, self.source) = (position, topic, id, source)
        (self.content, self.error) = (content, error)
    }
}

/// A durable timer of a processor. It is kept in the changelog and fires once, in order of due time.
public struct Reminder: Sendable, Hashable {
    /// The key of the event that set it, and of the turn in which it fires.
    public let key: String
    /// Unique within the key.
    public let name: String
    /// Millisecond precision.
    public let due: Date
    /// 128 bits that identify the write that set it. A reminder that is set again gets another origin, so the events of
    /// its turn get other ids.
    let origin: Bytes

    public init(key: String, name: String, due: Date) {
        self.init(key: key, name: name, due: due, origin: StoredReminder.noOrigin)
    }

    init(key: String, name: String, due: Date, origin: Bytes) {
        (self.key, self.name, self.due, self.origin) = (key, name, due, origin)
    }

    /// The cause id of the events published in its turn: the same on a replay, different if the reminder is set again.
    package var causeId: String {
        let isKnown = origin != StoredReminder.noOrigin
        let origin = isKnown ? "#" + origin.hexadecimal : ""
        return "\(key)/\(name)@\(Timestamp.text(due))\(origin)"
    }
}

/// An effect to perform after its step is committed, such as sending an e-mail.
///
/// A wish is state. It stays until a later step removes it, so it survives a crash and is performed again. Only the
/// effect itself can happen twice. It must carry an id by which its receiver detects the duplicate.
public struct Wish: Sendable, Hashable {
    public let key: String
    public let data: Bytes
    /// The task that holds the wish. The result must be sent to this partition.
    public let partition: Int32

    public init(key: String, data: Bytes, partition: Int32) {
        (self.key, self.data, self.partition) = (key, data, partition)
    }
}

/// Performs wishes, outside the stream threads. Each open wish is passed to it after the step that made it, and again
/// after every start of its task, so the same wish can come twice.
public protocol WishPerformer: Sendable {
    /// Performs the effect, and sends its result to the service's own command topic.
    func perform(_ wish: Wish) async
}
