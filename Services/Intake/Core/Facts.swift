package import Domain
package import Foundation

/// What follows from a report, in the order in which it is published.
package enum IntakeFact: Sendable, Equatable {
    /// A report about a child holds. It goes on to the bucket of the index in which the child is.
    case accepted(AcceptedReport, bucket: String)
    case concernRegistered(RegisteredConcern)
    case childRecorded(RecordedChild)
    case setAside(SetAsideConcern)
    case consultationRegistered(RegisteredConsultation)
    /// Asks Meetings for a place in a forum.
    case placeRequested(PlaceRequest)
    case answered(Receipt)
    /// A concern came before the child's case could be erased (rule 23).
    case childKept(reference: String)
    /// The index is to forget the child: this bucket of it, and then another one if there is one.
    case numberLeft(reference: String, in: String, then: String?)
    /// Nothing more comes under this reference.
    case childReleased(reference: String)
}

/// A concern with its owner (rules 1 and 2).
package struct RegisteredConcern: Sendable, Equatable {
    /// The concern's own id.
    package var concern: String
    /// The case's reference.
    package var reference: String
    package var county: String
    package var municipality: String
    package var stage: Stage
    /// The unit that the child attends, as last reported.
    package var attends: String?
    package var owner: Routing.Owner
    /// The child has grown into the next stage: the ownership passes on (rule 2).
    package var hasGrown: Bool
    /// Where the report leads, if that is elsewhere than the child was. An open case stays, and a person decides.
    package var proposed: ProposedMove?
    package var receivedAt: Date
    package var observedAt: Date
    package var areas: [WheelArea]
    package var observation: String
    package var strengths: [String]
    package var isHarmSuspected: Bool
    package var reporter: Reporter
    /// The guardians' keys.
    package var guardians: [String]
    package var youthConsentFrom: LocalDate
    package var adultFrom: LocalDate
    package var isProtected: Bool
    /// The concern from another system to which this one is linked.
    package var linkedTo: String?

    package init(
        concern: String, reference: String, county: String, municipality: String, stage: Stage,
        attends: String?, owner: Routing.Owner, hasGrown: Bool, proposed: ProposedMove?, receivedAt: Date,
        observedAt: Date, areas: [WheelArea], observation: String, strengths: [String], isHarmSuspected: Bool,
        reporter: Reporter, guardians: [String], youthConsentFrom: LocalDate, adultFrom: LocalDate, isProtected: Bool,
        linkedTo: String?
    ) {
        self.concern = concern
        self.reference = reference
        self.county = county
        self.municipality = municipality
        self.stage = stage
        self.attends = attends
        self.owner = owner
        self.hasGrown = hasGrown
        self.proposed = proposed
        self.receivedAt = receivedAt
        self.observedAt = observedAt
        self.areas = areas
        self.observation = observation
        self.strengths = strengths
        self.isHarmSuspected = isHarmSuspected
        self.reporter = reporter
        self.guardians = guardians
        self.youthConsentFrom = youthConsentFrom
        self.adultFrom = adultFrom
        self.isProtected = isProtected
        self.linkedTo = linkedTo
    }
}

/// A report that speaks of harm and was refused, since another report has its id. A person looks at it (rule 3).
package struct SetAsideConcern: Sendable, Equatable {
    /// The case's reference.
    package var reference: String
    package var county: String
    package var municipality: String
    package var owner: Routing.Owner
    package var receivedAt: Date
    package var observedAt: Date
    package var areas: [WheelArea]
    package var observation: String
    package var reporter: Reporter

    package init(
        reference: String, county: String, municipality: String, owner: Routing.Owner, receivedAt: Date,
        observedAt: Date, areas: [WheelArea], observation: String, reporter: Reporter
    ) {
        (self.reference, self.owner) = (reference, owner)
        (self.county, self.municipality) = (county, municipality)
        (self.receivedAt, self.observedAt) = (receivedAt, observedAt)
        (self.areas, self.observation, self.reporter) = (areas, observation, reporter)
    }
}

/// The identity itself, with all guardians that any report has described, and who has told what. For Intake alone
/// (rule 22).
package struct RecordedChild: Sendable, Equatable {
    /// The case's reference.
    package var reference: String
    package var number: PersonalNumber
    package var names: Statements
    package var guardians: [DescribedGuardian]
    package var isProtected: Bool
    package var protectedBy: Statements

    package init(
        reference: String, number: PersonalNumber, names: Statements, guardians: [DescribedGuardian],
        isProtected: Bool, protectedBy: Statements
    ) {
        (self.reference, self.number, self.names) = (reference, number, names)
        (self.guardians, self.isProtected, self.protectedBy) = (guardians, isProtected, protectedBy)
    }
}

/// An anonymous question under a reference of its own (rule 5).
package struct RegisteredConsultation: Sendable, Equatable {
    package var reference: String
    package var county: String
    package var municipality: String
    package var areas: [WheelArea]
    package var question: String
    package var reporter: Reporter

    package init(
        reference: String, county: String, municipality: String, areas: [WheelArea], question: String,
        reporter: Reporter
    ) {
        (self.reference, self.county, self.municipality) = (reference, county, municipality)
        (self.areas, self.question, self.reporter) = (areas, question, reporter)
    }
}

/// What Meetings must know to find a place for a question in a forum (rule 5).
package struct PlaceRequest: Sendable, Equatable {
    package var reference: String
    package var county: String
    package var municipality: String
    package var areas: [WheelArea]
    /// Of the one who asks.
    package var email: EmailAddress

    package init(reference: String, county: String, municipality: String, areas: [WheelArea], email: EmailAddress) {
        (self.reference, self.county, self.municipality) = (reference, county, municipality)
        (self.areas, self.email) = (areas, email)
    }
}
