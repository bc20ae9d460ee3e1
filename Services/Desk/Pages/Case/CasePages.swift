import Domain
import Hummingbird

/// The pages on which a case is read: what has happened, what happens and what comes next (rule 20); its meetings and its plan;
/// and all of it on one page, to print.
struct CasePages: Sendable {
    let desk: DeskServices

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference") { (request, context) -> Response in
            let page = try await desk.casePage(context)
            let number = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
            return show(page.overview(page: number), request, context)
        }
        router.get("case/:reference/meetings") { (request, context) -> Response in
            let page = try await desk.casePage(context, .plan ... .whole)
            return show(page.meetingsPage, request, context)
        }
        router.get("case/:reference/print") { (request, context) -> Response in
            show(try await desk.casePage(context).printed, request, context)
        }
    }

    private func show(_ page: Page, _ request: Request, _ context: DeskContext) -> Response {
        desk.renderer.response(page, request, context)
    }
}
