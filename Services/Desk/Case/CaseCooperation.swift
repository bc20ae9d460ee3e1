import CloudEvents
import Codec
import Foundation

/// What the facts of a case say of its meetings and its plan.
struct CaseCooperation: Sendable {
    /// The meeting as last booked or changed; nil where none stands.
    private(set) var meeting: Meeting?
    /// Why there is no time for one; empty where there is.
    private(set) var obstacles: [MeetingImpossible.Reason] = []
    /// A time that there is now, and that nobody has booked (rule 18).
    private(set) var proposed: MeetingProposed?
    /// From which organisations of question 5 nobody is to come, and why (rules 11 and 14).
    private(set) var uninvited: [NobodyInvited.Organisation] = []
    /// Who comes from outside the directory, in the order in which they were invited.
    private(set) var outsiders: [InvitedOutsider] = []
    /// The oldest first.
    private(set) var held: [MeetingHeld] = []
    private(set) var notHeld: [MeetingNotHeld] = []
    private(set) var followUps: [CaseFile.Entry<PlanFollowedUp>] = []
    /// A meeting has been called for.
    private(set) var isCalled = false
    /// How the family has taken part (rule 7), and what it was told (rule 22), the oldest first.
    private(set) var voices: [CaseFile.Entry<FamilyVoice>] = []
    private(set) var told: [CaseFile.Entry<FamilyTold>] = []
    /// What the family has said of the plan, the oldest first (rule 17).
    private(set) var concerns: [FamilyConcern] = []
    /// As it is now.
    private(set) var plan: Plan?
    private(set) var coordinator: Coordinator?
    /// Whom the child wants as coordinator, the oldest first (rule 15).
    private(set) var wishes: [CaseFile.Entry<ChildsWish>] = []

    /// It is booked, or waits for a time.
    var isMeetingAhead: Bool { meeting != nil || !obstacles.isEmpty || proposed != nil }

    struct InvitedOutsider: Sendable {
        var outsider: Outsider
        /// The suite writes to them. Else a person tells them.
        var isWritten: Bool
        /// Empty where they have not answered the invitation that is in force.
        var answer = ""
    }

    /// Something in the plan is not followed, and the answer; nil while the family waits for it.
    struct FamilyConcern: Sendable {
        var reported: CaseFile.Entry<String>
        var answer: CaseFile.Entry<String>?
    }

    mutating func take(_ event: Event) {
        isCalled = isCalled || Self.ofCall.contains(event.type)
        switch event.type {
        case MeetingScheduled.eventType:
            note(event) { (all: inout Self, fact: MeetingScheduled) in
                if all.meeting?.sequence != fact.meeting.sequence { all.forgetOutsidersAnswers() }
                (all.meeting, all.obstacles, all.proposed) = (fact.meeting, [], nil)
            }
        case MeetingCancelled.eventType: (meeting, outsiders) = (nil, [])
        // To another meeting they are invited by another decision.
        case MeetingWaitEnded.eventType: (obstacles, proposed, outsiders) = ([], nil, [])
        case MeetingImpossible.eventType:
            note(event) { (all: inout Self, fact: MeetingImpossible) in
                (all.obstacles, all.proposed) = (fact.reasons, nil)
            }
        case NobodyInvited.eventType:
            note(event) { (all: inout Self, fact: NobodyInvited) in all.uninvited = fact.organisations }
        case MeetingAnswered.eventType: note(event) { $0.answer($1) }
        case MeetingHeld.eventType: note(event) { $0.hold($1, event) }
        case MeetingNotHeld.eventType:
            note(event) { (all: inout Self, fact: MeetingNotHeld) in
                all.notHeld.append(fact)
                all.meeting = nil
            }
        case PlanFollowedUp.eventType:
            note(event) { (all: inout Self, fact: PlanFollowedUp) in
                all.followUps.append(.init(value: fact, by: fact.by, at: event.time))
                all.outsiders = []
                all.hear(fact.child.voices, by: fact.by, event)
                if fact.hasPlan { all.plan = fact.plan }
            }
        case OutsiderInvited.eventType: note(event) { $0.invite($1) }
        case OutsiderDismissed.eventType:
            note(event) { (all: inout Self, fact: OutsiderDismissed) in
                all.outsiders.removeAll { $0.outsider.id == fact.outsider.id }
            }
        default: takeConcern(event)
        }
    }

    private static let ofCall: Set = [
        MeetingScheduled.eventType, MeetingImpossible.eventType, MeetingProposed.eventType,
    ]

    private mutating func hear(_ voices: [FamilyVoice], by person: String, _ event: Event) {
        self.voices += voices.map { .init(value: $0, by: person, at: event.time) }
    }

    /// Who was invited before is decided on anew.
    private mutating func invite(_ fact: OutsiderInvited) {
        let former = outsiders.first { $0.outsider.id == fact.outsider.id }
        outsiders.removeAll { $0.outsider.id == fact.outsider.id }
        outsiders.append(.init(outsider: fact.outsider, isWritten: fact.written, answer: former?.answer ?? ""))
    }

    private mutating func forgetOutsidersAnswers() {
        for place in outsiders.indices { outsiders[place].answer = "" }
    }

    /// What the family has said and been told, and the coordinator.
    private mutating func takeConcern(_ event: Event) {
        switch event.type {
        case ParticipationRecorded.eventType:
            note(event) { (all: inout Self, fact: ParticipationRecorded) in all.hear([fact.voice], by: fact.by, event) }
        case FamilyTold.eventType:
            note(event) { $0.told.append(.init(value: $1, by: $1.by, at: event.time)) }
        case MeetingProposed.eventType:
            note(event) { (all: inout Self, fact: MeetingProposed) in all.proposed = fact }
        case PlanConcernReported.eventType:
            note(event) { (all: inout Self, fact: PlanConcernReported) in
                all.concerns.append(.init(reported: .init(value: fact.text, by: fact.by, at: event.time)))
            }
        case PlanConcernAnswered.eventType:
            note(event) { (all: inout Self, fact: PlanConcernAnswered) in
                for place in all.concerns.indices where all.concerns[place].answer == nil {
                    all.concerns[place].answer = .init(value: fact.text, by: fact.by, at: event.time)
                }
            }
        case ChildsWishRecorded.eventType:
            note(event) { (all: inout Self, fact: ChildsWishRecorded) in all.wish(fact.wish, fact.by, event.time) }
        case CoordinatorChanged.eventType:
            note(event) { (all: inout Self, fact: CoordinatorChanged) in
                all.appoint(fact.coordinator, fact.by, event.time)
            }
        default: break
        }
    }

    private mutating func note<Fact: EventPayload>(_ event: Event, _ change: (inout Self, Fact) -> Void) {
        guard let fact = try? event.decode(Fact.self) else { return }
        change(&self, fact)
    }

    private mutating func answer(_ fact: MeetingAnswered) {
        for place in outsiders.indices where outsiders[place].outsider.id == fact.person {
            outsiders[place].answer = fact.answer
        }
        guard meeting?.id == fact.meeting,
            let place = meeting?.participants.firstIndex(where: { $0.person == fact.person })
        else { return }
        meeting?.participants[place].answer = fact.answer
    }

    private mutating func hold(_ fact: MeetingHeld, _ event: Event) {
        held.append(fact)
        // To the follow-up they are invited by another decision.
        outsiders = []
        hear(fact.child.voices, by: fact.by, event)
        if meeting?.id == fact.meeting.id { meeting = nil }
        if fact.hasPlan { plan = fact.plan }
        if fact.hasCoordinator { appoint(fact.coordinator, fact.by, event.time) }
    }

    private mutating func appoint(_ coordinator: Coordinator, _ by: String, _ time: Date) {
        self.coordinator = coordinator
        if coordinator.hasWish { wish(coordinator.wish, by, time) }
    }

    /// What is said again is no other wish.
    private mutating func wish(_ wish: ChildsWish, _ by: String, _ time: Date) {
        if wishes.last?.value != wish { wishes.append(.init(value: wish, by: by, at: time)) }
    }
}
