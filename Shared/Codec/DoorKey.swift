package import CloudEvents
import Crypto
package import Domain
package import Foundation
import SwiftProtobuf

/// The private key of a door, with which it signs what it passes on. In a file it is a JWK (RFC 8037) with the member
/// `door`.
package struct DoorKey: Sendable {
    /// County and door, for example `SRM/desk`.
    package let door: String
    package let id: String
    private let key: Curve25519.Signing.PrivateKey

    /// Largest bytes of a key file.
    package static let largestFile = 4_096

    /// A new key.
    package init(door: String, id: String) { (self.door, self.id, key) = (door, id, .init()) }

    /// Nil for anything but a key that ``file`` has written.
    package init?(file: some Sequence<UInt8>) {
        let members = try? JSONSerialization.jsonObject(with: Data(file)) as? [String: String]
        guard let members, members["kty"] == "OKP", members["crv"] == "Ed25519", let door = members["door"],
            let id = members["kid"], let bytes = members["d"].flatMap({ Base64URL.bytes($0) }),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { return nil }
        (self.door, self.id, self.key) = (door, id, key)
    }

    /// The key as a JWK. Whoever reads it can sign as this door.
    package var file: Data {
        get throws {
            try JSONSerialization.data(
                withJSONObject: [
                    "crv": "Ed25519", "d": Base64URL.text(key.rawRepresentation), "door": door, "kid": id, "kty": "OKP",
                    "x": publicKey,
                ], options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        }
    }

    /// As the directory has it.
    package var publicKey: String { Base64URL.text(key.publicKey.rawRepresentation) }

    /// The directory's entry for the key.
    package var entry: CountyDirectory.Key { .with { ($0.id, $0.x) = (id, publicKey) } }

    /// The event with the proof that somebody gives it.
    ///
    /// - Parameters:
    ///   - person: the directory's id, a source of reports, or an account; nil: the door itself.
    ///   - loggedIn: when they were found to be that; nil: now.
    ///   - now: nil: the event's time.
    /// - Throws: where the proof would be longer than the event may carry.
    package func sign(
        _ event: Event, for person: String?, _ assurance: Assurance, loggedIn: Date? = nil, now: Date? = nil
    ) throws -> Event {
        let now = now ?? event.time
        let own = door.split(separator: "/").last.map(String.init) ?? door
        let proof = ActorProof(
            iss: door, sub: person ?? own, acr: assurance.rawValue,
            authTime: Int((loggedIn ?? now).timeIntervalSince1970), iat: Int(now.timeIntervalSince1970),
            event: .init(event))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = try CompactJWS.sign(Bytes(encoder.encode(proof)), type: ActorProof.type, keyId: id, key)
        guard text.utf8.count <= Event.actorLimit else {
            throw Undecodable(
                "ce_actor", "longer than \(Event.actorLimit) bytes: the event's id, source or type is too long")
        }
        var signed = event
        signed.actor = text
        return signed
    }
}
