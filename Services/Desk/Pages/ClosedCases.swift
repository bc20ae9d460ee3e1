import Codec
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// A case's page that is not shown says what can be done all the same: reading in an emergency, and recording that a consent is
/// taken back. It is the same page whether there is such a case or not.
///
/// Only whoever has just registered a concern themselves is told that its case is on its way: they have its receipt.
struct ClosedCases: RouterMiddleware {
    let desk: DeskServices

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch is NotShown {
            let parts = request.uri.path.split(separator: "/")
            guard request.method == .get, parts.count > 1, parts[0] == "case", parts[1].utf8.count <= 128 else {
                throw NotShown()
            }
            let reference = String(parts[1])
            if parts.count == 2, try await isAwaited(reference, by: context.person()) {
                return opening(reference, request, context)
            }
            var page = PlainPages.page(.notFound, context.language)
            page.model["withhold"] = WithholdButton(reference, context.language)
            page.model["emergency"] = Link(
                Catalogue.text("desk.emergency.link", context.language), EmergencyPages.path(reference))
            return desk.renderer.response(page, request, context)
        }
    }

    // MARK: On its way

    /// Seconds from one look to the next.
    private static let pause = 3
    /// After so many looks the page waits for whoever reads it.
    private static let mostLooks = 20
    /// A case is opened within moments. One that is not there so long afterwards is none that is on its way.
    private static let patience: TimeInterval = 3_600

    /// Whether the person has registered the concern that the case begins with, and Mapping has not opened it yet.
    private func isAwaited(_ reference: String, by person: SignedIn) async throws -> Bool {
        let (source, earliest) = (desk.commands.source, desk.now() - Self.patience)
        return try await desk.read { db, _ in
            guard try db.isUnheardOf(reference) else { return false }
            return try db.reports(registeredIn: reference, from: source, since: earliest).contains { report in
                OwnReport(id: report, by: person) != nil
            }
        }
    }

    /// It looks again by itself, without a script, for a minute.
    private func opening(_ reference: String, _ request: Request, _ context: DeskContext) -> Response {
        func words(_ name: String) -> String {
            Catalogue.text("desk.opening.\(name)", context.language, ["case": reference])
        }
        let (path, look) = (
            "/case/\(reference)", max(0, request.uri.queryParameters.get("look").flatMap { Int($0) } ?? 0)
        )
        let looksAgain = look < Self.mostLooks
        let page = Page(
            template: "notice", title: words("title"),
            model: ["words": words(looksAgain ? "words" : "later"), "again": Link(words("again"), path)],
            status: .accepted, place: "work")
        var response = desk.renderer.response(page, request, context)
        if looksAgain, let refresh = HTTPField.Name("Refresh") {
            response.headers[refresh] = "\(Self.pause); url=\(path)?look=\(look + 1)"
        }
        return response
    }
}
