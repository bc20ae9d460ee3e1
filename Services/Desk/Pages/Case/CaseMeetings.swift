import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// The meetings and the plan, as they are read (rules 15–18).
struct CaseMeetings {
    /// The meeting that stands.
    struct Booked {
        let time: String
        let pairs: [Pair]
        /// For a digital meeting; nil for what is no address of the web.
        let link: String?
        let people: [Invited]
    }

    struct Invited {
        let name: String
        let role: String?
        let tag: Tag
    }

    /// A meeting that is over, or a follow-up.
    struct Past {
        let heading: String
        let tag: Tag?
        let pairs: [Pair]
        /// How the child took part, or why not (rule 7).
        let child: String?
        let judgements: [Judgement]
        let hasJudgements: Bool
    }

    struct Judgement {
        let measure: String
        let effect: String
        let decision: String
        /// What the measure says from then on; nil where it stays.
        let words: String?
    }

    struct PlanShown {
        let tag: Tag?
        /// Nil where none is booked, which is an alarm (rule 17).
        let followUp: Moment?
        let strengths: [String]
        let hasStrengths: Bool
        let measures: [Measure]
        let hasMeasures: Bool
    }

    struct Measure {
        let area: String
        let words: String
        let responsible: String
        let organisation: String
        let date: Moment?
    }

    /// What the family has said of the plan, and the answer (rule 17).
    struct FamilyConcern {
        let heading: String
        let words: String
        let answer: Answer?
        let tag: Tag?

        struct Answer {
            let words: String
            let who: String
        }
    }

    /// What is booked, and the plan.
    let current: Current?
    let family: [FamilyConcern]
    let hasFamily: Bool
    /// How the family has taken part, and what it was told, the newest first.
    let voices: [Voice]
    let hasVoices: Bool
    let told: [Told]
    let hasTold: Bool
    /// The newest first.
    let past: [Past]
    let hasPast: Bool
}

extension CaseMeetings {
    struct Current {
        let booked: Booked?
        /// Why there is no time, with whose calendar it is (rule 18).
        let obstacles: [String]
        let hasObstacles: Bool
        /// The time that there is now, and that nobody has booked.
        let found: String?
        /// From which organisations of question 5 nobody is to come, and why (rules 11 and 14).
        let uninvited: [String]
        let isSomebodyMissing: Bool
        /// To the form that settles it; nil on a page without it.
        let change: Link?
        /// There is neither a meeting nor a reason why not.
        let isEmpty: Bool
        let plan: PlanShown?
    }
}

extension CasePage {
    /// What a page may weigh of them.
    private static let meetingsLimit = 60_000

    /// - Parameter number: from 1. A page that is not there is the nearest that is.
    func meetingsPage(page number: Int, _ sent: SentForm? = nil, boxes: [NoticeBox] = []) -> Page {
        let acts = meetingActs(sent)
        let form = acts.first { $0.id == CaseAction.changeParticipants.rawValue && $0.isPossible }
        let change = form.map { Link(word("desk.meeting.uninvited.change"), "#\($0.id)") }
        let (shown, division) = Division.page(number, limit: Self.meetingsLimit) { meetings(&$0, change: change) }
        var model: [String: Any] = [:]
        model["meetings"] = shown
        model["pages"] = ListPart(division).links(Part.meetings.path(of: reference), language)
        return formPage(.meetings, acts, sent: sent, model: model, boxes: boxes)
    }

    /// A part of them, for who reads the plan; nil where the part has nothing of them.
    ///
    /// - Parameter change: to the form in which who comes is changed.
    func meetings(_ division: inout Division, change: Link? = nil) -> CaseMeetings? {
        let cooperation = opened.file.cooperation
        // A time that was found since is the news.
        let found = cooperation.proposed.map { time(from: $0.start.date, to: $0.end.date) }
        let obstacles = (found == nil ? cooperation.obstacles : []).map { reason in
            reason.words(language, name: name(of:), giver: { opened.giver($0, language) }).capitalizedFirst
        }
        let uninvited = cooperation.uninvited.map { language == .swedish ? $0.swedish : $0.english }
        let current = division.cut(
            CaseMeetings.Current(
                booked: cooperation.meeting.map(booked), obstacles: obstacles, hasObstacles: !obstacles.isEmpty,
                found: found, uninvited: uninvited, isSomebodyMissing: !uninvited.isEmpty,
                change: change, isEmpty: !cooperation.isMeetingAhead, plan: cooperation.plan.map(shown)))
        let family = division.cut(cooperation.concerns.reversed().map(familyConcern))
        let voices = division.cut(cooperation.voices.reversed().map(shown))
        let told = division.cut(cooperation.told.reversed().map(shown))
        let past = division.cut(past)
        guard current != nil || !(family.isEmpty && voices.isEmpty && told.isEmpty && past.isEmpty) else { return nil }
        return CaseMeetings(
            current: current, family: family, hasFamily: !family.isEmpty, voices: voices,
            hasVoices: !voices.isEmpty, told: told, hasTold: !told.isEmpty, past: past, hasPast: !past.isEmpty)
    }

    // MARK: The meeting that stands

    private func booked(_ meeting: Meeting) -> CaseMeetings.Booked {
        var pairs: [Pair] = []
        if opened.row.status.protectedIdentity {
            pairs.append(Pair(word("desk.meeting.place"), word("desk.meeting.place.protected")))
        } else if !meeting.place.isEmpty {
            pairs.append(
                Pair(word("desk.meeting.place"), opened.reading.mask?.shown(meeting.place, language) ?? meeting.place))
        }
        pairs.append(
            Pair(word("desk.meeting.leads"), name(of: meeting.namedPerson.nonEmpty ?? opened.row.status.owner)))
        let people = meeting.participants.map { participant in
            let role = "role.\(participant.role)"
            return CaseMeetings.Invited(
                name: opened.name(of: participant, language).capitalizedFirst,
                role: Catalogue.holds(role) ? word(role).capitalizedFirst : nil, tag: tag(of: participant))
        }
        let fromOutside = opened.file.cooperation.outsiders.map { invited in
            CaseMeetings.Invited(
                name: invited.outsider.name, role: "\(invited.outsider.role), \(invited.outsider.organisation)",
                tag: tag(of: invited))
        }
        return CaseMeetings.Booked(
            time: time(of: meeting), pairs: pairs, link: meeting.link.hasPrefix("https://") ? meeting.link : nil,
            people: people + fromOutside)
    }

    /// `måndag 23 november 2026 kl. 09.00–10.00`
    private func time(of meeting: Meeting) -> String { time(from: meeting.start.date, to: meeting.end.date) }

    private func time(from start: Date, to end: Date) -> String {
        switch language {
        case .swedish: CivilTime.swedish(from: start, to: end)
        case .english: "\(CivilTime.text(start, language)) – \(CivilTime.text(end, language))"
        }
    }

    private func tag(of participant: Participant) -> Tag {
        switch Attendance(rawValue: participant.answer) {
        case .accepted: Tag(word("answer.accepted"), .good)
        case .declined: Tag(word("answer.declined"), .bad)
        case .tentative: Tag(word("answer.tentative"), .warn)
        case .delegated: Tag(word("desk.meeting.delegated"), .warn)
        // Nobody asks the family for an answer through the software (rule 22).
        case nil: Tag(word(participant.family ? "desk.meeting.family" : "desk.meeting.unanswered"))
        }
    }

    /// Somebody from outside: what they have answered, or how they are told.
    private func tag(of invited: CaseCooperation.InvitedOutsider) -> Tag {
        guard Attendance(rawValue: invited.answer) != nil else {
            return Tag(word(invited.isWritten ? "desk.meeting.unanswered" : "desk.meeting.outsider.told"))
        }
        return tag(of: Participant.with { $0.answer = invited.answer })
    }

    // MARK: The plan

    private func shown(_ plan: Plan) -> CaseMeetings.PlanShown {
        let measures = plan.measures.map { measure in
            CaseMeetings.Measure(
                area: word("area.\(measure.area)").capitalizedFirst, words: measure.text,
                responsible: name(of: measure.responsible),
                organisation: measure.organisation.isEmpty ? "" : word("organisation.\(measure.organisation)"),
                date: LocalDate(measure.date).map { Moment($0, language) })
        }
        return CaseMeetings.PlanShown(
            tag: plan.sip ? Tag("SIP", .good) : nil,
            followUp: LocalDate(plan.followUpDate).map { Moment($0, language) }, strengths: plan.worksAlready,
            hasStrengths: !plan.worksAlready.isEmpty, measures: measures, hasMeasures: !measures.isEmpty)
    }

    private func familyConcern(_ concern: CaseCooperation.FamilyConcern) -> CaseMeetings.FamilyConcern {
        let values = [
            "day": CivilTime.text(CivilTime.day(of: concern.reported.at), language),
            "name": name(of: concern.reported.by),
        ]
        return CaseMeetings.FamilyConcern(
            heading: word("desk.meeting.family.said", values), words: concern.reported.value,
            answer: concern.answer.map { .init(words: $0.value, who: by($0.by, at: $0.at)) },
            tag: concern.answer == nil ? Tag(word("desk.meeting.family.waits"), .bad) : nil)
    }

    /// `Fia Exempelson, måndag 23 november 2026`
    func by(_ person: String, at instant: Date) -> String {
        "\(name(of: person)), \(CivilTime.text(CivilTime.day(of: instant), language))"
    }

    // MARK: What is over

    private var past: [CaseMeetings.Past] {
        let cooperation = opened.file.cooperation
        var measures: [String: String] = [:]
        for measure in cooperation.held.flatMap(\.plan.measures) { measures[measure.id] = measure.text }
        var past = cooperation.held.map { ($0.meeting.start.date, held($0)) }
        past += cooperation.notHeld.map { ($0.meeting.start.date, notHeld($0)) }
        for followUp in cooperation.followUps {
            past.append((followUp.at, followedUp(followUp, measures)))
            for measure in followUp.value.plan.measures { measures[measure.id] = measure.text }
        }
        return past.sorted { $0.0 > $1.0 }.map(\.1)
    }

    private func held(_ fact: MeetingHeld) -> CaseMeetings.Past {
        let (came, others) = fact.meeting.participants.reduce(into: ([Participant](), [Participant]())) {
            if fact.came.contains($1.person) { $0.0.append($1) } else { $0.1.append($1) }
        }
        let invited = Set(fact.meeting.participants.map(\.person))
        let names = { (all: [Participant]) in all.map { opened.name(of: $0, language) } }
        let uninvited = fact.came.filter { !invited.contains($0) }.map { opened.recipient($0, language) }
        var pairs = [Pair(word("desk.meeting.came"), (names(came) + uninvited).joined(separator: ", "))]
        if !others.isEmpty {
            pairs.append(Pair(word("desk.meeting.absent"), names(others).joined(separator: ", ")))
        }
        if fact.hasCoordinator {
            pairs.append(
                Pair(
                    word("case.coordinator"), name(of: fact.coordinator.person),
                    detail: reason(of: fact.coordinator).nonEmpty))
            if fact.coordinator.hasWish {
                let wish = fact.coordinator.wish
                pairs.append(Pair(word("desk.coordinator.wanted"), wanted(wish), detail: wish.words))
            }
        }
        return past(word("desk.meeting.held", ["time": time(of: fact.meeting)]), pairs, child(fact.child))
    }

    private func notHeld(_ fact: MeetingNotHeld) -> CaseMeetings.Past {
        past(
            word("desk.meeting.not_held", ["time": time(of: fact.meeting)]),
            [Pair(word("desk.meeting.why"), fact.reason, detail: name(of: fact.by))], nil,
            tag: Tag(word("desk.meeting.not_held.tag"), .warn))
    }

    private func followedUp(
        _ fact: CaseFile.Entry<PlanFollowedUp>, _ measures: [String: String]
    ) -> CaseMeetings.Past {
        let judgements = fact.value.judgements.map {
            CaseMeetings.Judgement(
                measure: measures[$0.measure] ?? "", effect: word("effect.\($0.effect)").capitalizedFirst,
                decision: word("desk.measure.\($0.decision)"), words: $0.text.nonEmpty)
        }
        let day = CivilTime.text(CivilTime.day(of: fact.at), language)
        return past(
            word("desk.meeting.followed_up", ["day": day]),
            [Pair(word("desk.meeting.by"), name(of: fact.by))], child(fact.value.child), judgements: judgements,
            tag: fact.value.closes ? Tag(word("desk.meeting.closes"), .done) : nil)
    }

    private func past(
        _ heading: String, _ pairs: [Pair], _ child: String?, judgements: [CaseMeetings.Judgement] = [],
        tag: Tag? = nil
    ) -> CaseMeetings.Past {
        CaseMeetings.Past(
            heading: heading, tag: tag, pairs: pairs, child: child, judgements: judgements,
            hasJudgements: !judgements.isEmpty)
    }

    private func child(_ participation: Participation) -> String {
        "\(word(participation.tookPart ? "desk.meeting.child.took_part" : "desk.meeting.child.absent")) \(participation.how)"
    }
}

extension CaseMeetings.Current: Weighed {
    var weight: Int {
        let people = booked.map { $0.people.count * 160 + $0.pairs.weight + 400 } ?? 0
        let words = (obstacles + (plan?.strengths ?? [])).reduce(people + 900) { $0 + $1.htmlBytes + 30 }
        return (plan?.measures ?? []).reduce(words) {
            $0 + $1.words.htmlBytes + $1.area.htmlBytes + $1.responsible.htmlBytes + $1.organisation.htmlBytes + 260
        }
    }
}

extension CaseMeetings.FamilyConcern: Weighed {
    var weight: Int {
        heading.htmlBytes + words.htmlBytes + (answer.map { $0.words.htmlBytes + $0.who.htmlBytes + 150 } ?? 0) + 160
    }
}

extension CaseMeetings.Past: Weighed {
    var weight: Int {
        judgements.reduce(heading.htmlBytes + pairs.weight + (child?.htmlBytes ?? 0) + 250) {
            $0 + $1.measure.htmlBytes + $1.effect.htmlBytes + $1.decision.htmlBytes + ($1.words?.htmlBytes ?? 0) + 110
        }
    }
}
