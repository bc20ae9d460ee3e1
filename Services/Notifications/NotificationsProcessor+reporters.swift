import Codec
import Domain
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf

// Whoever reported a concern hears that it was taken on, and that the case is closed, where the county says so. The facts do not
// name them: they are kept here for as long as the case is open.

extension NotificationsProcessor {
    static let reporters = Table("reporters", of: CaseReporters.self) { reference, _ in .namedOrOwn(reference) }
    /// So many are kept of one case.
    private static let reportersLimit = 100

    /// Remembers who has reported.
    ///
    /// - Returns: who hears of this occurrence.
    func reporters(of occurrence: Occurrence, _ turn: inout Turn) throws -> [EmailAddress] {
        let reference = occurrence.caseReference
        let isWished = turn.directory.counties[occurrence.county]?.settings.tellsReporters == true
        switch occurrence.event {
        case .ofCase(.concernRegistered(_, let reporter?, _, _)) where isWished:
            var known = try turn.get(Self.reporters, reference) ?? CaseReporters()
            known.note(reporter, limit: Self.reportersLimit)
            try turn.put(Self.reporters, reference, known)
            return []
        case .ofProgress(.takenOn):
            guard var known = try turn.get(Self.reporters, reference) else { return [] }
            let waiting = known.reporters.filter { !$0.told }
            for index in known.reporters.indices { known.reporters[index].told = true }
            try turn.put(Self.reporters, reference, known)
            return isWished ? waiting.compactMap { EmailAddress($0.email) } : []
        case .ofProgress(.closed):
            guard let known = try turn.get(Self.reporters, reference) else { return [] }
            turn.delete(Self.reporters, reference)
            return isWished ? known.reporters.compactMap { EmailAddress($0.email) } : []
        default: return []
        }
    }
}

extension CaseReporters {
    /// Somebody has reported, perhaps once more.
    fileprivate mutating func note(_ reporter: EmailAddress, limit: Int) {
        reporters.removeAll { $0.email == reporter.text }
        reporters = (reporters + [.with { $0.email = reporter.text }]).suffix(limit)
    }
}
