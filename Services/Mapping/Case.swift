import Codec
import Domain
import Foundation

/// One child's case while something is decided about it: what is known, what changes, and the facts that tell it.
///
/// A value without any reach into the world: the same case, command and instant always give the same facts.
struct Case {
    /// What follows from a decision, in the order in which it is told.
    enum Fact {
        case mapping(any EventPayload)
        /// A command to Meetings, under the county's key.
        case meetings(any EventPayload, county: String)
    }

    var state: MappingState
    private(set) var facts: [Fact] = []
    let child: String
    let now: Date
    let received: Date
    let directory: Directory

    init(_ state: MappingState, child: String, now: Date, received: Date, directory: Directory) {
        (self.state, self.child, self.now, self.received, self.directory) = (state, child, now, received, directory)
    }

    var today: LocalDate { CivilTime.day(of: now) }
    var county: County? { directory.counties[state.county] }
    var settings: County.Settings { county?.settings ?? County.Settings() }

    mutating func tell(_ fact: some EventPayload) { facts.append(.mapping(fact)) }

    // MARK: Concerns

    /// A concern opens a mapping, or joins what is going on (rule 6).
    mutating func take(_ concern: ConcernRegistered) {
        let received = concern.hasReceivedAt ? concern.receivedAt.date : received
        let isOpen = state.isOpen
        if !isOpen { begin(concern) }
        state.concernAreas = (state.concernAreas + concern.areas).uniqued()
        // Strengths first (rule 8).
        let observed =
            concern.strengths.map { (InformationKind.strength, "", $0) }
            + concern.areas.map { (InformationKind.need, $0, concern.observation) }
        for (index, (kind, area, text)) in observed.enumerated() {
            state.information.append(
                .with {
                    ($0.source, $0.area, $0.kind) = (InformationSource.detector.rawValue, area, kind.rawValue)
                    ($0.text, $0.id, $0.at) = (text, "\(concern.concern)-\(index + 1)", .init(received))
                })
        }
        state.guardians = (state.guardians + concern.guardians).uniqued()
        (state.youthConsentFrom, state.adultFrom) = (concern.youthConsentFrom, concern.adultFrom)
        let becomesProtected = concern.protectedIdentity && !state.protectedIdentity
        state.protectedIdentity = state.protectedIdentity || concern.protectedIdentity
        // Suspected once, it is visible for ever (rule 3).
        state.harmSuspected = state.harmSuspected || concern.harmSuspected
        if isOpen {
            tell(
                ConcernJoined.with { [state] in
                    ($0.caseReference, $0.owner) = (state.caseReference, state.owner)
                    ($0.harmSuspected, $0.linkedTo) = (concern.harmSuspected, concern.linkedTo)
                })
            if concern.moved {
                hand(
                    to: concern.unit, concern.namedPerson, county: concern.county, municipality: concern.municipality,
                    stage: concern.stage, attends: concern.unit, fallback: concern.fallbackReason, by: "",
                    why: "report")
            }
            // Whoever owns it has something new to see, from the day it was received (rule 19).
            if state.deadlines[Step.acknowledge.rawValue] == nil {
                set(.acknowledge, workingDays: settings.acknowledgeDays, from: received)
            }
            if becomesProtected, state.meetingRequested {
                facts.append(
                    .meetings(
                        ProtectMeeting.with { [state] in
                            ($0.caseReference, $0.county) = (state.caseReference, state.county)
                        }, county: state.county))
            }
            comeOfAge()
            reviewConsents()
        } else {
            set(.acknowledge, workingDays: settings.acknowledgeDays, from: received)
            set(.conclude, workingDays: settings.mappingDays, from: received)
            tell(
                MappingOpened.with { [state] in
                    ($0.caseReference, $0.owner, $0.unit) = (state.caseReference, state.owner, state.unit)
                    $0.due = state.deadlines[Step.conclude.rawValue]?.due ?? .init(now)
                    ($0.harmSuspected, $0.fallbackReason) = (state.harmSuspected, state.fallbackReason)
                })
        }
    }

    /// A mapping of its own: what an earlier one said and was allowed is not this one's.
    private mutating func begin(_ concern: ConcernRegistered) {
        state.caseReference = concern.caseReference
        (state.county, state.municipality, state.stage) = (concern.county, concern.municipality, concern.stage)
        (state.unit, state.owner, state.fallbackReason) = (concern.unit, concern.namedPerson, concern.fallbackReason)
        (state.attends, state.delegate, state.coordinator) = (concern.unit, "", "")
        (state.information, state.corrections, state.answers) = ([], [], [:])
        (state.consents, state.concernAreas) = ([:], [])
        state.clearMaturity()
        clearOutcome()
        state.opened = .init(now)
        state.phase = Phase.mapping.rawValue
    }

    /// Back to before any outcome.
    mutating func clearOutcome() {
        (state.outcome, state.nextDate) = ("", "")
        (state.organisations, state.measures, state.deadlines) = ([], [], [:])
        cancelMeeting()
    }

    // MARK: Ownership

    /// The ownership passes on, and both units are told (rule 2).
    mutating func hand(
        to unit: String, _ person: String, county: String, municipality: String, stage: String, attends: String,
        fallback: String, by: String, why: String
    ) {
        let isElsewhere = state.county != county
        let isAsked = state.meetingRequested
        let isHandedOver = state.unit != unit || state.owner != person
        if isAsked, isElsewhere { stopCooperation() }
        tell(
            CaseMoved.with { [state] in
                ($0.caseReference, $0.by, $0.why) = (state.caseReference, by, why)
                ($0.county, $0.municipality, $0.stage, $0.attends) = (county, municipality, stage, attends)
                ($0.fromUnit, $0.fromPerson, $0.fromCounty) = (state.unit, state.owner, state.county)
                ($0.toUnit, $0.toPerson, $0.fallbackReason) = (unit, person, fallback)
            })
        (state.unit, state.owner, state.fallbackReason) = (unit, person, fallback)
        (state.county, state.municipality, state.stage, state.attends) = (county, municipality, stage, attends)
        // Delegated work was the former organisation's.
        state.delegate = ""
        guard isAsked else { return }
        if isElsewhere {
            callMeeting()
        } else if isHandedOver {
            facts.append(
                .meetings(
                    HandOverMeeting.with {
                        ($0.caseReference, $0.county) = (state.caseReference, county)
                        ($0.unit, $0.namedPerson) = (unit, person)
                    }, county: county))
        }
    }

    /// An owner whom the directory no longer has hands over to who has the role now: nothing is ever left without.
    mutating func keepOwner() {
        guard state.isOpen, let county, county.people[state.owner] == nil else { return }
        let stage = Stage(rawValue: state.stage) ?? .school
        guard county.municipalities[state.municipality] != nil else { return }
        let owner = Routing(county, today: today).owner(
            .init(municipality: state.municipality, stage: stage, unit: state.attends))
        hand(
            to: owner.unit, owner.person, county: state.county, municipality: state.municipality, stage: state.stage,
            attends: state.attends, fallback: owner.fallback?.rawValue ?? "", by: "", why: "directory")
    }

    /// From the birthday on the case is an adult's: it is handed over in order, not cut off (rule 4).
    mutating func comeOfAge() {
        guard state.isOpen, isAdult, state.deadlines[Step.handOver.rawValue] == nil else { return }
        set(.handOver, workingDays: settings.mappingDays, from: now)
        tell(
            CameOfAge.with { [state] in
                ($0.caseReference, $0.county, $0.owner) = (state.caseReference, state.county, state.owner)
                $0.due = state.deadlines[Step.handOver.rawValue]?.due ?? .init(now)
            })
    }

    var isAdult: Bool { LocalDate(state.adultFrom).map { today >= $0 } ?? false }

    // MARK: Meetings

    mutating func callMeeting() {
        state.meetingRequested = true
        // The date may have passed meanwhile.
        if (LocalDate(state.nextDate) ?? today) <= today {
            state.nextDate = today.plus(settings.meetingDays).description
        }
        set(.meeting, on: LocalDate(state.nextDate) ?? today)
        let areas = state.areasFound
        facts.append(
            .meetings(
                CallMeeting.with { [state, child] in
                    ($0.caseReference, $0.county, $0.child) = (state.caseReference, state.county, child)
                    ($0.unit, $0.namedPerson) = (state.unit, state.owner)
                    ($0.areas, $0.organisations) = (areas, state.organisations)
                    ($0.latestDate, $0.protectedIdentity) = (state.nextDate, state.protectedIdentity)
                    $0.guardians = state.guardians
                }, county: state.county))
    }

    mutating func cancelMeeting(closed: Bool = false) {
        guard state.meetingRequested || (closed && !state.coordinator.isEmpty) else { return }
        state.meetingRequested = false
        facts.append(
            .meetings(
                CancelMeeting.with { [state] in
                    ($0.caseReference, $0.county, $0.closed) = (state.caseReference, state.county, closed)
                }, county: state.county))
    }

    /// What was booked and planned is not to be done any more.
    mutating func stopCooperation() {
        cancelMeeting()
        for step in [Step.meeting, .bookFollowUp, .planFollowUp, .answerFamily] { done(step) }
    }

    mutating func close(by: String, reason: String) {
        cancelMeeting(closed: true)
        state.coordinator = ""
        state.phase = Phase.closed.rawValue
        (state.deadlines, state.delegate) = ([:], "")
        tell(
            CaseClosed.with { [state] in
                ($0.caseReference, $0.by, $0.reason) = (state.caseReference, by, reason)
            })
    }

    mutating func reopen(by: String, reason: String) {
        clearOutcome()
        state.phase = Phase.mapping.rawValue
        set(.conclude, workingDays: settings.mappingDays, from: now)
        tell(
            MappingReopened.with { [state] in
                ($0.caseReference, $0.by, $0.reason) = (state.caseReference, by, reason)
            })
        comeOfAge()
    }
}

extension MappingState {
    var currentPhase: Phase? { Phase(rawValue: phase) }

    /// Somebody has something to do in it.
    var isOpen: Bool { currentPhase != nil && currentPhase != .closed }

    /// The areas that the mapping found: where there is a need or an obstacle, in the wheel's order (rule 11).
    var areasFound: [String] {
        let kinds = [InformationKind.need.rawValue, InformationKind.obstacle.rawValue]
        let found = Set(information.filter { kinds.contains($0.kind) }.map(\.area))
        return WheelArea.allCases.map(\.rawValue).filter(found.contains)
    }

    /// Where the case stands, as anybody who may see it is told (rules 19 and 20).
    func status(_ now: Date) -> CaseStatus {
        let next = nextStep
        return .with {
            ($0.caseReference, $0.county, $0.municipality) = (caseReference, county, municipality)
            ($0.unit, $0.owner, $0.delegate, $0.phase) = (unit, owner, delegate, phase)
            if let next {
                ($0.step, $0.due, $0.reminded) = (next.step, next.deadline.due, next.deadline.reminded)
            }
            ($0.outcome, $0.harmSuspected, $0.protectedIdentity) = (outcome, harmSuspected, protectedIdentity)
            if hasOpened { $0.opened = opened }
            ($0.fallbackReason, $0.coordinator) = (fallbackReason, coordinator)
            if currentPhase == .awaitingConsent { $0.awaited = awaited(on: CivilTime.day(of: now)) }
        }
    }
}
