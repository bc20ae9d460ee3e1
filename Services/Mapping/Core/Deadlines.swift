package import Domain
package import Foundation

// Rule 19: every open case has an owner and a next step with a date. The owner is reminded before the date. When the
// date has passed, the unit's manager is notified, and later the county's function, each once.

extension Case {
    package struct Deadline: Sendable, Equatable {
        package var due: Date
        /// The last level that was notified; nil if none was.
        package var reminded: ReminderLevel?
        /// Nil once the county was notified.
        package var next: Next?

        /// The next level to notify, and when.
        package struct Next: Sendable, Equatable {
            package var at: Date
            package var level: ReminderLevel

            package init(_ level: ReminderLevel, at: Date) { (self.level, self.at) = (level, at) }
        }

        package init(due: Date, reminded: ReminderLevel? = nil, next: Next?) {
            (self.due, self.reminded, self.next) = (due, reminded, next)
        }
    }

    /// Why a case wakes without a command.
    package enum Wake: Sendable, Hashable {
        case step(Step)
        /// On this day a consent has expired, or the child reaches an age limit.
        case day(LocalDate)
        /// The case is closed, and its time is looked at (rule 23).
        case retention
    }

    /// The step with the earliest date.
    package var nextStep: (step: Step, deadline: Deadline)? {
        deadlines.min { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map { ($0.key, $0.value) }
    }

    /// Whether a date leads the case on. What only waits for an answer does not: once answered, nothing would be next.
    var hasStepOfPhase: Bool {
        !Set(deadlines.keys).isSubset(of: [.acknowledge, .decideMove, .reviewMove, .findOwner, .invite])
    }

    /// When the case must wake.
    package var wakes: [Wake: Date] {
        if erasure != nil { return [:] }
        if let retention { return [.retention: CivilTime.instant(retention.check, minute: Self.morning)] }
        var wakes: [Wake: Date] = [:]
        for (step, deadline) in deadlines { wakes[.step(step)] = deadline.next?.at }
        for day in consents.values.compactMap({ $0.lastDay?.plus(1) }) + [youthConsentFrom, adultFrom] {
            wakes[.day(day)] = CivilTime.instant(day, minute: 0)
        }
        return wakes
    }

    /// Handles a date that is near or has passed (rule 19), or a day on which consents or age limits change (rules 4,
    /// 12 and 13).
    ///
    /// - Parameter due: the time that the reminder was set for. A deadline that was moved since then ignores it.
    package func woken(by wake: Wake, due: Date, _ context: DecisionContext) -> Decision<Case> {
        deciding(context) { work in
            work.keepOwner()
            switch wake {
            case .step(let step): work.remind(step, at: due)
            case .day:
                work.comeOfAge()
                work.reviewConsents()
            case .retention: work.reviewRetention()
            }
        }
    }

    /// When reminders are sent; minutes from midnight.
    fileprivate static let morning = 8 * 60
}

extension CaseInHand {
    private static let morning = Case.morning
    /// When a working day ends; minutes from midnight.
    private static let evening = 17 * 60

    /// Sets a date some working days after an instant.
    @discardableResult
    mutating func set(_ step: Step, workingDays: Int, from instant: Date) -> Date {
        set(step, on: WorkingDays.day(CivilTime.day(of: instant), plus: workingDays))
    }

    /// Sets a date, due at the end of the working day.
    ///
    /// - Returns: when it is due.
    @discardableResult
    mutating func set(_ step: Step, on day: LocalDate) -> Date {
        let due = CivilTime.instant(day, minute: Self.evening)
        // As many working days before as the county has set. If that is past, fewer; if the date is too near, no
        // reminder.
        let mornings = stride(from: settings.reminderDays, to: 0, by: -1).lazy
            .map { CivilTime.instant(WorkingDays.day(day, plus: -$0), minute: Self.morning) }
        let morning = mornings.first { $0 > context.now }
        `case`.deadlines[step] = Case.Deadline(
            due: due, next: morning.map { .init(.owner, at: $0) } ?? .init(.manager, at: due))
        return due
    }

    mutating func done(_ step: Step) { `case`.deadlines[step] = nil }

    /// Notifies the deadline's next level, if its time is this instant.
    mutating func remind(_ step: Step, at instant: Date) {
        guard `case`.isOpen, var deadline = `case`.deadlines[step], let next = deadline.next, next.at == instant else {
            return
        }
        // If the unit has no manager, the county is notified at once.
        let level = next.level == .manager && people(.manager).isEmpty ? .county : next.level
        deadline.reminded = level
        switch level {
        case .owner: deadline.next = .init(.manager, at: deadline.due)
        case .manager:
            let day = WorkingDays.day(CivilTime.day(of: deadline.due), plus: settings.escalationDays)
            deadline.next = .init(.county, at: CivilTime.instant(day, minute: Self.morning))
        case .county: deadline.next = nil
        }
        `case`.deadlines[step] = deadline
        report(
            .reminded(
                .init(
                    step: step, due: deadline.due, level: level, to: people(level), owner: `case`.owner.person,
                    county: `case`.place.county)))
    }

    /// The manager of the unit that owns the case; where it has none, the county's function.
    var managerOrCounty: String { (people(.manager) + people(.county)).first ?? `case`.owner.person }

    /// Whom to notify at a level: the people who do the work today, with deputies for those on leave.
    private func people(_ level: ReminderLevel) -> [String] {
        guard let county else { return [`case`.owner.person] }
        func acting(_ person: String?) -> String? {
            person.map { county.acting(for: $0, on: today)?.id ?? $0 }
        }
        switch level {
        case .owner: return [acting(`case`.owner.person), acting(`case`.delegate)].compactMap(\.self).uniqued()
        case .manager: return [acting(county.units[`case`.owner.unit]?.manager)].compactMap(\.self)
        case .county:
            let fallback = county.municipalities[`case`.place.municipality].flatMap { county.units[$0.fallbackUnit] }
            return [acting(county.function) ?? acting(fallback?.namedPerson) ?? `case`.owner.person]
        }
    }
}
