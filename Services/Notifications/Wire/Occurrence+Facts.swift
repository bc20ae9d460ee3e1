import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import SwiftProtobuf

// The facts of other services, as far as somebody must be told of them.

extension Occurrence {
    /// Nil for an event of which nobody is told.
    ///
    /// - Throws: `Undecodable`.
    init?(_ event: CloudEvents.Event) throws {
        guard let read = Self.readers[event.type] else { return nil }
        self = try read(event)
    }

    private typealias Reader = @Sendable (CloudEvents.Event) throws -> Occurrence

    private static let readers: [String: Reader] = Dictionary(uniqueKeysWithValues: [
        on(ConcernRegistered.self), on(ConcernSetAside.self), on(ConsultationUnplaced.self),
        on(ConsultationBooked.self),
        on(DeadlineReminded.self), on(CaseMoved.self), on(MoveProposed.self), on(WorkDelegated.self),
        on(CounterpartTold.self), on(CounterpartAsked.self),
        on(CooperationWaiting.self), on(ConsentRecorded.self), on(ObjectionEnded.self),
        on(CameOfAge.self), on(MeetingScheduled.self), on(MeetingCancelled.self), on(MeetingAnswered.self),
        on(MeetingHeld.self), on(MeetingImpossible.self), on(MeetingProposed.self), on(NobodyInvited.self),
        on(FamilyTold.self), on(OutsiderTold.self), on(PlanAlarm.self), on(PlanConcernReported.self),
        on(CoordinatorChanged.self), on(AnswerForwarded.self), on(AnswerOutdated.self), on(CaseTakenOn.self),
        on(CaseClosed.self), on(EmergencyOpened.self), on(CommandRefused.self), on(ErasureForewarned.self),
        on(ErasureCalledOff.self),
    ])

    private static func on<Fact: ForeignFact>(_ type: Fact.Type) -> (String, Reader) {
        (type.eventType, { try $0.decode(type).occurrence })
    }
}

/// A fact of which somebody must be told.
protocol ForeignFact: EventPayload {
    var occurrence: Occurrence { get }
}

extension ConcernRegistered: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.concernRegistered(
            namedPerson: namedPerson, reporter: EmailAddress(reporter.email), isHarmSuspected: harmSuspected,
            isFallback: !fallbackReason.isEmpty)
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension ConcernSetAside: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.concernSetAside(namedPerson: namedPerson, reporter: EmailAddress(reporter.email))
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension ConsultationUnplaced: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: reference, .ofCase(.questionUnplaced(to: to)))
    }
}

extension ConsultationBooked: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.questionPlaced(
            chair: chair, asker: EmailAddress(email), TimeSlot(from: start.date, to: end.date), place: place.nonEmpty)
        return Occurrence(county: county, caseReference: reference, .ofCase(event))
    }
}

extension DeadlineReminded: ForeignFact {
    /// A level that this version does not know lies after the owner's: the date has passed.
    var occurrence: Occurrence {
        let event = CaseEvent.dateReminded(
            to: to, .init(name: "step.\(step)", due: CivilTime.day(of: due.date)),
            ReminderLevel(rawValue: level) ?? .manager)
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension CaseMoved: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.moved(
            from: .init(fromPerson, of: fromCounty), to: toPerson,
            reviewed: hasReviewDue ? CivilTime.day(of: reviewDue.date) : nil, isFallback: !fallbackReason.isEmpty)
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension MoveProposed: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.moveProposed(
            owner: .init(owner, of: county), to: ownerAlone ? nil : .init(proposed.namedPerson, of: proposed.county),
            due: CivilTime.day(of: due.date))
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension WorkDelegated: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofCase(.delegated(to: to)))
    }
}

extension CounterpartTold: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofCase(.counterpart(to: person, isAsked: false)))
    }
}

extension CounterpartAsked: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofCase(.counterpart(to: person, isAsked: true)))
    }
}

extension CooperationWaiting: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.consentAwaited(
            owner: owner, reasons: reasons.map(\.swedish).uniqued(), due: CivilTime.day(of: due.date))
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension CameOfAge: ForeignFact {
    var occurrence: Occurrence {
        let event = CaseEvent.cameOfAge(owner: owner, due: CivilTime.day(of: due.date))
        return Occurrence(county: county, caseReference: caseReference, .ofCase(event))
    }
}

extension EmergencyOpened: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            county: county, caseReference: caseReference,
            .ofCase(.emergencyOpened(to: to, until: access.until.date)))
    }
}

extension CaseTakenOn: ForeignFact {
    var occurrence: Occurrence { Occurrence(county: county, caseReference: caseReference, .ofProgress(.takenOn)) }
}

extension CaseClosed: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofProgress(.closed(to: to)))
    }
}

extension ErasureForewarned: ForeignFact {
    /// A day that cannot be read has passed.
    var occurrence: Occurrence {
        let day = LocalDate(date) ?? LocalDate(number: 0)
        return Occurrence(county: county, caseReference: caseReference, .ofErasure(.forewarned(to: to, day)))
    }
}

extension ErasureCalledOff: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofErasure(.calledOff(to: to)))
    }
}

extension MeetingScheduled: ForeignFact {
    /// A reason that this version does not know makes no difference.
    var occurrence: Occurrence { Occurrence(meeting, .scheduled(meeting.meeting, isFollowUp: why == "follow_up")) }
}

extension MeetingCancelled: ForeignFact {
    var occurrence: Occurrence { Occurrence(meeting, .cancelled(meeting.meeting)) }
}

extension MeetingAnswered: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            county: county, caseReference: caseReference,
            .ofMeeting(.answered(by: person, Attendance(rawValue: answer))))
    }
}

extension AnswerForwarded: ForeignFact {
    /// What this version does not know is read by a person, like a letter.
    var occurrence: Occurrence {
        let event = MeetingEvent.answerForwarded(
            to: to.nonEmpty, .init(rawValue: why) ?? .letter, sender: EmailAddress(replyTo))
        return Occurrence(county: county, caseReference: caseReference, .ofMeeting(event))
    }
}

extension AnswerOutdated: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            county: county, caseReference: caseReference, .ofMeeting(.answerOutdated(sender: EmailAddress(replyTo))))
    }
}

extension MeetingHeld: ForeignFact {
    var occurrence: Occurrence { Occurrence(meeting, .held(id: meeting.id, coordinator: coordinator.person)) }
}

extension MeetingImpossible: ForeignFact {
    var occurrence: Occurrence {
        // Who else is told was not said at first.
        Occurrence(
            county: county, caseReference: caseReference, .ofMeeting(.impossible(to: to.isEmpty ? [namedPerson] : to)))
    }
}

extension MeetingProposed: ForeignFact {
    var occurrence: Occurrence {
        let time = TimeSlot(from: start.date, to: end.date)
        return Occurrence(county: county, caseReference: caseReference, .ofMeeting(.timeFound(to: to, time)))
    }
}

extension NobodyInvited: ForeignFact {
    var occurrence: Occurrence {
        let event = MeetingEvent.nobodyInvited(namedPerson: namedPerson, due: LocalDate(due))
        return Occurrence(county: county, caseReference: caseReference, .ofMeeting(event))
    }
}

extension FamilyTold: ForeignFact {
    var occurrence: Occurrence {
        // What only a newer service tells of is news, too. A meeting alone was told at first, and named the case.
        let notice = MeetingEvent.FamilyNotice(
            key: to, email: EmailAddress(email),
            of: hasMeeting ? .init(meeting.meeting, isCancelled: cancelled) : nil,
            hasNews: about.contains { $0 != FamilyMatter.meeting.rawValue }, contact: contact)
        return Occurrence(
            county: county.nonEmpty ?? meeting.county, caseReference: caseReference.nonEmpty ?? meeting.caseReference,
            .ofMeeting(.familyInformed(notice)))
    }
}

extension OutsiderTold: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            meeting, .outsiderTold(meeting.meeting, id: to, email: EmailAddress(email), isCancellation: cancelled))
    }
}

extension PlanAlarm: ForeignFact {
    var occurrence: Occurrence {
        let event = MeetingEvent.planAlarm(coordinator: coordinator, manager: manager.nonEmpty)
        return Occurrence(county: county, caseReference: caseReference, .ofMeeting(event))
    }
}

extension PlanConcernReported: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            county: county, caseReference: caseReference, .ofMeeting(.planConcern(coordinator: coordinator)))
    }
}

extension CoordinatorChanged: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(
            county: county, caseReference: caseReference,
            .ofMeeting(.coordinatorChanged(former: former, to: coordinator.person)))
    }
}

extension CommandRefused: ForeignFact {
    /// Of most refusals only their sender is told: nobody has the empty id.
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofCase(.withdrawalUnrecorded(to: to)))
    }
}

extension ConsentRecorded: ForeignFact {
    /// Of most consents nobody must be told: nobody has the empty id.
    var occurrence: Occurrence {
        let event = CaseEvent.withdrawalUnclear(
            to: doubt.to, isGiverUnknown: doubt.giverUnknown, isByUnknown: doubt.byUnknown)
        return Occurrence(county: doubt.county, caseReference: caseReference, .ofCase(event))
    }
}

extension ObjectionEnded: ForeignFact {
    var occurrence: Occurrence {
        Occurrence(county: county, caseReference: caseReference, .ofCase(.objectionEnded(to: to)))
    }
}

extension Occurrence {
    fileprivate init(_ meeting: Codec.Meeting, _ event: MeetingEvent) {
        self.init(county: meeting.county, caseReference: meeting.caseReference, .ofMeeting(event))
    }
}
