import Codec
import Domain
import Foundation

// Rule 19: every open case has an owner and a next step with a date. Before the date its owner is reminded; when it has
// passed, the unit's manager is told, and then the county's function: each once.

extension Case {
    /// The hour at which reminders go out, and the one at which a day is over for those who work; minutes from midnight.
    private static let morning = 8 * 60
    private static let evening = 17 * 60

    /// Sets a date some working days after an instant.
    mutating func set(_ step: Step, workingDays: Int, from instant: Date) {
        set(step, on: WorkingDays.day(CivilTime.day(of: instant), plus: workingDays))
    }

    /// Sets a date, due at the end of the working day.
    mutating func set(_ step: Step, on day: LocalDate) {
        var deadline = MappingState.Deadline.with { $0.due = .init(CivilTime.instant(day, minute: Self.evening)) }
        // As early as the county wants, but a date that is near leaves less, and one that is too near none.
        let mornings = stride(from: settings.reminderDays, to: 0, by: -1).lazy
            .map { CivilTime.instant(WorkingDays.day(day, plus: -$0), minute: Self.morning) }
        if let morning = mornings.first(where: { $0 > now }) {
            (deadline.next, deadline.nextLevel) = (.init(morning), ReminderLevel.owner.rawValue)
        } else {
            (deadline.next, deadline.nextLevel) = (deadline.due, ReminderLevel.manager.rawValue)
        }
        state.deadlines[step.rawValue] = deadline
    }

    mutating func done(_ step: Step) { state.deadlines[step.rawValue] = nil }

    /// The date's next word, to whom it is due.
    ///
    /// - Parameter instant: what the reminder was set for; one that was moved since then is not this one.
    mutating func remind(_ step: Step, at instant: Date) {
        guard state.isOpen, var deadline = state.deadlines[step.rawValue], deadline.hasNext,
            deadline.next.date == instant, var level = ReminderLevel(rawValue: deadline.nextLevel)
        else { return }
        // A unit without a manager leaves it to the county at once.
        if level == .manager, people(.manager).isEmpty { level = .county }
        deadline.reminded = level.rawValue
        let dueDay = CivilTime.day(of: deadline.due.date)
        switch level {
        case .owner: (deadline.next, deadline.nextLevel) = (deadline.due, ReminderLevel.manager.rawValue)
        case .manager:
            let day = WorkingDays.day(dueDay, plus: settings.escalationDays)
            deadline.next = .init(CivilTime.instant(day, minute: Self.morning))
            deadline.nextLevel = ReminderLevel.county.rawValue
        case .county:
            deadline.clearNext()
            deadline.nextLevel = ""
        }
        state.deadlines[step.rawValue] = deadline
        let told = people(level)
        tell(
            DeadlineReminded.with { [state] in
                ($0.caseReference, $0.step, $0.due) = (state.caseReference, step.rawValue, deadline.due)
                ($0.level, $0.to, $0.owner, $0.county) = (level.rawValue, told, state.owner, state.county)
            })
    }

    /// Who is told at a level: those who do the work today, in place of those on leave.
    private func people(_ level: ReminderLevel) -> [String] {
        guard let county else { return [state.owner] }
        func acting(_ person: String?) -> String? {
            person.flatMap { $0.isEmpty ? nil : county.acting(for: $0, on: today)?.id ?? $0 }
        }
        switch level {
        case .owner: return [acting(state.owner), acting(state.delegate)].compactMap(\.self).uniqued()
        case .manager: return [acting(county.units[state.unit]?.manager)].compactMap(\.self)
        case .county:
            let fallback = county.municipalities[state.municipality].flatMap { county.units[$0.fallbackUnit] }
            return [acting(county.function) ?? acting(fallback?.namedPerson) ?? state.owner]
        }
    }
}

extension MappingState {
    /// The date that comes first.
    var nextStep: (step: String, deadline: Deadline)? {
        deadlines.min { ($0.value.due.date, $0.key) < ($1.value.due.date, $1.key) }.map { ($0.key, $0.value) }
    }

    /// When the case must be looked at without anybody saying anything, by the reminder's name: each date's next word
    /// under its step, and the day on which a consent runs out or the child's age changes what counts.
    var wakes: [String: Date] {
        guard isOpen else { return [:] }
        var wakes = deadlines.compactMapValues { $0.hasNext ? $0.next.date : nil }
        let days =
            consents.values.compactMap { LocalDate($0.validUntil)?.plus(1) }
            + [LocalDate(youthConsentFrom), LocalDate(adultFrom)].compactMap(\.self)
        for day in days { wakes["day \(day)"] = CivilTime.instant(day, minute: 0) }
        return wakes
    }
}
