import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// One fact in words that tell what happened and who did it, and nothing of what was said.
struct FactInWords {
    let what: String
    let who: String
    let showsHarm: Bool

    /// - Returns: nil for what is no part of a case's story.
    init?(_ event: Event, _ language: Language) {
        guard let type = EventRegistry.event(ofType: event.type), let fact = (try? event.decode(type)) as? any Telling
        else {
            return nil
        }
        let words = Words(language: language)
        let telling = fact.telling(words)
        let name = event.type.dropFirst("se.tillsammans.".count).dropLast(".v1".count)
        what = Catalogue.text("fact.\(name)", language, telling.values)
        (who, showsHarm) = (telling.who, telling.showsHarm)
    }

    static func giver(_ key: String, _ language: Language) -> String {
        switch key {
        case "youth": Catalogue.text("giver_name.youth", language)
        case "child": Catalogue.text("giver_name.child", language)
        case "others": Catalogue.text("giver_name.others", language)
        case "guardian_unknown": Catalogue.text("giver_name.unknown", language)
        default: "\(Catalogue.text("giver_name.guardian", language)) \(key.prefix(4))"
        }
    }
}

/// A fact that is part of a case's story. Each says what the catalogue's sentence about it needs.
private protocol Telling {
    func telling(_ words: Words) -> (values: [String: String], who: String, showsHarm: Bool)
}

/// The catalogue's words in one language.
private struct Words {
    let language: Language

    func callAsFunction(_ name: String) -> String { Catalogue.text(name, language) }

    func all(_ kind: String, _ codes: [String]) -> String {
        codes.filter { !$0.isEmpty }.map { self("\(kind).\($0)") }.joined(separator: ", ")
    }

    func reasons(_ reasons: [(swedish: String, english: String)]) -> String {
        reasons.map { language == .swedish ? $0.swedish : $0.english }.joined(separator: " ")
    }

    func giver(_ key: String) -> String { FactInWords.giver(key, language) }
    func day(_ date: Date) -> String { CivilTime.day(of: date).description }
}

private typealias Told = (values: [String: String], who: String, showsHarm: Bool)

private func tell(_ who: String = "", _ values: [String: String] = [:], showsHarm: Bool = false) -> Told {
    (values, who, showsHarm)
}

// MARK: Detect and map

extension ConcernRegistered: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("\(reporter.role) → \(namedPerson)", ["areas": words.all("area", areas)], showsHarm: harmSuspected)
    }
}

extension MappingOpened: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(owner, ["due": words.day(due.date)])
    }
}

extension ConcernJoined: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(owner)
    }
}

extension CaseTakenOn: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by)
    }
}

extension WorkDelegated: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["to": to])
    }
}

extension WorkHandedBack: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["to": owner])
    }
}

extension InformationAdded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(
            by,
            [
                "source": words("source.\(information.source)"), "kind": words("kind.\(information.kind)"),
                "areas": words.all("area", [information.area]),
            ])
    }
}

extension InformationCorrected: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["reason": reason])
    }
}

extension AnswersRecorded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["questions": questions.map(String.init).joined(separator: ", ")])
    }
}

extension ConsentRecorded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["decision": words("decision.\(consent.decision)"), "giver": words.giver(consent.giver)])
    }
}

extension MaturityRecorded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by)
    }
}

extension MappingConcluded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["outcome": words("outcome.\(outcome)"), "due": nextDate])
    }
}

extension CooperationWaiting: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(owner, ["due": words.day(due.date)])
    }
}

extension CooperationStarted: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(owner, ["due": latestDate])
    }
}

extension MeasuresFollowedUp: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["effect": words("effect.\(effect)")])
    }
}

extension MappingReopened: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["reason": reason])
    }
}

extension CaseMoved: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("\(fromPerson) → \(toPerson)", ["from": fromUnit, "to": toUnit])
    }
}

extension CameOfAge: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(owner, ["due": words.day(due.date)])
    }
}

extension CaseClosed: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["reason": reason])
    }
}

extension DeadlineReminded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(
            to.joined(separator: ", "),
            ["step": words("step.\(step)"), "level": words("level.\(level)"), "due": words.day(due.date)])
    }
}

extension CommandRefused: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("", ["reason": words.reasons(reasons.map { ($0.swedish, $0.english) })])
    }
}

// MARK: Cooperate

extension MeetingScheduled: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(
            meeting.participants.map { $0.family ? words.giver($0.person) : $0.person }.joined(separator: ", "),
            ["time": CivilTime.swedish(from: meeting.start.date, to: meeting.end.date)])
    }
}

extension MeetingCancelled: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("", ["time": CivilTime.swedish(from: meeting.start.date, to: meeting.end.date)])
    }
}

extension MeetingImpossible: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("", ["reason": words.reasons(reasons.map { ($0.swedish, $0.english) })])
    }
}

extension FamilyTold: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["to": words.giver(to), "channel": words("channel.\(channel)")])
    }
}

extension MeetingAnswered: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(person, ["answer": Catalogue.text("answer.\(answer)", words.language, ["to": delegateTo])])
    }
}

extension AnswerOutdated: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(person, ["answer": Catalogue.text("answer.\(answer)", words.language, ["to": delegateTo])])
    }
}

extension MeetingHeld: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(
            came.joined(separator: ", "),
            ["sip": words(plan.sip ? "plan.sip" : "plan.plan"), "due": plan.followUpDate])
    }
}

extension MeetingNotHeld: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["reason": reason])
    }
}

extension PlanAlarm: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(coordinator)
    }
}

extension PlanConcernReported: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell("\(by) → \(coordinator)")
    }
}

extension PlanConcernAnswered: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by)
    }
}

extension PlanFollowedUp: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(by, ["effect": judgements.map { words("effect.\($0.effect)") }.joined(separator: ", ")])
    }
}

// MARK: Notices

extension NoticeSent: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(recipient, ["kind": words("notice.\(kind)")])
    }
}

extension NoticeDelayed: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(recipient, ["kind": words("notice.\(kind)")])
    }
}

extension NoticeSuperseded: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(recipient, ["kind": words("notice.\(kind)")])
    }
}

extension NoticeFailed: Telling {
    fileprivate func telling(_ words: Words) -> Told {
        tell(recipient, ["kind": words("notice.\(kind)")])
    }
}
