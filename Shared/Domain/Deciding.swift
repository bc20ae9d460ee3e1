public import Foundation

/// A value that a service makes decisions about, such as a case or a cooperation.
public protocol Aggregate: Sendable {
    /// What has happened, in the past tense.
    associatedtype Fact: Sendable
    /// What a decision may look at besides the aggregate.
    associatedtype Context: Sendable = DecisionContext
}

/// A request to change an aggregate. Each command holds one rule or a few.
///
/// Its fields were checked at the wire. Only the state of the aggregate can stand against it.
public protocol Command: Sendable {
    associatedtype Subject: Aggregate

    /// The faults that do not depend on the command's fields: the aggregate's state, and who acts.
    ///
    /// ``decide(on:by:_:)`` includes them. This method reports them also when the fields cannot be read.
    static func obstacles(on subject: Subject, by actor: Actor, _ context: Subject.Context) -> [Fault]

    /// Pure: the same aggregate, command, person and context always decide the same.
    ///
    /// - Throws: ``Refusal`` with all faults. Then nothing has changed.
    func decide(
        on subject: Subject, by actor: Actor, _ context: Subject.Context
    ) throws(Refusal) -> Decision<Subject>
}

extension Command {
    public static func obstacles(on subject: Subject, by actor: Actor, _ context: Subject.Context) -> [Fault] { [] }
}

/// An aggregate after a decision, and its facts in the order of publication.
public struct Decision<Subject: Aggregate>: Sendable {
    public var subject: Subject
    public var facts: [Subject.Fact]

    public init(_ subject: Subject, _ facts: [Subject.Fact] = []) { (self.subject, self.facts) = (subject, facts) }
}

/// Who acts.
public enum Actor: Sendable, Hashable {
    /// Somebody of the county's directory, by id.
    case person(String)
    /// Another service of the suite, or time itself.
    case suite
}

/// The instant and the directory that a decision sees.
public struct DecisionContext: Sendable {
    public let now: Date
    /// When Kafka received the command; never later than ``now``.
    public let received: Date
    public let directory: Directory
    /// The command's id. What the command adds gets an id from it.
    public let commandId: String

    public init(now: Date, received: Date, directory: Directory, commandId: String) {
        (self.now, self.received, self.directory, self.commandId) = (now, received, directory, commandId)
    }

    /// The day in Sweden.
    public var today: LocalDate { CivilTime.day(of: now) }
}
