import Domain
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import desk

@Suite("On one machine everybody may be anybody")
struct DevelopmentTests {
    @Test("the page lists the county's people by unit, with their roles, and finds them by name, unit and id")
    func list() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        let page = try await tester.ask("/sign-in").text
        for person in ExampleCounty.county.people.values {
            #expect(page.contains(#"value="\#(person.id)">\#(person.name)<"#))
        }
        let units = page.matches(of: /<h2>(.*)<\/h2>/).map { String($0.output.1) }
        #expect(units == units.sorted() && units.contains("Enhet school"))
        let found = try await tester.ask("/sign-in?q=FIA+exempelson+social").text
        #expect(found.contains(#"value="family""#) && !found.contains(#"value="nurse""#))
        let none = try await tester.ask("/sign-in?q=%22%3E%3Cscript%3E").text
        #expect(none.contains("Ingen hittades") && !none.contains("<script>"))
    }

    @Test("a large county is listed in part, and the rest is found by searching")
    func large() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        tester.directory.change { county in
            for number in 1...300 {
                guard var person = county.people["teacher"] else { continue }
                (person.id, person.name) = ("person-\(number)", "Person \(number)")
                county.people[person.id] = person
            }
        }
        let page = try await tester.ask("/sign-in").text
        #expect(page.matches(of: /name="person"/).count == 120 && page.contains("\(300 + 15 - 120)"))
        #expect(try await tester.ask("/sign-in?q=person-299").text.contains(#"value="person-299""#))
    }

    @Test("nobody signs in whom the directory does not have")
    func unknown() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        for person in ["", "nobody", "teacher'"] {
            let answer = try await tester.ask("/sign-in", .post, form: ["person": person])
            #expect(answer.status == 400 && answer.token == nil)
        }
    }

    @Test("whatever the county demands, one can try: the level is just that, and no more")
    func assurance() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        for minimum in [nil, Assurance.three] {
            tester.directory.change { $0.settings.minimumAssurance = minimum }
            let signedIn = try await tester.signIn()
            let token = try #require(SessionToken(signedIn))
            let found = try #require(try await tester.login.session(token))
            #expect(found.session.signedIn.assurance == minimum ?? .one)
        }
    }
}
