import Domain
import Hummingbird
import NIOCore

/// Lets in who has signed in, and forms that come from the desk's own pages.
///
/// Whoever has not is sent to sign in and comes back. What changes something must carry its session's token, and come from the
/// same site: no page behind this gate has to remember it.
struct SessionGate: RouterMiddleware {
    let login: Login
    /// The longest that a form may take to arrive.
    var patience: Duration = .seconds(20)

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
        context.isStillSignedIn = { (try? await login.sessions.lasts(token)) ?? false }
        if changesSomething {
            try await collectBody(of: &request, context)
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

    /// Whole, so that it can be read again by the page.
    private func collectBody(of request: inout Request, _ context: DeskContext) async throws {
        let (body, limit, patience) = (request.body, context.maxUploadSize, patience)
        let collected = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do { return try await body.collect(upTo: limit) } catch is NIOTooManyBytesError {
                    throw HTTPError(.contentTooLarge)
                }
            }
            group.addTask {
                try await Task.sleep(for: patience)
                throw HTTPError(.requestTimeout)
            }
            guard let collected = try await group.next() else { throw HTTPError(.requestTimeout) }
            return collected
        }
        request.body = .init(buffer: collected)
    }

    /// A page is what one comes back to. A form, and what a script asks for, is not.
    private func askToSignIn(_ request: Request, _ context: DeskContext) -> Response {
        let path = OwnPath(request.uri.description) ?? .home
        let isPage = request.headers[.secFetchMode].map { $0 == "navigate" } ?? true
        guard isPage, !SameSiteCheck.isNeeded(for: request.method) else {
            return login.page("desk.sign_in.needed", [Login.again(to: .home)], request, context, status: .unauthorized)
        }
        return .seeOther(Login.signInAddress(to: path))
    }
}
