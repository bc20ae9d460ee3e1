import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// How a mapping ends, and what becomes of it (rule 10).

struct ConcludeForm: CaseForm {
    static let action = CaseAction.conclude

    /// A measure of the own organisation. A row in which nothing is typed is none.
    struct Row: Sendable, Equatable {
        var area = ""
        var text = ""
        var responsible = ""

        var isEmpty: Bool { area.isEmpty && text.isEmpty && responsible.isEmpty }
    }

    var outcome = ""
    var organisations: [String] = []
    var nextDate = ""
    var rows: [Row]
    var asksForMore = false

    /// As many rows as an empty form has, as are added when somebody asks for more, and as there can be.
    static let (fewestRows, mostRows) = (3, 12)

    init() { rows = Array(repeating: Row(), count: Self.fewestRows) }

    init(_ typed: TypedFields) {
        (outcome, organisations, nextDate) = (typed["outcome"], typed.all("organisations"), typed["next_date"])
        asksForMore = typed.isChecked("more")
        let all = (0..<Self.mostRows).map { index in
            Row(
                area: typed["measures-\(index)-area"], text: typed["measures-\(index)-text"],
                responsible: typed["measures-\(index)-responsible"])
        }
        let used = all.filter { !$0.isEmpty }
        let wanted = used.count + (asksForMore ? Self.fewestRows : 0)
        rows = used + Array(repeating: Row(), count: max(0, max(wanted, Self.fewestRows) - used.count))
        rows = Array(rows.prefix(Self.mostRows))
    }

    private var measures: [Row] { rows.filter { !$0.isEmpty } }

    /// Fields that only other outcomes need are not sent.
    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ConcludeMapping.with {
            ($0.caseReference, $0.by, $0.outcome, $0.nextDate) = (reference, person, outcome, nextDate)
            if outcome == Outcome.cooperation.rawValue { $0.organisations = organisations }
            if outcome == Outcome.ownMeasures.rawValue {
                $0.measures = measures.map { row in
                    .with { ($0.area, $0.text, $0.responsible) = (row.area, row.text, row.responsible) }
                }
            }
        }
    }

    func check(_ words: inout Words) {
        let outcome = words.one(of: Outcome.self, outcome, at: "outcome")
        _ = words.day(nextDate, at: "next_date", else: .nextDate)
        if outcome == .cooperation, organisations.isEmpty { words.add(Fault(.textMissing, at: "organisations")) }
        guard outcome == .ownMeasures else { return }
        if measures.isEmpty { words.add(Fault(.measuresMissing, at: "measures[0].text")) }
        for (index, row) in measures.enumerated() {
            _ = words.one(of: WheelArea.self, row.area, at: "measures[\(index)].area")
            _ = words.text(row.text, at: "measures[\(index)].text")
            _ = words.text(row.responsible, at: "measures[\(index)].responsible")
        }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let first: [any FormField] = [
            maker.one(of: Outcome.self, "outcome", outcome, named: "outcome"),
            maker.date("next_date", nextDate),
            maker.several("organisations", maker.organisations(), organisations, isOptional: true),
        ]
        let responsible = choices.responsible()
        let measures = rows.enumerated().flatMap { index, row -> [any FormField] in
            func label(_ name: String) -> String {
                maker.word("desk.conclude.measures.\(name)", ["number": "\(index + 1)"])
            }
            return [
                maker.area(
                    "measures-\(index)-text", row.text, limit: Measure.mostBytes(of: "text"), label: label("text"),
                    isOptional: true),
                maker.select(
                    "measures-\(index)-area", maker.areas(), row.area, label: label("area"), isOptional: true),
                maker.select(
                    "measures-\(index)-responsible", responsible, row.responsible, label: label("responsible"),
                    isOptional: true),
            ]
        }
        let more = maker.several("more", [("yes", maker.word("desk.conclude.more.yes"), nil)], [], isOptional: true)
        return first + measures + (rows.count < Self.mostRows ? [more] : [])
    }
}

/// What became of own measures, or of a case that needed nothing further.
struct FollowUpForm: CaseForm {
    static let action = CaseAction.followUp
    var effect = ""
    var decision = ""
    var text = ""
    var nextDate = ""
    var closingReason = ""

    init() {}

    init(_ typed: TypedFields) {
        (effect, decision, text) = (typed["effect"], typed["decision"], typed["text"])
        (nextDate, closingReason) = (typed["next_date"], typed["closing_reason"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordFollowUp.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.effect, $0.decision, $0.text) = (effect, decision, text)
            if decision == FollowUpDecision.continue.rawValue { $0.nextDate = nextDate }
            if decision == FollowUpDecision.end.rawValue { $0.closingReason = closingReason }
        }
    }

    func check(_ words: inout Words) {
        _ = words.one(of: Effect.self, effect, at: "effect")
        let decision = words.one(of: FollowUpDecision.self, decision, at: "decision")
        _ = words.text(text, at: "text")
        if decision == .continue { _ = words.day(nextDate, at: "next_date", else: .nextDate) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.one(of: Effect.self, "effect", effect, named: "effect"),
            maker.area("text", text, limit: RecordFollowUp.mostBytes(of: "text")),
            maker.one(of: FollowUpDecision.self, "decision", decision, named: "desk.follow_up.then"),
            maker.date("next_date", nextDate, isOptional: true),
            maker.area(
                "closing_reason", closingReason, limit: RecordFollowUp.mostBytes(of: "closing_reason"), isOptional: true
            ),
        ]
    }
}

/// The mapping goes on, whatever its outcome was.
struct ReopenForm: CaseForm {
    static let action = CaseAction.reopen
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { reason = typed["reason"] }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ReopenMapping.with { ($0.caseReference, $0.by, $0.reason) = (reference, person, reason) }
    }

    func check(_ words: inout Words) { _ = words.text(reason, at: "reason") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [maker.area("reason", reason, limit: ReopenMapping.mostBytes(of: "reason"))]
    }
}
