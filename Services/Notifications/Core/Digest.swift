import Domain
package import Foundation

/// What has gathered for one person who wants one message a working day. It is never empty.
package struct Digest: Sendable, Equatable {
    package let first: Notice
    package var others: [Notice]

    package init(_ first: Notice, _ others: [Notice] = []) { (self.first, self.others) = (first, others) }

    package var notices: [Notice] { [first] + others }

    /// The most notices in one message. A full digest goes out before its time, and the next one begins, so that neither
    /// the message nor what is kept grows without end.
    package static let largest = 50

    package var isFull: Bool { notices.count >= Self.largest }

    /// When the message goes out: on the next working day at seven.
    package static func due(after now: Date) -> Date {
        let morning = WorkingDays.day(CivilTime.day(of: now), plus: 1)
        return CivilTime.instant(morning, minute: 7 * 60)
    }

    /// The message. Where its person has left the directory, the county's function gets it instead (rule 19).
    ///
    /// - Returns: nil where there is nobody to tell.
    package func draft(_ context: NoticeContext) -> NoticeDraft? {
        let person = first.recipient.id.flatMap { context.person($0, of: first.county) }.map(Recipient.init)
        let function = context.directory.counties[first.county]?.function
        guard let recipient = person ?? function.flatMap({ context.staff($0, of: first.county) }) else { return nil }
        let items = notices.map { notice in
            var notice = notice
            notice.recipient = recipient
            return notice
        }
        return NoticeDraft(
            cause: first.id, kind: .digest, caseReference: nil, county: first.county, recipient: recipient,
            values: [.items: .notices(items)].merging(person == nil ? [.left: .flag(true)] : [:]) { $1 })
    }

    /// That nobody was told, of each notice.
    package var failures: [NoticeFact] {
        notices.map { NoticeFact($0.label, .failed(attempt: $0.attempt, detail: "no recipient")) }
    }
}

extension Notice {
    /// As a digest keeps it: of the words, the subject alone.
    package var inShort: Notice {
        var notice = self
        (notice.text.body, notice.text.html) = ("", "")
        return notice
    }
}
