import Domain

/// Makes a county's settings from a message, and collects all faults.
struct SettingsCheck {
    private let message: CountyDirectory.Settings
    private(set) var faults: [Fault] = []

    init(_ message: CountyDirectory.Settings) { self.message = message }

    /// What is left out, or 0, is as ``County/Settings`` has it.
    mutating func settings() -> County.Settings {
        var result = County.Settings()
        func take(_ value: Int32, _ setting: WritableKeyPath<County.Settings, Int>) {
            if value > 0 { result[keyPath: setting] = Int(value) }
        }
        take(message.adultAge, \.adultAge)
        take(message.youthConsentAge, \.youthConsentAge)
        take(message.acknowledgeDays, \.acknowledgeDays)
        take(message.mappingDays, \.mappingDays)
        take(message.consentDays, \.consentDays)
        take(message.moveDays, \.moveDays)
        take(message.ownerDays, \.ownerDays)
        take(message.reminderDays, \.reminderDays)
        take(message.escalationDays, \.escalationDays)
        take(message.linkingHours, \.linkingHours)
        take(message.noticeDays, \.noticeDays)
        take(message.answerDays, \.answerDays)
        take(message.followUpDays, \.followUpDays)
        take(message.meetingDays, \.meetingDays)
        take(message.meetingMinutes, \.meetingMinutes)
        take(message.travelMinutes, \.travelMinutes)
        take(message.slackDays, \.slackDays)
        take(emergencyHours(), \.emergencyHours)
        take(erasureWarningDays(), \.erasureWarningDays)
        take(message.proofMinutes, \.proofMinutes)
        result.retention = retention()
        result.minimumAssurance = minimumAssurance()
        result.takesUnsignedReports = message.unsignedReports
        result.tellsReporters = message.tellReporters
        if !message.meetingLink.isEmpty { result.meetingLink = message.meetingLink }
        setHours(&result)
        setBeforeSchool(&result)
        setFoundTime(&result)
        if !message.autumnTerm.isEmpty {
            if let day = LocalDate("2000-\(message.autumnTerm)") {
                result.autumnTerm = (day.month, day.day)
            } else {
                faults.append(Fault(.directoryTerm, at: "settings.autumn_term"))
            }
        }
        return result
    }

    private mutating func setHours(_ result: inout County.Settings) {
        if !message.lunch.isEmpty {
            result.lunch = WorkingHours(message.lunch)
            if result.lunch == nil { faults.append(Fault(.directoryHours, at: "settings.lunch")) }
        }
        guard !message.quietHours.isEmpty else { return }
        // They end on the next day as a rule, so each half is read by itself.
        let times = message.quietHours.split(separator: "-").map { WorkingHours("00:00-\($0)")?.to }
        if times.count == 2, let from = times[0], let to = times[1], from != to {
            result.quietHours = (from, to)
        } else {
            faults.append(Fault(.directoryQuiet, at: "settings.quiet_hours"))
        }
    }

    private mutating func setBeforeSchool(_ result: inout County.Settings) {
        guard !message.beforeSchool.isEmpty else { return }
        if let kind = UnitKind(rawValue: message.beforeSchool), kind.stage == .beforeSchool {
            result.beforeSchool = kind
        } else {
            faults.append(
                Fault(.wordUnknown, at: "settings.before_school", ["words": "preschool, child_health_centre"]))
        }
    }

    private mutating func setFoundTime(_ result: inout County.Settings) {
        guard !message.foundTime.isEmpty else { return }
        if let word = County.FoundTime(rawValue: message.foundTime) {
            result.foundTime = word
        } else {
            let words = County.FoundTime.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append(Fault(.wordUnknown, at: "settings.found_time", ["words": words]))
        }
    }

    private mutating func emergencyHours() -> Int32 {
        let (hours, limit) = (message.emergencyHours, County.Settings.mostEmergencyHours)
        if hours > limit {
            faults.append(Fault(.directoryEmergency, at: "settings.emergency_hours", ["limit": "\(limit)"]))
        }
        return hours
    }

    private mutating func minimumAssurance() -> Assurance? {
        if message.minimumAssurance == 0 { return nil }
        let assurance = Assurance(rawValue: "\(message.minimumAssurance)")
        if assurance == nil {
            faults.append(Fault(.wordUnknown, at: "settings.minimum_assurance", ["words": "0, 1, 2, 3, 4"]))
        }
        return assurance
    }

    // MARK: Rule 23

    private mutating func retention() -> County.Retention {
        let months = message.retentionMonths
        var retention = County.Retention()
        retention.noOutcome = self.months(months.noOutcome, "no_outcome")
        retention.nothingFurther = self.months(months.nothingFurther, "nothing_further")
        retention.ownMeasures = self.months(months.ownMeasures, "own_measures")
        retention.cooperation = self.months(months.cooperation, "cooperation")
        return retention
    }

    /// Nil where such cases are kept for ever.
    private mutating func months(_ count: Int32, _ outcome: String) -> Int? {
        if count == 0 { return nil }
        let limit = County.Retention.mostMonths
        if (1...Int32(limit)).contains(count) { return Int(count) }
        faults.append(
            Fault(.directoryRetention, at: "settings.retention_months.\(outcome)", ["limit": "\(limit)"]))
        return nil
    }

    private mutating func erasureWarningDays() -> Int32 {
        let (days, limit) = (message.erasureWarningDays, County.Retention.mostWarningDays)
        if days > limit || days < 0 {
            faults.append(Fault(.directoryRetention, at: "settings.erasure_warning_days", ["limit": "\(limit)"]))
        }
        return days
    }
}
