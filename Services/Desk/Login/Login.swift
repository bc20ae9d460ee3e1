import DeskSignIn
import Domain
import Foundation
import Hummingbird
import Logging
import OpenID
import ServiceLifecycle

/// Signing in and out: who somebody is, from the first page until the session ends.
struct Login: Sendable {
    enum Method: Sendable {
        case openID(RelyingParty, PersonClaim, AssuranceMap)
        /// Everybody may be anybody.
        case development

        init(_ method: LoginSettings.Method) {
            switch method {
            case .openID(let configuration, let claim, let map): self = .openID(RelyingParty(configuration), claim, map)
            case .development: self = .development
            }
        }
    }

    let method: Method
    let address: DeskAddress
    let sessions: SessionStore
    /// The code of the county whose desk it is. Its people alone sign in.
    let county: String
    /// As it is now.
    let directory: @Sendable () async throws -> Directory
    let renderer: PageRenderer
    var now: @Sendable () -> Date = { Date() }
    var counter = LabelledCounter<SignInResult>("desk_sign_ins_total", label: "result")
    let logger: Logger

    static let signOutPath = "/sign-out"
    /// Bytes of a form that anybody may send.
    static let largestOpenForm = 16 * 1_024

    /// The pages that are open to everybody.
    func addOpenPages(to router: Router<DeskContext>) {
        router.get("sign-in") { (request, context) -> Response in
            switch method {
            case .openID(let party, _, _): try await beginOpenID(party, request, context)
            case .development: try await chooseSomebody(request, context)
            }
        }
        router.post("language") { request, context in try await setLanguage(request, context) }
        router.get("sign-out") { (request, context) -> Response in try await signOut(request, context) }
        switch method {
        case .openID(let party, let claim, let map):
            router.get(RouterPath(LoginSettings.callbackPath)) { request, context in
                try await endOpenID(party, claim, map, request, context)
            }
        case .development:
            router.post("sign-in") { request, context in try await beSomebody(request, context) }
        }
    }

    /// What only those do who have signed in.
    func addPages(to router: Router<DeskContext>) {
        router.post("sign-out") { (request, context) -> Response in
            let form = try await Form(request, context)
            if form.isChecked("everywhere") { try await sessions.endAll(of: context.person()) }
            if let token = LoginCookies.token(request) { try await sessions.end(token) }
            return .signedOut
        }
    }

    /// Whoever has signed in with this token, if the county still admits them.
    func session(_ token: SessionToken) async throws -> SessionStore.Found? {
        guard let found = try await sessions.find(token) else { return nil }
        if try await isAdmitted(found.session.signedIn) { return found }
        try await sessions.end(token)
        return nil
    }

    /// Whether whoever has signed in with this token still is. Asking does not make the session last longer.
    func lasts(_ token: SessionToken) async throws -> Bool {
        guard let session = try await sessions.session(of: token) else { return false }
        return try await isAdmitted(session.signedIn)
    }

    private func isAdmitted(_ signedIn: SignedIn) async throws -> Bool {
        do {
            guard signedIn.county == county else { return false }
            try await ownCounty().admit(signedIn.person, signedIn.assurance)
            return true
        } catch is SignInRefusal { return false }
    }

    /// - Throws: ``SignInRefusal/unknown`` while the directory has no such county.
    func ownCounty() async throws -> County {
        guard let county = try await directory().counties[county] else { throw SignInRefusal.unknown }
        return county
    }

    /// A session begins, and the one that the browser had ends: a token from before the sign-in is worth nothing after it.
    func signIn(_ signedIn: SignedIn, to path: OwnPath, _ request: Request) async throws -> Response {
        if let former = LoginCookies.token(request) { try await sessions.end(former) }
        var response = Response.seeOther(path.text)
        LoginCookies.set(try await sessions.begin(signedIn), on: &response)
        counter.count(.signedIn)
        return response
    }

    /// It is kept in a cookie, since it is chosen before one signs in, too.
    private func setLanguage(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard SameSiteCheck.isOwn(request.headers, address) else { throw HTTPError(.forbidden) }
        let form = try await Form(request, context, atMost: Self.largestOpenForm)
        guard let language = Language(rawValue: form["language"]) else { throw HTTPError(.badRequest) }
        var response = Response.seeOther((OwnPath(form["back"]) ?? .home).text)
        LoginCookies.set(language, on: &response)
        return response
    }

    // MARK: Pages

    struct Link {
        let address: String
        /// The text's name in the catalogue.
        let text: String
    }

    /// A page with a sentence and links.
    func page(
        _ name: String, _ links: [Link], _ request: Request, _ context: DeskContext,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let language = context.language
        let page = Page(
            template: "sign_in", title: Catalogue.text(name, language),
            model: [
                "words": Catalogue.text("\(name).words", language),
                "links": links.map { ["address": $0.address, "label": Catalogue.text($0.text, language)] },
            ], status: status)
        return renderer.response(page, request, context)
    }

    /// A link to sign in, and to go on from there.
    static func again(to path: OwnPath) -> Link {
        Link(address: signInAddress(to: path), text: "desk.sign_in.again")
    }

    static func signInAddress(to path: OwnPath) -> String {
        let allowed = CharacterSet(charactersIn: "/-._~").union(.alphanumerics)
        let escaped = path.text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        return path == .home ? "/sign-in" : "/sign-in?to=\(escaped)"
    }

    static func wantedPath(_ request: Request) -> OwnPath {
        request.uri.queryParameters["to"].flatMap { OwnPath(String($0)) } ?? .home
    }

    /// Whoever is signed in is asked, here or everywhere: a page elsewhere can lead to this one, and must not end anything.
    private func signOut(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard let token = LoginCookies.token(request), let found = try await session(token) else {
            return await signedOut(request, context)
        }
        var context = context
        context.signedIn = found.session.signedIn
        context.csrf = sessions.secret.formToken(of: found.session)
        let page = Page(template: "sign_out", title: Catalogue.text("desk.sign_out", context.language))
        return renderer.response(page, request, context)
    }

    /// Where the provider has a session of its own, it is ended by a link: browsers do not let a form lead to another host.
    private func signedOut(_ request: Request, _ context: DeskContext) async -> Response {
        var links = [Self.again(to: .home)]
        if case .openID(let party, _, _) = method,
            let address = await party.signOutAddress(returningTo: address.origin + Self.signOutPath)
        {
            links.append(Link(address: address, text: "desk.signed_out.provider"))
        }
        return page("desk.signed_out", links, request, context)
    }
}

extension Response {
    /// The session's cookie goes, and with it all that the browser has stored for the desk, such as text that was not sent (W3C
    /// Clear Site Data).
    static var signedOut: Response {
        var response = Response.seeOther(Login.signOutPath)
        response.headers[.clearSiteData] = "\"storage\""
        LoginCookies.remove(LoginCookies.session, from: &response)
        return response
    }
}

extension Login: Service {
    /// Ends the provider's connections with the process.
    func run() async throws {
        try? await gracefulShutdown()
        if case .openID(let party, _, _) = method { await party.close() }
    }
}
