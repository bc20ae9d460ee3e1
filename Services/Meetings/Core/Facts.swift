package import Domain

extension Planning {
    /// What has happened to a case's cooperation, with the notes to Mapping.
    package enum Fact: Sendable, Hashable {
        case scheduled(Scheduled)
        case cancelled(Meeting)
        case impossible(Impossible)
        case answered(Answered)
        case answerOutdated(AnswerOutdated)
        case held(Held)
        case notHeld(CalledAgain)
        case plan(PlanFact)
        case familyTold(FamilyTold)
        case mapping(Note)
    }

    /// What has happened to the plan (rule 17).
    package enum PlanFact: Sendable, Hashable {
        case followUpMissing(Alarm)
        case concernReported(ConcernRaised)
        case concernAnswered(ConcernAnswered)
        case followedUp(FollowedUp)
    }
}

/// Booked, or changed. Another time or place has a higher sequence.
package struct Scheduled: Sendable, Hashable {
    package var meeting: Meeting
    /// Why it was changed; nil for a first meeting.
    package var why: Why?

    package init(_ meeting: Meeting, _ why: Why?) { (self.meeting, self.why) = (meeting, why) }

    package enum Why: String, Sendable, Hashable, CaseIterable {
        case declined, moved, participants, protected, absence
        case followUp = "follow_up"
    }
}

/// No time exists. The named person decides what to change (rule 18).
package struct Impossible: Sendable, Hashable {
    package var namedPerson: String
    package var obstacles: [Scheduler.Obstacle]

    package init(namedPerson: String, obstacles: [Scheduler.Obstacle]) {
        (self.namedPerson, self.obstacles) = (namedPerson, obstacles)
    }
}

package struct Answered: Sendable, Hashable {
    package var person: String
    package var answer: Answer.Reply
    package var sequence: Int32

    package init(person: String, answer: Answer.Reply, sequence: Int32) {
        (self.person, self.answer, self.sequence) = (person, answer, sequence)
    }
}

/// An answer that changed nothing: a later invitation has gone out, or a later answer is known (rule 18).
package struct AnswerOutdated: Sendable, Hashable {
    package var answered: Answered
    /// Of the invitation that is in force.
    package var current: Int32

    package init(_ answered: Answered, current: Int32) { (self.answered, self.current) = (answered, current) }
}

package struct Held: Sendable, Hashable {
    package var meeting: Meeting
    package var by: String
    package var came: [String]
    package var child: Participation
    package var coordinator: Coordinator
    package var plan: Plan

    package init(
        meeting: Meeting, by: String, came: [String], child: Participation, coordinator: Coordinator, plan: Plan
    ) {
        (self.meeting, self.by, self.came, self.child) = (meeting, by, came, child)
        (self.coordinator, self.plan) = (coordinator, plan)
    }
}

/// The meeting did not take place, and is called again.
package struct CalledAgain: Sendable, Hashable {
    package var meeting: Meeting
    package var by: String
    package var reason: String

    package init(meeting: Meeting, by: String, reason: String) {
        (self.meeting, self.by, self.reason) = (meeting, by, reason)
    }
}

/// A plan without a booked follow-up (rule 17).
package struct Alarm: Sendable, Hashable {
    package var coordinator: String
    /// Of the unit that leads; nil where the directory names none.
    package var manager: String?

    package init(coordinator: String, manager: String?) { (self.coordinator, self.manager) = (coordinator, manager) }
}

package struct ConcernRaised: Sendable, Hashable {
    package var by: String
    package var coordinator: String
    package var text: String

    package init(by: String, coordinator: String, text: String) {
        (self.by, self.coordinator, self.text) = (by, coordinator, text)
    }
}

package struct ConcernAnswered: Sendable, Hashable {
    package var by: String
    package var text: String

    package init(by: String, text: String) { (self.by, self.text) = (by, text) }
}

package struct FollowedUp: Sendable, Hashable {
    package var by: String
    package var child: Participation
    package var judgements: [Judgement]
    /// The plan from now on. A plan without measures closes the case.
    package var plan: Plan

    package init(by: String, child: Participation, judgements: [Judgement], plan: Plan) {
        (self.by, self.child, self.judgements, self.plan) = (by, child, judgements, plan)
    }

    package var closes: Bool { plan.measures.isEmpty }
}

/// A person has decided that somebody of the family is told (rule 22).
package struct FamilyTold: Sendable, Hashable {
    package var meeting: Meeting
    package var by: String
    package var to: String
    package var channel: InformFamily.Channel
    /// That the meeting is called off.
    package var isCancelled: Bool

    package init(
        meeting: Meeting, by: String, to: String, channel: InformFamily.Channel, isCancelled: Bool
    ) {
        (self.meeting, self.by, self.to) = (meeting, by, to)
        (self.channel, self.isCancelled) = (channel, isCancelled)
    }
}

/// A note to Mapping, which watches every date (rule 19).
package struct Note: Sendable, Hashable {
    /// The child's key, by which Mapping knows the case.
    package var child: String
    package var content: Content

    package init(child: String, _ content: Content) { (self.child, self.content) = (child, content) }

    package enum Content: Sendable, Hashable {
        case steps(done: [Step], next: Next?, coordinator: String?)
        /// The last follow-up closes the case (rule 17).
        case ended(by: String)
    }

    package struct Next: Sendable, Hashable {
        package var step: Step
        package var date: LocalDate

        package init(_ step: Step, _ date: LocalDate) { (self.step, self.date) = (step, date) }
    }
}
