import CloudEvents
import Codec
import Crypto
import Domain
import Foundation
import GRDB
import ServiceKit

/// A report that somebody has written in the desk, by the form that they sent.
///
/// The id of its event is bound to the person: nobody else finds its receipt, whatever they know of the form.
struct OwnReport: Sendable {
    /// The form's own id: the same form sent twice is the same report.
    let form: String
    let person: SignedIn

    /// Nil where the text is no form's id.
    init?(_ form: String, by person: SignedIn) {
        guard let id = UUID(uuidString: form) else { return nil }
        (self.form, self.person) = (id.uuidString, person)
    }

    /// The id of the event.
    var id: String { "\(form).\(Reference.id(of: "\(person.county)/\(person.person)/\(form)"))" }

    /// What an address carries after the desk has said that the report is recorded. Nobody can make it up: HMAC-SHA256 under
    /// a key of the desk's own.
    ///
    /// - Throws: `KeyUnusable`.
    func mark(_ keys: KeyEncryptionKeys) throws -> String {
        guard let key = try keys.ownKey(named: keys.ownKeyName(of: "desk-reports")) else { return "" }
        return HMAC<SHA256>.authenticationCode(for: Data(id.utf8), using: key).prefix(16).map {
            String(format: "%02x", $0)
        }.joined()
    }
}

extension CommandDoor {
    /// What is known of a report after it was given.
    struct Reported: Sendable {
        /// Nil where it is on its topic for good and its receipt has not come yet.
        var receipt: ConcernReceipt?
        /// The report had its receipt before: nothing was sent.
        var isRepeated = false
    }

    /// Where the desk's reports come from: the door's own name. Intake takes them when the door has signed for somebody of the
    /// staff.
    var source: String { door.door }

    /// Gives a report, and waits for its receipt.
    ///
    /// - Throws: `ViewNotReady`; `KafkaError` where Kafka has not confirmed the report. The form can be sent again.
    func report(_ payload: any EventPayload, as report: OwnReport) async throws -> Reported {
        let reader = try view.reader()
        let (id, source) = (report.id, source)
        if let known = try await reader.read({ try $0.receipt(of: id, from: source) }) {
            return Reported(receipt: known, isRepeated: true)
        }
        var command = Command(payload, id: id, to: .concernReports, key: Reference.id(of: id))
        command.source = source
        try await write(command, by: report.person, reader)
        // It is on its topic, whatever happens while its receipt is waited for.
        let found = try? await Self.first(within: patience, in: reader) { try $0.receipt(of: id, from: source) }
        let receipt = found ?? nil
        counter.count(receipt.map { $0.isRefused ? .refused : .happened } ?? .pending)
        return Reported(receipt: receipt)
    }
}

extension ConcernReceipt {
    var isRefused: Bool { if case .refused = answer { true } else { false } }
}
