import Codec
import Domain
import Foundation
import GRDB
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

/// A desk with much to show: a list of work with 200 cases, and a case of 400 facts.
struct BusyDesk {
    let tester: DeskTester
    /// The case of 400 facts. `head-school` owns it.
    let reference: String

    /// Everybody of the example county, whose lists differ.
    static let people = ["head-school", "teacher", "family", "manager", "county", "officer", "chair"]

    init(cases: Int = 200, facts: Int = 400) async throws {
        tester = try DeskTester()
        var numbers = FictionalNumbers(seed: 14)
        for number in 0..<cases {
            var report = SuiteInMemory.report
            report.personalNumber = numbers.next().digits.reveal
            try tester.suite.send(report, id: "r\(number)", key: "r\(number)", to: .concernReports)
        }
        let receipt = try await tester.suite.view.reader().read { try $0.receipt(of: "r0", from: "test") }
        reference = try #require(receipt).registered.caseReference
        try await give(TakeOn.with { ($0.caseReference, $0.by) = (reference, "head-school") })
        for number in try await count()..<facts { try await give(information(number)) }
    }

    /// How many facts the case has.
    func count() async throws -> Int {
        let reference = reference
        return try await tester.suite.view.reader().read { try $0.facts(of: reference).count }
    }

    private func give(_ command: some SuiteEvent) async throws {
        let answer = try await tester.desk.commands.give(
            .init(command, id: UUID().uuidString, to: .mappingCommands, about: reference),
            by: SignedIn(person: "head-school", county: "TST", assurance: .three, at: ExampleCounty.monday))
        guard case .happened = answer else {
            Issue.record("\(type(of: command)): \(answer)")
            throw CancellationError()
        }
    }

    private func information(_ number: Int) -> AddInformation {
        let (sources, kinds) = (
            [InformationSource.detector, .organisation, .guardian, .child], [InformationKind.strength, .need]
        )
        return .with {
            ($0.caseReference, $0.by) = (reference, "head-school")
            $0.source = sources[number % sources.count].rawValue
            $0.area = WheelArea.allCases[number % WheelArea.allCases.count].rawValue
            $0.kind = kinds[number % kinds.count].rawValue
            $0.text =
                "Kim säger att det är lättare när det är lugnt i klassrummet, och ritar gärna på rasterna. (\(number))"
        }
    }

    /// A page's paths, with all that can be filled in; none for what is no page.
    ///
    /// - Throws: for a name that nobody has given a value yet, so that no new page is left out.
    func paths(_ page: String) throws -> [String] {
        // The style sheet and the script; and a stream, which has no end.
        if page.hasPrefix("/assets/") || page.hasSuffix("/changes") { return [] }
        if page.contains("list") {
            return try KnownList.all.map { try path(page, ["reference": reference, "list": $0.word]) }
        }
        return [try path(page, ["reference": reference, "form": UUID().uuidString])]
    }

    private func path(_ page: String, _ values: [String: String]) throws -> String {
        let parts = try page.split(separator: "/").map { part in
            let name =
                part.hasPrefix(":") ? String(part.dropFirst()) : part.wholeMatch(of: #/\{(\w+)\}/#).map { String($0.1) }
            guard let name else { return String(part) }
            return try #require(values[name], "give \(name) of \(page) a value here")
        }
        return "/" + parts.joined(separator: "/")
    }
}
