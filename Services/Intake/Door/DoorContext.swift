import Domain
import Hummingbird
import NIOCore

/// A request's context: who sends it.
struct DoorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let address: String

    init(source: Source) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// Answers what no route takes: a wrong method with what is allowed, a wrong path with the right ones.
struct Unrouted: RouterMiddleware {
    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
            let path = request.uri.path.split(separator: "/")
            guard path.starts(with: ["v1", "concerns"]), path.count <= 3 else {
                return Problem(.notFound, [Fault(.pathUnknown)]).response
            }
            var response = Problem(.methodNotAllowed, [Fault(.methodUnknown)]).response
            response.headers[.allow] = path.count == 2 ? "POST" : "GET"
            return response
        }
    }
}
