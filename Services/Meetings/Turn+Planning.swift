import CloudEvents
import Codec
import Domain
import MeetingsCore
import ServiceKit
import Streams

// What a decision about a case needs of the state, and what of it is saved and published.

extension Turn {
    /// A name with its county in front. Several counties may share a task and its tables.
    func own(_ name: String) -> String { "\(key)|\(name)" }

    /// The stored cooperation as a value.
    ///
    /// - Throws: `StateUnreadable` for words that this version does not know. The records of the case then wait for a
    ///   version that does: a cancellation among the dead letters would leave a meeting standing (rule 13).
    func cooperation(_ state: MeetingState, of key: CaseKey) throws(StateUnreadable) -> Cooperation? {
        do throws(Undecodable) { return try Cooperation(state, of: key) } catch {
            throw StateUnreadable(MeetingsProcessor.meetings.name, error)
        }
    }

    /// The case, with the events that were applied to it.
    func planning(of reference: String) throws -> Kept<Planning> {
        let (key, state) = (CaseKey(reference, county: key), try get(MeetingsProcessor.meetings, reference))
        let cooperation = try state.flatMap { state in try self.cooperation(state, of: key) }
        return Kept(Planning(key, cooperation), taken: state?.taken ?? [])
    }

    /// What a decision may look at: now, and the turn's county.
    ///
    /// - Parameter id: of what is applied, for what it adds.
    /// - Throws: `Refusal` where the directory does not have the county.
    func countyContext(id: String) throws(Refusal) -> CountyContext {
        guard let county = directory.counties[key] else { throw Refusal([Fault(.countyUnknown, at: "county")]) }
        return CountyContext(now: now, county: county, commandId: id)
    }

    func calendar(of person: String) throws -> MeetingsCore.PersonCalendar {
        .init(try get(MeetingsProcessor.calendars, own(person)) ?? .init())
    }

    /// Applies what follows from a calendar or the directory to the case of a meeting.
    mutating func apply<C: Command>(
        _ command: C, to meeting: MeetingID, _ context: CountyContext
    ) throws where C.Subject == Planning {
        guard let reference = meeting.caseReference else { return }
        try apply(command, toCase: reference, context)
    }

    /// Looks for a time again for the meetings of a county that wait for one (rule 18).
    ///
    /// - Parameter person: whose calendar has changed; nil: all that wait are tried.
    mutating func seekTimes(for person: String? = nil, _ context: CountyContext) throws {
        for (name, waiting) in try scan(MeetingsProcessor.waiting, prefix: own("")) {
            if let person, !waiting.people.contains(person) { continue }
            try apply(SeekTime(), toCase: String(name.dropFirst(own("").count)), context)
        }
    }

    private mutating func apply<C: Command>(
        _ command: C, toCase reference: String, _ context: CountyContext
    ) throws where C.Subject == Planning {
        let kept = try planning(of: reference)
        guard kept.subject.cooperation != nil else { return }
        let decision = try MeetingsProcessor.cases.decide(command, on: kept.subject, by: .suite, context, self)
        guard !decision.facts.isEmpty else { return }
        try MeetingsProcessor.cases.save(decision, before: kept.subject, taken: kept.taken, in: &self)
    }

    /// A case with the parts of the agenda that a decision came to; nil where it came to none that was not loaded.
    func load(_ parts: Set<Agenda.Part>, that decided: Planning, lacked before: Planning) throws -> Planning? {
        if parts.isEmpty { return nil }
        var planning = before
        planning.agenda.goOn(from: decided.agenda)
        for part in parts { try load(part, into: &planning.agenda) }
        return planning
    }

    /// Loads a part of the agenda.
    ///
    /// With a day come as many days after it as are loaded already. A long search is then repeated seldom, and a short one
    /// reads little.
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

    /// Saves the case, and what has changed in the county's calendars.
    mutating func put(_ kept: Kept<Planning>) throws {
        let (key, agenda) = (kept.subject.key, kept.subject.agenda)
        for part in agenda.changed.sorted() {
            switch part {
            case .calendar(let id):
                let calendar = agenda.calendar(id)
                if calendar.isEmpty {
                    delete(MeetingsProcessor.calendars, own(id.text))
                } else {
                    try put(MeetingsProcessor.calendars, own(id.text), .init(calendar))
                }
            case .rooms(let day): try put(MeetingsProcessor.rooms, own(day.description), .init(agenda.rooms(on: day)))
            }
        }
        if agenda.isToBeWatched { watchMornings() }
        try keepWaiting(kept.subject)
        guard let cooperation = kept.subject.cooperation else {
            return delete(MeetingsProcessor.meetings, key.reference)
        }
        try put(MeetingsProcessor.meetings, key.reference, MeetingState(cooperation, taken: kept.taken))
    }

    /// Whoever waits for a time is found without a look at every case.
    private mutating func keepWaiting(_ planning: Planning) throws {
        let name = own(planning.key.reference)
        if case .waiting(let waiting, _) = planning.cooperation?.stage {
            try put(MeetingsProcessor.waiting, name, WaitingMeeting(waiting))
        } else if try get(MeetingsProcessor.waiting, name) != nil {
            delete(MeetingsProcessor.waiting, name)
        }
    }

    mutating func publish(_ fact: Planning.Fact, of key: CaseKey) throws {
        switch fact {
        case .scheduled(let fact): try publish(MeetingScheduled(fact, of: key), key)
        case .cancelled(let meeting): try publish(MeetingCancelled(meeting, of: key), key)
        case .call(let fact): try publish(fact, of: key)
        case .answered(let fact): try publish(MeetingAnswered(fact, of: key), key)
        case .answerOutdated(let fact): try publish(Codec.AnswerOutdated(fact, of: key), key)
        case .answerForwarded(let fact): try publish(Codec.AnswerForwarded(fact, of: key), key)
        case .held(let fact):
            try publish(MeetingHeld(fact, of: key), key)
            try publish(MeetingEnded(fact.meeting, came: fact.came, of: key), key)
        case .notHeld(let fact):
            try publish(MeetingNotHeld(fact, of: key), key)
            try publish(MeetingEnded(fact.meeting, came: [], of: key), key)
        case .plan(let fact): try publish(fact, of: key)
        case .family(.told(let fact)): try publish(Codec.FamilyTold(fact, of: key), key)
        case .family(.tookPart(let fact)): try publish(Codec.ParticipationRecorded(fact, of: key), key)
        case .mapping(let note): try publish(note, of: key)
        case .erased: try publish(CooperationErased(of: key), key)
        }
    }

    private mutating func publish(_ fact: Planning.CallFact, of key: CaseKey) throws {
        switch fact {
        case .impossible(let fact): try publish(MeetingImpossible(fact, of: key), key)
        case .proposed(let fact): try publish(MeetingProposed(fact, of: key), key)
        case .waitEnded: try publish(MeetingWaitEnded(of: key), key)
        case .participantsChanged(let change, let person):
            try publish(ParticipantsChanged(change, by: person, of: key), key)
        case .nobodyInvited(let fact): try publish(Codec.NobodyInvited(fact, of: key), key)
        case .outsider(let fact): try publish(fact, of: key)
        }
    }

    private mutating func publish(_ fact: OutsiderFact, of key: CaseKey) throws {
        switch fact {
        case .invited(let outsider, let person, let reason):
            try publish(OutsiderInvited(outsider, by: person, reason: reason, of: key), key)
        case .dismissed(let outsider, let person, let reason):
            try publish(OutsiderDismissed(outsider, by: person, reason: reason, of: key), key)
        case .told(let fact): try publish(Codec.OutsiderTold(fact, of: key), key)
        }
    }

    private mutating func publish(_ fact: Planning.PlanFact, of key: CaseKey) throws {
        switch fact {
        case .followUpMissing(let fact): try publish(PlanAlarm(fact, of: key), key)
        case .concernReported(let fact): try publish(PlanConcernReported(fact, of: key), key)
        case .concernAnswered(let fact): try publish(PlanConcernAnswered(fact, of: key), key)
        case .followedUp(let fact): try publish(PlanFollowedUp(fact, of: key), key)
        case .childsWish(let fact): try publish(ChildsWishRecorded(fact, of: key), key)
        case .coordinatorChanged(let fact): try publish(CoordinatorChanged(fact, of: key), key)
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
                to: Topic.mappingSteps.rawValue, key: key.reference, subject: key.reference)
        case .ended(let end):
            try publish(
                EndCooperation(end, of: key), to: Topic.mappingSteps.rawValue, key: key.reference,
                subject: key.reference)
        }
    }
}
