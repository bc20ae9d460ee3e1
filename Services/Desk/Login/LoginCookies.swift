import Crypto
import Domain
import Foundation
import Hummingbird
import OpenID

/// The cookies of the desk. `__Host-`: no other host and no plain connection can set them (RFC 6265bis §4.1.3.2). On
/// loopback browsers take them over plain http as well.
enum LoginCookies {
    static let session = "__Host-desk"
    static let signIn = "__Host-desk-sign-in"
    static let language = "__Host-desk-language"

    static func token(_ request: Request) -> SessionToken? {
        request.cookies[session].flatMap { SessionToken($0.value) }
    }

    /// It ends with the browser, or before, by the session's limits.
    static func set(_ token: SessionToken, on response: inout Response) {
        response.setCookie(cookie(session, token.text, maxAge: nil))
    }

    static func set(_ sealed: String, lasting seconds: Int, on response: inout Response) {
        response.setCookie(cookie(signIn, sealed, maxAge: seconds))
    }

    /// For a year.
    static func set(_ chosen: Language, on response: inout Response) {
        response.setCookie(cookie(language, chosen.rawValue, maxAge: 365 * 24 * 3_600))
    }

    static func language(_ request: Request) -> Language {
        request.cookies[language].flatMap { Language(rawValue: $0.value) } ?? .swedish
    }

    static func remove(_ name: String, from response: inout Response) {
        response.setCookie(cookie(name, "", maxAge: 0))
    }

    /// `Lax`: the links in mails and the way back from the provider begin elsewhere.
    private static func cookie(_ name: String, _ value: String, maxAge: Int?) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }
}

/// A sign-in that has begun, sealed into a cookie: the desk keeps nothing of whoever has not signed in.
struct BegunSignIn: Codable, Sendable {
    let pending: PendingSignIn
    /// Where they wanted to go.
    let path: String
    let ends: Date

    /// Seconds that one has at the provider.
    static let patience = 15 * 60

    init(_ pending: PendingSignIn, to path: OwnPath, now: Date) {
        (self.pending, self.path) = (pending, path.text)
        ends = now.addingTimeInterval(TimeInterval(Self.patience))
    }

    func sealed(_ secret: LoginSecret) throws -> String {
        let box = try AES.GCM.seal(JSONEncoder().encode(self), using: secret.key(for: "sign-in"))
        return (box.combined ?? Data()).base64URL
    }

    /// Nil for what this desk has not sealed, or what is too old.
    init?(_ text: String, _ secret: LoginSecret, now: Date) {
        guard text.utf8.count <= 4_096, let bytes = Data(base64URL: text),
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let json = try? AES.GCM.open(box, using: secret.key(for: "sign-in")),
            let begun = try? JSONDecoder().decode(Self.self, from: json), begun.ends > now
        else { return nil }
        self = begun
    }
}

/// Shows each page in the language that was chosen: Swedish, unless the other one was.
struct ChosenLanguage: RouterMiddleware {
    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.language = LoginCookies.language(request)
        return try await next(request, context)
    }
}
