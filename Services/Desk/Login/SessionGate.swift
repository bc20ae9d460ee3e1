import Domain
import Hummingbird

/// Lets in who has signed in, and forms that come from the desk's own pages.
///
/// Whoever has not is sent to sign in and comes back. What changes something must carry its session's token, and come from the
/// same site: no page behind this gate has to remember it.
struct SessionGate: RouterMiddleware {
    let login: Login

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        var (request, context) = (request, context)
        let changesSomething = SameSiteCheck.isNeeded(for: request.method)
        guard let token = LoginCookies.token(request), let found = try await login.session(token) else {
            return askToSignIn(request, context)
        }
        if changesSomething, !SameSiteCheck.isOwn(request.headers, login.address) { throw HTTPError(.forbidden) }
        context.signedIn = found.session.signedIn
        context.csrf = login.sessions.secret.formToken(of: found.session)
        context.isStillSignedIn = { (try? await login.lasts(token)) ?? false }
        if changesSomething {
            // Whole, so that the page can read it again.
            request.body = .init(buffer: try await request.wholeBody(atMost: context.maxUploadSize))
            let form = try await Form(request, context)
            guard login.sessions.secret.isFormToken(form["csrf"], of: found.session) else {
                throw HTTPError(.forbidden)
            }
        }
        var response = try await next(request, context)
        // After the page, which may fail: a token that the browser never gets would sign it out.
        if found.isDue, let fresh = try await login.sessions.rotate(token), !endsSession(response) {
            LoginCookies.set(fresh, on: &response)
        }
        return response
    }

    /// Whether the page has signed the person out.
    private func endsSession(_ response: Response) -> Bool {
        response.headers[values: .setCookie].contains { $0.hasPrefix(LoginCookies.session + "=") }
    }

    /// A page is what one comes back to. A form, and what a script asks for, is not: the way leads back to the page that had it.
    private func askToSignIn(_ request: Request, _ context: DeskContext) -> Response {
        let path = OwnPath(shownBy: request)
        let isForm = SameSiteCheck.isNeeded(for: request.method)
        // Whoever has been signed out meanwhile is where they wanted to be.
        if request.method == .post, request.uri.path == Login.signOutPath { return .signedOut }
        let isPage = request.headers[.secFetchMode].map { $0 == "navigate" } ?? true
        guard isPage, !isForm else {
            return login.page("desk.sign_in.needed", [Login.again(to: path)], request, context, status: .unauthorized)
        }
        return .seeOther(Login.signInAddress(to: path))
    }
}
