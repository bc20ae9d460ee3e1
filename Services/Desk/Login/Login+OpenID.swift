import DeskSignIn
import Domain
import Hummingbird
import Logging
import OpenID

extension Login {
    /// Sends the browser to the provider.
    func beginOpenID(_ party: RelyingParty, _ request: Request, _ context: DeskContext) async throws -> Response {
        let path = Self.wantedPath(request)
        if let token = LoginCookies.token(request), try await session(token) != nil { return .seeOther(path.text) }
        do throws(OpenIDFault) {
            let begun = try await party.begin()
            // Not by a redirect: browsers do not let a form of ours end at another host (CSP's form-action), and a form can lead
            // here, when a session ends meanwhile.
            let link = Link(address: begun.address, text: "desk.sign_in.continue")
            var response = page("desk.sign_in", [link], request, context)
            response.headers[.refresh] = "0; url=\(begun.address)"
            let sealed = try? BegunSignIn(begun.pending, to: path, now: now()).sealed(sessions.secret)
            LoginCookies.set(sealed ?? "", lasting: BegunSignIn.patience, on: &response)
            return response
        } catch { return refused(error, to: path, request, context) }
    }

    /// The browser is back.
    func endOpenID(
        _ party: RelyingParty, _ claim: PersonClaim, _ map: AssuranceMap, _ request: Request, _ context: DeskContext
    ) async throws -> Response {
        let begun = request.cookies[LoginCookies.signIn].flatMap {
            BegunSignIn($0.value, sessions.secret, now: now())
        }
        let path = begun.flatMap { OwnPath($0.path) } ?? .home
        var response: Response
        do {
            guard let begun else { throw OpenIDFault.answer(.otherState) }
            let answer = try AuthorizationAnswer(query: request.uri.query ?? "")
            let identity = try await party.finish(answer, of: begun.pending)
            let (county, assurance) = (try await ownCounty(), map.assurance(identity.context))
            let person = try county.person(identity, by: claim)
            try county.admit(person.id, assurance)
            // Where no age is demanded, the provider's word counts from when it was given: what it says of the authentication may
            // be days old, or missing, and nobody could act by it.
            let authenticatedAt = party.maximumAge == nil ? nil : identity.authenticatedAt
            let signedIn = SignedIn(
                person: person.id, county: county.code, assurance: assurance,
                at: authenticatedAt ?? identity.issuedAt)
            response = try await signIn(signedIn, to: path, request)
        } catch OpenIDFault.answer(.otherState) {
            // Two sign-ins at once, in two windows: the other one has been completed.
            if let token = LoginCookies.token(request), try await session(token) != nil { return .seeOther("/") }
            response = refused(.answer(.otherState), to: path, request, context)
        } catch let fault as OpenIDFault {
            response = refused(fault, to: path, request, context)
        } catch let refusal as SignInRefusal {
            response = refused(refusal, request, context)
        }
        LoginCookies.remove(LoginCookies.signIn, from: &response)
        return response
    }

    private func refused(
        _ fault: OpenIDFault, to path: OwnPath, _ request: Request, _ context: DeskContext
    ) -> Response {
        logger.notice("somebody could not sign in", metadata: ["why": "\(fault)"])
        let (result, name, status): (SignInResult, String, HTTPResponse.Status) =
            switch fault {
            case .answer(.refused("access_denied")): (.cancelled, "desk.sign_in.cancelled", .forbidden)
            case .token(.context): (.assurance, SignInRefusal.assurance.text, .forbidden)
            case .answer(.refused), .provider, .token, .configuration:
                (.provider, "desk.sign_in.provider", .serviceUnavailable)
            case .answer: (.answer, "desk.sign_in.other", .badRequest)
            }
        counter.count(result)
        return page(name, [Self.again(to: path)], request, context, status: status)
    }

    func refused(_ refusal: SignInRefusal, _ request: Request, _ context: DeskContext) -> Response {
        logger.notice("somebody could not sign in", metadata: ["why": "\(refusal.rawValue)"])
        counter.count(SignInResult(refusal))
        // At the provider they are signed in as whoever is not let in, so they must be able to sign out there.
        let links = [Self.again(to: .home), Link(address: "/sign-out", text: "desk.sign_in.other_person")]
        return page(refusal.text, links, request, context, status: .forbidden)
    }
}
