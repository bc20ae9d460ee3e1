import Codec
import Domain
import Foundation
import Streams

// What happens at a meeting and after it: coordinator, plan, the family's word, follow-up until it made a difference
// (rules 15 to 17).

extension MeetingsProcessor {
    /// How long after a follow-up date its meeting may be held, in days.
    private static let followUpWindow = 14

    /// The meeting was held: who came, how the child took part, the coordinator, the plan.
    func record(_ command: RecordMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        let today = CivilTime.day(of: turn.now)
        let faults = Recording.faults(command, cooperation, today: today)
        guard faults.isEmpty else { return faults }
        if command.hasCoordinator { cooperation.state.coordinator = command.coordinator }
        var plan = command.plan
        for index in plan.measures.indices where plan.measures[index].id.isEmpty {
            plan.measures[index].id = "\(Reference.id(of: cooperation.commandId).prefix(8))-\(index + 1)"
        }
        plan.sip = Recording.isSIP(plan, came: command.came, in: cooperation.county)
        if cooperation.state.hasPlan { cooperation.state.history.append(cooperation.state.plan) }
        plan.revision = cooperation.state.plan.revision + 1
        cooperation.state.plan = plan
        // Held earlier than it was booked for: that time is everybody's own again.
        if cooperation.state.meeting.start.date > turn.now { try release(cooperation.state.meeting, &turn) }
        cooperation.state.over = true
        try publish(
            MeetingHeld.with { [state = cooperation.state] in
                ($0.meeting, $0.by, $0.came) = (state.meeting, command.by, command.came)
                ($0.child, $0.coordinator, $0.plan) = (command.child, state.coordinator, plan)
            }, cooperation, &turn)
        try followUpNext(LocalDate(plan.followUpDate), &cooperation, &turn)
        return []
    }

    /// The meeting did not take place: it is called again.
    func notHeld(_ command: RecordNotHeld, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: CivilTime.day(of: turn.now))
        if !cooperation.hasMeeting { faults.append(Fault(.meetingNone, at: "case_reference")) }
        if command.reason.isBlank { faults.append(Fault(.textMissing, at: "reason")) }
        guard faults.isEmpty else { return faults }
        try publish(
            MeetingNotHeld.with { [state = cooperation.state] in
                ($0.meeting, $0.by, $0.reason) = (state.meeting, command.by, command.reason)
            }, cooperation, &turn)
        let first = notice(cooperation, turn)
        try rebook(
            "moved", first: first, last: first.plus(cooperation.county.settings.meetingDays), &cooperation, &turn)
        return []
    }

    /// The family's word, recorded by anyone who hears it, reaches the coordinator at once and waits for an answer
    /// (rule 17).
    func concern(_ command: ReportPlanConcern, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        var faults: [Fault] = []
        if cooperation.county.people[command.by] == nil { faults.append(Fault(.personUnknown, at: "by")) }
        if !cooperation.state.hasPlan { faults.append(Fault(.planNone, at: "case_reference")) }
        if command.text.isBlank { faults.append(Fault(.textMissing, at: "text")) }
        guard faults.isEmpty else { return faults }
        cooperation.state.concernOpen = true
        try publish(
            PlanConcernReported.with { [contact = cooperation.contact] in
                ($0.caseReference, $0.county, $0.by) = (command.caseReference, command.county, command.by)
                ($0.coordinator, $0.text) = (contact, command.text)
            }, cooperation, &turn)
        let due = WorkingDays.day(CivilTime.day(of: turn.now), plus: cooperation.county.settings.answerDays)
        try note(cooperation, step: .answerFamily, on: due, &turn)
        return []
    }

    func answerConcern(
        _ command: AnswerPlanConcern, _ cooperation: inout Cooperation, _ turn: inout Turn
    ) throws -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: CivilTime.day(of: turn.now))
        if !cooperation.state.concernOpen { faults.append(Fault(.concernNone, at: "case_reference")) }
        if command.text.isBlank { faults.append(Fault(.textMissing, at: "text")) }
        guard faults.isEmpty else { return faults }
        cooperation.state.concernOpen = false
        try publish(
            PlanConcernAnswered.with {
                ($0.caseReference, $0.county) = (command.caseReference, command.county)
                ($0.by, $0.text) = (command.by, command.text)
            }, cooperation, &turn)
        try note(cooperation, done: [.answerFamily], step: nil, on: nil, &turn)
        return []
    }

    /// Each measure is judged: did it make a difference? The plan goes on, changed where it is, or closes the case.
    func followUp(
        _ command: RecordPlanFollowUp, _ cooperation: inout Cooperation, _ turn: inout Turn
    ) throws -> [Fault] {
        let faults = Recording.faults(command, cooperation, today: CivilTime.day(of: turn.now))
        guard faults.isEmpty else { return faults }
        let before = cooperation.state.plan
        cooperation.state.history.append(before)
        var plan = Recording.revised(before, by: command, id: cooperation.commandId)
        plan.sip = Recording.isSIP(plan, came: [], in: cooperation.county)
        cooperation.state.plan = plan
        // Followed up before the meeting that was booked for it: nobody is to come to that one.
        if cooperation.hasMeeting, cooperation.state.meeting.start.date > turn.now { try callOff(&cooperation, &turn) }
        cooperation.state.over = true
        let closes = plan.measures.isEmpty
        try publish(
            PlanFollowedUp.with {
                ($0.caseReference, $0.county, $0.by) = (command.caseReference, command.county, command.by)
                ($0.child, $0.judgements, $0.plan, $0.closes) = (command.child, command.judgements, plan, closes)
            }, cooperation, &turn)
        guard closes else {
            try followUpNext(LocalDate(plan.followUpDate), &cooperation, &turn)
            return []
        }
        cooperation.end()
        if !cooperation.state.call.child.isEmpty {
            try turn.publish(
                EndCooperation.with { ($0.caseReference, $0.by) = (command.caseReference, command.by) },
                to: Topic.mappingCommands.rawValue, key: cooperation.state.call.child, subject: cooperation.reference)
        }
        return []
    }

    /// The coordinator books the follow-up of a plan for which none is booked, or for which there was no time (rule 17).
    func bookFollowUp(
        _ command: BookPlanFollowUp, _ cooperation: inout Cooperation, _ turn: inout Turn
    ) throws -> [Fault] {
        let today = CivilTime.day(of: turn.now)
        var faults = cooperation.isResponsible(command.by, on: today)
        if !cooperation.state.hasPlan { faults.append(Fault(.planNone, at: "case_reference")) }
        if cooperation.hasMeeting { faults.append(Fault(.meetingExists, at: "case_reference")) }
        faults += Recording.date(command.date, "date", today)
        guard faults.isEmpty else { return faults }
        cooperation.state.plan.followUpDate = command.date
        try followUpNext(LocalDate(command.date), &cooperation, &turn)
        return []
    }

    /// A plan without a booked follow-up is an alarm, not a state: its coordinator and their manager are told at once, and
    /// the date is watched.
    func alarm(_ cooperation: Cooperation, done: [Step] = [], _ turn: inout Turn) throws {
        let unit = cooperation.county.units[cooperation.state.call.unit]
        try publish(
            PlanAlarm.with {
                ($0.caseReference, $0.county) = (cooperation.reference, cooperation.county.code)
                ($0.coordinator, $0.manager) = (cooperation.contact, unit?.manager ?? "")
            }, cooperation, &turn)
        let due = WorkingDays.day(CivilTime.day(of: turn.now), plus: cooperation.county.settings.answerDays)
        try note(cooperation, done: done, step: .bookFollowUp, on: due, &turn)
    }

    /// The follow-up's meeting is booked with the date.
    private func followUpNext(_ day: LocalDate?, _ cooperation: inout Cooperation, _ turn: inout Turn) throws {
        let today = CivilTime.day(of: turn.now)
        let done: [Step] = [.meeting, .planFollowUp, .bookFollowUp]
        guard let day, day <= today.plus(cooperation.county.settings.followUpDays) else {
            return try alarm(cooperation, done: done, &turn)
        }
        try note(cooperation, done: done, step: .planFollowUp, on: WorkingDays.day(day, plus: 1), &turn)
        cooperation.state.call.latestDate = day.plus(Self.followUpWindow).description
        // Where there is no time, it is wanted still.
        cooperation.state.wanted = cooperation.withPlan(cooperation.state.meeting.participants)
        if try !bookWanted(first: day, &cooperation, &turn) { try alarm(cooperation, &turn) }
    }
}

/// The rules of what is recorded, as pure functions.
enum Recording {
    /// Rules 15 and 16: the child was asked first or it says why not; each measure has an area, a responsible person and
    /// organisation, and a date.
    static func faults(_ command: RecordMeeting, _ cooperation: Cooperation, today: LocalDate) -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: today)
        if !cooperation.hasMeeting { faults.append(Fault(.meetingNone, at: "case_reference")) }
        if command.came.isEmpty { faults.append(Fault(.textMissing, at: "came")) }
        let family = cooperation.state.meeting.participants.filter(\.family).map(\.person)
        for (index, person) in command.came.enumerated()
        where cooperation.county.people[person] == nil && !family.contains(person) {
            faults.append(Fault(.personUnknown, at: "came[\(index)]"))
        }
        if command.child.how.isBlank { faults.append(Fault(.childParticipation, at: "child.how")) }
        if command.hasCoordinator || !cooperation.state.hasCoordinator {
            if cooperation.county.people[command.coordinator.person] == nil {
                faults.append(Fault(.personUnknown, at: "coordinator.person"))
            }
            faults += cooperation.outsideConsent(command.coordinator.person, at: "coordinator.person")
            if !command.coordinator.chosenByChild, command.coordinator.reason.isBlank {
                faults.append(Fault(.coordinatorReason, at: "coordinator.reason"))
            }
        }
        if command.plan.measures.isEmpty { faults.append(Fault(.planMeasures, at: "plan.measures")) }
        faults += measures(command.plan.measures, at: "plan.measures", cooperation)
        if !command.plan.followUpDate.isEmpty {
            faults += date(command.plan.followUpDate, "plan.follow_up_date", today)
        }
        return faults
    }

    /// Rule 17: every measure of the plan is judged, and what goes on has a next date.
    static func faults(_ command: RecordPlanFollowUp, _ cooperation: Cooperation, today: LocalDate) -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: today)
        guard cooperation.state.hasPlan, !cooperation.state.plan.measures.isEmpty else {
            return faults + [Fault(.planNone, at: "case_reference")]
        }
        if command.child.how.isBlank { faults.append(Fault(.childParticipation, at: "child.how")) }
        let judged = Set(command.judgements.map(\.measure))
        for measure in cooperation.state.plan.measures where !judged.contains(measure.id) {
            faults.append(Fault(.judgementMissing, at: "judgements[\(measure.id)]"))
        }
        for (index, judgement) in command.judgements.enumerated() {
            let path = "judgements[\(index)]"
            if !cooperation.state.plan.measures.contains(where: { $0.id == judgement.measure }) {
                faults.append(Fault(.judgementMissing, at: "\(path).measure"))
            }
            if Effect(rawValue: judgement.effect) == nil {
                faults.append(Fault(at: "\(path).effect", notOneOf: Effect.self))
            }
            switch MeasureDecision(rawValue: judgement.decision) {
            case nil: faults.append(Fault(at: "\(path).decision", notOneOf: MeasureDecision.self))
            case .change where judgement.text.isBlank: faults.append(Fault(.textMissing, at: "\(path).text"))
            default: break
            }
        }
        faults += measures(command.added, at: "added", cooperation)
        let goesOn =
            !command.added.isEmpty
            || command.judgements.contains { $0.decision != MeasureDecision.end.rawValue }
        if goesOn, !command.nextDate.isEmpty { faults += date(command.nextDate, "next_date", today) }
        return faults
    }

    /// The plan after a follow-up: what ended is gone, what changed says so, what was added stands last.
    static func revised(_ plan: Plan, by command: RecordPlanFollowUp, id: String) -> Plan {
        var plan = plan
        let judgements = Dictionary(command.judgements.map { ($0.measure, $0) }) { $1 }
        plan.measures = plan.measures.compactMap { measure in
            guard let judgement = judgements[measure.id] else { return measure }
            var measure = measure
            switch MeasureDecision(rawValue: judgement.decision) {
            case .end: return nil
            case .change: measure.text = judgement.text
            case .continue, nil: break
            }
            return measure
        }
        for (index, added) in command.added.enumerated() {
            var measure = added
            if measure.id.isEmpty { measure.id = "\(Reference.id(of: id).prefix(8))-\(index + 1)" }
            plan.measures.append(measure)
        }
        plan.followUpDate = command.nextDate
        plan.revision += 1
        return plan
    }

    /// Rule 16: the statutory form, when social services and health care both take part.
    static func isSIP(_ plan: Plan, came: [String], in county: County) -> Bool {
        let units = came.compactMap { county.people[$0].flatMap { county.units[$0.unit]?.kind.organisation } }
        let parties = Set(units + plan.measures.compactMap { Organisation(rawValue: $0.organisation) })
        return parties.isSuperset(of: [.socialServices, .healthCare])
    }

    private static func measures(
        _ measures: [PlannedMeasure], at path: String, _ cooperation: Cooperation
    ) -> [Fault] {
        measures.enumerated().flatMap { index, measure in
            let path = "\(path)[\(index)]"
            var faults: [Fault] = []
            if WheelArea(rawValue: measure.area) == nil {
                faults.append(Fault(at: "\(path).area", notOneOf: WheelArea.self))
            }
            if measure.text.isBlank { faults.append(Fault(.textMissing, at: "\(path).text")) }
            if cooperation.county.people[measure.responsible] == nil {
                faults.append(Fault(.personUnknown, at: "\(path).responsible"))
            }
            faults += cooperation.outsideConsent(measure.responsible, at: "\(path).responsible")
            if Organisation(rawValue: measure.organisation) == nil {
                faults.append(Fault(at: "\(path).organisation", notOneOf: Organisation.self))
            }
            if LocalDate(measure.date) == nil { faults.append(Fault(.dateInvalid, at: "\(path).date")) }
            return faults
        }
    }

    static func date(_ text: String, _ path: String, _ today: LocalDate) -> [Fault] {
        (LocalDate(text) ?? today) > today ? [] : [Fault(.nextDate, at: path)]
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
