import Codec
import Domain
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// What was answered to an invitation, to messages and back.

extension MeetingAnswered {
    init(_ fact: Answered, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.person = fact.person
            $0.answer = fact.answer.attendance.rawValue
            $0.delegateTo = fact.answer.delegate
            $0.meeting = fact.invitation.meeting.text
            $0.sequence = fact.invitation.sequence
        }
    }
}

extension Answered {
    init(_ message: MeetingAnswered, _ wire: inout WireReader) {
        self.init(
            person: message.person,
            answer: .init(wire.word(message.answer, at: "answer"), delegate: message.delegateTo),
            to: .init(MeetingID(message.meeting), message.sequence))
    }
}

extension Codec.AnswerOutdated {
    init(_ fact: MeetingsCore.AnswerOutdated, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.person = fact.answered.person
            $0.answer = fact.answered.answer.attendance.rawValue
            $0.delegateTo = fact.answered.answer.delegate
            $0.meeting = fact.answered.invitation.meeting.text
            $0.sequence = fact.answered.invitation.sequence
            $0.currentMeeting = fact.current?.meeting.text ?? ""
            $0.currentSequence = fact.current?.sequence ?? 0
            $0.replyTo = fact.replyTo ?? ""
        }
    }
}

extension MeetingsCore.AnswerOutdated {
    init(_ message: Codec.AnswerOutdated, _ wire: inout WireReader) {
        self.init(
            .init(
                person: message.person,
                answer: .init(wire.word(message.answer, at: "answer"), delegate: message.delegateTo),
                to: .init(MeetingID(message.meeting), message.sequence)),
            current: message.currentMeeting.nonEmpty.map { .init(MeetingID($0), message.currentSequence) },
            replyTo: message.replyTo.nonEmpty)
    }
}

extension Codec.AnswerForwarded {
    init(_ fact: MeetingsCore.AnswerForwarded, of key: CaseKey) {
        self = .with {
            $0.caseReference = key.reference
            $0.county = key.county
            $0.meeting = fact.meeting.text
            $0.person = fact.person ?? ""
            $0.why = fact.why.word.rawValue
            $0.delegateTo = fact.delegate ?? ""
            if case .refused(let codes) = fact.why { $0.reasons = codes.map(\.rawValue) }
            $0.to = fact.to ?? ""
            $0.replyTo = fact.replyTo ?? ""
        }
    }
}

extension MeetingsCore.AnswerForwarded {
    init(_ message: Codec.AnswerForwarded, _ wire: inout WireReader) {
        let why: Why =
            switch wire.word(message.why, at: "why") as Why.Word {
            case .letter: .letter
            case .counter: .counter
            case .delegated: .delegated
            case .declinedAgain: .declinedAgain
            case .refused: .refused(wire.words(message.reasons, at: "reasons"))
            }
        self.init(
            meeting: MeetingID(message.meeting), person: message.person.nonEmpty, why,
            answer: message.delegateTo.nonEmpty.map { .delegated(to: $0) }, to: message.to.nonEmpty,
            replyTo: message.replyTo.nonEmpty)
    }
}

extension MeetingsCore.AnswerForwarded.Why {
    fileprivate enum Word: String, CaseIterable {
        case letter, counter, delegated, refused
        case declinedAgain = "declined_again"
    }

    fileprivate var word: Word {
        switch self {
        case .letter: .letter
        case .counter: .counter
        case .delegated: .delegated
        case .declinedAgain: .declinedAgain
        case .refused: .refused
        }
    }
}
