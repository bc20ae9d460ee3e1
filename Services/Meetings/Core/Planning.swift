package import Domain
package import Foundation

/// What a command about a case is decided on: its cooperation, and the county's calendars.
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
    /// The cooperation, for a command that only some may give.
    ///
    /// - Parameter code: what is wrong where no meeting was ever called for.
    /// - Throws: ``Refusal`` where there is none.
    func called(
        for act: Authority.Act, else code: FaultCode, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Cooperation {
        if let cooperation { return cooperation }
        throw Refusal(faultsUnlessMay(act, actor, context) + [Fault(code, at: "case_reference")])
    }

    /// The cooperation, for a command that the suite gives, or a participant.
    ///
    /// - Throws: ``Refusal`` where no meeting was ever called for.
    func called() throws(Refusal) -> Cooperation {
        if let cooperation { return cooperation }
        throw Refusal([Fault(.meetingNone, at: "case_reference")])
    }

    func faultsUnlessMay(_ act: Authority.Act, _ actor: Actor, _ context: CountyContext) -> [Fault] {
        if let cooperation { return cooperation.faultsUnlessMay(act, actor, context) }
        // Before the first call nobody leads the case.
        let nobody = Authority.People(unit: "", namedPerson: "")
        return Authority.faults(act, by: actor, of: nobody, in: context.county, on: context.today)
    }
}

extension Cooperation {
    /// Who has which role in the case.
    var people: Authority.People {
        .init(
            unit: request.unit, namedPerson: request.namedPerson, coordinator: agreement?.coordinator.person)
    }

    func faultsUnlessMay(_ act: Authority.Act, _ actor: Actor, _ context: CountyContext) -> [Fault] {
        Authority.faults(act, by: actor, of: people, in: context.county, on: context.today)
            + act.requirement.faults(in: isStopped ? .awaitingConsent : .cooperation)
    }

    /// The family's contact: the coordinator, or the named person where the coordinator has left the directory (rule 21).
    func contact(in county: County) -> String {
        guard let coordinator = agreement?.coordinator.person, county.people[coordinator] != nil else {
            return request.namedPerson
        }
        return coordinator
    }
}
