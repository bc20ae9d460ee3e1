import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("My work: what waits for whom, by date")
struct WorkPageTests {
    @Test("rule 19: a new case stands on its owner's list, with its step, its date and the way to it")
    func own() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        let page = try await tester.get("/work", as: "head-school")
        #expect(page.status == .ok)
        #expect(page.html.contains("<a href=\"/case/\(reference)/people\">Bekräfta oron"))
        #expect(page.html.contains("din tur") && page.html.contains("Enhet school"))
        #expect(page.html.contains("Inom sju dagar"))
        // Whoever has nothing to do with it has an empty list.
        let other = try await tester.get("/work", as: "nurse")
        #expect(!other.html.contains(reference) && other.html.contains("Inget ärende väntar här."))
    }

    @Test("who has saved no filter is told how one is saved")
    func withoutFilters() async throws {
        let page = try await DeskTester().get("/work", as: "nurse")
        #expect(page.html.contains(Catalogue.text("desk.filters.none", .swedish)))
    }

    @Test("rule 6: what is delegated stands with both, and says whose turn it is")
    func delegated() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        try await tester.give(
            DelegateWork.with { ($0.caseReference, $0.by, $0.to) = (reference, "head-school", "teacher") },
            about: reference, as: "head-school")
        let delegate = try await tester.get("/work?of=delegated", as: "teacher")
        #expect(delegate.html.contains(reference) && delegate.html.contains("din tur"))
        let owner = try await tester.get("/work", as: "head-school")
        #expect(owner.html.contains("teacher Exempelson har nästa steg"))
        #expect(try await !tester.get("/work?of=own", as: "teacher").html.contains(reference))
    }

    @Test("a deputy sees the work of who is on leave, and for whom they stand in")
    func deputy() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        var county = ExampleCounty.message
        let place = try #require(county.people.firstIndex { $0.id == "head-school" })
        county.people[place].deputy = "teacher"
        county.people[place].absences = [.with { ($0.from, $0.to) = ("2026-11-20", "2026-12-20") }]
        try tester.suite.view.apply(
            .init(id: "leave", source: "test", time: tester.suite.now, county), topic: .directory, key: "TST")
        let page = try await tester.get("/work", as: "teacher")
        #expect(page.html.contains(reference) && page.html.contains("du ersätter Chef Exempelson"))
    }

    @Test("a manager sees the unit's cases; the county's function those alone that are overdue or on fallback")
    func manager() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        #expect(try await tester.get("/work?of=unit", as: "manager").html.contains(reference))
        #expect(try await !tester.get("/work?of=county", as: "county").html.contains(reference))
        try tester.suite.advance(to: tester.suite.now + 30 * 86_400)
        let late = try await tester.get("/work?of=county", as: "county")
        #expect(late.html.contains(reference) && late.html.contains("Försenade"))
        // Others who ask for that list get none of it.
        for person in ["head-school", "nurse", "manager"] {
            #expect(
                try await !tester.get("/work?of=county", as: person).html.contains("/case/\(reference)"), "\(person)")
        }
    }

    @Test("a case that is both overdue and on fallback stands once on the county's list, and counts once")
    func county() async throws {
        let tester = try DeskTester()
        let now = tester.suite.now
        for (reference, due, reason) in [
            ("TST-LATE", -1.0, ""), ("TST-BOTH", -1, "unit_unknown"), ("TST-SOON", 1, "unit_unknown"),
            ("TST-FINE", 1, ""),
        ] {
            let status = CaseStatus.with {
                ($0.caseReference, $0.county, $0.municipality, $0.unit) = (reference, "TST", "0001", "school")
                ($0.owner, $0.phase, $0.step) = ("head-school", "mapping", "conclude")
                ($0.due, $0.fallbackReason) = (.init(now + due * 86_400), reason)
            }
            try tester.suite.view.apply(
                .init(id: reference, source: "test", time: now, subject: reference, status), topic: .cases,
                key: reference)
        }
        let page = try await tester.get("/work?of=county", as: "county")
        let shown = page.html.matches(of: #/<a href="\/case\/(TST-[A-Z]+)/#).map { String($0.1) }
        #expect(shown == ["TST-BOTH", "TST-LATE", "TST-SOON"])
        let county = try await tester.county()
        let counts = try await tester.suite.view.reader().read { db in
            let scope = WorkScope("county", county, at: now)
            let found = try db.workCounts(scope, WorkFilter(list: .county))
            let narrowed = try db.workCounts(scope, WorkFilter(list: .county, isOverdue: true))
            return [
                try db.workCount(scope, [.county]), found.all, found.overdue, found.found, narrowed.all, narrowed.found,
            ]
        }
        #expect(counts == [3, 3, 2, 3, 3, 2])
    }

    @Test("rule 22: where a child with protected identity is stands on no list of who may not know")
    func protected() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report { $0.protectedIdentity = true }
        try tester.suite.advance(to: tester.suite.now + 30 * 86_400)
        let page = try await tester.get("/work?of=unit", as: "manager")
        #expect(page.html.contains(reference))
        #expect(!page.html.contains("Enhet school") && !page.html.contains("Chef Exempelson"))
        #expect(try await !tester.get("/work?of=unit&unit=school", as: "manager").html.contains(reference))
        #expect(try await tester.get("/work", as: "head-school").html.contains("Enhet school"))
    }

    @Test("a list is narrowed by step, phase, overdue and unit; a narrowed list that is empty leads to the whole one")
    func narrowed() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        func has(_ query: String) async throws -> Bool {
            try await tester.get("/work?\(query)", as: "head-school").html.contains("/case/\(reference)")
        }
        for query in ["phase=mapping", "step=acknowledge", "unit=school", "of=own&phase=mapping"] {
            #expect(try await has(query), "\(query)")
        }
        for query in ["phase=resting", "step=meeting", "unit=kaa", "overdue=1", "of=coordinated"] {
            #expect(try await !has(query), "\(query)")
        }
        let page = try await tester.get("/work?phase=resting", as: "head-school")
        #expect(page.html.contains("Visa hela listan"))
    }

    @Test("a unit's thousands are shown page by page, each once, and a page is light")
    func pages() async throws {
        let tester = try DeskTester()
        let count = 173
        for number in 0..<count {
            let reference = "TST-\(number)"
            let status = CaseStatus.with {
                ($0.caseReference, $0.county, $0.municipality, $0.unit) = (reference, "TST", "0001", "school")
                ($0.owner, $0.phase, $0.step) = ("head-school", "mapping", "conclude")
                $0.due = .init(tester.suite.now + Double(number % 7 - 2) * 86_400)
            }
            try tester.suite.view.apply(
                .init(id: "s\(number)", source: "test", time: tester.suite.now, subject: reference, status),
                topic: .cases,
                key: reference)
        }
        var seen: [String] = []
        for number in 1...4 {
            let page = try await tester.get("/work?of=unit&page=\(number)", as: "manager")
            seen += page.html.matches(of: #/<a href="\/case\/([^"\/]+)\/mapping"/#).map { String($0.1) }
            #expect(page.html.utf8.count < 100_000)
            #expect(page.html.contains("Sida \(number) av 4"))
        }
        #expect(seen.count == count && Set(seen).count == count)
        #expect(try await tester.get("/work?of=unit&page=0", as: "manager").status == .ok)
        #expect(try await tester.get("/work?of=unit&page=99999999999999999999", as: "manager").status == .ok)
    }

    @Test(
        "a reference leads to its case however it is written; a personal number leads nowhere, and stands in no address"
    )
    func find() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        let spoken = reference.lowercased().replacing("-", with: " ")
        for written in [reference, spoken, String(reference.dropFirst(4)), " \(reference) "] {
            let answer = try await tester.post("/work/find", ["reference": written], as: "nurse")
            #expect(answer.status == .seeOther && answer.location == "/case/\(reference)", "\(written)")
        }
        for written in ["", "hej", "170315-2387", "20170315-2387", "<b>", String(repeating: "A", count: 1_000)] {
            let answer = try await tester.post("/work/find", ["reference": written], as: "nurse")
            #expect(answer.location == nil && answer.html.contains("errors-title"), "\(written)")
        }
    }

    @Test("a filter is saved under a name, for oneself alone, and removed")
    func saved() async throws {
        let tester = try DeskTester()
        let saved = try await tester.post("/work/filters?of=unit&overdue=1", ["name": "Sena <nu>"], as: "manager")
        #expect(saved.status == .seeOther && saved.location == "/work?of=unit&overdue=1")
        let page = try await tester.get("/work", as: "manager")
        #expect(page.html.contains("<a href=\"/work?of=unit&amp;overdue=1\">Sena &lt;nu&gt;</a>"))
        #expect(try await !tester.get("/work", as: "county").html.contains("Sena"))
        _ = try await tester.post("/work/filters/remove", ["name": "Sena <nu>"], as: "county")
        #expect(try await tester.get("/work", as: "manager").html.contains("Sena"))
        _ = try await tester.post("/work/filters/remove", ["name": "Sena <nu>"], as: "manager")
        #expect(try await !tester.get("/work", as: "manager").html.contains("Sena"))
    }

    @Test("a name that is missing, too long or tells of somebody is not saved, and what was written is still there")
    func unsaved() async throws {
        let tester = try DeskTester()
        for name in ["", String(repeating: "å", count: 61), "Kim 20170315-2387", "kim@example.org"] {
            let answer = try await tester.post("/work/filters?of=unit", ["name": name], as: "manager")
            #expect(answer.status == .unprocessableContent && answer.html.contains("id=\"name-error\""), "\(name)")
            #expect(answer.html.contains("value=\"\(name)\""))
        }
        for number in 0..<SavedFilters.limit {
            let answer = try await tester.post("/work/filters?of=unit", ["name": "urval \(number)"], as: "manager")
            #expect(answer.status == .seeOther)
        }
        let full = try await tester.post("/work/filters?of=unit", ["name": "ett till"], as: "manager")
        #expect(full.html.contains("Du har redan 20 urval"))
        // One that has the name is replaced.
        #expect(try await tester.post("/work/filters", ["name": "urval 3"], as: "manager").status == .seeOther)
    }

    @Test("saved filters outlast a restart, and their file is their owner's alone")
    func file() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let person = SignedIn(person: "manager", county: "TST", assurance: .three, at: ExampleCounty.monday)
        let filter = WorkFilter(list: .unit, step: .conclude, isOverdue: true, unit: "school")
        try await SavedFilters(folder: folder.path + "/filters").save(filter, as: "sena", for: person)
        let read = try await SavedFilters(folder: folder.path + "/filters").all(of: person)
        #expect(read == [.init(name: "sena", filter: filter)])
        let path = folder.path + "/filters/filters.sqlite"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("no database at all, and long enough to be read as one".utf8).write(to: URL(filePath: path))
        #expect(try await SavedFilters(folder: folder.path + "/filters").all(of: person).isEmpty)
    }

    @Test("a case that somebody may not see, and one that does not exist, look the same")
    func unseen() async throws {
        let tester = try DeskTester()
        let reference = try await tester.report()
        for part in ["notices", "readers"] {
            let closed = try await tester.get("/case/\(reference)/\(part)", as: "nurse")
            let unknown = try await tester.get("/case/TST-0000-0000-00/\(part)", as: "nurse")
            #expect(closed.status == .notFound)
            #expect(
                AccessWalk.comparable(closed, reference) == AccessWalk.comparable(unknown, "TST-0000-0000-00"))
        }
    }
}

extension DeskTester {
    /// The county as the directory has it.
    func county() async throws -> County {
        let directory = try await desk.read { _, directory in directory }
        return try #require(directory.counties["TST"])
    }

    /// Reports a concern.
    ///
    /// - Returns: its case.
    func report(_ id: String = "r1", _ change: (inout ConcernReported) -> Void = { _ in }) async throws -> String {
        var report = SuiteInMemory.report
        change(&report)
        try suite.send(report, id: id, key: id, to: .concernReports)
        let receipt = try await suite.view.reader().read { try $0.receipt(of: id, from: "test") }
        return try #require(receipt).registered.caseReference
    }

    /// Gives a command about a case, which happens.
    func give(_ command: some EventPayload, about reference: String, as person: String) async throws {
        let answer = try await desk.commands.give(
            .init(command, id: UUID().uuidString.lowercased(), to: .mappingCommands, about: reference),
            by: SignedIn(person: person, county: "TST", assurance: .three, at: suite.now))
        guard case .happened = answer else {
            Issue.record("\(type(of: command)): \(answer)")
            return
        }
    }
}
