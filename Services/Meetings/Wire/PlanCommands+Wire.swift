import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// What happens at a meeting and after it.

extension Record: CaseCommand {
    init(_ message: RecordMeeting, _ wire: inout WireReader) {
        if message.came.isEmpty { wire.fail(Fault(.textMissing, at: "came")) }
        let child = MeetingsCore.Participation(message.child, &wire)
        let coordinator =
            message.hasCoordinator ? MeetingsCore.Coordinator(message.coordinator, at: "coordinator", &wire) : nil
        if message.plan.measures.isEmpty { wire.fail(Fault(.planMeasures, at: "plan.measures")) }
        self.init(
            came: message.came, child: child, coordinator: coordinator, worksAlready: message.plan.worksAlready,
            measures: .init(message.plan.measures, at: "plan.measures", &wire),
            followUp: wire.dateIfAny(message.plan.followUpDate, at: "plan.follow_up_date", else: .nextDate))
    }

    func write(to message: inout RecordMeeting) {
        message.came = came
        message.child = .init(child)
        if let coordinator { message.coordinator = .init(coordinator) }
        message.plan = .with {
            $0.worksAlready = worksAlready
            $0.measures = measures.map(PlannedMeasure.init)
            $0.followUpDate = followUp?.description ?? ""
        }
    }
}

extension CallAgain: CaseCommand {
    init(_ message: RecordNotHeld, _ wire: inout WireReader) {
        self.init(reason: wire.text(message.reason, at: "reason"))
    }

    func write(to message: inout RecordNotHeld) { message.reason = reason }
}

extension ReportConcern: CaseCommand {
    init(_ message: ReportPlanConcern, _ wire: inout WireReader) {
        self.init(text: wire.text(message.text, at: "text"))
    }

    func write(to message: inout ReportPlanConcern) { message.text = text }
}

extension AnswerConcern: CaseCommand {
    init(_ message: AnswerPlanConcern, _ wire: inout WireReader) {
        self.init(text: wire.text(message.text, at: "text"))
    }

    func write(to message: inout AnswerPlanConcern) { message.text = text }
}

extension FollowUp: CaseCommand {
    init(_ message: RecordPlanFollowUp, _ wire: inout WireReader) {
        self.init(
            child: MeetingsCore.Participation(message.child, &wire),
            judgements: message.judgements.enumerated().map { Judgement($1, at: "judgements[\($0)]", &wire) },
            added: .init(message.added, at: "added", &wire),
            next: wire.dateIfAny(message.nextDate, at: "next_date", else: .nextDate),
            closingReason: message.closingReason.written)
    }

    func write(to message: inout RecordPlanFollowUp) {
        message.child = .init(child)
        message.judgements = judgements.map(MeasureJudgement.init)
        message.added = added.map(PlannedMeasure.init)
        message.nextDate = next?.description ?? ""
        message.closingReason = closingReason ?? ""
    }
}

extension BookFollowUp: CaseCommand {
    init(_ message: BookPlanFollowUp, _ wire: inout WireReader) {
        self.init(on: wire.date(message.date, at: "date", else: .nextDate))
    }

    func write(to message: inout BookPlanFollowUp) { message.date = date.description }
}

extension RecordWish: CaseCommand {
    init(_ message: RecordChildsWish, _ wire: inout WireReader) {
        self.init(MeetingsCore.ChildsWish(message.wish, at: "wish", &wire))
    }

    func write(to message: inout RecordChildsWish) { message.wish = .init(wish) }
}

extension MeetingsCore.ChangeCoordinator: CaseCommand {
    init(_ message: Codec.ChangeCoordinator, _ wire: inout WireReader) {
        self.init(to: MeetingsCore.Coordinator(message.coordinator, at: "coordinator", &wire))
    }

    func write(to message: inout Codec.ChangeCoordinator) { message.coordinator = .init(coordinator) }
}

// MARK: Their parts

extension MeetingsCore.Participation {
    init(_ message: Codec.Participation, _ wire: inout WireReader) {
        self.init(
            tookPart: message.tookPart, how: wire.text(message.how, at: "child.how", else: .childParticipation),
            voices: message.voices.enumerated().map { .init($1, at: "child.voices[\($0)]", &wire) })
    }
}

extension Codec.Participation {
    init(_ value: MeetingsCore.Participation) {
        self = .with {
            $0.tookPart = value.tookPart
            $0.how = value.how
            $0.voices = value.voices.map(Codec.FamilyVoice.init)
        }
    }
}

extension MeetingsCore.Coordinator {
    init(_ message: Codec.Coordinator, at path: String, _ wire: inout WireReader) {
        self.init(
            message.person,
            message.chosenByChild
                ? .child(reason: message.reason)
                : .other(reason: wire.text(message.reason, at: "\(path).reason", else: .coordinatorReason)),
            wish: message.hasWish ? MeetingsCore.ChildsWish(message.wish, at: "\(path).wish", &wire) : nil)
    }
}

extension Codec.Coordinator {
    init(_ value: MeetingsCore.Coordinator) {
        self = .with {
            $0.person = value.person
            switch value.choice {
            case .child(let reason): ($0.chosenByChild, $0.reason) = (true, reason)
            case .other(let reason): $0.reason = reason
            }
            if let wish = value.wish { $0.wish = .init(wish) }
        }
    }
}

extension MeetingsCore.ChildsWish {
    init(_ message: Codec.ChildsWish, at path: String, _ wire: inout WireReader) {
        self.init(person: message.person.nonEmpty, words: wire.text(message.words, at: "\(path).words"))
    }
}

extension Codec.ChildsWish {
    init(_ value: MeetingsCore.ChildsWish) {
        self = .with { ($0.person, $0.words) = (value.person ?? "", value.words) }
    }
}

extension MeetingsCore.Plan.Content {
    init(_ message: PlannedMeasure, at path: String, _ wire: inout WireReader) {
        self.init(
            area: wire.word(message.area, at: "\(path).area"), text: wire.text(message.text, at: "\(path).text"),
            responsible: message.responsible,
            organisation: wire.word(message.organisation, at: "\(path).organisation"),
            date: wire.date(message.date, at: "\(path).date"))
    }
}

extension [MeetingsCore.Plan.NewMeasure] {
    init(_ messages: [PlannedMeasure], at path: String, _ wire: inout WireReader) {
        self = messages.enumerated().map { index, message in
            .init(id: message.id.nonEmpty, .init(message, at: "\(path)[\(index)]", &wire))
        }
    }
}

extension PlannedMeasure {
    init(_ value: MeetingsCore.Plan.NewMeasure) { self.init(id: value.id ?? "", value.content) }

    init(_ value: MeetingsCore.Plan.Measure) { self.init(id: value.id, value.content) }

    private init(id: String, _ content: MeetingsCore.Plan.Content) {
        self = .with {
            $0.id = id
            $0.area = content.area.rawValue
            $0.text = content.text
            $0.responsible = content.responsible
            $0.organisation = content.organisation.rawValue
            $0.date = content.date.description
        }
    }
}

extension Judgement {
    init(_ message: MeasureJudgement, at path: String, _ wire: inout WireReader) {
        self.init(
            measure: message.measure, effect: wire.word(message.effect, at: "\(path).effect"),
            decision: wire.word(message.decision, at: "\(path).decision"), text: message.text)
        if message.decision == MeasureDecision.change.rawValue { _ = wire.text(text, at: "\(path).text") }
    }
}

extension MeasureJudgement {
    init(_ value: Judgement) {
        self = .with {
            $0.measure = value.measure
            $0.effect = value.effect.rawValue
            $0.decision = value.decision.rawValue
            $0.text = value.text
        }
    }
}

extension MeetingsCore.Plan {
    init(_ message: Codec.Plan, _ wire: inout WireReader) {
        self.init(
            worksAlready: message.worksAlready,
            measures: message.measures.enumerated().map { index, measure in
                .init(id: measure.id, .init(measure, at: "plan.measures[\(index)]", &wire))
            },
            followUp: LocalDate(message.followUpDate), isSIP: message.sip, revision: message.revision)
    }
}

extension Codec.Plan {
    init(_ value: MeetingsCore.Plan) {
        self = .with {
            $0.worksAlready = value.worksAlready
            $0.measures = value.measures.map(PlannedMeasure.init)
            $0.followUpDate = value.followUp?.description ?? ""
            $0.sip = value.isSIP
            $0.revision = value.revision
        }
    }
}
