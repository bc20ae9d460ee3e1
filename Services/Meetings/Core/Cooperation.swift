package import Domain
import Foundation

/// One case's cooperation, from the call for its first meeting until its plan has made a difference (rules 12 to 17).
///
/// A plain value. The commands in `Commands/` decide what happens to it.
package struct Cooperation: Sendable, Hashable {
    package let key: CaseKey
    /// What was called for last.
    package var request: Request
    package var form: Form
    package var stage: Stage
    /// Mapping has stopped it: a consent is missing, the mapping is done anew, or the case is closed. Nobody plans a meeting until it
    /// calls again (rule 12).
    package var isStopped: Bool
    /// Coordinator and plan; nil until the first meeting has been held.
    package var agreement: Agreement?
    /// The last revisions of the plan before this one, the oldest first. The facts hold all.
    package private(set) var history: [Plan]
    /// Where each of the family was notified of the meeting last: the address, in small letters, with the person whose it
    /// is.
    package var told: [String: String]
    /// From which organisations of question 5 nobody is to come (rules 11 and 14).
    package var uninvited: [Uninvited]
    /// Who comes from outside the directory.
    package var outsiders: [Outsider]
    /// Whom the child wants as coordinator, as last said; nil: nobody has asked yet (rule 15).
    package var wish: ChildsWish?

    package init(
        key: CaseKey, request: Request, form: Form = .room, stage: Stage, isStopped: Bool = false,
        agreement: Agreement? = nil, history: [Plan] = [], told: [String: String] = [:],
        uninvited: [Uninvited] = [], wish: ChildsWish? = nil, outsiders: [Outsider] = []
    ) {
        (self.key, self.request, self.form, self.stage) = (key, request, form, stage)
        self.isStopped = isStopped
        (self.agreement, self.history, self.told) = (agreement, history, told)
        (self.uninvited, self.wish, self.outsiders) = (uninvited, wish, outsiders)
    }

    /// Where the case's meeting stands.
    package enum Stage: Sendable, Hashable {
        /// Nothing is booked, and nothing is to be.
        case idle(after: Former?)
        /// There was no time for a meeting yet.
        case waiting(Waiting, after: Former?)
        case booked(Meeting)
    }

    /// Who is to meet once there is a time (rule 18).
    package struct Waiting: Sendable, Hashable {
        package var participants: [Participant]
        /// The required roles that nobody had when the meeting was called for.
        package var missingRoles: [String]
        /// The time that was proposed last.
        package var proposed: Scheduler.Slot?

        package init(_ participants: [Participant], missingRoles: [String] = [], proposed: Scheduler.Slot? = nil) {
            (self.participants, self.missingRoles, self.proposed) = (participants, missingRoles, proposed)
        }

        /// A time that was proposed to others is none for these.
        func replacing(_ participants: [Participant]) -> Waiting { Waiting(participants, missingRoles: missingRoles) }
    }

    /// A meeting that does not stand any more.
    package struct Former: Sendable, Hashable {
        package var meeting: Meeting
        package var end: End

        package init(_ meeting: Meeting, _ end: End) { (self.meeting, self.end) = (meeting, end) }
    }

    package enum End: Sendable, Hashable, CaseIterable {
        case held
        case calledOff
        /// Called off, and the plan was followed up without it.
        case replaced
    }

    /// Whether people meet in a room.
    package enum Form: String, Sendable, Hashable, CaseIterable {
        case room, digital
    }
}

/// A case, and the county whose calendars it takes.
package struct CaseKey: Sendable, Hashable {
    package let reference: String
    package let county: String

    package init(_ reference: String, county: String) { (self.reference, self.county) = (reference, county) }
}

/// What Mapping calls a meeting for: who leads, what was found, whose consent covers whom, and until when.
package struct Request: Sendable, Hashable {
    package var unit: String
    package var namedPerson: String
    package var stage: Stage
    /// The unit that the child attends; nil where nobody knows it.
    package var attends: String?
    package var areas: [WheelArea]
    /// The organisations that the consents cover (rule 13).
    package var organisations: [Organisation]
    package var latestDate: LocalDate
    /// Nobody may be told the place: the child's identity or a guardian's is protected (rule 22).
    package var isProtected: Bool
    /// The keys of the guardians who take part.
    package var guardians: [String]
    /// Those of them to whom nobody writes (rule 22).
    package var unwritten: [String]
    /// Every consent lets people from outside the directory take part (rule 13).
    package var admitsOutsiders: Bool

    package init(
        unit: String, namedPerson: String, stage: Stage, attends: String? = nil, areas: [WheelArea],
        organisations: [Organisation], latestDate: LocalDate, isProtected: Bool = false, guardians: [String] = [],
        unwritten: [String] = [], admitsOutsiders: Bool = false
    ) {
        (self.stage, self.attends) = (stage, attends)
        (self.unit, self.namedPerson, self.areas, self.organisations) = (unit, namedPerson, areas, organisations)
        (self.latestDate, self.isProtected) = (latestDate, isProtected)
        (self.guardians, self.unwritten) = (guardians, unwritten)
        self.admitsOutsiders = admitsOutsiders
    }
}

extension Cooperation {
    /// The meeting that can be answered, moved or held.
    package var booked: Meeting? {
        if case .booked(let meeting) = stage { meeting } else { nil }
    }

    /// A time is looked for.
    var isWaiting: Bool {
        if case .waiting = stage { true } else { false }
    }

    /// The last meeting that does not stand any more.
    package var former: Former? {
        switch stage {
        case .idle(let former), .waiting(_, let former): former
        case .booked: nil
        }
    }

    /// Who comes to the meeting, or came to the last one; nobody before the first.
    var lastParticipants: [Participant] { booked?.participants ?? former?.meeting.participants ?? [] }

    /// Who comes to a follow-up: those who wait for a time, else those who came last. Whoever waits was called for later than the last
    /// meeting; since then the case may have other guardians, and another owner (rule 12).
    var nextParticipants: [Participant] { attendees.isEmpty ? lastParticipants : attendees }

    /// Who is to come to the meeting that is booked or waits for a time.
    var attendees: [Participant] {
        switch stage {
        case .booked(let meeting): meeting.participants
        case .waiting(let waiting, _): waiting.participants
        case .idle: []
        }
    }

    /// Ends the case: the plan becomes history, and a later case begins without one. Nobody waits for a time any more.
    mutating func end() {
        if case .waiting(_, let former) = stage { stage = .idle(after: former) }
        if let agreement { keep(agreement.plan) }
        (agreement, wish, isStopped) = (nil, nil, true)
        (told, outsiders) = ([:], [])
    }

    /// Keeps a revision that another one follows.
    mutating func keep(_ plan: Plan) { history = (history + [plan]).suffix(Self.historyKept) }

    private static let historyKept = 3

    /// One of the staff as a participant.
    func participant(_ person: String, isRequired: Bool = true, in county: County) -> Participant {
        Participant(.staff(person, role: county.people[person]?.role ?? ""), isRequired: isRequired)
    }

    /// The participants, with the coordinator and everybody who is responsible for a measure of the plan.
    func withPlan(_ participants: [Participant], in county: County) -> [Participant] {
        guard let agreement else { return participants }
        let people = [agreement.coordinator.person] + agreement.plan.measures.map(\.responsible)
        let others = people.uniqued().filter { person in !participants.contains { $0.person == person } }
        return participants + others.map { participant($0, in: county) }
    }

    /// A fault where the consents do not cover somebody's organisation, and it does not lead the case.
    ///
    /// What is said at a meeting reaches everybody there (rule 13).
    func faultsUnlessCovered(_ person: String, at path: String, in county: County) -> [Fault] {
        guard let unit = county.people[person].flatMap({ county.units[$0.unit] }) else { return [] }
        let organisation = unit.kind.organisation
        let isCovered =
            organisation == county.units[request.unit]?.kind.organisation
            || request.organisations.contains(organisation)
        return isCovered ? [] : [.outsideConsent(organisation, at: path)]
    }

    /// A fault where a meeting stands already.
    func faultsIfBooked(at path: String = "") -> [Fault] { booked == nil ? [] : [Fault(.meetingExists, at: path)] }

    /// A fault where no meeting stands, and none is waited for.
    func faultsUnlessAhead() -> [Fault] {
        if case .idle = stage { [Fault(.meetingNone, at: "case_reference")] } else { [] }
    }

    /// A fault where no meeting stands.
    func faultsUnlessBooked() -> [Fault] { booked == nil ? [Fault(.meetingNone, at: "case_reference")] : [] }

    /// A fault where no meeting stands, and where its time has not come: what happened at it is told afterwards (rules 15
    /// and 19).
    func faultsUnlessBegun(_ now: Date) -> [Fault] {
        guard let booked else { return faultsUnlessBooked() }
        guard booked.start > now else { return [] }
        let day = CivilTime.day(of: booked.start).description
        return [Fault(.meetingAhead, at: "case_reference", ["date": day])]
    }

    /// A fault before there is a plan.
    func faultsUnlessPlanned() -> [Fault] { agreement == nil ? [Fault(.planNone, at: "case_reference")] : [] }
}
