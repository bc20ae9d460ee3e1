import CloudEvents
import Codec

/// One kind of thing that people do to a case, and what answers it.
struct Deed: Sendable {
    let name: String
    /// How often it is done, beside the others.
    let weight: Int
    /// The type of the command.
    let command: String
    /// The types of the facts of which the first that there is answers the command, once; none: it may also change a meeting without.
    let answers: [String]
    /// The command; nil where there is nothing that it could be about.
    let message: @Sendable (inout SuiteLife, KnownCase) -> (any SuiteEvent)?

    init<Message: SuiteEvent>(
        _ name: String, _ weight: Int, _ command: Message.Type, by facts: [any SuiteEvent.Type],
        _ message: @escaping @Sendable (inout SuiteLife, KnownCase) -> Message?
    ) {
        (self.name, self.weight, self.message) = (name, weight, message)
        self.command = Message.eventType
        answers = facts.map { $0.eventType }
    }
}
