/// Every code by which the suite says what is wrong: stable, for machines, and documented in `Docs/refusals.md`.
///
/// What a person reads stands in the message catalogue under the same name (``Catalogue``).
public enum FaultCode: String, CaseIterable, Sendable {
    // Any message
    case undecodable
    case typeUnknown = "type.unknown"
    case wordUnknown = "word.unknown"
    case textMissing = "text.missing"
    case textLong = "text.long"
    case dateInvalid = "date.invalid"

    // A concern report (rules 1 to 4)
    case alreadyReceived = "report.already_received"
    case observedInFuture = "observed_at.future"
    case municipalityUnknown = "municipality.unknown"
    case numberFormat = "personal_number.format"
    case numberChecksum = "personal_number.checksum"
    case numberDate = "personal_number.date"
    case childUnborn = "child.unborn"
    case childAdult = "child.adult"
    case areasMissing = "areas.missing"
    case areaUnknown = "areas.unknown"
    case observationMissing = "observation.missing"
    case reporterEmail = "reporter.email"
    case reporterOrganisation = "reporter.organisation"
    case stageUnknown = "stage.unknown"

    // An anonymous consultation (rule 5)
    case consultationNumber = "consultation.personal_number"
    case consultationEmail = "consultation.email"
    case consultationPhone = "consultation.phone"

    // The HTTP door
    case unauthorized = "http.unauthorized"
    case sourceForbidden = "http.source_forbidden"
    case bodyTooLarge = "http.too_large"
    case bodyTooSlow = "http.too_slow"
    case mediaType = "http.media_type"
    case unavailable = "http.unavailable"
    case receiptNone = "http.receipt_none"

    // A command about a case (rules 6 to 13)
    case caseUnknown = "case.unknown"
    case caseClosed = "case.closed"
    case commandUnknown = "command.unknown"
    case personUnknown = "person.unknown"
    case personNotAllowed = "person.not_allowed"
    case mappingConcluded = "mapping.concluded"
    case mappingOpen = "mapping.open"
    case nothingToTakeOn = "case.taken_on"
    case delegateOutside = "delegate.outside"
    case delegateNone = "delegate.none"
    case informationUnknown = "information.unknown"
    case questionUnknown = "question.unknown"
    case answerMissing = "answers.missing"
    case childNotHeard = "child.not_heard"
    case guardiansNotHeard = "guardians.not_heard"
    case measuresMissing = "measures.missing"
    case nextDate = "next_date"
    case consentGiver = "consent.giver"
    case consentMissing = "consent.missing"
    case consentNobody = "consent.nobody"
    case followUpNone = "follow_up.none"
    case cooperationNone = "cooperation.none"

    // A meeting (rules 14 to 18)
    case countyUnknown = "county.unknown"
    case meetingExists = "meeting.exists"
    case meetingNone = "meeting.none"
    case latestDate = "latest_date"
    case roleNobody = "role.nobody"
    case timeNoCommon = "time.no_common"
    case timeBlocked = "time.blocked"
    case timeNotice = "time.notice"
    case timeLater = "time.later"
    case participantUnknown = "participant.unknown"
    case participantBusy = "participant.busy"
    case participantKept = "participant.kept"
    case childParticipation = "child.participation"
    case coordinatorReason = "coordinator.reason"
    case planNone = "plan.none"
    case planMeasures = "plan.measures"
    case judgementMissing = "judgement.missing"
    case concernNone = "plan_concern.none"

    // The directory and the settings
    case keySecretShort = "key_secret.short"
    case directoryTwice = "directory.twice"
    case directoryCode = "directory.code"
    case directoryReference = "directory.reference"
    case directoryEmail = "directory.email"
    case directoryHours = "directory.hours"
    case directoryAbsence = "directory.absence"
    case directoryFallback = "directory.fallback"
    case directoryRole = "directory.role"
    case directoryTerm = "directory.term"
}
