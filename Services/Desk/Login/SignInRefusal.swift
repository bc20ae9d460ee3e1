import DeskSignIn
import Domain
import OpenID

/// Why somebody whom the provider knows is not let in.
enum SignInRefusal: String, Error, CaseIterable, Sendable {
    /// Nobody in the directory has this address or id.
    case unknown
    /// Several people of the directory have this address.
    case several
    /// The provider says that nobody has proven the address to be theirs.
    case unverified
    /// The county demands a higher level of assurance.
    case assurance

    /// The text's name in the catalogue.
    var text: String { "desk.sign_in.refused.\(rawValue)" }
}

/// How signing in ends, in the metric `desk_sign_ins_total`.
enum SignInResult: String, CaseIterable, Sendable {
    case signedIn = "signed_in"
    case unknown, several, unverified, assurance
    /// The person, or the provider for them, has said no.
    case cancelled
    /// The provider cannot be reached, or what it says does not hold. The log says what.
    case provider
    /// What came back with the browser is no answer to what was asked.
    case answer

    init(_ refusal: SignInRefusal) {
        self =
            switch refusal {
            case .unknown: .unknown
            case .several: .several
            case .unverified: .unverified
            case .assurance: .assurance
            }
    }
}

extension County {
    /// Whom the provider means.
    func person(_ identity: Identity, by claim: PersonClaim) throws(SignInRefusal) -> Person {
        switch claim {
        case .email:
            guard let address = identity.text("email")?.lowercased() else { throw .unknown }
            guard identity.isEmailVerified ?? true else { throw .unverified }
            let found = people.values.filter { $0.email.text.lowercased() == address }
            guard found.count < 2 else { throw .several }
            guard let person = found.first else { throw .unknown }
            return person
        case .subject: return try person(id: identity.subject)
        case .preferredUsername: return try person(id: identity.text("preferred_username"))
        }
    }

    private func person(id: String?) throws(SignInRefusal) -> Person {
        guard let person = id.flatMap({ people[$0] }) else { throw .unknown }
        return person
    }

    /// Whether somebody who has signed in may go on: they are still in the directory, and were authenticated as the county
    /// demands now.
    func admit(_ person: String, _ assurance: Assurance) throws(SignInRefusal) {
        guard people[person] != nil else { throw .unknown }
        guard settings.minimumAssurance.map(assurance.isAtLeast) ?? true else { throw .assurance }
    }
}
