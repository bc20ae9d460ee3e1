import Codec
import Domain
import Foundation
import SwiftProtobuf

/// Decides what becomes of a message that came in. The only way in for mail: what it does not prove, no command says.
struct MailDoor {
    let secret: KeySecret
    /// The authserv-id of the server whose `Authentication-Results` count; nil: none.
    let server: String?
    let directory: Directory

    enum Outcome: Equatable {
        case answer(AnswerMeeting)
        /// A person reads it.
        case forward(ForwardMail)
        case bounce(ReportBounce)
        /// It reaches nobody, and its sender is told so.
        case reply(ReplyToMail)
        /// - Parameter why: for the mail server's log.
        case ignored(why: String)
    }

    /// - Parameter recipient: the address for which the mail server has taken it, where it says so.
    func outcome(of mail: IncomingMail, recipient: String? = nil) -> Outcome {
        switch mail.content {
        case .bounce(let id, let status):
            return .bounce(
                .with {
                    $0.messageID = id
                    $0.detail = status
                })
        case .deliveryNews: return .ignored(why: "a relay's report on a message that has not failed")
        case .calendar, .letter: break
        }
        let isForged = server.map(mail.isForged) ?? false
        let addresses = [recipient].compactMap(\.self) + mail.addresses
        let proven = addresses.lazy.compactMap { ReplyAddress($0, secret: secret) }.first
        guard let proven, let county = county(of: proven.meeting) else { return unproven(mail, isForged) }
        if case .calendar(let reply) = mail.content, !isForged, reply.isOf(proven, secret) {
            switch reply.content {
            case .answer(let answer, let delegate):
                return .answer(self.answer(answer, delegate, reply, mail, to: proven.meeting, county))
            case .counter: return .forward(forward("counter", mail, from: reply.attendee, proven.meeting, county))
            }
        }
        if mail.isAutomatic { return .ignored(why: "a program wrote it, and it is no answer") }
        let writer = isForged ? nil : mail.from.flatMap { proven.wasGiven(to: $0, secret: secret) ? $0 : nil }
        var letter = forward("letter", mail, from: writer, proven.meeting, county)
        if isForged { letter.replyTo = "" }
        return .forward(letter)
    }

    /// Whoever knows no address of ours reaches nobody by it. They are told whom to turn to, unless that could go on for ever
    /// or hit somebody whose name was only used.
    private func unproven(_ mail: IncomingMail, _ isForged: Bool) -> Outcome {
        guard !isForged, let sender = Self.replyTo(mail) else {
            return .ignored(why: "it is to no address of an invitation, and nobody may be answered")
        }
        return .reply(.with { $0.email = sender })
    }

    private func county(of meeting: MeetingID) -> County? {
        meeting.caseReference?.split(separator: "-").first.flatMap { directory.counties[String($0)] }
    }

    private func answer(
        _ answer: Attendance, _ delegate: String?, _ reply: CalendarReply, _ mail: IncomingMail, to meeting: MeetingID,
        _ county: County
    ) -> AnswerMeeting {
        .with {
            $0.caseReference = meeting.caseReference ?? ""
            $0.county = county.code
            $0.meeting = meeting.text
            $0.person = county.person(at: reply.attendee) ?? ""
            $0.email = reply.attendee
            $0.answer = answer.rawValue
            $0.delegateTo = delegate.flatMap(county.person) ?? ""
            $0.sequence = Int32(clamping: reply.sequence)
            $0.stamp = .init(reply.stamp)
            $0.replyTo = Self.replyTo(mail) == nil ? "" : reply.attendee
        }
    }

    private func forward(
        _ what: String, _ mail: IncomingMail, from writer: String?, _ meeting: MeetingID, _ county: County
    ) -> ForwardMail {
        .with {
            $0.caseReference = meeting.caseReference ?? ""
            $0.county = county.code
            $0.meeting = meeting.text
            $0.what = what
            $0.person = writer.flatMap(county.person) ?? ""
            $0.email = writer ?? ""
            $0.replyTo = Self.replyTo(mail) ?? ""
        }
    }

    /// Nil where nobody may be written to (RFC 3834 §2): a program sent it, or it has no way back.
    private static func replyTo(_ mail: IncomingMail) -> String? {
        mail.isAutomatic || !mail.hasReturnPath ? nil : mail.from
    }
}

extension CalendarReply {
    /// Whether it answers exactly the invitation whose address it came to, and for whom it was sent to.
    fileprivate func isOf(_ address: ReplyAddress, _ secret: KeySecret) -> Bool {
        MeetingID(uid: uid) == address.meeting && address.wasGiven(to: attendee, secret: secret)
    }
}

extension County {
    /// The id of whoever of the staff has an address; nil for the family.
    fileprivate func person(at email: String) -> String? {
        people.values.first { $0.email.text.lowercased() == email.lowercased() }?.id
    }
}
