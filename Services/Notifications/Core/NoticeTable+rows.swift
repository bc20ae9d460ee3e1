import Domain

// Which notices follow from what has happened, and to whom: the rows of the table.

extension CaseEvent {
    func rows(_ context: NoticeContext) -> [Row] {
        switch self {
        case .concernRegistered(let namedPerson, let reporter, let isHarmSuspected, let isFallback):
            let values: Notice.Values = [.further: .flag(context.isKnownCase), .fallback: .flag(isFallback)]
            return [Row(.concern, .staff(namedPerson), values)]
                + (isHarmSuspected ? Self.duty(namedPerson, reporter) : [])
        case .concernSetAside(let namedPerson, let reporter): return Self.duty(namedPerson, reporter)
        case .questionUnplaced(let person): return [Row(.consultation, .staff(person))]
        case .questionPlaced(let chair, let asker, let time, let place):
            var values: Notice.Values = [.time: .text(time.swedish)]
            if let place { values[.place] = .text(place) }
            return [Row(.consultationBooked, .staff(chair), values)]
                + (asker.map { [Row(.consultationBooked, .reporter($0), values)] } ?? [])
        case .dateReminded(let people, let step, let level):
            // A step that only a newer service knows is not named by its code.
            let name = Catalogue.holds(step.name) ? step.name : "step.unknown"
            let values: Notice.Values = [
                .step: .text(Catalogue.text(name, .swedish)), .stepInEnglish: .text(Catalogue.text(name, .english)),
                .county: .flag(level == .county),
            ].merging(Self.due(step.due)) { $1 }
            return people.map { Row(level == .owner ? .reminder : .escalation, .staff($0), values) }
        case .moved(let from, let to, let day, let isFallback):
            // Both units (rule 2).
            let told: Notice.Values = [.to: .flag(true), .fallback: .flag(isFallback)]
            return [
                Row(.moved, .staff(to), (day.map(Self.due) ?? [:]).merging(told) { $1 }),
                Row(.moved, .staff(from.person, county: from.county), [.to: .flag(false)]),
            ]
        case .moveProposed(let owner, let to, let due):
            // Both units, unless one person stands for both (rule 2).
            let others = [to].compactMap(\.self).filter { $0 != owner }
            return ([(owner, false)] + others.map { ($0, true) }).map { who, isOther in
                let values = Self.due(due).merging([.to: .flag(isOther)]) { $1 }
                return Row(.moveProposed, .staff(who.person, county: who.county), values)
            }
        case .delegated(let person): return [Row(.delegated, .staff(person))]
        case .counterpart(let person, let isAsked):
            return [Row(.counterpart, .staff(person), [.asked: .flag(isAsked)])]
        case .consentAwaited(let owner, let reasons, let due):
            return [Row(.waiting, .staff(owner), Self.due(due).merging([.reasons: .texts(reasons)]) { $1 })]
        case .cameOfAge(let owner, let due): return [Row(.cameOfAge, .staff(owner), Self.due(due))]
        case .emergencyOpened(let people, let end):
            let values: Notice.Values = [
                .until: .text(CivilTime.text(end, .swedish)), .untilInEnglish: .text(CivilTime.text(end, .english)),
            ]
            return people.map { Row(.emergencyAccess, .staff($0), values) }
        case .withdrawalUnrecorded(let person): return [Row(.withdrawalUnrecorded, .staff(person))]
        case .withdrawalUnclear(let person, let isGiverUnknown, let isByUnknown):
            let values: Notice.Values = [.giver: .flag(isGiverUnknown), .recorder: .flag(isByUnknown)]
            return [Row(.withdrawalUnclear, .staff(person), values)]
        case .objectionEnded(let person): return [Row(.objectionEnded, .staff(person))]
        }
    }

    private static func due(_ day: LocalDate) -> Notice.Values { .init(due: day) }
}

extension Notice.Values {
    fileprivate init(due day: LocalDate) {
        self = [.due: .text(CivilTime.text(day, .swedish)), .dueInEnglish: .text(CivilTime.text(day, .english))]
    }
}

extension ProgressEvent {
    /// Whoever reported hears of it where the county says so, and nothing of the case's content.
    func rows(_ context: NoticeContext) -> [Row] {
        switch self {
        case .takenOn: context.reporters.map { Row(.reportTakenOn, .reporter($0)) }
        case .closed(let people):
            people.map { Row(.closed, .staff($0)) } + context.reporters.map { Row(.reportClosed, .reporter($0)) }
        }
    }
}

extension ErasureEvent {
    func rows() -> [Row] {
        switch self {
        case .forewarned(let people, let day):
            people.map { Row(.erasureForewarned, .staff($0), .init(due: day)) }
        case .calledOff(let people): people.map { Row(.erasureCalledOff, .staff($0)) }
        }
    }
}

extension CaseEvent {
    /// Where harm is suspected, both are told of the duty to report at once (rule 3).
    private static func duty(_ namedPerson: String, _ reporter: EmailAddress?) -> [Row] {
        [Row(.dutyToReport, .staff(namedPerson))] + (reporter.map { [Row(.dutyToReport, .reporter($0))] } ?? [])
    }
}

extension MeetingEvent {
    func rows() -> [Row] {
        switch self {
        case .scheduled(let meeting, let isFollowUp):
            [
                Row(.invitation, .participants(meeting), [.followUp: .flag(isFollowUp)]),
                Row(.uninvited, .formerParticipants(meeting)),
            ] + Self.familyAsk(meeting, isCancelled: false)
        case .cancelled(let meeting):
            [Row(.cancellation, .participants(meeting)), Row(.cancellation, .formerParticipants(meeting))]
                + Self.familyAsk(meeting, isCancelled: true)
        case .answered: []
        case .answerForwarded(let person, let answer, let sender):
            Self.forwarded(answer, to: person, from: sender)
        case .answerOutdated(let sender):
            sender.map { [Row(.answerReceived, .reporter($0), [.outdated: .flag(true)])] } ?? []
        case .held(_, let coordinator): [Row(.coordinator, .staff(coordinator))]
        // Who is in the way is told in the case alone (rule 22).
        case .impossible(let people): people.map { Row(.noTime, .staff($0)) }
        case .timeFound(let people, let time):
            people.map { Row(.timeFound, .staff($0), [.time: .text(time.swedish)]) }
        case .nobodyInvited(let namedPerson, let due):
            due.map { [Row(.nobodyInvited, .staff(namedPerson), .init(due: $0))] } ?? []
        case .familyInformed(let notice): notice.email.map { Self.rows(of: notice, to: $0) } ?? []
        case .outsiderTold(let meeting, let id, let email, let isCancellation):
            email.map { email in
                let kind = isCancellation ? Notice.Kind.outsiderCancellation : .outsiderInvitation
                return [Row(kind, .outsider(meeting, id: id, email: email))]
            } ?? []
        case .planAlarm, .planConcern, .coordinatorChanged: rowsOfPlan
        }
    }

    private var rowsOfPlan: [Row] {
        switch self {
        case .planAlarm(let coordinator, let manager):
            [coordinator, manager].compactMap(\.self).map { Row(.planAlarm, .staff($0)) }
        case .planConcern(let coordinator): [Row(.planConcern, .staff(coordinator))]
        case .coordinatorChanged(let former, let coordinator):
            [Row(.coordinator, .staff(coordinator)), Row(.coordinatorFormer, .staff(former))]
        default: []
        }
    }

    /// The named person is told that there is an answer, and its sender that a person will see it.
    private static func forwarded(_ answer: Notice.Answer, to person: String?, from sender: EmailAddress?) -> [Row] {
        let isRefused: Notice.Values = [.refused: .flag(answer == .refused), .reached: .flag(person != nil)]
        return (person.map { [Row(.answerForwarded, .staff($0), [answer.variable: .flag(true)])] } ?? [])
            + (sender.map { [Row(.answerReceived, .reporter($0), isRefused)] } ?? [])
    }

    /// Of a meeting with its time; of all else only that there is something to tell, which a person says (rule 22).
    private static func rows(of notice: FamilyNotice, to email: EmailAddress) -> [Row] {
        let ofMeeting = notice.meeting.map { told in
            Row(
                told.isCancelled ? .familyCancellation : .familyInvitation,
                .family(told.meeting, key: notice.key, email: email))
        }
        let news = Row(.familyNews, .familyOf(contact: notice.contact, key: notice.key, email: email))
        return [ofMeeting, notice.hasNews ? news : nil].compactMap(\.self)
    }

    /// The named person decides what the family is told (rule 22).
    private static func familyAsk(_ meeting: Meeting, isCancelled: Bool) -> [Row] {
        guard meeting.participants.contains(where: \.isFamily) else { return [] }
        let values: Notice.Values = [.time: .text(meeting.time.swedish), .cancelled: .flag(isCancelled)]
        return [Row(.familyAsk, .namedPerson(meeting, isCancelled ? .cancel : .request), values)]
    }
}
