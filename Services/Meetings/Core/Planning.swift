import Domain
import Foundation

/// What a command about a case is decided on: its cooperation, and the county's calendars around it.
package struct Planning: Aggregate {
    package let key: CaseKey
    /// Nil as long as no meeting has been called for.
    package var cooperation: Cooperation?
    package var agenda: Agenda

    package init(_ key: CaseKey, _ cooperation: Cooperation?, _ agenda: Agenda = Agenda()) {
        (self.key, self.cooperation, self.agenda) = (key, cooperation, agenda)
    }

    package typealias Context = CountyContext
}

/// The instant and the county that a decision of Meetings sees.
package struct CountyContext: Sendable {
    package let now: Date
    package let county: County
    /// The command's own id, for what it adds.
    package let commandId: String

    package init(now: Date, county: County, commandId: String) {
        (self.now, self.county, self.commandId) = (now, county, commandId)
    }

    /// The day in Sweden.
    package var today: LocalDate { CivilTime.day(of: now) }

    /// The first day that keeps the notice time (rule 18).
    var noticed: LocalDate { WorkingDays.day(today, plus: county.settings.noticeDays) }

    /// By when the family's word, or an alarm, is answered (rule 17).
    var answered: LocalDate { WorkingDays.day(today, plus: county.settings.answerDays) }
}

extension Planning {
    /// The cooperation, for a command that only those who lead it may give.
    ///
    /// - Parameter code: what is wrong where no meeting was ever called for.
    /// - Throws: ``Refusal`` where there is none.
    func called(
        else code: FaultCode, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Cooperation {
        if let cooperation { return cooperation }
        throw Refusal(
            context.county.faultsUnlessResponsible(actor, for: nil, on: context.today)
                + [Fault(code, at: "case_reference")])
    }

    /// The cooperation, for a command that anybody may give.
    ///
    /// - Throws: ``Refusal`` where no meeting was ever called for.
    func called() throws(Refusal) -> Cooperation {
        if let cooperation { return cooperation }
        throw Refusal([Fault(.meetingNone, at: "case_reference")])
    }
}

extension County {
    /// A fault unless it is the named person, the coordinator, who stands in for one of them or answers for their unit.
    func faultsUnlessResponsible(_ actor: Actor, for cooperation: Cooperation?, on day: LocalDate) -> [Fault] {
        guard case .person(let person) = actor else { return [] }
        guard people[person] != nil else { return [Fault(.personUnknown, at: "by")] }
        let leaders = [cooperation?.request.namedPerson, cooperation?.agreement?.coordinator.person].compactMap(\.self)
        let deputies = leaders.compactMap { acting(for: $0, on: day)?.id }
        let manager = cooperation.flatMap { units[$0.request.unit]?.manager }
        let responsible = leaders + deputies + [manager, function].compactMap(\.self)
        return responsible.contains(person) ? [] : [Fault(.personNotAllowed, at: "by")]
    }
}

extension Cooperation {
    func faultsUnlessResponsible(_ actor: Actor, _ context: CountyContext) -> [Fault] {
        context.county.faultsUnlessResponsible(actor, for: self, on: context.today)
    }

    /// Whom the family has as their contact: the coordinator, and where that is nobody any more, the named person
    /// (rule 21).
    func contact(in county: County) -> String {
        guard let coordinator = agreement?.coordinator.person, county.people[coordinator] != nil else {
            return request.namedPerson
        }
        return coordinator
    }
}

extension Actor {
    /// The directory's id; empty where the suite itself acts.
    package var person: String {
        switch self {
        case .person(let id): id
        case .suite: ""
        }
    }
}
