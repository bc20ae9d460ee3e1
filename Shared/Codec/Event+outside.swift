package import CloudEvents
package import Domain
import Foundation

// What comes from outside: read in a fixed order, and no further than what it has passed.

extension Event {
    /// What makes the envelope unusable: an attribute that holds somebody's personal number would be in clear in every
    /// topic.
    package var faultsOfEnvelope: [Fault] {
        let day = CivilTime.day(of: time)
        return [("ce_id", id), ("ce_source", source), ("ce_subject", subject ?? "")]
            .filter { PersonalNumber.seemsToStand(in: $0.1, today: day) }
            .map { Fault(.idPersonalNumber, at: $0.0) }
    }

    /// The message, though its fields may be too large.
    ///
    /// - Throws: `Refusal` where the whole is too large, or is no such message.
    package func payload<Payload: SuiteEvent>(as type: Payload.Type) throws(Refusal) -> Payload {
        if type.kind == .command, data.count > type.largestBytes(as: content) {
            throw Refusal([Fault(.messageLong, ["limit": "\(type.largestBytes(as: content))"])])
        }
        do throws(Undecodable) { return try decode(type) } catch {
            throw Refusal(faults(as: type).map(Fault.init))
        }
    }

    /// The message of an event from outside, within every limit of its contract.
    ///
    /// - Throws: `Refusal` with all faults of the first of these that does not hold: the envelope, the size of the whole,
    ///   the form, the sizes of the fields.
    package func message<Payload: SuiteEvent>(as type: Payload.Type) throws(Refusal) -> Payload {
        try Refusal.unless(faultsOfEnvelope)
        let message = try payload(as: type)
        try Refusal.unless(message.excesses)
        return message
    }
}

extension SuiteEvent {
    /// JSON may write each byte of a text as six.
    fileprivate static func largestBytes(as content: Event.Content) -> Int {
        let bytes = max(largestBytes, leastLimit)
        return content == .json ? 6 * bytes : bytes
    }
}

/// A small message may hold fields that a later version knows.
private let leastLimit = 65_536
