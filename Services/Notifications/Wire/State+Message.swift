import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf

// What this service keeps, as messages, and the names under which it is kept.

extension NoticeLane {
    init(_ lane: Lane) {
        self = .with {
            $0.open = lane.open ?? ""
            if let next = lane.next { $0.next = .init(next) }
            $0.sequence = lane.newest.sequence
            $0.method = lane.newest.method.rawValue
            $0.told = lane.isTold
            guard let recipient = lane.recipient else { return }
            ($0.recipient, $0.email) = (recipient.id ?? "", recipient.email.text)
            ($0.family, $0.outsider) = (recipient.isFamily, recipient.isOutsider)
        }
    }

    /// - Throws: ``Refusal``; words that this version does not know.
    func lane() throws(Refusal) -> Lane {
        var words = Words()
        let next = hasNext ? next.read(&words) : nil
        let recipient =
            email.isEmpty
            ? nil : words.recipient(self.recipient, email: email, isFamily: family, isOutsider: outsider)
        guard let newest = words.edition(sequence, method), words.faults.isEmpty else { throw Refusal(words.faults) }
        return Lane(open: open.nonEmpty, next: next, newest: newest, recipient: recipient, isTold: told)
    }

    /// A lane's key begins with the meeting's id, and that with the case's reference.
    static func sealingKey(of key: String) -> SealingKey {
        .namedOrOwn(MeetingID(String(key.prefix { $0 != "|" && $0 != "#" })).caseReference ?? "")
    }

    /// By meeting and recipient; nil for a notice that is about no meeting. What the named person is asked about the family
    /// goes beside their own invitation.
    static func key(_ notice: NotificationsCore.Notice) -> String? {
        notice.meeting.map { part in
            "\(part.id)\(notice.kind == .familyAsk ? "#family" : "")|\(notice.recipient.id ?? "")"
        }
    }
}

extension Codec.Digest {
    init(_ digest: NotificationsCore.Digest) { self = .with { $0.notices = digest.notices.map(Codec.Notice.init) } }

    /// Nil for an empty one.
    ///
    /// - Throws: ``Refusal``; words that this version does not know.
    func digest() throws(Refusal) -> NotificationsCore.Digest? {
        var words = Words()
        let notices = notices.compactMap { $0.read(&words) }
        try Refusal.unless(words.faults)
        return notices.first.map { .init($0, Array(notices.dropFirst())) }
    }
}

extension Codec.Meeting {
    init(_ meeting: NotificationsCore.Meeting) {
        self = .with {
            $0.id = meeting.id
            $0.caseReference = meeting.caseReference
            $0.county = meeting.county
            $0.start = .init(meeting.time.start)
            $0.end = .init(meeting.time.end)
            switch meeting.place {
            case .room(let room): $0.place = room
            case .digital(let link): $0.link = link
            case .unnamed: break
            }
            $0.namedPerson = meeting.namedPerson
            $0.participants = meeting.participants.map(Codec.Participant.init)
            $0.sequence = meeting.sequence
        }
    }

    var meeting: NotificationsCore.Meeting {
        let place: NotificationsCore.Meeting.Place =
            if let room = place.nonEmpty { .room(room) } else if let link = link.nonEmpty {
                .digital(link: link)
            } else { .unnamed }
        return .init(
            id: id, caseReference: caseReference, county: county, time: TimeSlot(from: start.date, to: end.date),
            place: place,
            // Where an older fact does not name them, the named person is the first participant.
            namedPerson: namedPerson.nonEmpty ?? participants.first?.person ?? "",
            participants: participants.map(\.participant), sequence: sequence)
    }
}

extension Codec.Participant {
    fileprivate init(_ participant: NotificationsCore.Meeting.Participant) {
        self = .with {
            $0.person = participant.person
            $0.role = participant.role
            $0.required = participant.isRequired
            $0.family = participant.isFamily
            $0.answer = participant.answer?.rawValue ?? ""
            if let answered = participant.answered { $0.answered = .init(answered) }
        }
    }

    /// An answer that this version does not know counts as none: whoever gave it is reminded of the meeting.
    fileprivate var participant: NotificationsCore.Meeting.Participant {
        .init(
            person: person, role: role, isRequired: required, isFamily: family, answer: Attendance(rawValue: answer),
            answered: hasAnswered ? answered.date : nil)
    }
}

/// What a reminder of this service is about.
enum Alarm: String {
    case attempt, meeting, digest, forget, taken, relayed, replies, erasure

    func name(_ id: String) -> String { "\(rawValue)|\(id)" }

    /// Nil for a reminder of another kind. A name without a kind was written before there were any: an attempt.
    static func read(_ name: String) -> (Alarm, String)? {
        let parts = name.split(separator: "|", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return (.attempt, name) }
        return Alarm(rawValue: parts[0]).map { ($0, parts[1]) }
    }
}
