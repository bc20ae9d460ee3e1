import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// What has happened to a case's cooperation, to messages and back.

extension MeetingScheduled {
    init(_ fact: Scheduled, of key: CaseKey) {
        self = .with {
            $0.meeting = .init(fact.meeting, of: key)
            $0.why = fact.why?.rawValue ?? ""
        }
    }
}

extension Scheduled {
    init(_ message: MeetingScheduled, _ wire: inout WireReader) {
        self.init(.init(message.meeting, &wire), message.why.isEmpty ? nil : wire.word(message.why, at: "why"))
    }
}

extension MeetingCancelled {
    init(_ meeting: MeetingsCore.Meeting, of key: CaseKey) { self = .with { $0.meeting = .init(meeting, of: key) } }
}

extension CooperationErased {
    init(of key: CaseKey) { self = .with { ($0.caseReference, $0.county) = (key.reference, key.county) } }
}

/// The reasons are sentences. They are read by people, and not back into values.
extension MeetingImpossible {
    init(_ fact: Impossible, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.namedPerson = fact.namedPerson
            $0.to = fact.to
            $0.reasons = fact.obstacles.map(Reason.init)
        }
    }
}

extension MeetingImpossible.Reason {
    init(_ obstacle: Impossible.Obstacle) {
        self = .with {
            $0.person = obstacle.who?.person ?? ""
            $0.role = obstacle.who?.role ?? ""
            $0.unit = obstacle.who?.unit ?? ""
            $0.code = obstacle.fault.code.rawValue
            $0.english = obstacle.fault.english
            $0.swedish = obstacle.fault.swedish
        }
    }
}

extension MeetingProposed {
    init(_ fact: Proposed, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.start = .init(seconds: fact.slot.start)
            $0.end = .init(seconds: fact.slot.end)
            $0.to = fact.to
        }
    }
}

extension Proposed {
    init(_ message: MeetingProposed) {
        self.init(.init(from: message.start.date, to: message.end.date), to: message.to)
    }
}

extension ParticipantsChanged {
    init(_ change: ChangeAttendees, by person: String, of key: CaseKey) {
        self = .with {
            ($0.caseReference, $0.county) = (key.reference, key.county)
            ($0.by, $0.reason) = (person, change.reason)
            ($0.add, $0.remove) = (change.added, change.removed)
            $0.notNeeded = change.notNeeded.map(\.rawValue)
        }
    }
}

extension MeetingWaitEnded {
    init(of key: CaseKey) { self = .with { ($0.caseReference, $0.county) = (key.reference, key.county) } }
}

extension Codec.NobodyInvited {
    init(_ fact: MeetingsCore.NobodyInvited, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.namedPerson = fact.namedPerson
            $0.organisations = fact.organisations.map(Organisation.init)
            $0.due = fact.due?.description ?? ""
            $0.settled = fact.organisations.isEmpty
        }
    }
}

extension MeetingsCore.NobodyInvited {
    init(_ message: Codec.NobodyInvited, _ wire: inout WireReader) {
        self.init(
            namedPerson: message.namedPerson, message.organisations.map { .init($0, &wire) },
            due: wire.dateIfAny(message.due, at: "due"))
    }
}

extension Codec.NobodyInvited.Organisation {
    init(_ value: Uninvited) {
        self = .with {
            $0.organisation = value.organisation.rawValue
            $0.code = value.fault.code.rawValue
            switch value.why {
            case .nobody(let detail), .role(let detail), .time(let detail): $0.detail = detail
            case .areas: break
            }
            $0.english = value.fault.english
            $0.swedish = value.fault.swedish
        }
    }
}

extension Uninvited {
    init(_ message: Codec.NobodyInvited.Organisation, _ wire: inout WireReader) {
        let why: Why
        switch FaultCode(rawValue: message.code) {
        case .uninvitedNobody: why = .nobody(message.detail)
        case .uninvitedRole: why = .role(message.detail)
        case .uninvitedTime: why = .time(role: message.detail)
        case .uninvitedAreas: why = .areas
        default:
            wire.fail(Fault(.wordUnknown, at: "organisations.code", ["words": FaultCode.uninvitedAreas.rawValue]))
            why = .areas
        }
        self.init(wire.word(message.organisation, at: "organisations.organisation"), why)
    }
}

extension MeetingHeld {
    init(_ fact: Held, of key: CaseKey) {
        self = .with {
            $0.meeting = .init(fact.meeting, of: key)
            $0.by = fact.by
            $0.came = fact.came
            $0.child = .init(fact.child)
            $0.coordinator = .init(fact.coordinator)
            $0.plan = .init(fact.plan)
        }
    }
}

extension Held {
    init(_ message: MeetingHeld, _ wire: inout WireReader) {
        self.init(
            meeting: .init(message.meeting, &wire), by: message.by, came: message.came,
            child: .init(message.child, &wire),
            coordinator: .init(message.coordinator, at: "coordinator", &wire), plan: .init(message.plan, &wire))
    }
}

extension MeetingNotHeld {
    init(_ fact: CalledAgain, of key: CaseKey) {
        self = .with {
            $0.meeting = .init(fact.meeting, of: key)
            $0.by = fact.by
            $0.reason = fact.reason
        }
    }
}

extension CalledAgain {
    init(_ message: MeetingNotHeld, _ wire: inout WireReader) {
        self.init(meeting: .init(message.meeting, &wire), by: message.by, reason: message.reason)
    }
}

extension MeetingEnded {
    /// Of the family nothing is told.
    init(_ meeting: MeetingsCore.Meeting, came: [String], of key: CaseKey) {
        let told = Codec.Meeting(meeting, of: key)
        self = .with {
            ($0.meeting, $0.caseReference, $0.county) = (told.id, key.reference, key.county)
            $0.came = told.participants.filter { !$0.family }.map(\.person).filter(came.contains)
        }
    }
}

extension PlanAlarm {
    init(_ fact: Alarm, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.coordinator = fact.coordinator
            $0.manager = fact.manager ?? ""
        }
    }
}

extension Alarm {
    init(_ message: PlanAlarm) { self.init(coordinator: message.coordinator, manager: message.manager.nonEmpty) }
}

extension PlanConcernReported {
    init(_ fact: ConcernRaised, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.coordinator = fact.coordinator
            $0.text = fact.text
        }
    }
}

extension ConcernRaised {
    init(_ message: PlanConcernReported) {
        self.init(by: message.by, coordinator: message.coordinator, text: message.text)
    }
}

extension PlanConcernAnswered {
    init(_ fact: ConcernAnswered, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.text = fact.text
        }
    }
}

extension ConcernAnswered {
    init(_ message: PlanConcernAnswered) { self.init(by: message.by, text: message.text) }
}

extension ChildsWishRecorded {
    init(_ fact: WishRecorded, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.wish = .init(fact.wish)
        }
    }
}

extension WishRecorded {
    init(_ message: ChildsWishRecorded, _ wire: inout WireReader) {
        self.init(by: message.by, .init(message.wish, at: "wish", &wire))
    }
}

extension CoordinatorChanged {
    init(_ fact: CoordinatorChange, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.former = fact.former
            $0.coordinator = .init(fact.coordinator)
        }
    }
}

extension CoordinatorChange {
    init(_ message: CoordinatorChanged, _ wire: inout WireReader) {
        self.init(
            by: message.by, former: message.former, to: .init(message.coordinator, at: "coordinator", &wire))
    }
}

extension PlanFollowedUp {
    init(_ fact: FollowedUp, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.by = fact.by
            $0.child = .init(fact.child)
            $0.judgements = fact.judgements.map(MeasureJudgement.init)
            $0.plan = .init(fact.plan)
            $0.closes = fact.closes
        }
    }
}

extension FollowedUp {
    init(_ message: PlanFollowedUp, _ wire: inout WireReader) {
        self.init(
            by: message.by, child: .init(message.child, &wire),
            judgements: message.judgements.enumerated().map { Judgement($1, at: "judgements[\($0)]", &wire) },
            plan: .init(message.plan, &wire))
    }
}
