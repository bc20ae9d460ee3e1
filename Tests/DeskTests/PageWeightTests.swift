import HTTPTypes
import Testing

@testable import desk

@Suite("Pages are light")
struct PageWeightTests {
    /// Bytes of a page, without its style sheet and script, which browsers keep.
    private static let limit = 100_000

    @Test("no page weighs 100 kB, with 200 cases on a list and 400 facts in a case, for whoever may see it")
    func weight() async throws {
        let desk = try await BusyDesk()
        #expect(try await desk.count() >= 400)
        for page in desk.tester.pages {
            var heaviest = 0
            for path in try desk.paths(page) {
                for person in BusyDesk.people {
                    let answer = try await desk.tester.get(path, as: person)
                    #expect(answer.html.utf8.count < Self.limit, "\(path), as \(person)")
                    if answer.status == .ok { heaviest = max(heaviest, answer.html.utf8.count) }
                }
            }
            print("weight of \(page): \(heaviest)")
        }
    }

    @Test("the style sheet and the script weigh less than 100 kB together")
    func assets() {
        #expect(PackageResources.desk_css.count + PackageResources.desk_js.count < Self.limit)
    }
}
