package import Domain
package import Foundation

/// What follows from a decision about a case, in the order of publication.
package enum CaseFact: Sendable, Equatable {
    case course(CourseFact)
    case proposal(ProposalFact)
    case content(ContentFact)
    case guardians(GuardianFact)
    case cooperation(CooperationFact)
    case erasure(ErasureFact)
    /// A request to Meetings.
    case meetings(MeetingsRequest)
}

/// Facts about the case's owner and phase.
package enum CourseFact: Sendable, Equatable {
    case opened(owner: Routing.Owner, at: Case.Place, due: Date, isHarmSuspected: Bool)
    case concernJoined(owner: String, isHarmSuspected: Bool, linkedTo: String?)
    case takenOn(by: Actor)
    case delegated(to: String, county: String, by: Actor)
    case handedBack(to: String, by: Actor)
    case moved(Move)
    case cameOfAge(owner: String, county: String, due: Date)
    case reminded(Reminded)
    case emergencyOpened(EmergencyOpening)
    case reopened(reason: String, by: Actor)
    case closed(reason: String, by: Actor)

    /// Somebody may read the case for some hours who may not otherwise (rule 22).
    package struct EmergencyOpening: Sendable, Equatable {
        package var access: Reading.Emergency
        package var reason: String
        /// Who is told.
        package var to: [String]
        package var county: String

        package init(_ access: Reading.Emergency, reason: String, to people: [String], county: String) {
            (self.access, self.reason, to, self.county) = (access, reason, people, county)
        }
    }

    /// The ownership has passed on. Both units are notified (rule 2).
    package struct Move: Sendable, Equatable {
        package var from: Holder
        package var to: Routing.Owner
        package var place: Case.Place
        package var why: Why

        package enum Why: Sendable, Equatable {
            case command(by: Actor)
            /// The child has grown into the next stage.
            case age
            /// The owner has left the directory.
            case directory
        }

        /// The former owner.
        package struct Holder: Sendable, Equatable {
            package var county: String
            package var unit: String
            package var person: String

            package init(county: String, unit: String, person: String) {
                (self.county, self.unit, self.person) = (county, unit, person)
            }
        }

        package init(from: Holder, to: Routing.Owner, place: Case.Place, why: Why) {
            (self.from, self.to, self.place, self.why) = (from, to, place, why)
        }
    }

    /// A date is near or has passed (rule 19).
    package struct Reminded: Sendable, Equatable {
        package var step: Step
        package var due: Date
        package var level: ReminderLevel
        package var to: [String]
        package var owner: String
        package var county: String

        package init(
            step: Step, due: Date, level: ReminderLevel, to: [String], owner: String, county: String
        ) {
            (self.step, self.due, self.level) = (step, due, level)
            (self.to, self.owner, self.county) = (to, owner, county)
        }
    }
}

/// Facts about moves that reports propose. A confirmed one is ``CourseFact/moved(_:)``.
package enum ProposalFact: Sendable, Equatable {
    case proposed(Proposal)
    case declined(unit: String, reason: String, by: Actor)

    /// A report says that the child is elsewhere. A person decides by a date (rules 2 and 19).
    package struct Proposal: Sendable, Equatable {
        package var move: Case.ProposedMove
        /// The concern that says so.
        package var concern: String
        package var owner: String
        /// Where the owner is.
        package var county: String
        package var due: Date
        /// The child's identity is protected, so the other unit is not notified (rule 22).
        package var isForOwnerAlone: Bool

        package init(
            move: Case.ProposedMove, concern: String, owner: String, county: String, due: Date, isForOwnerAlone: Bool
        ) {
            (self.move, self.concern, self.owner) = (move, concern, owner)
            (self.county, self.due, self.isForOwnerAlone) = (county, due, isForOwnerAlone)
        }
    }
}

/// Facts about the mapping's content.
package enum ContentFact: Sendable, Equatable {
    case informationAdded(Case.Information)
    /// The other of the two that a child has before school is told, or asked (rule 2).
    case counterpartTold(Case.Counterpart, county: String)
    case counterpartAsked(Case.Counterpart, areas: [WheelArea], county: String, by: Actor)
    case informationCorrected(before: Case.Information, after: Case.Information, reason: String, by: Actor)
    case answersRecorded([RecordAnswers.Answer], by: Actor)
    /// - Parameter doubt: nil where nobody must look at it.
    case consentRecorded(Case.Consent, doubt: ConsentDoubt?)
    case maturityJudged(Case.Maturity)
    case concluded(Case.Outcome, areas: [WheelArea], by: Actor)
    case followedUp(FollowUp, by: Actor)
}

/// What is not known of a refusal or withdrawal, which counts all the same (rule 13).
package struct ConsentDoubt: Sendable, Equatable {
    /// Its giver is not on record.
    package var isGiverUnknown: Bool
    /// Who recorded it is not one of the county's directory.
    package var isByUnknown: Bool
    /// Who is told.
    package var to: String
    package var county: String

    package init(isGiverUnknown: Bool, isByUnknown: Bool, to person: String, county: String) {
        (self.isGiverUnknown, self.isByUnknown, to, self.county) = (isGiverUnknown, isByUnknown, person, county)
    }
}

/// Facts about who the guardians are (rule 12), and whose no does not count any more (rule 13).
package enum GuardianFact: Sendable, Equatable {
    case added(Change)
    case corrected(Change)
    /// - Parameter consent: what counts as the one person's word; nil: they are to be asked.
    case merged(String, into: String, consent: Case.Consent?, reason: String, by: Actor)
    /// A guardian, or the others whom the case does not tell apart.
    case removed(Giver, reason: String, by: Actor)
    /// A report names former guardians. They do not come back by it.
    case formerReported([String], concern: String)
    /// - Parameter to: who is told; nil where the county has nobody.
    case objectionEnded(Giver, reason: String, by: Actor, to: String?, county: String)

    package struct Change: Sendable, Equatable {
        package var guardian: Case.Guardian
        package var details: Case.Guardian.Details
        package var reason: String
        package var by: Actor

        package init(_ guardian: Case.Guardian, _ details: Case.Guardian.Details, reason: String, by: Actor) {
            (self.guardian, self.details, self.reason, self.by) = (guardian, details, reason, by)
        }
    }
}

package enum CooperationFact: Sendable, Equatable {
    /// A needed consent is missing or no longer in force.
    case waiting(for: [Awaited], owner: String, county: String, due: Date)
    /// All consents are in force. A meeting has been requested.
    case started(Case.Cooperation, owner: String)
}

/// Facts about the end of what is kept (rule 23).
package enum ErasureFact: Sendable, Equatable {
    case forewarned(on: LocalDate, to: [String], county: String)
    case held(reason: String, by: Actor)
    case lifted(by: Actor)
    /// - Parameter concerns: how many the case has taken.
    case ordered(Case.Erasure.Ground, by: Actor, concerns: Int)
    case calledOff(to: [String], county: String)
    case begun
    case erased(Case.Erasure.Ground)
}

/// Mapping's requests to Meetings, published under the county's key.
package enum MeetingsRequest: Sendable, Equatable {
    case call(MeetingCall)
    /// - Parameter isClosed: the case is closed, so its coordinator and plan end too.
    case cancel(county: String, isClosed: Bool)
    /// The meeting's place must not be disclosed any more (rule 22).
    case protect(county: String)
    case handOver(county: String, unit: String, namedPerson: String)
    /// The guardians have changed.
    case seat(Case.Seats, county: String)
    /// Nothing is to be kept of the case (rule 23).
    case erase(county: String)

    package var county: String {
        switch self {
        case .call(let call): call.county
        case .cancel(let county, _), .protect(let county), .handOver(let county, _, _), .seat(_, let county),
            .erase(let county):
            county
        }
    }
}

/// What Meetings needs to call a meeting (rule 14).
package struct MeetingCall: Sendable, Equatable {
    package var county: String
    package var unit: String
    package var namedPerson: String
    package var stage: Stage
    /// The unit that the child attends; nil if not known.
    package var attends: String?
    package var areas: [WheelArea]
    package var cooperation: Case.Cooperation
    package var seats: Case.Seats

    package init(
        county: String, unit: String, namedPerson: String, stage: Stage, attends: String?, areas: [WheelArea],
        cooperation: Case.Cooperation, seats: Case.Seats
    ) {
        (self.stage, self.attends) = (stage, attends)
        (self.county, self.unit, self.namedPerson) = (county, unit, namedPerson)
        (self.areas, self.cooperation, self.seats) = (areas, cooperation, seats)
    }

    init(for case: Case, _ cooperation: Case.Cooperation) {
        self.init(
            county: `case`.place.county, unit: `case`.owner.unit, namedPerson: `case`.owner.person,
            stage: `case`.place.stage, attends: `case`.place.attends, areas: `case`.areasFound,
            cooperation: cooperation, seats: `case`.seats)
    }
}
