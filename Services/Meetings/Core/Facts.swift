package import Domain

extension Planning {
    /// What has happened to a case's cooperation, with the notes to Mapping.
    package enum Fact: Sendable, Hashable {
        case scheduled(Scheduled)
        case cancelled(Meeting)
        case call(CallFact)
        case answered(Answered)
        case answerOutdated(AnswerOutdated)
        case answerForwarded(AnswerForwarded)
        case held(Held)
        case notHeld(CalledAgain)
        case plan(PlanFact)
        case family(FamilyFact)
        case mapping(Note)
        /// Nothing is kept of the case any more (rule 23).
        case erased
    }

    /// What a call for a meeting lacks, and who comes from outside the directory.
    package enum CallFact: Sendable, Hashable {
        case impossible(Impossible)
        case proposed(Proposed)
        /// No time is looked for any more.
        case waitEnded
        case nobodyInvited(NobodyInvited)
        case participantsChanged(ChangeAttendees, by: String)
        case outsider(OutsiderFact)
    }

    /// What the family was told, asked, and said.
    package enum FamilyFact: Sendable, Hashable {
        case told(FamilyTold)
        case tookPart(ParticipationRecorded)
    }

    /// What has happened to the plan (rule 17).
    package enum PlanFact: Sendable, Hashable {
        case followUpMissing(Alarm)
        case concernReported(ConcernRaised)
        case concernAnswered(ConcernAnswered)
        case followedUp(FollowedUp)
        case childsWish(WishRecorded)
        case coordinatorChanged(CoordinatorChange)
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

/// No time exists, and who is in the way. The named person decides what to change (rule 18).
package struct Impossible: Sendable, Hashable {
    package var namedPerson: String
    /// Who is told.
    package var to: [String]
    package var obstacles: [Obstacle]

    package init(namedPerson: String, to: [String], obstacles: [Obstacle]) {
        (self.namedPerson, self.to, self.obstacles) = (namedPerson, to, obstacles)
    }

    package struct Obstacle: Sendable, Hashable {
        /// Nil where it is nobody's.
        package var who: Who?
        package var fault: Fault

        package init(_ fault: Fault, who: Who? = nil) { (self.who, self.fault) = (who, fault) }
    }

    /// Whose calendar or absence it is, and what they are to whom this is told.
    package struct Who: Sendable, Hashable {
        package var person: String
        package var role: String
        /// Nil for the family, and for who has left the directory.
        package var unit: String?

        package init(_ person: String, role: String, unit: String?) {
            (self.person, self.role, self.unit) = (person, role, unit)
        }
    }
}

/// Calendars have opened. The time is not booked: the county has it proposed to who decides (rule 18).
package struct Proposed: Sendable, Hashable {
    package var slot: Scheduler.Slot
    /// Who is told.
    package var to: [String]

    package init(_ slot: Scheduler.Slot, to: [String]) { (self.slot, self.to) = (slot, to) }
}

/// From which organisations of question 5 nobody is to come. It replaces what was said before (rules 11 and 14).
package struct NobodyInvited: Sendable, Hashable {
    package var namedPerson: String
    /// Empty: nobody is missing any more.
    package var organisations: [Uninvited]
    /// By when somebody is invited; nil where nothing new is missing.
    package var due: LocalDate?

    package init(namedPerson: String, _ organisations: [Uninvited], due: LocalDate?) {
        (self.namedPerson, self.organisations, self.due) = (namedPerson, organisations, due)
    }
}

package struct Answered: Sendable, Hashable {
    package var person: String
    package var answer: Answer.Reply
    package var invitation: Invitation

    package init(person: String, answer: Answer.Reply, to invitation: Invitation) {
        (self.person, self.answer, self.invitation) = (person, answer, invitation)
    }
}

/// Which invitation: to which meeting, and after how many changes of it.
package struct Invitation: Sendable, Hashable {
    package var meeting: MeetingID
    /// RFC 5545, SEQUENCE.
    package var sequence: Int32

    package init(_ meeting: MeetingID, _ sequence: Int32) { (self.meeting, self.sequence) = (meeting, sequence) }

    init(_ meeting: Meeting) { self.init(meeting.id, meeting.sequence) }
}

/// An answer that changed nothing: it is to another meeting, a later invitation has gone out, or a later answer is known
/// (rule 18).
package struct AnswerOutdated: Sendable, Hashable {
    package var answered: Answered
    /// The invitation that is in force; nil where no meeting stands.
    package var current: Invitation?
    /// Where its sender is told so, for an answer by mail.
    package var replyTo: String?

    package init(_ answered: Answered, current: Invitation?, replyTo: String? = nil) {
        (self.answered, self.current, self.replyTo) = (answered, current, replyTo)
    }
}

/// What somebody said of a meeting changes nothing by itself. The named person is told, and decides.
package struct AnswerForwarded: Sendable, Hashable {
    package var meeting: MeetingID
    /// Nil where it is not known who said it.
    package var person: String?
    package var why: Why
    /// For ``Why/delegated``: who is to come instead.
    package var delegate: String?
    /// The named person; nil where no meeting was ever called for.
    package var to: String?
    /// Where its sender is told so, for what came by mail.
    package var replyTo: String?

    package init(
        meeting: MeetingID, person: String?, _ why: Why, answer: Answer.Reply?, to: String?, replyTo: String?
    ) {
        (self.meeting, self.person, self.why) = (meeting, person, why)
        (self.to, self.replyTo) = (to, replyTo)
        if why == .delegated, case .delegated(let delegate) = answer { self.delegate = delegate }
    }

    package enum Why: Sendable, Hashable {
        /// Own words, in a mail.
        case letter
        /// Proposes another time.
        case counter
        case delegated
        /// Has declined this meeting once before.
        case declinedAgain
        /// It could not be carried out.
        case refused([FaultCode])
    }
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

/// Whom the child wants as coordinator (rule 15).
package struct WishRecorded: Sendable, Hashable {
    package var by: String
    package var wish: ChildsWish

    package init(by: String, _ wish: ChildsWish) { (self.by, self.wish) = (by, wish) }
}

/// The family has another contact (rule 21).
package struct CoordinatorChange: Sendable, Hashable {
    package var by: String
    package var former: String
    package var coordinator: Coordinator

    package init(by: String, former: String, to coordinator: Coordinator) {
        (self.by, self.former, self.coordinator) = (by, former, coordinator)
    }
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
    /// Nil where it is of no meeting.
    package var meeting: OfMeeting?
    package var matters: [FamilyMatter]
    package var by: String
    package var to: String
    package var channel: InformFamily.Channel
    /// Whom the family rings or answers (rule 21).
    package var contact: String

    package init(
        _ meeting: OfMeeting?, of matters: [FamilyMatter], by: String, to: String, channel: InformFamily.Channel,
        contact: String
    ) {
        (self.meeting, self.matters, self.by, self.to) = (meeting, matters, by, to)
        (self.channel, self.contact) = (channel, contact)
    }

    package struct OfMeeting: Sendable, Hashable {
        package var meeting: Meeting
        /// That it is called off.
        package var isCancelled: Bool

        package init(_ meeting: Meeting, isCancelled: Bool) {
            (self.meeting, self.isCancelled) = (meeting, isCancelled)
        }
    }
}

/// How somebody of the family took part (rule 7).
package struct ParticipationRecorded: Sendable, Hashable {
    package var voice: FamilyVoice
    package var by: String

    package init(_ voice: FamilyVoice, by: String) { (self.voice, self.by) = (voice, by) }
}

/// A note to Mapping, which watches every date (rule 19).
package struct Note: Sendable, Hashable {
    package var content: Content

    package init(_ content: Content) { self.content = content }

    package enum Content: Sendable, Hashable {
        case steps(done: [Step], next: Next?, coordinator: String?)
        /// The last follow-up closes the case (rule 17).
        case ended(Ended)
    }

    package struct Ended: Sendable, Hashable {
        package var by: String
        /// Why nothing more is needed.
        package var reason: String
        /// A measure made it worse.
        package var isWorse: Bool

        package init(by person: String, reason: String, isWorse: Bool) {
            (by, self.reason, self.isWorse) = (person, reason, isWorse)
        }
    }

    package struct Next: Sendable, Hashable {
        package var step: Step
        package var date: LocalDate

        package init(_ step: Step, _ date: LocalDate) { (self.step, self.date) = (step, date) }
    }
}
