// The glossary of the county model as values. Raw values are the words used on the wire and in files.

/// Barnets bästa-hjulet: the seven areas in which everyone describes what they see (rule 1).
public enum WheelArea: String, CaseIterable, Sendable {
    case health, development, learning, care, home, relationships, safety
}

/// Where a child is in its schooling, which decides who the named person is (rule 2).
public enum Stage: String, CaseIterable, Sendable {
    case beforeSchool = "before_school"
    case school = "school"
    case upperSecondary = "upper_secondary"
    case upperSecondaryElsewhere = "upper_secondary_elsewhere"
    case outsideUpperSecondary = "outside_upper_secondary"
}

/// The parties of the agreement.
public enum Organisation: String, CaseIterable, Sendable {
    case education
    case socialServices = "social_services"
    case healthCare = "health_care"

    /// Run by each municipality. The others are the region's, and stay the same for a child that moves within the county.
    public var isMunicipal: Bool {
        switch self {
        case .education, .socialServices: true
        case .healthCare: false
        }
    }
}

/// The kinds of unit that can hold a named person or take part.
public enum UnitKind: String, CaseIterable, Sendable {
    case childHealthCentre = "child_health_centre"
    case preschool
    case school
    case upperSecondarySchool = "upper_secondary_school"
    case followUp = "follow_up"
    case activityResponsibility = "activity_responsibility"
    case socialServices = "social_services"
    case healthCare = "health_care"
    case fallback

    public var organisation: Organisation {
        switch self {
        case .childHealthCentre, .healthCare: .healthCare
        case .socialServices: .socialServices
        case .preschool, .school, .upperSecondarySchool, .followUp, .activityResponsibility, .fallback: .education
        }
    }
}

/// The four sources of a mapping (rule 7).
public enum InformationSource: String, CaseIterable, Sendable {
    case detector, organisation, guardian, child
}

/// What a piece of information is about: needs, not diagnoses; strengths first (rule 8).
public enum InformationKind: String, CaseIterable, Sendable {
    case strength, need, obstacle
    /// The child or the guardians were not asked; the text says why (rule 7).
    case notAsked = "not_asked"
}

/// How a mapping ends (rule 10).
public enum Outcome: String, CaseIterable, Sendable {
    case nothingFurther = "nothing_further"
    case ownMeasures = "own_measures"
    case cooperation
}

/// Why a case is erased (rule 23).
public enum ErasureReason: String, CaseIterable, Sendable {
    /// The county's time for it has ended.
    case retention
    /// A guardian or the youth asks for it.
    case request
    /// An authority or a court orders it.
    case order
    /// It should never have been opened.
    case mistake
}

/// What a guardian or the youth decides about sharing (rules 12 and 13).
public enum ConsentDecision: String, CaseIterable, Sendable {
    case given, refused, withdrawn
}

/// What the named person knows of a guardian on record (rules 12 and 22). Somebody who is not on record has no standing.
public enum GuardianStanding: String, CaseIterable, Sendable {
    case reachable
    /// May not be contacted: nobody writes to them, and no meeting's place is named. Their consent is awaited.
    case protected
    /// Their consent is not awaited.
    case deceased
}

/// Where a case stands.
public enum Phase: String, CaseIterable, Sendable {
    /// Information is gathered and the five questions answered.
    case mapping
    /// Cooperation is decided. A required consent is still missing (rule 12).
    case awaitingConsent = "awaiting_consent"
    /// All consents are in force. The meeting, its plan and its follow-up happen here.
    case cooperation
    /// The unit's own organisation carries out the measures it decided on (rule 10).
    case ownMeasures = "own_measures"
    /// Nothing further is needed. The case is reviewed once more (rule 10).
    case resting
    case closed
}

/// In which form somebody of the family was asked (rule 7).
public enum VoiceForm: String, CaseIterable, Sendable {
    case words, pictures, interpreter
}

/// What a person decides that the family is told of (rule 22).
public enum FamilyMatter: String, CaseIterable, Sendable {
    case meeting, plan, coordinator
    case nextStep = "next_step"
}

/// What is to be done next in a case, each with a date (rule 19).
public enum Step: String, CaseIterable, Sendable {
    /// The named person takes on a concern.
    case acknowledge
    /// The mapping is concluded with an outcome.
    case conclude
    /// Everyone whose consent is required is asked.
    case consent
    /// The cooperation meeting is held and its result is recorded.
    case meeting
    /// Question 5 names an organisation from which nobody is to come to the meeting (rules 11 and 14).
    case invite
    /// The coordinator books the plan's follow-up: a plan without one is an alarm (rule 17).
    case bookFollowUp = "book_follow_up"
    /// The plan is followed up with the child and the guardians (rule 17).
    case planFollowUp = "plan_follow_up"
    /// The family's word on the plan is answered (rule 17).
    case answerFamily = "answer_family"
    /// Own measures are followed up.
    case followUp = "follow_up"
    /// A case that needed nothing further is reviewed once more.
    case lookAgain = "look_again"
    /// The child is now an adult. The case is handed over (rule 4).
    case handOver = "hand_over"
    /// A report says that the child is elsewhere. The move is confirmed or declined (rule 2).
    case decideMove = "decide_move"
    /// The case has come to another unit. Who and what came with it is reviewed (rule 2).
    case reviewMove = "review_move"
    /// No unit matched, so the municipality's fallback unit has the case. It hands it over, or records that it stays (rule 2).
    case findOwner = "find_owner"
}

extension Step: Comparable {
    /// Sorted by name. Decides which of two steps with the same date is shown.
    public static func < (left: Step, right: Step) -> Bool { left.rawValue < right.rawValue }
}

/// Who is notified of a date: the owner before it, the manager when it has passed, then the county (rule 19).
public enum ReminderLevel: String, CaseIterable, Sendable {
    case owner, manager, county
}

/// A participant's answer to an invitation (RFC 5545, PARTSTAT).
public enum Attendance: String, CaseIterable, Sendable {
    case accepted, declined, tentative, delegated
}

/// Whether a measure continues, changes or ends at follow-up (rule 17).
public enum MeasureDecision: String, CaseIterable, Sendable {
    case `continue`, change, end
}

/// Whether a measure made a difference (rules 10 and 17).
public enum Effect: String, CaseIterable, Sendable {
    case better, same, worse
}

/// What follows from a follow-up (rule 10).
public enum FollowUpDecision: String, CaseIterable, Sendable {
    case `continue`, end, reopen
}

/// The five questions of the analysis (rule 9), whose words stand in the catalogue.
public enum Question: Int, CaseIterable, Sendable {
    case information = 1, obstacles, mine, organisation, others

    /// From 1, as in the sources.
    public var number: Int { rawValue }

    /// The question's name in the ``Catalogue``.
    public var name: String { "question.\(rawValue)" }
}
