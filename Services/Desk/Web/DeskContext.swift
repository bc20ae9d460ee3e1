import Domain
import Foundation
import Hummingbird

/// A request's context: who has signed in, and how they want to read.
struct DeskContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Nil on pages that need no sign-in.
    var signedIn: SignedIn?
    var language = Language.swedish
    /// Set by the session: every form that the page shows must carry it.
    var csrf = ""
    /// Whether the session still lasts. What takes longer than a page asks now and then.
    var isStillSignedIn: @Sendable () async -> Bool = { true }

    /// A form of 50 kB of text, percent-encoded, with room to spare.
    var maxUploadSize: Int { 512 * 1_024 }

    init(source: Source) { coreContext = .init(source: source) }

    /// - Throws: `HTTPError` 401 where nobody has signed in, which the session prevents.
    func person() throws -> SignedIn {
        guard let signedIn else { throw HTTPError(.unauthorized) }
        return signedIn
    }
}

/// Who has signed in, and how they were found to be that.
struct SignedIn: Sendable, Hashable {
    /// The id in the directory.
    var person: String
    /// The county in whose directory they are.
    var county: String
    var assurance: Assurance
    var at: Date
}
