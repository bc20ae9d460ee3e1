import CloudEvents
import Foundation
import SwiftProtobuf

extension ConcernReported: EventPayload { public static let eventType = "se.tillsammans.concern.reported.v1" }
extension ConcernReceipt: EventPayload { public static let eventType = "se.tillsammans.concern.received.v1" }
extension ConcernRegistered: EventPayload { public static let eventType = "se.tillsammans.concern.registered.v1" }
extension ConsultationRequested: EventPayload {
    public static let eventType = "se.tillsammans.consultation.requested.v1"
}
extension ConsultationRegistered: EventPayload {
    public static let eventType = "se.tillsammans.consultation.registered.v1"
}
extension ReportTaken: EventPayload { public static let eventType = "se.tillsammans.intake.report.taken.v1" }
extension ReportAccepted: EventPayload { public static let eventType = "se.tillsammans.intake.report.accepted.v1" }
extension Child: EventPayload { public static let eventType = "se.tillsammans.child.recorded.v1" }

extension AddInformation: EventPayload { public static let eventType = "se.tillsammans.mapping.information.add.v1" }
extension RecordAnswers: EventPayload { public static let eventType = "se.tillsammans.mapping.answers.record.v1" }
extension RecordConsent: EventPayload { public static let eventType = "se.tillsammans.mapping.consent.record.v1" }
extension ConcludeMapping: EventPayload { public static let eventType = "se.tillsammans.mapping.conclude.v1" }
extension MappingOpened: EventPayload { public static let eventType = "se.tillsammans.mapping.opened.v1" }
extension ConcernJoined: EventPayload { public static let eventType = "se.tillsammans.mapping.concern.joined.v1" }
extension InformationAdded: EventPayload { public static let eventType = "se.tillsammans.mapping.information.added.v1" }
extension AnswersRecorded: EventPayload { public static let eventType = "se.tillsammans.mapping.answers.recorded.v1" }
extension ConsentRecorded: EventPayload { public static let eventType = "se.tillsammans.mapping.consent.recorded.v1" }
extension MappingConcluded: EventPayload { public static let eventType = "se.tillsammans.mapping.concluded.v1" }
extension MappingOverdue: EventPayload { public static let eventType = "se.tillsammans.mapping.overdue.v1" }
extension CommandRefused: EventPayload { public static let eventType = "se.tillsammans.command.refused.v1" }

extension TakeOn: EventPayload { public static let eventType = "se.tillsammans.mapping.take_on.v1" }
extension DelegateWork: EventPayload { public static let eventType = "se.tillsammans.mapping.delegate.v1" }
extension HandBackWork: EventPayload { public static let eventType = "se.tillsammans.mapping.hand_back.v1" }
extension CorrectInformation: EventPayload {
    public static let eventType = "se.tillsammans.mapping.information.correct.v1"
}
extension RecordMaturity: EventPayload { public static let eventType = "se.tillsammans.mapping.maturity.record.v1" }
extension RecordFollowUp: EventPayload { public static let eventType = "se.tillsammans.mapping.follow_up.record.v1" }
extension ReopenMapping: EventPayload { public static let eventType = "se.tillsammans.mapping.reopen.v1" }
extension MoveCase: EventPayload { public static let eventType = "se.tillsammans.mapping.move.v1" }
extension CaseTakenOn: EventPayload { public static let eventType = "se.tillsammans.mapping.taken_on.v1" }
extension WorkDelegated: EventPayload { public static let eventType = "se.tillsammans.mapping.delegated.v1" }
extension WorkHandedBack: EventPayload { public static let eventType = "se.tillsammans.mapping.handed_back.v1" }
extension InformationCorrected: EventPayload {
    public static let eventType = "se.tillsammans.mapping.information.corrected.v1"
}
extension MaturityRecorded: EventPayload { public static let eventType = "se.tillsammans.mapping.maturity.recorded.v1" }
extension CooperationWaiting: EventPayload {
    public static let eventType = "se.tillsammans.mapping.cooperation.waiting.v1"
}
extension CooperationStarted: EventPayload {
    public static let eventType = "se.tillsammans.mapping.cooperation.started.v1"
}
extension MeasuresFollowedUp: EventPayload { public static let eventType = "se.tillsammans.mapping.followed_up.v1" }
extension MappingReopened: EventPayload { public static let eventType = "se.tillsammans.mapping.reopened.v1" }
extension CaseMoved: EventPayload { public static let eventType = "se.tillsammans.mapping.moved.v1" }
extension CameOfAge: EventPayload { public static let eventType = "se.tillsammans.mapping.came_of_age.v1" }
extension CaseClosed: EventPayload { public static let eventType = "se.tillsammans.mapping.closed.v1" }
extension DeadlineReminded: EventPayload { public static let eventType = "se.tillsammans.mapping.reminded.v1" }
extension CaseViewed: EventPayload { public static let eventType = "se.tillsammans.case.viewed.v1" }
extension CaseStatus: EventPayload { public static let eventType = "se.tillsammans.case.status.v1" }

extension CallMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.call.v1" }
extension CancelMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.cancel.v1" }
extension ProtectMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.protect.v1" }
extension HandOverMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.hand_over.v1" }
extension MeetingScheduled: EventPayload { public static let eventType = "se.tillsammans.meeting.scheduled.v1" }
extension MeetingCancelled: EventPayload { public static let eventType = "se.tillsammans.meeting.cancelled.v1" }
extension MeetingImpossible: EventPayload { public static let eventType = "se.tillsammans.meeting.impossible.v1" }
extension AnswerMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.answer.v1" }
extension MoveMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.move.v1" }
extension ChangeParticipants: EventPayload {
    public static let eventType = "se.tillsammans.meeting.participants.change.v1"
}
extension PublishBusyTimes: EventPayload { public static let eventType = "se.tillsammans.meeting.busy.publish.v1" }
extension BusyTimesPublished: EventPayload { public static let eventType = "se.tillsammans.meeting.busy.published.v1" }
extension RecordMeeting: EventPayload { public static let eventType = "se.tillsammans.meeting.record.v1" }
extension RecordNotHeld: EventPayload { public static let eventType = "se.tillsammans.meeting.not_held.record.v1" }
extension ReportPlanConcern: EventPayload { public static let eventType = "se.tillsammans.plan.concern.report.v1" }
extension AnswerPlanConcern: EventPayload { public static let eventType = "se.tillsammans.plan.concern.answer.v1" }
extension RecordPlanFollowUp: EventPayload { public static let eventType = "se.tillsammans.plan.follow_up.record.v1" }
extension BookPlanFollowUp: EventPayload { public static let eventType = "se.tillsammans.plan.follow_up.book.v1" }
extension TellFamily: EventPayload { public static let eventType = "se.tillsammans.meeting.family.tell.v1" }
extension FamilyTold: EventPayload { public static let eventType = "se.tillsammans.meeting.family.told.v1" }
extension BookConsultation: EventPayload { public static let eventType = "se.tillsammans.consultation.book.v1" }
extension ConsultationBooked: EventPayload { public static let eventType = "se.tillsammans.consultation.booked.v1" }
extension MeetingAnswered: EventPayload { public static let eventType = "se.tillsammans.meeting.answered.v1" }
extension MeetingHeld: EventPayload { public static let eventType = "se.tillsammans.meeting.held.v1" }
extension MeetingNotHeld: EventPayload { public static let eventType = "se.tillsammans.meeting.not_held.v1" }
extension PlanAlarm: EventPayload { public static let eventType = "se.tillsammans.plan.alarm.v1" }
extension PlanConcernReported: EventPayload { public static let eventType = "se.tillsammans.plan.concern.reported.v1" }
extension PlanConcernAnswered: EventPayload { public static let eventType = "se.tillsammans.plan.concern.answered.v1" }
extension PlanFollowedUp: EventPayload { public static let eventType = "se.tillsammans.plan.followed_up.v1" }
extension NoteCooperation: EventPayload { public static let eventType = "se.tillsammans.mapping.cooperation.note.v1" }
extension EndCooperation: EventPayload { public static let eventType = "se.tillsammans.mapping.cooperation.end.v1" }

extension DeliveryReported: EventPayload { public static let eventType = "se.tillsammans.notice.delivery.v1" }
extension NoticeQueued: EventPayload { public static let eventType = "se.tillsammans.notice.queued.v1" }
extension AddToDigest: EventPayload { public static let eventType = "se.tillsammans.notice.digest.v1" }
extension ResendNotice: EventPayload { public static let eventType = "se.tillsammans.notice.resend.v1" }
extension NoticeSent: EventPayload { public static let eventType = "se.tillsammans.notice.sent.v1" }
extension NoticeDelayed: EventPayload { public static let eventType = "se.tillsammans.notice.delayed.v1" }
extension NoticeSuperseded: EventPayload { public static let eventType = "se.tillsammans.notice.superseded.v1" }
extension NoticeFailed: EventPayload { public static let eventType = "se.tillsammans.notice.failed.v1" }

extension CountyDirectory: EventPayload { public static let eventType = "se.tillsammans.directory.applied.v1" }

/// Every payload by its type name, for tools that look at any event.
public let payloadTypes: [String: any EventPayload.Type] = Dictionary(
    uniqueKeysWithValues: ([
        ConcernReported.self, ConcernReceipt.self, ConcernRegistered.self, Child.self, AddInformation.self,
        RecordAnswers.self, RecordConsent.self, ConcludeMapping.self, MappingOpened.self, ConcernJoined.self,
        InformationAdded.self, AnswersRecorded.self, ConsentRecorded.self, MappingConcluded.self, MappingOverdue.self,
        CommandRefused.self, CallMeeting.self, CancelMeeting.self, MeetingScheduled.self, MeetingCancelled.self,
        MeetingImpossible.self, DeliveryReported.self, NoticeSent.self, NoticeDelayed.self, NoticeFailed.self,
        NoticeSuperseded.self, NoticeQueued.self, AddToDigest.self, ResendNotice.self, TellFamily.self, FamilyTold.self,
        BookConsultation.self, ConsultationBooked.self,
        CountyDirectory.self, ConsultationRequested.self, ConsultationRegistered.self, ReportTaken.self,
        ReportAccepted.self,
        ProtectMeeting.self, TakeOn.self, DelegateWork.self, HandBackWork.self, CorrectInformation.self,
        RecordMaturity.self, RecordFollowUp.self, ReopenMapping.self, MoveCase.self, CaseTakenOn.self,
        WorkDelegated.self, WorkHandedBack.self, InformationCorrected.self, MaturityRecorded.self,
        CooperationWaiting.self, CooperationStarted.self, MeasuresFollowedUp.self, MappingReopened.self, CaseMoved.self,
        CameOfAge.self, CaseClosed.self, DeadlineReminded.self, CaseStatus.self, CaseViewed.self, AnswerMeeting.self,
        MoveMeeting.self, ChangeParticipants.self, PublishBusyTimes.self, RecordMeeting.self, RecordNotHeld.self,
        ReportPlanConcern.self, AnswerPlanConcern.self, RecordPlanFollowUp.self, MeetingAnswered.self, MeetingHeld.self,
        MeetingNotHeld.self, PlanAlarm.self, PlanConcernReported.self, PlanConcernAnswered.self, PlanFollowedUp.self,
        NoteCooperation.self, EndCooperation.self, HandOverMeeting.self, BookPlanFollowUp.self, BusyTimesPublished.self,
    ] as [any EventPayload.Type]).map { ($0.eventType, $0) })

extension Google_Protobuf_Timestamp {
    public init(_ date: Date) { self.init(date: date) }
}
