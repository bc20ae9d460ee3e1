package import CloudEvents
import Crypto
package import Domain
package import Foundation

/// Who gives a command, as the extension `actor` says it: the claims that a door signs (`Docs/signing.md`).
///
/// The signature is over the event's id, type, source and time and over the hash of its data, so that it holds for this
/// record alone, wherever the record is copied to.
package struct ActorProof: Sendable, Codable {
    /// County and door, for example `SRM/desk`.
    let iss: String
    /// Who acts: the directory's id of one of the staff, a source of reports, an account, or the door itself.
    let sub: String
    /// How they were found to be that; see `Assurance`.
    let acr: String
    /// When, in seconds since 1970.
    let authTime: Int
    /// When it was signed, in seconds since 1970.
    let iat: Int
    let event: SignedEvent

    private enum CodingKeys: String, CodingKey {
        case iss, sub, acr, iat, event
        case authTime = "auth_time"
    }

    struct SignedEvent: Codable, Hashable {
        let id: String
        let type: String
        let source: String
        /// RFC 3339.
        let time: String
        /// SHA-256 of the data as it lies in the record, in base64url.
        let sha256: String

        init(_ event: Event) {
            (id, type, source) = (event.id, event.type, event.source)
            (time, sha256) = (Timestamp.text(event.time), Base64URL.text(SHA256.hash(data: event.asSent)))
        }

        /// Where a service has sealed what came in clear, the hash is that of the data in clear.
        func isOf(_ event: Event) -> Bool {
            let other = SignedEvent(event)
            return (id, type, source) == (other.id, other.type, other.source)
                && Timestamp.date(time).map(Timestamp.text) == other.time
                && (sha256 == other.sha256
                    || event.sealed?.isOpen == true && sha256 == Base64URL.text(SHA256.hash(data: event.data)))
        }
    }

    static let type = "actor+jwt"
    /// How far the clocks of a door and of Kafka may be apart.
    static let clockSkew: TimeInterval = 60
    /// The longest that somebody may have been logged in.
    static let longestSession: TimeInterval = 24 * 3_600
}

/// Who acts, proven.
package struct ProvenActor: Sendable {
    package let county: County
    package let door: County.Door
    package let person: String
    package let assurance: Assurance
    package let keyId: String

    /// The door as signatures name it: `SRM/desk`.
    package var doorName: String { "\(county.code)/\(door.id)" }

    /// Whether it is one of the directory's people, and no program.
    package var isOfStaff: Bool { county.people[person] != nil }

    /// What each fact that follows says of it.
    package var auth: AuthContext {
        let claims = ["assurance": assurance.rawValue, "door": doorName, "key": keyId]
        let json = try? JSONSerialization.data(withJSONObject: claims, options: [.sortedKeys, .withoutEscapingSlashes])
        return AuthContext(
            type: isOfStaff ? "user" : "service_account", id: person,
            claims: String(decoding: json ?? Data(), as: UTF8.self))
    }
}

extension AuthContext {
    /// The claims of a ``ProvenActor``: `door`, `assurance` and `key`.
    package var proofClaims: [String: String] {
        let claims = try? JSONSerialization.jsonObject(with: Data(claims.utf8))
        return claims as? [String: String] ?? [:]
    }

    /// The code of the county whose door has proven it.
    package var county: String? {
        proofClaims["door"].map { String($0.prefix { $0 != "/" }) }
    }
}

extension Directory {
    /// Who gives an event from outside, by its signature.
    ///
    /// - Parameter received: when Kafka received the record.
    /// - Throws: `actor.unproven` with what is wrong, or `actor.not_entitled`.
    package func proveActor(of event: Event, received: Date) throws(Fault) -> ProvenActor {
        guard let text = event.actor else { throw .unproven("missing") }
        guard text.utf8.count <= Event.actorLimit, let jws = CompactJWS(text, type: ActorProof.type),
            let proof = try? JSONDecoder().decode(ActorProof.self, from: Data(jws.claims)),
            let assurance = Assurance(rawValue: proof.acr)
        else { throw .unproven("format") }
        let issuer = proof.iss.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let day = CivilTime.day(of: received)
        guard issuer.count == 2, let county = counties[issuer[0]], let door = county.doors[issuer[1]],
            let key = door.keys.first(where: { $0.id == jws.keyId && $0.counts(on: day) })
        else { throw .unproven("key") }
        guard jws.isSigned(by: key) else { throw .unproven("signature") }
        guard proof.event.isOf(event) else { throw .unproven("event") }
        let window = Double(county.settings.proofMinutes) * 60
        let age = received.timeIntervalSince1970 - Double(proof.iat)
        let session = Double(proof.iat) - Double(proof.authTime)
        guard -ActorProof.clockSkew...window ~= age,
            -ActorProof.clockSkew...ActorProof.longestSession ~= session
        else { throw .unproven("time") }
        guard county.maySpeak(door, for: proof.sub) else { throw Fault(.actorNotEntitled) }
        return ProvenActor(county: county, door: door, person: proof.sub, assurance: assurance, keyId: key.id)
    }
}

extension Fault {
    /// - Parameter reason: the text `proof.<reason>` of the catalogue.
    package static func unproven(_ reason: String, at path: String = "ce_actor") -> Fault {
        Fault(.actorUnproven, at: path, ["reason": "proof.\(reason)"])
    }
}
