import Codec
import Domain
import MappingCore
import SwiftProtobuf
import TestSupport

// What people do to a case's mapping.

extension SuiteLife {
    /// Mostly the owner; sometimes who stands in, or somebody whose case it is not.
    mutating func leader(of known: KnownCase) -> String {
        switch number(0...15) {
        case 0: someone()
        case 1: "manager"
        case 2: known.case.delegate ?? "county"
        default: known.owner
        }
    }

    mutating func someone() -> String { staff[number(0...(staff.count - 1))] }

    mutating func oneOf<Value>(_ values: [Value]) -> Value? { values.randomElement(using: &generator) }

    /// An area of the wheel.
    mutating func area() -> String { one(WheelArea.self).rawValue }

    /// A day ahead; rarely one that has passed.
    mutating func dayAhead(_ days: ClosedRange<Int> = 5...25) -> String {
        today.plus(isCareless() ? -1 : number(days)).description
    }

    static let workDeeds: [Deed] = [
        Deed("take_on", 6, Codec.TakeOn.self, by: [CaseTakenOn.self]) { life, known in
            guard known.case.deadlines[.acknowledge] != nil || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by) = (known.case.reference, by) }
        },
        Deed("delegate", 1, DelegateWork.self, by: [WorkDelegated.self]) { life, known in
            let (by, someone) = (life.leader(of: known), life.someone())
            let to = life.flag() ? "teacher" : someone
            return .with { ($0.caseReference, $0.by, $0.to) = (known.case.reference, by, to) }
        },
        Deed("hand_back", 1, HandBackWork.self, by: [WorkHandedBack.self]) { life, known in
            guard known.case.delegate != nil || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by) = (known.case.reference, by) }
        },
        Deed("reopen", 2, ReopenMapping.self, by: [MappingReopened.self]) { life, known in
            guard known.phase != .mapping && life.number(0...2) == 0 || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by, $0.reason) = (known.case.reference, by, "ord") }
        },
        Deed("open_in_emergency", 1, Codec.OpenInEmergency.self, by: [EmergencyOpened.self]) { life, known in
            let by = life.someone()
            return .with { ($0.caseReference, $0.by, $0.reason) = (known.case.reference, by, "ord") }
        },
        Deed("hold_erasure", 1, Codec.HoldErasure.self, by: [ErasureHeld.self]) { life, known in
            guard known.case.hold == nil || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by, $0.reason) = (known.case.reference, by, "ord") }
        },
        Deed("lift_hold", 1, Codec.LiftHold.self, by: [HoldLifted.self]) { life, known in
            guard known.case.hold != nil || life.isCareless() else { return nil }
            return .with { ($0.caseReference, $0.by) = (known.case.reference, "county") }
        },
    ]

    static let contentDeeds: [Deed] = [
        Deed("add_information", 16, Codec.AddInformation.self, by: [InformationAdded.self]) { life, known in
            guard known.phase == .mapping || life.isCareless() else { return nil }
            let sources = known.case.information.map(\.source)
            let missing = [InformationSource.child, .guardian].first { !sources.contains($0) }
            let source = missing ?? life.one(InformationSource.self)
            let (by, area, text) = (life.leader(of: known), life.area(), life.word())
            let kind = life.flag() ? InformationKind.need : .obstacle
            return .with {
                ($0.caseReference, $0.by, $0.text) = (known.case.reference, by, text)
                ($0.source, $0.kind, $0.areas) = (source.rawValue, kind.rawValue, [area])
            }
        },
        Deed("correct_information", 1, Codec.CorrectInformation.self, by: [InformationCorrected.self]) { life, known in
            let written = known.case.information + known.case.formerInformation
            let (by, area) = (life.leader(of: known), life.area())
            guard let information = life.oneOf(written)?.id else { return nil }
            return .with {
                ($0.caseReference, $0.by, $0.information) = (known.case.reference, by, information)
                ($0.kind, $0.areas, $0.text, $0.reason) = ("need", [area], "ord", "ord")
            }
        },
        Deed("ask_counterpart", 6, Codec.AskCounterpart.self, by: [CounterpartAsked.self]) { life, known in
            guard known.case.counterpart != nil || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by) = (known.case.reference, by) }
        },
        Deed("record_answers", 16, Codec.RecordAnswers.self, by: [AnswersRecorded.self]) { life, known in
            guard known.phase == .mapping || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            let questions = life.number(0...3) == 0 ? [life.one(Question.self)] : Question.allCases
            return .with {
                ($0.caseReference, $0.by) = (known.case.reference, by)
                $0.answers = questions.map { question in
                    .with { ($0.question, $0.text) = (Int32(question.number), "ord") }
                }
            }
        },
        Deed("judge_maturity", 1, RecordMaturity.self, by: [MaturityRecorded.self]) { life, known in
            let (by, isNeeded) = (life.leader(of: known), life.number(0...3) == 0)
            return .with {
                ($0.caseReference, $0.by, $0.reason, $0.youthConsents) = (known.case.reference, by, "ord", isNeeded)
            }
        },
        conclude("cooperation", 32), conclude("own_measures", 8), conclude("nothing_further", 6),
        followUp("end", 4), followUp("continue", 6), followUp("reopen", 4),
    ]

    private static func conclude(_ outcome: String, _ weight: Int) -> Deed {
        Deed("conclude \(outcome)", weight, ConcludeMapping.self, by: [MappingConcluded.self]) { life, known in
            let isReady =
                known.phase == .mapping && known.case.answers.count == Question.allCases.count
                && [InformationSource.child, .guardian].allSatisfy { source in
                    known.case.information.contains { $0.source == source }
                }
            guard isReady || life.isCareless() else { return nil }
            let (by, next, areas) = (life.leader(of: known), life.dayAhead(8...30), life.area())
            let named = ["social_services", "health_care", "education"].filter { _ in life.flag() }
            let organisations = named.isEmpty ? ["social_services"] : named
            let responsible = life.flag() ? known.owner : life.someone()
            return .with {
                ($0.caseReference, $0.by, $0.outcome) = (known.case.reference, by, outcome)
                $0.nextDate = next
                if outcome == "cooperation" { $0.organisations = organisations }
                if outcome == "own_measures" {
                    $0.measures = [.with { ($0.area, $0.text, $0.responsible) = (areas, "ord", responsible) }]
                }
            }
        }
    }

    private static func followUp(_ decision: String, _ weight: Int) -> Deed {
        Deed("follow_up \(decision)", weight, RecordFollowUp.self, by: [MeasuresFollowedUp.self]) { life, known in
            let isAhead = [.ownMeasures, .resting].contains(known.phase) || known.case.deadlines[.handOver] != nil
            guard isAhead || life.isCareless() else { return nil }
            let (by, effect) = (life.leader(of: known), life.one(Effect.self).rawValue)
            let next = decision == "continue" ? life.dayAhead() : ""
            let reason = decision == "end" && life.flag() ? SuiteLife.reason : ""
            return .with {
                ($0.caseReference, $0.by, $0.text, $0.nextDate) = (known.case.reference, by, "ord", next)
                ($0.effect, $0.decision, $0.closingReason) = (effect, decision, reason)
            }
        }
    }

    /// Why nothing more is needed, where somebody says it.
    static let reason = "Därför."

    static let moveDeeds: [Deed] = [
        Deed("move", 1, MoveCase.self, by: [CaseMoved.self]) { life, known in
            let by = life.leader(of: known)
            let places = [
                ("0001", "school", "school"), ("0002", "school", "school-2"), ("0001", "before_school", "preschool"),
                ("0001", "upper_secondary", "gymnasium"), ("0002", "outside_upper_secondary", ""),
                ("0001", "outside_upper_secondary", ""),
            ]
            guard let place = life.oneOf(places) else { return nil }
            return .with {
                ($0.caseReference, $0.by) = (known.case.reference, by)
                ($0.municipality, $0.stage, $0.unit) = place
            }
        },
        Deed("confirm_move", 4, Codec.ConfirmMove.self, by: [CaseMoved.self]) { life, known in
            let owner = life.leader(of: known)
            guard let move = known.case.proposedMove else { return nil }
            let by = life.flag() ? move.owner.person : owner
            return .with {
                ($0.caseReference, $0.by, $0.unit) = (known.case.reference, by, move.owner.unit)
            }
        },
        Deed("decline_move", 4, Codec.DeclineMove.self, by: [MoveDeclined.self]) { life, known in
            let by = life.leader(of: known)
            guard let unit = known.case.proposedMove?.owner.unit else { return nil }
            return .with {
                ($0.caseReference, $0.by, $0.unit, $0.reason) = (known.case.reference, by, unit, "ord")
            }
        },
        Deed("review_move", 6, Codec.ReviewMove.self, by: [MoveReviewed.self]) { life, known in
            guard known.case.departure != nil || life.isCareless() else { return nil }
            let (by, keepsPlace) = (life.leader(of: known), life.flag())
            let organisations = Organisation.allCases.filter { _ in life.flag() }.map(\.rawValue)
            let people = life.staff.filter { _ in life.flag() }
            return .with {
                ($0.caseReference, $0.by, $0.keepsPlace) = (known.case.reference, by, keepsPlace)
                ($0.organisations, $0.people) = (organisations, people)
            }
        },
        Deed("keep_case", 4, Codec.KeepCase.self, by: [CaseKept.self]) { life, known in
            guard known.case.isOwnerSought || life.isCareless() else { return nil }
            let by = life.leader(of: known)
            return .with { ($0.caseReference, $0.by, $0.reason) = (known.case.reference, by, "ord") }
        },
    ]
}
