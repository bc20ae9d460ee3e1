import Codec
import Domain
import Foundation
import MappingCore
import MeetingsCore
import SwiftProtobuf
import TestSupport

// What people do to a case's meetings and plan.

extension SuiteLife {
    /// Who leads the cooperation, or coordinates it; rarely somebody else.
    private mutating func convener(of known: KnownCase) -> String {
        switch number(0...7) {
        case 0: isCareless() ? someone() : "manager"
        case 1...3: known.cooperation?.agreement?.coordinator.person ?? known.owner
        default: known.owner
        }
    }

    /// A meeting that stands or waits for a time.
    private mutating func isMeetingAhead(_ known: KnownCase) -> Bool {
        if case .idle = known.cooperation?.stage ?? .idle(after: nil) { isCareless() } else { true }
    }

    static let meetingDeeds: [Deed] = [
        Deed("answer", 8, AnswerMeeting.self, by: answers) { life, known in
            guard let meeting = known.meeting else { return nil }
            let people = meeting.participants.filter { !$0.isFamily }.map(\.person)
            guard let person = life.isCareless() ? life.someone() : life.oneOf(people) else { return nil }
            let (answer, other, now) = (life.one(Attendance.self), life.someone(), life.services.now)
            return answering(known, meeting, answer) {
                ($0.person, $0.stamp) = (person, .init(now))
                if answer == .delegated { $0.delegateTo = other }
            }
        },
        Deed("answer by mail", 12, AnswerMeeting.self, by: answers) { life, known in
            guard let meeting = known.meeting, let cooperation = known.cooperation else { return nil }
            let outside = cooperation.outsiders.compactMap { $0.isWritten ? $0.details.reveal.email?.text : nil }
            guard let email = life.oneOf(cooperation.told.keys.sorted() + outside) else { return nil }
            let (answer, now) = (life.one(Attendance.self), life.services.now)
            return answering(known, meeting, answer) { ($0.email, $0.stamp) = (email, .init(now)) }
        },
        Deed("move_meeting", 6, MoveMeeting.self, by: [MeetingScheduled.self, MeetingImpossible.self]) { life, known in
            guard life.isMeetingAhead(known) else { return nil }
            let (by, latest) = (life.convener(of: known), life.flag() ? life.dayAhead(10...30) : "")
            let form = life.number(0...3) == 0 ? "digital" : "room"
            return .with {
                ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
                ($0.reason, $0.latestDate, $0.format) = ("ord", latest, form)
            }
        },
        Deed("change_participants", 6, ChangeParticipants.self, by: []) { life, known in
            guard life.isMeetingAhead(known) else { return nil }
            let (by, added, removed) = (life.convener(of: known), life.someone(), life.someone())
            return .with {
                ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
                ($0.add, $0.remove, $0.reason) = ([added], [removed], "ord")
            }
        },
        Deed("invite_outsider", 16, Codec.InviteOutsider.self, by: [OutsiderInvited.self]) { life, known in
            let isAdmitted = known.cooperation?.request.admitsOutsiders == true
            guard isAdmitted && life.isMeetingAhead(known) || life.isCareless() else { return nil }
            let (by, email) = (life.convener(of: known), life.flag() ? "p\(life.number(1...3))@example.org" : "")
            let (isWritten, isAsked) = (!email.isEmpty && life.flag(), !life.isCareless())
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = (known.case.reference, "TST", by, "ord")
                $0.outsider = .with {
                    ($0.name, $0.role, $0.organisation, $0.email) = ("Tove Exempelson", "tränare", "Klubben", email)
                }
                ($0.asked, $0.written) = (isAsked, isWritten)
            }
        },
        Deed("dismiss_outsider", 4, Codec.DismissOutsider.self, by: [OutsiderDismissed.self]) { life, known in
            let (by, id) = (life.convener(of: known), life.oneOf(known.cooperation?.outsiders ?? [])?.id)
            guard id != nil || life.isCareless() else { return nil }
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = (known.case.reference, "TST", by, "ord")
                $0.outsider = id ?? "outsider:none"
            }
        },
        Deed("tell_family", 10, TellFamily.self, by: [FamilyTold.self]) { life, known in
            guard known.cooperation != nil || life.isCareless() else { return nil }
            let (by, key) = (life.convener(of: known), life.guardian(of: known))
            let to = life.number(0...3) == 0 ? Participant.child : key
            let (about, isMail) = (life.one(FamilyMatter.self).rawValue, life.flag())
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.to) = (known.case.reference, "TST", by, to)
                ($0.channel, $0.about) = (isMail ? "email" : "phone", [known.meeting == nil ? about : "meeting"])
                if isMail { $0.email = "\(to.prefix(20))@example.org" }
            }
        },
        Deed("record_meeting", 50, RecordMeeting.self, by: [MeetingHeld.self]) { life, known in
            guard let meeting = known.meeting, life.isOver(meeting) || life.isCareless() else { return nil }
            return life.record(of: meeting, known)
        },
        Deed("record_not_held", 12, RecordNotHeld.self, by: [MeetingNotHeld.self]) { life, known in
            guard let meeting = known.meeting, life.isOver(meeting) || life.isCareless() else { return nil }
            let by = life.convener(of: known)
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = (known.case.reference, "TST", by, "ord")
            }
        },
    ]

    private static let answers: [any SuiteEvent.Type] = [
        MeetingAnswered.self, AnswerOutdated.self, AnswerForwarded.self,
    ]

    private static func answering(
        _ known: KnownCase, _ meeting: MeetingsCore.Meeting, _ answer: Attendance,
        _ change: (inout AnswerMeeting) -> Void
    ) -> AnswerMeeting {
        var message = AnswerMeeting.with {
            ($0.caseReference, $0.county, $0.answer) = (known.case.reference, "TST", answer.rawValue)
            ($0.meeting, $0.sequence) = (meeting.id.text, meeting.sequence)
        }
        change(&message)
        return message
    }

    private func isOver(_ meeting: MeetingsCore.Meeting) -> Bool {
        Double(meeting.slot.end) <= services.now.timeIntervalSince1970
    }

    private mutating func record(of meeting: MeetingsCore.Meeting, _ known: KnownCase) -> RecordMeeting {
        let (by, next) = (convener(of: known), number(0...7) == 0 ? "" : dayAhead(10...60))
        let (measures, isFirst) = (measures(known), known.cooperation?.agreement == nil)
        let coordinator = coordinator(known)
        return .with {
            ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
            $0.came = meeting.participants.map(\.person)
            $0.child = .with { ($0.tookPart, $0.how) = (true, "ord") }
            if isFirst { $0.coordinator = .with { ($0.person, $0.chosenByChild) = (coordinator, true) } }
            $0.plan = .with { ($0.worksAlready, $0.measures, $0.followUpDate) = (["ord"], measures, next) }
        }
    }

    /// One of those whose organisations the consents cover.
    private mutating func coordinator(_ known: KnownCase) -> String {
        let covered = known.cooperation?.request.organisations ?? []
        return oneOf(Self.supporters.filter { covered.contains($0.organisation) }.map(\.person)) ?? known.owner
    }

    private static let supporters: [(person: String, organisation: Organisation)] = [
        ("family", .socialServices), ("family-2", .socialServices), ("nurse", .healthCare), ("teacher", .education),
    ]

    private mutating func measures(_ known: KnownCase) -> [PlannedMeasure] {
        let covered = known.cooperation?.request.organisations ?? []
        return Self.supporters.filter { covered.contains($0.organisation) && flag() }.prefix(2).map { supporter in
            let (area, day) = (area(), dayAhead(5...40))
            return .with {
                ($0.area, $0.text, $0.responsible) = (area, "ord", supporter.person)
                ($0.organisation, $0.date) = (supporter.organisation.rawValue, day)
            }
        }
    }

    static let planDeeds: [Deed] = [
        Deed("report_plan_concern", 4, ReportPlanConcern.self, by: [PlanConcernReported.self]) { life, known in
            guard known.cooperation?.agreement != nil || life.isCareless() else { return nil }
            let by = life.someone()
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.text) = (known.case.reference, "TST", by, "ord")
            }
        },
        Deed("answer_plan_concern", 8, AnswerPlanConcern.self, by: [PlanConcernAnswered.self]) { life, known in
            guard known.cooperation?.agreement?.isConcernOpen == true || life.isCareless() else { return nil }
            let by = life.convener(of: known)
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.text) = (known.case.reference, "TST", by, "ord")
            }
        },
        followUpOfPlan("goes on", 12), followUpOfPlan("ends", 6),
        Deed("book_follow_up", 8, BookPlanFollowUp.self, by: []) { life, known in
            guard known.cooperation?.agreement != nil && known.meeting == nil || life.isCareless() else { return nil }
            let (by, day) = (life.convener(of: known), life.dayAhead(8...60))
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.date) = (known.case.reference, "TST", by, day)
            }
        },
        Deed("record_participation", 2, Codec.RecordParticipation.self, by: [ParticipationRecorded.self]) {
            life, known in
            guard known.cooperation != nil || life.isCareless() else { return nil }
            let (by, key) = (life.convener(of: known), life.guardian(of: known))
            return .with {
                ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
                $0.voice = .with { ($0.person, $0.asked, $0.forms) = (key, "ord", ["words"]) }
            }
        },
        Deed("record_wish", 4, RecordChildsWish.self, by: [ChildsWishRecorded.self]) { life, known in
            guard known.cooperation != nil || life.isCareless() else { return nil }
            let (by, wanted) = (life.convener(of: known), life.someone())
            return .with {
                ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
                $0.wish = .with { ($0.person, $0.words) = (wanted, "ord") }
            }
        },
        Deed("change_coordinator", 4, Codec.ChangeCoordinator.self, by: [CoordinatorChanged.self]) { life, known in
            guard known.cooperation?.agreement != nil || life.isCareless() else { return nil }
            let (by, person) = (life.convener(of: known), life.coordinator(known))
            return .with {
                ($0.caseReference, $0.county, $0.by) = (known.case.reference, "TST", by)
                $0.coordinator = .with {
                    ($0.person, $0.chosenByChild) = (person, true)
                    $0.wish = .with { ($0.person, $0.words) = (person, "ord") }
                }
            }
        },
    ]

    private static func followUpOfPlan(_ how: String, _ weight: Int) -> Deed {
        Deed("follow_up_plan \(how)", weight, RecordPlanFollowUp.self, by: [PlanFollowedUp.self]) { life, known in
            guard known.cooperation?.agreement != nil || life.isCareless() else { return nil }
            let goesOn = how == "goes on"
            let (by, next) = (life.convener(of: known), goesOn ? life.dayAhead(10...60) : "")
            let judged = (known.cooperation?.agreement?.plan.measures ?? []).map { measure in
                let effect = life.one(Effect.self)
                return MeasureJudgement.with {
                    ($0.measure, $0.effect, $0.text) = (measure.id, effect.rawValue, "ord")
                    $0.decision = goesOn ? "continue" : "end"
                }
            }
            let (added, reason) = (goesOn && judged.isEmpty ? life.measures(known) : [], life.number(0...2) > 0)
            return .with {
                ($0.caseReference, $0.county, $0.by, $0.nextDate) = (known.case.reference, "TST", by, next)
                $0.child = .with { ($0.tookPart, $0.how) = (true, "ord") }
                ($0.judgements, $0.added) = (judged, added)
                if reason { $0.closingReason = SuiteLife.reason }
            }
        }
    }
}
