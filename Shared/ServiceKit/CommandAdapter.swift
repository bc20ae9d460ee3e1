package import CloudEvents
package import Codec
package import Domain
package import Foundation
package import Streams

/// Applies all commands about one kind of aggregate, in the same way in every service.
///
/// The order is fixed: decode, check the sizes, prove who acts; then, at first contact, pass the command on to where its
/// aggregate is; there, find the aggregate, skip the command if it was applied before, read the words, decide, save, publish,
/// move the reminders. If the command cannot be decoded or its aggregate does not exist, the refusal has only that fault, and
/// so if it is not proven who acts. Otherwise it has all faults: those of the aggregate's state, of the actor's authority, and
/// of the words. A refusal changes nothing.
///
///     let adapter = CommandAdapter(wiring, [.on(TakeOn.self), .on(DelegateWork.self)])
///     try adapter.process(event, in: &turn)
package struct CommandAdapter<Subject: Aggregate>: Sendable {
    /// A command of one type.
    package struct Entry: Sendable {
        let type: String
        let process: @Sendable (CommandAdapter, Event, inout Turn) throws -> Void

        package static func on<Message: CommandMessage>(
            _ type: Message.Type
        ) -> Entry where Message.Meaning.Subject == Subject {
            Entry(type: type.eventType) { try $0.process(type, $1, &$2) }
        }
    }

    package let wiring: AggregateWiring<Subject>
    private let entries: [String: Entry]

    /// - Precondition: each type occurs once.
    package init(_ wiring: AggregateWiring<Subject>, _ entries: [Entry]) {
        self.wiring = wiring
        self.entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.type, $0) })
    }

    /// Whether this adapter applies commands of this type.
    package func accepts(_ type: String) -> Bool { entries[type] != nil }

    /// Applies a command of any type. An unknown type is refused.
    package func process(_ event: Event, in turn: inout Turn) throws {
        guard let entry = entries[event.type], !event.isInternal(on: turn.topic) else {
            return try turn.refuse(event, [Fault(.commandUnknown, at: "ce_type")], on: wiring.facts)
        }
        try entry.process(self, event, &turn)
    }

    /// Answers a record that is not an event.
    package func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        try turn.refuse(unreadable, on: wiring.facts)
    }

    /// Decides. If the decision needed data that was not loaded, loads it and decides again.
    ///
    /// - Throws: `Refusal` if the command is not allowed.
    package func decide<C: Command>(
        _ command: C, on subject: Subject, by actor: Actor, _ context: Subject.Context, _ turn: Turn
    ) throws -> Decision<Subject> where C.Subject == Subject {
        var subject = subject
        while true {
            let decision = try command.decide(on: subject, by: actor, context)
            guard let fuller = try wiring.load(subject, decision.subject, turn) else { return decision }
            subject = fuller
        }
    }

    /// Saves the decision: the state, the facts in order, the reminders.
    ///
    /// - Parameters:
    ///   - before: the aggregate before the decision; nil if there was none.
    ///   - taken: the events that were applied to the aggregate, including this one.
    package func save(
        _ decision: Decision<Subject>, before: Subject?, taken: [UInt64], in turn: inout Turn
    ) throws {
        let after = decision.subject
        try wiring.put(Kept(after, taken: taken), &turn)
        for fact in decision.facts { try wiring.publish(fact, after, &turn) }
        let (old, new) = (before.map(wiring.reminders) ?? [:], wiring.reminders(after))
        for (name, due) in new.sorted(by: { $0.key < $1.key }) where old[name] != due { turn.remind(name, at: due) }
        for name in old.keys.sorted() where new[name] == nil { turn.cancelReminder(name) }
        try wiring.afterwards(before, after, &turn)
    }

    private func process<Message: CommandMessage>(
        _ type: Message.Type, _ event: Event, _ turn: inout Turn
    ) throws where Message.Meaning.Subject == Subject {
        let message: Message
        do { message = try read(type, event, &turn) } catch {
            // Where it may be a refusal or withdrawal of consent, a person looks at it (rule 13).
            return try turn.refuse(
                event, about: type.mayBeUnstoppable ? turn.caseNamed(by: event) ?? "" : "", error.faults,
                on: wiring.facts, isLaidBeforePerson: type.mayBeUnstoppable)
        }
        var faults: [Fault] = []
        if type.kind == .command {
            do { try turn.prove(event, by: message.speaker, in: message.address.county) } catch {
                faults = error.faults
            }
        }
        // A no that nobody has proven goes on, too: its owner is known where its case is (rule 13).
        if turn.isFromOutside, faults.isEmpty || message.isUnstoppable {
            return try passOn(message, event, faults, &turn)
        }
        guard faults.isEmpty else { return try refuse(unproven: message, event, faults, &turn) }
        try apply(message, event, &turn)
    }

    /// A command from outside lies under any key, on any partition. It is decided where its aggregate is. Those that one
    /// sender writes to one partition, which are those under one key, come there in the order in which they were written.
    private func passOn<Message: CommandMessage>(
        _ message: Message, _ event: Event, _ faults: [Fault], _ turn: inout Turn
    ) throws {
        let address = message.address
        guard turn.directory.counties[address.county] != nil,
            let key = turn.repeatable(address.key ?? address.reference)
        else {
            return try turn.refuse(
                event, about: address.about, faults.isEmpty ? [wiring.unknown] : faults, on: wiring.facts,
                isLaidBeforePerson: message.isUnstoppable)
        }
        var event = event
        if !event.faultsOfEnvelope.isEmpty {
            // It goes on under no name that holds somebody's number, but by where it lies.
            (event.id, event.source, event.subject, event.sealed) = (turn.position, turn.topic, nil, nil)
        }
        try turn.forward(event, to: wiring.steps.rawValue, key: key, sealedUnder: .namedOrOwn(address.about))
    }

    private func apply<Message: CommandMessage>(
        _ message: Message, _ event: Event, _ turn: inout Turn
    ) throws where Message.Meaning.Subject == Subject {
        do {
            guard var kept = try wiring.find(message.address, turn) else { throw Refusal([wiring.unknown]) }
            guard kept.taken.take(event) else { return }
            let context = try wiring.context(event, kept.subject, turn)
            let today = wiring.asOfToday(kept.subject, context)
            let decided = try decide(message, on: today.subject, context, turn)
            try save(
                Decision(decided.subject, today.facts + decided.facts), before: kept.subject, taken: kept.taken,
                in: &turn)
        } catch let refusal as Refusal {
            try turn.refuse(
                event, about: message.address.about, refusal.faults, on: wiring.facts,
                isLaidBeforePerson: message.isUnstoppable)
        }
    }

    /// The message within the limits of its contract, before anything else is looked at.
    private func read<Message: CommandMessage>(
        _ type: Message.Type, _ event: Event, _ turn: inout Turn
    ) throws(Refusal) -> Message {
        let message = try event.payload(as: type)
        if message.isUnstoppable {
            if !event.faultsOfEnvelope.isEmpty { turn.hideCause() }
            return message.shortened
        }
        try Refusal.unless(event.faultsOfEnvelope + (type.kind == .command ? message.excesses : []))
        return message
    }

    /// Nothing is done in the name of somebody who has not been proven. A no is not lost either: the case's owner is told, and
    /// decides what it means (rule 13).
    private func refuse<Message: CommandMessage>(
        unproven message: Message, _ event: Event, _ faults: [Fault], _ turn: inout Turn
    ) throws {
        let kept = message.isUnstoppable ? try? wiring.find(message.address, turn) : nil
        try turn.refuse(
            event, about: message.address.about, faults, on: wiring.facts, isLaidBeforePerson: message.isUnstoppable,
            owner: kept.flatMap { wiring.owner($0.subject) })
    }

    /// Collects all faults at once: those of the words, and those that the aggregate finds.
    private func decide<Message: CommandMessage>(
        _ message: Message, on subject: Subject, _ context: Subject.Context, _ turn: Turn
    ) throws -> Decision<Subject> where Message.Meaning.Subject == Subject {
        var words = Words(turn.directory, today: CivilTime.day(of: turn.now))
        guard let command = message.command(&words) else {
            throw Refusal(message.obstacles(on: subject, by: message.actor, context) + words.faults)
        }
        let decision: Decision<Subject>
        do { decision = try decide(command, on: subject, by: message.actor, context, turn) } catch let refusal
            as Refusal
        {
            throw Refusal(refusal.faults + words.faults)
        }
        try Refusal.unless(words.faults)
        return decision
    }
}

/// A message that is a command.
package protocol CommandMessage: SuiteEvent {
    associatedtype Meaning: Command

    /// Nothing may stop it: neither its envelope nor its sizes (rule 13). Where it cannot be carried out
    /// all the same, a person is told.
    var isUnstoppable: Bool { get }
    /// Some messages of this type are unstoppable. One that cannot be read may be one of them.
    static var mayBeUnstoppable: Bool { get }
    /// The message without what it can do without, where that is too large. Only asked of what is unstoppable.
    var shortened: Self { get }
    var address: CommandAddress { get }
    /// Who gives the command, as the message says.
    var actor: Actor { get }
    /// Who must be proven to give it.
    var speaker: Speaker { get }

    /// The command as a value, or nil if `words` found faults.
    ///
    /// A message may also replace unreadable words with harmless ones. Its command is then decided only to find further
    /// faults, and is never applied.
    func command(_ words: inout Words) -> Meaning?

    /// The command's other faults if it cannot be a value. Usually, the faults that all commands of its kind would
    /// have.
    func obstacles(on subject: Meaning.Subject, by actor: Actor, _ context: Meaning.Subject.Context) -> [Fault]
}

extension CommandMessage {
    package var isUnstoppable: Bool { false }
    package static var mayBeUnstoppable: Bool { false }
    package var shortened: Self { self }
    package var speaker: Speaker { Speaker(actor.id.nonEmpty, isAnybody: isUnstoppable) }

    package func obstacles(on subject: Meaning.Subject, by actor: Actor, _ context: Meaning.Subject.Context) -> [Fault]
    {
        Meaning.obstacles(on: subject, by: actor, context)
    }
}

/// The aggregate that a command is for.
package struct CommandAddress: Sendable, Hashable {
    /// The aggregate's reference.
    package let reference: String
    /// Under which key the aggregate is kept, where that is not its reference.
    package let key: String?
    /// The case that a refusal names; empty if the command is about none.
    package let about: String

    /// - Parameter about: nil if the aggregate is the case.
    package init(_ reference: String, key: String? = nil, about: String? = nil) {
        (self.reference, self.key, self.about) = (reference, key, about ?? reference)
    }

    /// The code of the county that the command is about. A case's reference begins with it.
    var county: String { key ?? String(reference.prefix { $0 != "-" }) }
}

/// An aggregate as it is stored, with the events that were applied to it, so that an event that comes again changes
/// nothing.
package struct Kept<Subject: Sendable>: Sendable {
    package var subject: Subject
    package var taken: [UInt64]

    package init(_ subject: Subject, taken: [UInt64]) { (self.subject, self.taken) = (subject, taken) }
}

extension Kept: Equatable where Subject: Equatable {}

/// How one service stores its aggregates and publishes their facts.
package struct AggregateWiring<Subject: Aggregate>: Sendable {
    /// The topic of facts and refusals.
    package let facts: Topic
    /// Where the service decides, by the aggregate's key.
    let steps: Topic
    /// The fault if the aggregate does not exist.
    package let unknown: Fault
    /// Nil if there is no such aggregate. May throw a `Refusal`.
    let find: @Sendable (CommandAddress, Turn) throws -> Kept<Subject>?
    let context: @Sendable (Event, Subject, Turn) throws -> Subject.Context
    /// The aggregate with the data that a decision needed and that was not loaded; nil if nothing was missing.
    let load: @Sendable (_ before: Subject, _ decided: Subject, Turn) throws -> Subject?
    /// What time alone has changed, before the command. Discarded if the command is refused.
    let asOfToday: @Sendable (Subject, Subject.Context) -> Decision<Subject>
    /// Who is told of what nobody has proven to say; nil: the county's function.
    let owner: @Sendable (Subject) -> String?
    let put: @Sendable (Kept<Subject>, inout Turn) throws -> Void
    let publish: @Sendable (Subject.Fact, Subject, inout Turn) throws -> Void
    /// When the aggregate must wake, by the reminder's name.
    package let reminders: @Sendable (Subject) -> [String: Date]
    /// Called last in the turn, to publish what concerns the whole aggregate.
    let afterwards: @Sendable (Subject?, Subject, inout Turn) throws -> Void

    package init(
        facts: Topic, steps: Topic, unknown: Fault,
        find: @escaping @Sendable (CommandAddress, Turn) throws -> Kept<Subject>?,
        context: @escaping @Sendable (Event, Subject, Turn) throws -> Subject.Context,
        asOfToday: @escaping @Sendable (Subject, Subject.Context) -> Decision<Subject> = { subject, _ in
            Decision(subject)
        },
        load: @escaping @Sendable (_ before: Subject, _ decided: Subject, Turn) throws -> Subject? = { _, _, _ in nil },
        owner: @escaping @Sendable (Subject) -> String? = { _ in nil },
        put: @escaping @Sendable (Kept<Subject>, inout Turn) throws -> Void,
        publish: @escaping @Sendable (Subject.Fact, Subject, inout Turn) throws -> Void,
        reminders: @escaping @Sendable (Subject) -> [String: Date] = { _ in [:] },
        afterwards: @escaping @Sendable (Subject?, Subject, inout Turn) throws -> Void = { _, _, _ in }
    ) {
        (self.facts, self.steps, self.unknown) = (facts, steps, unknown)
        (self.find, self.context, self.owner) = (find, context, owner)
        (self.asOfToday, self.load, self.put, self.publish) = (asOfToday, load, put, publish)
        (self.reminders, self.afterwards) = (reminders, afterwards)
    }
}
