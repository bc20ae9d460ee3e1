import Codec
import StreamsTesting
import SwiftProtobuf

@testable import notifications

extension ProcessorTester<NotificationsProcessor> {
    /// What is to be sent now: `kind recipient`.
    func open() throws -> [String] {
        try wishes(Codec.Notice.self).values.map { "\($0.kind) \($0.recipient)" }.sorted()
    }

    /// Each of them is attempted, with this result.
    mutating func settle(_ result: String = "sent") throws {
        for notice in try wishes(Codec.Notice.self).values.sorted(by: { $0.id < $1.id }) {
            try process(
                DeliveryReported.with { ($0.noticeID, $0.attempt, $0.result) = (notice.id, notice.attempt, result) },
                key: notice.id)
        }
    }
}
