import Domain
import Hummingbird
import Logging
import Views

/// What cannot be shown is told on a plain page, in words. It never tells whether something exists that somebody may not see.
struct PlainPages: RouterMiddleware {
    let renderer: PageRenderer

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let status = Self.status(of: error)
            if status == .internalServerError {
                // The error's text may hold what somebody has written.
                context.logger.error("a page failed", metadata: ["error": "\(type(of: error))"])
            }
            let page = Self.page(status, context.language)
            return renderer.response(page, request, context)
        }
    }

    static func status(of error: any Error) -> HTTPResponse.Status {
        switch error {
        case let error as HTTPError: error.status
        case is NotShown: .notFound
        case is ViewNotReady: .serviceUnavailable
        default: .internalServerError
        }
    }

    static func page(_ status: HTTPResponse.Status, _ language: Language) -> Page {
        let known: [HTTPResponse.Status] = [
            .badRequest, .forbidden, .notFound, .contentTooLarge, .serviceUnavailable,
        ]
        let other: HTTPResponse.Status = status.kind == .clientError ? .badRequest : .internalServerError
        let name = "desk.error.\((known.contains(status) ? status : other).code)"
        return Page(
            template: "notice", title: Catalogue.text(name, language),
            model: ["words": Catalogue.text("\(name).words", language)], status: status)
    }
}

/// It does not exist, or the person may not see it: nobody learns which.
struct NotShown: Error {}
