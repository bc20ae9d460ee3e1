import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import Streams
import TestSupport
import Testing

@testable import intake

@Suite("Names tell nothing: of a child's personal number, only Intake's index has the hash")
struct NamesTests {
    private func child() throws -> NumberHash {
        let number = try PersonalNumber(
            ExampleCounty.report.personalNumber, today: CivilTime.day(of: ExampleCounty.monday))
        return NumberHash(number, secret: try IntakeTester.secret)
    }

    @Test("a case reference cannot be computed from a number: the same child would be given another at another moment")
    func random() throws {
        let references = try [0, 1].map { earlier in
            var tester = try IntakeTester()
            for _ in 0..<earlier { try tester.send(ExampleCounty.report.with { $0.areas = [] }) }
            for _ in 0..<2 { try tester.send(ExampleCounty.report) }
            #expect(Set(tester.concerns.map(\.caseReference)).count == 1)
            return try #require(tester.concerns.first).caseReference
        }
        #expect(references[0] != references[1])
    }

    @Test(
        "no record's key, header, subject or payload has the number's hash, and everything is keyed by case reference")
    func noHash() throws {
        var tester = try IntakeTester()
        let child = try child()
        for isHarmSuspected in [false, true] {
            try tester.send(ExampleCounty.report.with { $0.harmSuspected = isHarmSuspected }, id: "r", source: "s")
        }
        let reference = try #require(tester.concerns.first).caseReference
        for (topic, key, event) in tester.published {
            let headers = event.headers.map { String(decoding: $0.value, as: UTF8.self) }
            let texts = headers + [key, event.subject ?? "", String(decoding: event.data, as: UTF8.self)]
            #expect(!texts.contains { $0.contains(child.text.prefix(8)) }, "\(topic) has the hash")
            if [Topic.concerns, .children].map(\.rawValue).contains(topic) {
                #expect((key, event.subject) == (reference, reference))
            }
        }
        // It is where it belongs.
        #expect(try tester.index(child.bucket)?.index.references == [child: reference])
    }

    @Test(
        "a bucket of the index that is full takes no new child, whose report goes to the dead letters; it knows the others"
    )
    func full() throws {
        var tester = try IntakeTester()
        let child = try child()
        let others = (0..<NumberIndex.largestCount).map { index in
            (
                NumberHash(stored: child.bucket + String(repeating: "0", count: 53) + "\(10_000_000 + index)"),
                "OTH-\(index)"
            )
        }
        let full = IndexBucket(NumberIndex(Dictionary(uniqueKeysWithValues: others)))
        #expect(try full.wireBytes().count < 600_000)
        try tester.replaceIndex(child.bucket, full)
        #expect(throws: Undecodable.self) { try tester.send(ExampleCounty.report) }
        var known = full.index.references
        known[try #require(others.first).0] = nil
        known[child] = "TST-AAAA-AAAA-AA"
        var next = try IntakeTester()
        try next.replaceIndex(child.bucket, IndexBucket(NumberIndex(known)))
        try next.send(ExampleCounty.report)
        #expect(next.concerns.map(\.caseReference) == ["TST-AAAA-AAAA-AA"])
    }
}
