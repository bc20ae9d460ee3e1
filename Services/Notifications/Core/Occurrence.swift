package import Domain
package import Foundation

/// Something that another service has published, as far as somebody must be told of it.
package struct Occurrence: Sendable, Equatable {
    package var county: String
    package var caseReference: String
    package var event: Event

    package init(county: String, caseReference: String, _ event: Event) {
        (self.county, self.caseReference, self.event) = (county, caseReference, event)
    }

    package enum Event: Sendable, Equatable {
        case ofCase(CaseEvent)
        case ofProgress(ProgressEvent)
        case ofMeeting(MeetingEvent)
        case ofErasure(ErasureEvent)
    }
}

/// How far a case has come. Whoever reported its concerns may hear of it.
package enum ProgressEvent: Sendable, Equatable {
    case takenOn
    /// - Parameter to: who is told of it by their ids in the directory; nobody where it did not have to be explained.
    case closed(to: [String])
}

/// A closed case's time ends (rule 23). People are the directory's ids.
package enum ErasureEvent: Sendable, Equatable {
    case forewarned(to: [String], LocalDate)
    /// A concern came in before the case was erased.
    case calledOff(to: [String])
}

/// What has happened to a case, or to an anonymous question. People are the directory's ids.
package enum CaseEvent: Sendable, Equatable {
    /// - Parameters:
    ///   - reporter: their address; nil where the fact holds none that can be written to.
    ///   - isFallback: no unit matched, so the municipality's fallback unit has the case (rule 2).
    case concernRegistered(
        namedPerson: String, reporter: EmailAddress?, isHarmSuspected: Bool, isFallback: Bool = false)
    /// A report that speaks of harm was refused, since its id was taken (rule 3).
    case concernSetAside(namedPerson: String, reporter: EmailAddress?)
    /// No forum has a time for it. A person sees to it.
    case questionUnplaced(to: String)
    /// - Parameter asker: their address; nil where the fact holds none that can be written to.
    case questionPlaced(chair: String, asker: EmailAddress?, TimeSlot, place: String?)
    case dateReminded(to: [String], DueStep, ReminderLevel)
    /// - Parameter reviewed: by when who has it now sees to what came with it; nil where there is nothing to see to.
    case moved(from: StaffMember, to: String, reviewed: LocalDate?, isFallback: Bool = false)
    /// A report says that the child is elsewhere. A person decides (rule 2).
    ///
    /// - Parameter to: who would own the case; nil where the owner alone may know (rule 22).
    case moveProposed(owner: StaffMember, to: StaffMember?, due: LocalDate)
    case delegated(to: String)
    /// The other of the two that a child has before school is told that there is a case, or asked for information (rule 2).
    case counterpart(to: String, isAsked: Bool)
    /// - Parameter reasons: why consent is missing, in Swedish.
    case consentAwaited(owner: String, reasons: [String], due: LocalDate)
    case cameOfAge(owner: String, due: LocalDate)
    /// Somebody may read the case for some hours who may not otherwise (rule 22).
    case emergencyOpened(to: [String], until: Date)
    /// A refusal or withdrawal of consent has come that Mapping could not record (rule 13). A person sees to it.
    case withdrawalUnrecorded(to: String)
    /// A refusal or withdrawal counts of which it is not known who gives or who recorded it (rule 13). A person looks at it.
    case withdrawalUnclear(to: String, isGiverUnknown: Bool, isByUnknown: Bool)
    /// The owner has ended the refusal or withdrawal of somebody who is not on record (rule 13).
    case objectionEnded(to: String)

    /// Somebody of a county's directory, which need not be the case's.
    package struct StaffMember: Sendable, Equatable {
        package var person: String
        package var county: String

        package init(_ person: String, of county: String) { (self.person, self.county) = (person, county) }
    }

    /// What is to be done by when.
    package struct DueStep: Sendable, Equatable {
        /// The step's name in the catalogue. A newer service may know a step that this one does not.
        package var name: String
        package var due: LocalDate

        package init(name: String, due: LocalDate) { (self.name, self.due) = (name, due) }
    }
}

/// What has happened to a meeting or to a plan. People are the directory's ids.
package enum MeetingEvent: Sendable, Equatable {
    /// Booked or changed.
    case scheduled(Meeting, isFollowUp: Bool)
    case cancelled(Meeting)
    /// - Parameter answer: nil for an answer that only a newer service knows.
    case answered(by: String, Attendance?)
    /// A person decides on it.
    ///
    /// - Parameters:
    ///   - to: the named person; nil where there is none.
    ///   - sender: whoever wrote by mail, by address; nil where nobody is to be written to.
    case answerForwarded(to: String?, Notice.Answer, sender: EmailAddress?)
    /// It changed nothing.
    case answerOutdated(sender: EmailAddress?)
    case held(id: String, coordinator: String)
    /// No time exists for a meeting, or there is one now.
    case impossible(to: [String])
    case timeFound(to: [String], TimeSlot)
    /// Question 5 names an organisation from which nobody is to come.
    ///
    /// - Parameter due: by when somebody is invited; nil where nothing new is missing.
    case nobodyInvited(namedPerson: String, due: LocalDate?)
    case familyInformed(FamilyNotice)
    /// Somebody from outside the directory, by id, to whom a person has decided that the suite writes (rule 22).
    ///
    /// - Parameter email: nil where the fact holds none that can be written to.
    case outsiderTold(Meeting, id: String, email: EmailAddress?, isCancellation: Bool)
    case planAlarm(coordinator: String, manager: String?)
    case planConcern(coordinator: String)
    /// The family has another contact.
    case coordinatorChanged(former: String, to: String)

    /// What a person has decided that one of the family is told (rule 22).
    package struct FamilyNotice: Sendable, Equatable {
        /// A guardian's key, or the child's.
        package var key: String
        /// Nil where a person writes a letter, calls or says it.
        package var email: EmailAddress?
        /// Nil where it is of no meeting.
        package var meeting: OfMeeting?
        /// It is of the plan, the coordinator or the next step.
        package var hasNews: Bool
        /// Whom the family rings or answers, by the directory's id.
        package var contact: String

        package init(key: String, email: EmailAddress?, of meeting: OfMeeting?, hasNews: Bool, contact: String) {
            (self.key, self.email, self.meeting) = (key, email, meeting)
            (self.hasNews, self.contact) = (hasNews, contact)
        }

        package struct OfMeeting: Sendable, Equatable {
            package var meeting: Meeting
            package var isCancelled: Bool

            package init(_ meeting: Meeting, isCancelled: Bool) {
                (self.meeting, self.isCancelled) = (meeting, isCancelled)
            }
        }
    }
}
