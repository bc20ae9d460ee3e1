import Domain

/// Why there is no time: who or what excludes which days, and the smallest changes that would help.
struct Obstacles {
    let question: Scheduler.Question

    init(_ question: Scheduler.Question) { self.question = question }

    var all: [Scheduler.Obstacle] {
        get throws(Scheduler.Unread) {
            if question.first > question.last { return [.init(Fault(.timeNotice))] }
            return try exclusions() + changes()
        }
    }

    /// First each person's own impossible days, then the days on which only the combination is impossible.
    private func exclusions() throws(Scheduler.Unread) -> [Scheduler.Obstacle] {
        var days: [LocalDate] = []
        var day = question.first
        while day <= question.last {
            if WorkingDays.isWorkingDay(day) { days.append(day) }
            day = day.plus(1)
        }
        var excluded: [Scheduler.Obstacle] = []
        var isExplained = Array(repeating: false, count: days.count)
        for calendar in question.required {
            var reasons: [FaultCode?] = []
            for (index, day) in days.enumerated() {
                let reason = try reason(calendar, day)
                reasons.append(reason)
                if reason != nil { isExplained[index] = true }
            }
            excluded += spans(reasons, days).map { .init($0, person: calendar.person) }
        }
        return excluded + spans(isExplained.map { $0 ? nil : .timeCombination }, days).map { .init($0) }
    }

    private func reason(_ calendar: Scheduler.Calendar, _ day: LocalDate) throws(Scheduler.Unread) -> FaultCode? {
        if calendar.absences.contains(where: { $0.contains(day) }) { return .timeAbsent }
        guard let hours = calendar.hours(on: day), hours.to - hours.from >= question.minutes else { return .timeOff }
        var alone = question.with(required: [calendar])
        (alone.first, alone.last, alone.rooms) = (day, day, [])
        return try alone.earliest() == nil ? .timeBusy : nil
    }

    /// Days in a row for the same reason as one.
    private func spans(_ reasons: [FaultCode?], _ days: [LocalDate]) -> [Fault] {
        var faults: [Fault] = []
        var start = 0
        for index in reasons.indices {
            let isLast = index + 1 == reasons.count || reasons[index + 1] != reasons[index]
            guard isLast else { continue }
            if let code = reasons[index] {
                let days = start == index ? "\(days[start])" : "\(days[start])–\(days[index])"
                faults.append(Fault(code, ["days": days]))
            }
            start = index + 1
        }
        return faults
    }

    private func changes() throws(Scheduler.Unread) -> [Scheduler.Obstacle] {
        var changes: [Scheduler.Obstacle] = []
        var anywhere = question
        anywhere.rooms = []
        if !question.rooms.isEmpty, let found = try anywhere.earliest() {
            // People could, if there were a room or nobody had to go there.
            changes.append(.init(Fault(.timeRoom)))
            if question.canBeDigital { changes.append(.init(Fault(.timeDigital, ["day": found.day.description]))) }
        }
        let count = question.required.count
        for index in question.required.indices where count > 1 {
            var others = question.required
            let one = others.remove(at: index)
            guard let without = try question.with(required: others).earliest() else { continue }
            changes.append(.init(Fault(.timeBlocked, ["day": without.day.description]), person: one.person))
            // Two meetings instead of one, both with the named person.
            if index > 0, count > 2,
                let apart = try question.with(required: [question.required[0], one]).earliest()
            {
                changes.append(
                    .init(
                        Fault(.timeSplit, ["day": without.day.description, "other": apart.day.description]),
                        person: one.person))
            }
        }
        var later = question
        (later.first, later.last) = (question.last.plus(1), question.last.plus(Scheduler.lookAhead))
        if let found = try later.earliest() { changes.append(.init(Fault(.timeLater, ["day": found.day.description]))) }
        return changes.isEmpty ? [.init(Fault(.timeNoCommon))] : changes
    }
}
