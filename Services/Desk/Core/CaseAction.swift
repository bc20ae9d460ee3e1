package import Domain

/// What somebody can do about a case on its pages, in the order in which the pages have them. The raw value is the word in
/// addresses, and the name of its form.
package enum CaseAction: String, CaseIterable, Sendable {
    case takeOn = "take_on"
    case delegate
    case handBack = "hand_back"
    case addInformation = "add_information"
    case correctInformation = "correct_information"
    case askCounterpart = "ask_counterpart"
    case recordAnswers = "record_answers"
    case recordConsent = "record_consent"
    case withholdConsent = "withhold_consent"
    case judgeMaturity = "judge_maturity"
    case conclude
    case followUp = "follow_up"
    case reopen, move
    case confirmMove = "confirm_move"
    case declineMove = "decline_move"
    case reviewMove = "review_move"
    case keepCase = "keep_case"
    case addGuardian = "add_guardian"
    case correctGuardian = "correct_guardian"
    case mergeGuardians = "merge_guardians"
    case removeGuardian = "remove_guardian"
    case endObjection = "end_objection"
    case recordWish = "record_wish"
    case changeCoordinator = "change_coordinator"
    case moveMeeting = "move_meeting"
    case changeParticipants = "change_participants"
    case inviteOutsider = "invite_outsider"
    case dismissOutsider = "dismiss_outsider"
    case tellFamily = "tell_family"
    case recordParticipation = "record_participation"

    /// Who may, and when, as the services have it.
    package var act: Authority.Act { Self.acts[self] ?? .withholdConsent }

    private static let acts: [CaseAction: Authority.Act] = [
        .takeOn: .takeOn, .delegate: .delegate, .handBack: .handBack,
        .addInformation: .addInformation, .correctInformation: .correctInformation,
        .askCounterpart: .askCounterpart, .recordAnswers: .recordAnswers,
        .recordConsent: .recordConsent, .withholdConsent: .withholdConsent, .judgeMaturity: .judgeMaturity,
        .conclude: .conclude, .followUp: .followUp, .reopen: .reopen,
        .move: .moveCase, .confirmMove: .moveCase, .declineMove: .moveCase,
        .reviewMove: .reviewMove,
        .keepCase: .keepCase,
        .addGuardian: .changeGuardians, .correctGuardian: .changeGuardians, .mergeGuardians: .changeGuardians,
        .removeGuardian: .changeGuardians, .endObjection: .endObjection,
        .recordWish: .recordChildsWish, .changeCoordinator: .changeCoordinator,
        .moveMeeting: .moveMeeting, .tellFamily: .tellFamily, .recordParticipation: .recordParticipation,
        .changeParticipants: .changeParticipants,
        .inviteOutsider: .inviteOutsider, .dismissOutsider: .inviteOutsider,
    ]
}

/// What decides whether somebody can do something about a case now.
package struct CaseSituation: Sendable {
    package var people: Authority.People
    package var phase: Phase
    /// No concern waits for the named person.
    package var isTakenOn: Bool
    /// A fallback unit has the case, and who is to own it is not settled.
    package var isOwnerSought: Bool
    /// A report says that the child is elsewhere: who would own the case there. Nil where none does.
    package var proposed: Authority.People?
    /// The case has come to another unit, and nobody has reviewed what came with it.
    package var isToBeReviewed: Bool
    /// A meeting is booked, or waits for a time.
    package var isMeetingAhead: Bool
    /// A meeting has been called for.
    package var isCalled: Bool
    /// Every consent lets people from outside the directory take part, and somebody is invited.
    package var admitsOutsiders: Bool
    package var hasOutsiders: Bool

    package init(
        people: Authority.People, phase: Phase, isTakenOn: Bool, isOwnerSought: Bool, proposed: Authority.People?,
        isToBeReviewed: Bool, isMeetingAhead: Bool, isCalled: Bool, admitsOutsiders: Bool, hasOutsiders: Bool
    ) {
        (self.people, self.phase, self.isTakenOn) = (people, phase, isTakenOn)
        (self.isOwnerSought, self.proposed) = (isOwnerSought, proposed)
        (self.isToBeReviewed, self.isMeetingAhead, self.isCalled) = (isToBeReviewed, isMeetingAhead, isCalled)
        (self.admitsOutsiders, self.hasOutsiders) = (admitsOutsiders, hasOutsiders)
    }
}

extension CaseSituation {
    /// Why somebody cannot do something now; empty where they can. The services decide once more, with more that they know.
    ///
    /// - Parameters:
    ///   - county: the case's county.
    ///   - proposedCounty: the county of the proposed move.
    package func obstacles(
        to action: CaseAction, by person: String, in county: County?, proposedCounty: County?, on day: LocalDate
    ) -> [Fault] {
        action.act.requirement.faults(in: phase)
            + denials(of: action, by: person, in: county, proposedCounty: proposedCounty, on: day)
            + obstacles(to: action)
    }

    /// Why somebody may not do something, however the case stands; empty where they may.
    package func denials(
        of action: CaseAction, by person: String, in county: County?, proposedCounty: County?, on day: LocalDate
    ) -> [Fault] {
        if action == .confirmMove, let proposed,
            Authority.faults(.takeOver, by: .person(person), of: proposed, in: proposedCounty, on: day).isEmpty
        {
            return []
        }
        return Authority.faults(action.act, by: .person(person), of: people, in: county, on: day)
    }

    /// What the case lacks for it.
    private func obstacles(to action: CaseAction) -> [Fault] {
        switch action {
        case .takeOn where isTakenOn: [Fault(.nothingToTakeOn)]
        case .handBack where people.delegate == nil: [Fault(.delegateNone)]
        case .followUp where phase != .ownMeasures && phase != .resting: [Fault(.followUpNone)]
        case .reopen where phase == .mapping: [Fault(.mappingOpen)]
        case .inviteOutsider where !isMeetingAhead: [Fault(.meetingNone)]
        case .inviteOutsider where !admitsOutsiders: [Fault(.outsiderConsent)]
        case .dismissOutsider where !hasOutsiders: [Fault(.outsiderUnknown)]
        case .reviewMove where !isToBeReviewed: [Fault(.moveReviewed)]
        case .keepCase where !isOwnerSought: [Fault(.ownerSettled)]
        case .confirmMove where proposed == nil, .declineMove where proposed == nil: [Fault(.moveNone)]
        case .changeCoordinator where people.coordinator == nil: [Fault(.planNone)]
        case .moveMeeting where !isMeetingAhead, .changeParticipants where !isMeetingAhead,
            .tellFamily where !isCalled, .recordParticipation where !isCalled:
            [Fault(.meetingNone)]
        default: []
        }
    }
}
