import Hummingbird
import Metrics

/// How many requests each route has answered, and how long that took: `desk_requests_total` by page and status, and
/// `desk_request_seconds` by page.
///
/// The page is its route (`/case/:reference`), so that no reference is a label and no request makes a new series.
struct PageMetrics: RouterMiddleware {
    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let page = context.endpointPath ?? "none"
        Counter(label: "desk_requests_total", dimensions: [("page", page), ("status", "\(response.status.code)")])
            .increment()
        Timer(label: "desk_request_seconds", dimensions: [("page", page)]).record(duration: .now - start)
        return response
    }
}
