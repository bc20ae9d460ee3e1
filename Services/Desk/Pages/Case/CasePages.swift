import Domain
import Hummingbird

/// The pages on which a case is read: what has happened, what happens and what comes next (rule 20); what is known, list by list;
/// and all of it, to print.
struct CasePages: Sendable {
    let desk: DeskServices

    func add(to router: Router<DeskContext>) {
        router.get("case/:reference") { (request, context) -> Response in
            let page = try await desk.casePage(context)
            return show(page.overview(page: request.page), request, context)
        }
        router.get("case/:reference/print") { (request, context) -> Response in
            show(try await desk.casePage(context).printed(page: request.page), request, context)
        }
        router.get("case/:reference/known/:list") { (request, context) -> Response in
            guard let list = KnownList(word: try context.parameters.require("list")) else { throw NotShown() }
            let page = try await desk.casePage(context, .whole ... .whole)
            guard page.has(list) else { throw NotShown() }
            return show(page.listPage(list, page: request.page), request, context)
        }
    }

    private func show(_ page: Page, _ request: Request, _ context: DeskContext) -> Response {
        desk.renderer.response(page, request, context)
    }
}
