import CloudEvents
import Codec
import Domain
import MeetingsCore
import Streams

// What a decision about a case needs of the state, and what of it is saved and published.

extension Turn {
    /// A name that is the county's own: several counties may share a task, and with it the tables.
    func own(_ name: String) -> String { "\(key)|\(name)" }

    /// What is kept of a case.
    ///
    /// - Throws: `StateUnreadable` for words that this version does not know: the records of the case wait, since a
    ///   cancellation that is laid aside would leave a meeting standing (rule 13).
    func cooperation(_ state: MeetingState, of key: CaseKey) throws(StateUnreadable) -> Cooperation? {
        do throws(Undecodable) { return try Cooperation(state, of: key) } catch {
            throw StateUnreadable(MeetingsProcessor.meetings.name, error)
        }
    }

    /// Decides once more as often as the decision comes to a part of the agenda that is not loaded.
    func decide<C: Command>(
        _ command: C, on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws -> Result<Decision<Planning>, Refusal> where C.Subject == Planning {
        var planning = planning
        while true {
            let decision: Decision<Planning>
            do throws(Refusal) { decision = try command.decide(on: planning, by: actor, context) } catch {
                return .failure(error)
            }
            if decision.subject.agenda.unread.isEmpty { return .success(decision) }
            planning.agenda.goOn(from: decision.subject.agenda)
            for part in decision.subject.agenda.unread { try load(part, into: &planning.agenda) }
        }
    }

    /// Loads a part of the agenda. With a day come as many after it as are loaded already: a search that goes on and on is
    /// then repeated seldom, and one that ends soon reads little.
    private func load(_ part: Agenda.Part, into agenda: inout Agenda) throws {
        switch part {
        case .calendar(let id):
            agenda.load(.init(try get(MeetingsProcessor.calendars, own(id.text)) ?? .init()), of: id)
        case .rooms(let first):
            for day in (0...agenda.days).lazy.map(first.plus) where !agenda.knows(day) {
                agenda.load(.init(try get(MeetingsProcessor.rooms, own(day.description)) ?? .init()), on: day)
            }
        }
    }

    /// - Parameter taken: the events that were applied to the case, with the one that is decided about.
    mutating func save(_ decision: Decision<Planning>, taken: [UInt64]) throws {
        let (key, agenda) = (decision.subject.key, decision.subject.agenda)
        for part in agenda.changed.sorted() {
            switch part {
            case .calendar(let id):
                try put(MeetingsProcessor.calendars, own(id.text), .init(agenda.calendar(id)))
            case .rooms(let day): try put(MeetingsProcessor.rooms, own(day.description), .init(agenda.rooms(on: day)))
            }
        }
        if agenda.isToBeWatched { watchMornings() }
        for fact in decision.facts { try publish(fact, of: key) }
        if let cooperation = decision.subject.cooperation {
            try put(MeetingsProcessor.meetings, key.reference, MeetingState(cooperation, taken: taken))
        }
    }

    private mutating func publish(_ fact: Planning.Fact, of key: CaseKey) throws {
        switch fact {
        case .scheduled(let fact): try publish(MeetingScheduled(fact, of: key), key)
        case .cancelled(let meeting): try publish(MeetingCancelled(meeting, of: key), key)
        case .impossible(let fact): try publish(MeetingImpossible(fact, of: key), key)
        case .answered(let fact): try publish(MeetingAnswered(fact, of: key), key)
        case .held(let fact): try publish(MeetingHeld(fact, of: key), key)
        case .notHeld(let fact): try publish(MeetingNotHeld(fact, of: key), key)
        case .followUpMissing(let fact): try publish(PlanAlarm(fact, of: key), key)
        case .concernReported(let fact): try publish(PlanConcernReported(fact, of: key), key)
        case .concernAnswered(let fact): try publish(PlanConcernAnswered(fact, of: key), key)
        case .followedUp(let fact): try publish(PlanFollowedUp(fact, of: key), key)
        case .familyTold(let fact): try publish(Codec.FamilyTold(fact, of: key), key)
        case .mapping(let note): try publish(note, of: key)
        }
    }

    private mutating func publish(_ fact: some EventPayload, _ key: CaseKey) throws {
        try publish(fact, to: Topic.meetings.rawValue, subject: key.reference)
    }

    private mutating func publish(_ note: Note, of key: CaseKey) throws {
        switch note.content {
        case .steps(let done, let next, let coordinator):
            try publish(
                NoteCooperation(done: done, next: next, coordinator: coordinator, of: key),
                to: Topic.mappingSteps.rawValue, key: note.child, subject: key.reference)
        case .ended(let person):
            try publish(
                EndCooperation(by: person, of: key), to: Topic.mappingSteps.rawValue, key: note.child,
                subject: key.reference)
        }
    }
}
