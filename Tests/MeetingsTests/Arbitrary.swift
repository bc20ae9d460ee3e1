import Domain
import Foundation
import MeetingsCore
import TestSupport

/// Values of the core at random, the same for the same seed.
struct Arbitrary {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    // MARK: Plain values

    mutating func flag() -> Bool { Bool.random(using: &random) }

    mutating func number() -> Int32 { Int32.random(in: 0..<100, using: &random) }

    mutating func text() -> String { "ord-\(Int.random(in: 0..<1_000_000, using: &random))" }

    mutating func one<Value>(of values: [Value]) -> Value { values[Int.random(in: values.indices, using: &random)] }

    mutating func day() -> LocalDate { LocalDate(number: Int.random(in: 15_000...30_000, using: &random)) }

    /// To a microsecond: a `Date` of these years holds no more.
    mutating func instant() -> Date {
        Date(timeIntervalSince1970: Double(Int.random(in: 1_700_000_000...1_900_000_000, using: &random)) + 0.25)
    }

    mutating func slot() -> Scheduler.Slot {
        let start = Int64.random(in: 1_700_000_000...1_900_000_000, using: &random)
        return Scheduler.Slot(start: start, end: start + Int64.random(in: 1...10_000, using: &random))
    }

    mutating func maybe<Value>(_ value: (inout Self) -> Value) -> Value? { flag() ? value(&self) : nil }

    mutating func list<Value>(_ value: (inout Self) -> Value) -> [Value] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in value(&self) }
    }

    mutating func texts() -> [String] { list { $0.text() } }

    // MARK: Meetings

    var call: Request {
        var copy = self
        return copy.request()
    }

    mutating func request() -> Request {
        Request(
            unit: text(), namedPerson: text(), stage: one(of: Stage.allCases), attends: maybe { $0.text() },
            areas: list { $0.one(of: WheelArea.allCases) },
            organisations: list { $0.one(of: Organisation.allCases) }, latestDate: day(), isProtected: flag(),
            guardians: texts(), unwritten: texts(), admitsOutsiders: flag())
    }

    mutating func schooling() -> HandOver.Schooling {
        .init(one(of: Stage.allCases), attends: maybe { $0.text() })
    }

    mutating func reply() -> Answer.Reply {
        switch one(of: Attendance.allCases) {
        case .accepted: .accepted
        case .declined: .declined
        case .tentative: .tentative
        case .delegated: .delegated(to: text())
        }
    }

    mutating func invitation() -> Invitation { Invitation(MeetingID(text()), number()) }

    mutating func why() -> AnswerForwarded.Why {
        one(of: [.letter, .counter, .delegated, .declinedAgain, .refused(list { $0.one(of: FaultCode.allCases) })])
    }

    mutating func address() -> EmailAddress {
        guard let address = EmailAddress("\(text())@example.org") else { preconditionFailure("no address") }
        return address
    }

    mutating func channel() -> InformFamily.Channel {
        one(of: [.email(address()), .letter, .phone, .inPerson])
    }

    mutating func participant() -> Participant {
        Participant(
            one(of: [.staff(text(), role: text()), .guardian(text()), .child]), isRequired: flag(),
            answer: maybe { .init($0.one(of: Attendance.allCases), given: $0.instant()) }, hasDeclinedOnce: flag())
    }

    mutating func meeting() -> Meeting {
        Meeting(
            id: MeetingID(text()), slot: slot(),
            place: one(of: [.room(text()), .digital(link: text()), .unnamed]),
            namedPerson: text(), participants: list { $0.participant() }, sequence: number())
    }

    mutating func cooperation(_ key: CaseKey) -> Cooperation {
        let former = maybe { Cooperation.Former($0.meeting(), $0.one(of: Cooperation.End.allCases)) }
        let stages: [Cooperation.Stage] = [
            .idle(after: former), .waiting(waiting(), after: former), .booked(meeting()),
        ]
        return Cooperation(
            key: key, request: request(), form: one(of: Cooperation.Form.allCases), stage: one(of: stages),
            agreement: maybe { Agreement($0.coordinator(), $0.plan(), isConcernOpen: $0.flag()) },
            history: list { $0.plan() }, told: [text(): text()], uninvited: list { $0.uninvited() },
            wish: maybe { $0.wish() },
            outsiders: list { $0.outsider() })
    }

    mutating func outsider() -> Outsider {
        Outsider(
            id: text(),
            .init(name: text(), role: text(), organisation: text(), email: maybe { $0.address() }), isWritten: flag(),
            answer: maybe { .init(.init($0.one(of: Attendance.allCases), given: $0.instant()), to: $0.number()) })
    }

    mutating func waiting() -> Cooperation.Waiting {
        .init([participant(), participant()], missingRoles: list { $0.text() }, proposed: maybe { $0.slot() })
    }

    mutating func uninvited() -> Uninvited {
        Uninvited(
            one(of: Organisation.allCases), one(of: [.nobody(text()), .role(text()), .areas, .time(role: text())]))
    }

    // MARK: Plans

    mutating func participation() -> Participation {
        Participation(tookPart: flag(), how: text(), voices: list { $0.voice() })
    }

    mutating func voice() -> FamilyVoice {
        FamilyVoice(
            of: text(), asked: text(), forms: one(of: [[.words], [.pictures, .interpreter]]),
            afterwards: maybe { $0.text() })
    }

    mutating func matters() -> [FamilyMatter] { one(of: [[.meeting], [.plan, .coordinator], [.meeting, .nextStep]]) }

    mutating func coordinator() -> Coordinator {
        Coordinator(
            text(), one(of: [.child(reason: ""), .child(reason: text()), .other(reason: text())]),
            wish: maybe { $0.wish() })
    }

    mutating func wish() -> ChildsWish { ChildsWish(person: maybe { $0.text() }, words: text()) }

    mutating func content() -> Plan.Content {
        Plan.Content(
            area: one(of: WheelArea.allCases), text: text(), responsible: text(),
            organisation: one(of: Organisation.allCases), date: day())
    }

    mutating func newMeasure() -> Plan.NewMeasure { Plan.NewMeasure(id: maybe { $0.text() }, content()) }

    mutating func plan() -> Plan {
        Plan(
            worksAlready: texts(), measures: list { Plan.Measure(id: $0.text(), $0.content()) },
            followUp: maybe { $0.day() }, isSIP: flag(), revision: number())
    }

    mutating func judgement() -> Judgement {
        Judgement(
            measure: text(), effect: one(of: Effect.allCases), decision: one(of: MeasureDecision.allCases),
            text: text())
    }
}
