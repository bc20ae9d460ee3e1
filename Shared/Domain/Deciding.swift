public import Foundation

/// What a service decides about, and what is known and true of it: a case, a cooperation.
public protocol Aggregate: Sendable {
    /// What has happened, in the past tense.
    associatedtype Fact: Sendable
    /// What a decision may look at besides the aggregate.
    associatedtype Context: Sendable = DecisionContext
}

/// Something that somebody asks for. One rule or a few lie in one command.
///
/// A command is made of words that were checked at the wire, so only what the aggregate says can be against it.
public protocol Command: Sendable {
    associatedtype Subject: Aggregate

    /// What stands against every command of this kind, whatever its words: the aggregate's state, and who acts.
    ///
    /// ``decide(on:by:_:)`` says it as well. Apart, it can be said also where the words could not be read.
    static func obstacles(on subject: Subject, by actor: Actor, _ context: Subject.Context) -> [Fault]

    /// Pure: the same aggregate, command, person and context always decide the same.
    ///
    /// - Throws: ``Refusal`` with everything that is against it; then nothing has changed.
    func decide(
        on subject: Subject, by actor: Actor, _ context: Subject.Context
    ) throws(Refusal) -> Decision<Subject>
}

extension Command {
    public static func obstacles(on subject: Subject, by actor: Actor, _ context: Subject.Context) -> [Fault] { [] }
}

/// An aggregate after a decision, and what has happened, in the order in which it is told.
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
    /// When the command came to Kafka; never later than ``now``.
    public let received: Date
    public let directory: Directory
    /// The command's own id, for what it adds.
    public let commandId: String

    public init(now: Date, received: Date, directory: Directory, commandId: String) {
        (self.now, self.received, self.directory, self.commandId) = (now, received, directory, commandId)
    }

    /// The day in Sweden.
    public var today: LocalDate { CivilTime.day(of: now) }
}
