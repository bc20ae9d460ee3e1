import Domain
import Foundation
import NotificationsCore
import TestSupport

/// Random values of the core, the same for the same seed.
struct RandomNotice: RandomValues {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func email() -> EmailAddress {
        guard let address = EmailAddress("\(id())@example.org") else { preconditionFailure("no address") }
        return address
    }
    mutating func attempt() -> Int32 { Int32(number(1...50)) }
    mutating func date() -> Date { Date(timeIntervalSince1970: Double(number(1_700_000_000...1_900_000_000))) }

    mutating func edition() -> Edition { Edition(Int32(number(0...99)), one(CalendarMethod.self)) }

    mutating func label() -> Notice.Label {
        .init(id: id(), caseReference: maybe { $0.id() }, kind: one(Notice.Kind.self), recipient: maybe { $0.id() })
    }

    mutating func notice() -> Notice {
        let kind = one(Notice.Kind.self)
        let recipient: Recipient =
            kind.isOutsider
            ? .outsider(id(), email: email())
            : kind.isFamily
                ? .family(id(), email: email()) : flag() ? .person(id(), email: email()) : .reporter(email: email())
        return Notice(
            id: id(), kind: kind, caseReference: maybe { $0.id() }, county: id(), recipient: recipient,
            sender: word(), replyTo: maybe { $0.email() }, text: .init(subject: word(), body: word(), html: word()),
            meeting: maybe { some in
                .init(id: some.id(), edition: some.edition(), calendar: some.maybe { $0.word() })
            },
            messageID: word(), attempt: attempt(), status: one(Notice.Status.self), created: date(),
            gathered: list { $0.label() })
    }

    mutating func lane() -> Lane {
        Lane(
            open: maybe { $0.id() }, next: maybe { $0.notice() }, newest: edition(),
            recipient: maybe {
                [
                    .person($0.id(), email: $0.email()), .family($0.id(), email: $0.email()),
                    .outsider($0.id(), email: $0.email()),
                ][$0.number(0...2)]
            },
            isTold: flag())
    }

    mutating func digest() -> Digest { Digest(notice(), list { $0.notice() }) }

    mutating func meeting() -> Meeting {
        let place: Meeting.Place = flag() ? .room(word()) : flag() ? .digital(link: word()) : .unnamed
        return Meeting(
            id: id(), caseReference: id(), county: id(), time: TimeSlot(from: date(), to: date()), place: place,
            namedPerson: word(),
            participants: list {
                .init(
                    person: $0.id(), role: $0.word(), isRequired: $0.flag(), isFamily: $0.flag(),
                    answer: $0.maybe { $0.one(Attendance.self) }, answered: $0.maybe { $0.date() })
            }, sequence: Int32(number(0...99)))
    }

    /// One of each kind.
    mutating func facts() -> [NoticeFact] {
        [
            .queued(notBefore: maybe { $0.date() }), .superseded, .sent(attempt: attempt()),
            .delayed(attempt: attempt(), detail: word(), next: date()), .failed(attempt: attempt(), detail: word()),
        ].map { NoticeFact(label(), $0) }
    }

    /// One of each result.
    mutating func reports() -> [DeliveryReport] {
        [.sent, .withheld, .temporary(detail: word()), .permanent(detail: word())].map {
            DeliveryReport(notice: id(), attempt: attempt(), $0)
        }
    }
}
