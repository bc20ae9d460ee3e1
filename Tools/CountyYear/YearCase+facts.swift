import Codec
import Foundation
import SwiftProtobuf

extension YearCase {
    /// Writes what happens at a stage.
    ///
    /// - Returns: how many facts that were.
    func write(_ stage: Stage, to writer: YearWriter) throws -> Int {
        var facts = 0
        let (at, cause) = (time(stage), YearRandom.id(number &* 16 &+ stage.rawValue))
        func write(_ fact: some SuiteEvent, _ source: String = "mapping", key: String? = nil) throws {
            try writer.write(
                fact, key: key ?? reference, about: reference, from: source, by: owner, cause: cause,
                at: at.addingTimeInterval(Double(facts)))
            facts += 1
        }
        switch stage {
        case .reported:
            try begin(in: writer)
            try write(registered, "intake")
            try write(mappingOpened)
        case .takenOn: try write(CaseTakenOn.with { ($0.caseReference, $0.by) = (reference, owner) })
        case .heard: for index in 0..<informationCount { try write(information(index, at)) }
        case .answered: for first in [1, 4] { try write(answers(first == 1 ? 1...3 : 4...5)) }
        case .consented: for giver in ["g1", "g2"] { try write(consent(giver, at)) }
        case .concluded: try write(concluded)
        case .invited:
            try write(MeetingScheduled.with { $0.meeting = booked() }, "meetings", key: YearCounty.code)
            for participant in booked().participants.prefix(4) {
                try write(answer(of: participant.person), "meetings", key: YearCounty.code)
            }
        case .met: try write(held, "meetings", key: YearCounty.code)
        case .followedUp:
            try write(followedUp, "meetings", key: YearCounty.code)
            if isClosed { try write(CaseClosed.with { ($0.caseReference, $0.by) = (reference, owner) }) }
        }
        for index in 0..<notices(stage) {
            try write(queued(stage, index), "notifications")
            try write(sent(stage, index), "notifications")
        }
        if [.heard, .concluded, .met].contains(stage) { try write(viewed, "desk") }
        if stage != .heard {
            try writer.write(status(stage), key: reference, about: reference, by: owner, cause: cause, at: at + 60)
        }
        return facts
    }

    /// Every twentieth case has many more.
    private var informationCount: Int { YearRandom.number(number &* 9, below: 20) == 0 ? 24 : 8 }

    private func notices(_ stage: Stage) -> Int {
        switch stage {
        case .reported, .invited: 3
        case .concluded, .met: 2
        case .followedUp: 1
        default: 0
        }
    }

    private func begin(in writer: YearWriter) throws {
        try writer.makeKey(reference, at: opened)
        let child = Child.with {
            $0.personalNumber = "20170315-2387"
            $0.names = [.with { ($0.text, $0.source, $0.at) = ("Kim Exempelbarn", "desk", .init(date: opened)) }]
            $0.guardians = ["g1", "g2"].map { key in
                .with {
                    $0.key = key
                    $0.names = [.with { ($0.text, $0.source) = ("Förälder Exempel \(key)", "desk") }]
                    $0.emails = [.with { ($0.text, $0.source) = ("\(key)@example.org", "desk") }]
                }
            }
        }
        try writer.write(child, key: reference, about: reference, from: "intake", at: opened)
        let receipt = ConcernReceipt.with {
            ($0.reportID, $0.reportSource) = (YearRandom.id(number), "desk")
            $0.registered = .with { ($0.caseReference, $0.unit) = (reference, unit) }
        }
        try writer.write(receipt, key: reference, from: "intake", at: opened)
    }
}

// MARK: Facts

extension YearCase {
    private var registered: ConcernRegistered {
        .with {
            ($0.caseReference, $0.county, $0.unit) = (reference, YearCounty.code, unit)
            ($0.municipality, $0.namedPerson) = (YearCounty.municipality(municipality), owner)
            ($0.areas, $0.observation) = (["learning", "home"], YearWords.text(number, 500))
            $0.strengths = ["Kim ritar gärna och är en god kamrat."]
            ($0.observedAt, $0.receivedAt) = (.init(date: opened - 3_600), .init(date: opened))
            $0.reporter = .with {
                ($0.name, $0.role, $0.organisation) = ("Mia Mentor", "mentor", "education")
                $0.email = "mia@example.org"
            }
            ($0.guardians, $0.concern, $0.stage) = (["g1", "g2"], YearRandom.id(~number), "school")
            ($0.youthConsentFrom, $0.adultFrom, $0.attends) = ("2032-03-15", "2035-03-15", unit)
        }
    }

    private var mappingOpened: MappingOpened {
        .with {
            ($0.caseReference, $0.owner, $0.unit, $0.stage) = (reference, owner, unit, "school")
            ($0.county, $0.municipality) = (YearCounty.code, YearCounty.municipality(municipality))
            ($0.due, $0.attends) = (.init(date: opened + 21 * 86_400), unit)
        }
    }

    private func information(_ index: Int, _ at: Date) -> InformationAdded {
        .with {
            ($0.caseReference, $0.by) = (reference, owner)
            $0.information = .with {
                $0.source = ["detector", "organisation", "guardian", "child"][index % 4]
                $0.areas = [
                    ["health", "development", "learning", "care", "home", "relationships", "safety"][index % 7]
                ]
                $0.kind = ["strength", "need", "obstacle"][index % 3]
                $0.text = YearWords.text(number &+ index &* 31, 300)
                ($0.id, $0.by, $0.at) = (YearRandom.id(number &* 64 &+ index), owner, .init(date: at))
            }
        }
    }

    private func answers(_ questions: ClosedRange<Int32>) -> AnswersRecorded {
        .with {
            ($0.caseReference, $0.by, $0.questions) = (reference, owner, Array(questions))
            $0.answers = questions.map { question in
                .with {
                    ($0.question, $0.text) = (question, YearWords.text(number &+ Int(question) &* 17, 400))
                }
            }
        }
    }

    private func consent(_ giver: String, _ at: Date) -> ConsentRecorded {
        .with {
            ($0.caseReference, $0.by) = (reference, owner)
            $0.consent = .with {
                ($0.giver, $0.decision, $0.form) = (giver, "given", "signature")
                $0.organisations = ["social_services", "health_care"]
                ($0.at, $0.date, $0.by) = (.init(date: at), "2026-10-01", owner)
            }
        }
    }

    private var concluded: MappingConcluded {
        .with {
            ($0.caseReference, $0.by, $0.outcome) = (reference, owner, "cooperation")
            ($0.areas, $0.organisations) = (["learning", "home"], ["social_services", "health_care"])
            $0.nextDate = "2026-12-18"
        }
    }

    private func answer(of person: String) -> MeetingAnswered {
        .with {
            ($0.caseReference, $0.county, $0.person) = (reference, YearCounty.code, person)
            ($0.answer, $0.meeting) = ("accepted", booked().id)
        }
    }

    private var held: MeetingHeld {
        .with {
            ($0.meeting, $0.by) = (booked(answered: true), owner)
            $0.came = booked().participants.map(\.person)
            $0.child = .with { ($0.tookPart, $0.how) = (true, "Kim var med hela mötet och berättade själv.") }
            $0.coordinator = .with { ($0.person, $0.chosenByChild) = (booked().participants[1].person, true) }
            $0.plan = plan
        }
    }

    private var followedUp: PlanFollowedUp {
        .with {
            ($0.caseReference, $0.county, $0.by, $0.closes) = (reference, YearCounty.code, owner, isClosed)
            $0.judgements = plan.measures.map { measure in
                .with { ($0.measure, $0.effect, $0.decision) = (measure.id, "better", isClosed ? "end" : "continue") }
            }
            if !isClosed { $0.plan = plan }
        }
    }

    private func queued(_ stage: Stage, _ index: Int) -> NoticeQueued {
        .with {
            ($0.noticeID, $0.caseReference) = (notice(stage, index), reference)
            ($0.kind, $0.recipient) = (Self.kind(stage), recipient(index))
        }
    }

    private func sent(_ stage: Stage, _ index: Int) -> NoticeSent {
        .with {
            ($0.noticeID, $0.caseReference, $0.attempt) = (notice(stage, index), reference, 1)
            ($0.kind, $0.recipient) = (Self.kind(stage), recipient(index))
        }
    }

    private var viewed: CaseViewed {
        .with {
            ($0.caseReference, $0.by, $0.what, $0.why) = (reference, owner, "whole", "named_person")
            ($0.door, $0.assurance, $0.county) = ("SRM/desk", "3", YearCounty.code)
        }
    }

    private func notice(_ stage: Stage, _ index: Int) -> String {
        YearRandom.id(number &* 128 &+ stage.rawValue &* 8 &+ index)
    }

    private func recipient(_ index: Int) -> String { booked().participants[index].person }

    private static func kind(_ stage: Stage) -> String {
        switch stage {
        case .reported: "concern"
        case .invited: "invitation"
        case .met: "invitation.follow_up"
        default: "no_time"
        }
    }
}

/// Swedish sentences, as many as make a text of about a length.
enum YearWords {
    private static let sentences = [
        "Kim kommer ofta sent på morgnarna och är trött de första timmarna.",
        "Hemma har det varit oroligt sedan i våras.",
        "På rasterna är Kim mest för sig själv.", "Matematiken går bra när någon sitter bredvid.",
        "Kim säger att det är lättare när det är lugnt i klassrummet.", "Föräldrarna vill gärna ha hjälp med läxorna.",
        "Skolsköterskan har träffat Kim två gånger under hösten.",
        "Fritidsledaren beskriver ett stort intresse för musik.",
    ]

    static func text(_ seed: Int, _ length: Int) -> String {
        var text = ""
        var index = YearRandom.number(seed, below: sentences.count)
        while text.utf8.count < length {
            text += (text.isEmpty ? "" : " ") + sentences[index % sentences.count]
            index += 3
        }
        return text
    }
}
