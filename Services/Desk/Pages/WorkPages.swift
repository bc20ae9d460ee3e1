import DeskCore
import Domain
import Foundation
import Hummingbird

/// *My work*: what waits for whom, by date, and the way to it (rules 19 and 20).
struct WorkPages: Sendable {
    let desk: DeskServices

    /// As many cases as a page has.
    static let pageSize = 50
    private static let meetingLimit = 50

    func add(to router: Router<DeskContext>) {
        router.get("/") { _, _ in Response.seeOther("/work") }
        router.get("work") { request, context in try await show(request, context) }
        router.post("work/find") { request, context in try await find(request, context) }
        // Where somebody comes back to the address of a form, such as after a switch of language.
        for path in ["work/find", "work/filters"] {
            router.get(RouterPath(path)) { _, _ in Response.seeOther("/work") }
        }
        router.post("work/filters") { request, context in try await save(request, context) }
        router.post("work/filters/remove") { request, context in
            let form = try await Form(request, context)
            try await desk.filters.remove(form["name"], of: context.person())
            return Response.seeOther("/work")
        }
    }

    /// What somebody has written that was not right, shown again where they wrote it.
    struct Mistake: Sendable {
        var field: String
        var written: String
        var words: String
    }

    private func show(_ request: Request, _ context: DeskContext, _ mistake: Mistake? = nil) async throws -> Response {
        let (person, parameters) = (try context.person(), request.uri.queryParameters)
        let filter = WorkFilter { parameters.get($0) }
        // The contract of a link is loose: what is no page is the first.
        let number = min(max(parameters.get("page").flatMap { Int($0) } ?? 1, 1), 100_000)
        let now = desk.now()
        let found = try await desk.read { db, directory in
            guard let county = directory.counties[person.county] else { throw NotShown() }
            let scope = WorkScope(person.person, county, at: now)
            let narrowings = try db.workCounts(scope, filter)
            return WorkFound(
                scope: scope, filter: filter, page: number,
                rows: try db.work(scope, filter, limit: Self.pageSize, offset: (number - 1) * Self.pageSize),
                narrowings: narrowings,
                counts: try scope.lists.reduce(into: [:]) { counts, list in
                    counts[list] = try list == filter.list ? narrowings.all : db.workCount(scope, [list])
                },
                own: try filter.list == nil ? narrowings.all : db.workCount(scope, WorkFilter.own),
                meetings: try db.meetings(scope, until: Self.endOfNextWeek(now), limit: Self.meetingLimit))
        }
        let shown = WorkShown(found, context.language, saved: try await desk.filters.all(of: person), mistake)
        var page = Page(
            template: "work", title: Catalogue.text("desk.nav.work", context.language), model: shown.model,
            place: "work")
        if mistake != nil { page.status = .unprocessableContent }
        return desk.renderer.response(page, request, context)
    }

    /// Sunday of next week, at midnight.
    private static func endOfNextWeek(_ now: Date) -> Date {
        let today = CivilTime.day(of: now)
        return CivilTime.instant(today.plus(15 - today.weekday), minute: 0)
    }

    /// A reference, however it is written, leads to its case. Whether there is such a case is told there, and in the same way
    /// where somebody may not see it. It is a form, so that what somebody pastes by mistake stands in no address.
    private func find(_ request: Request, _ context: DeskContext) async throws -> Response {
        let written = try await Form(request, context)["reference"]
        guard let reference = Reference.written(written, county: try context.person().county) else {
            let words = Catalogue.text("desk.find.unreadable", context.language)
            return try await show(request, context, Mistake(field: "reference", written: written, words: words))
        }
        return .seeOther("/case/\(reference)")
    }

    private func save(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (form, parameters) = (try await Form(request, context), request.uri.queryParameters)
        let (filter, name) = (WorkFilter { parameters.get($0) }, form["name"])
        do { try await desk.filters.save(filter, as: name, for: context.person()) } catch let problem
            as SavedFilters.Problem
        {
            let words = Catalogue.text(
                "desk.filters.\(problem.rawValue)", context.language,
                ["count": "\(SavedFilters.limit)", "length": "\(SavedFilters.longestName)"])
            return try await show(request, context, Mistake(field: "name", written: name, words: words))
        }
        return .seeOther(filter.path)
    }
}

/// What a page of work shows, as it was found.
struct WorkFound: Sendable {
    let scope: WorkScope
    let filter: WorkFilter
    /// From 1.
    let page: Int
    let rows: [WorkRow]
    /// Of the whole list, by what it can be narrowed to, and of what is found on all pages.
    let narrowings: WorkCounts
    let counts: [Reading.WorkList: Int]
    let own: Int
    let meetings: [MeetingRow]
}
