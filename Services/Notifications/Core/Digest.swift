import Domain
package import Foundation

/// What has gathered for one person who wants one message a working day. It is never empty.
package struct Digest: Sendable, Equatable {
    package let first: Notice
    package var others: [Notice]

    package init(_ first: Notice, _ others: [Notice] = []) { (self.first, self.others) = (first, others) }

    package var notices: [Notice] { [first] + others }

    /// When the message goes out: on the next working day at seven.
    package static func due(after now: Date) -> Date {
        let morning = WorkingDays.day(CivilTime.day(of: now), plus: 1)
        return CivilTime.instant(morning, minute: 7 * 60)
    }

    /// The message; nil where the directory does not have the person any more.
    package func draft(_ context: NoticeContext) -> NoticeDraft? {
        let person = first.recipient.id.flatMap { context.person($0, of: first.county) }
        return person.flatMap(Recipient.init).map {
            NoticeDraft(
                cause: first.id, kind: .digest, caseReference: nil, county: first.county, recipient: $0,
                values: [.items: .notices(notices)])
        }
    }
}
