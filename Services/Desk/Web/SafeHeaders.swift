import HTTPTypes
import Hummingbird

/// What every answer tells the browser: nothing from elsewhere, nothing inline, nothing kept (OWASP Secure Headers).
struct SafeHeaders: RouterMiddleware {
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // A body after HEAD would be read as the next answer on the connection, which may be somebody else's.
        if request.method == .head { response = response.createHeadResponse() }
        func set(_ name: String, _ value: String) {
            guard let name = HTTPField.Name(name), response.headers[name] == nil else { return }
            response.headers[name] = value
        }
        set("Content-Security-Policy", Self.policy)
        set("X-Content-Type-Options", "nosniff")
        // The case's reference stands in the address. With no-referrer a form's Origin would be null.
        set("Referrer-Policy", "same-origin")
        set("Cross-Origin-Opener-Policy", "same-origin")
        set("Cross-Origin-Resource-Policy", "same-origin")
        set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        set("Cache-Control", "no-store")
        return response
    }
}
