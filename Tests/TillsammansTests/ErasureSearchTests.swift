import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import Streams
@testable import tillsammans

@Suite("What a record has to do with an erased case")
struct ErasureSearchTests {
    private static let keys = "1 \(Data(repeating: 1, count: 32).base64EncodedString())\n"
    private let erased: ErasedCase

    init() throws { erased = try ErasedCase(KeyEncryptionKeys(Self.keys)) }

    @Test("an event under the case's key can be read while the key lives, and is sealed for ever when it is erased")
    func sealed() throws {
        let record = try erased.said().record()
        #expect(try erased.search(isErased: false).finding(record) == Finding(verdict: .readable))
        #expect(try erased.search().finding(record) == Finding(verdict: .sealed))
        #expect(try erased.search(hasKeys: false).finding(record) == Finding(verdict: .undecided(.noKeys)))
    }

    @Test("a state entry likewise; its tombstone and what is not sealed tell nothing")
    func state() throws {
        let (key, value) = try erased.state()
        #expect(try erased.search(isErased: false).finding(state: key, value) == Finding(verdict: .readable))
        #expect(try erased.search().finding(state: key, value) == Finding(verdict: .sealed))
        #expect(try erased.search(hasKeys: false).finding(state: key, value) == Finding(verdict: .undecided(.noKeys)))
        #expect(try erased.search().finding(state: key, nil) == Finding(verdict: .bare))
        let bare = StateValue.encode(Bytes("open".utf8))
        #expect(try erased.search().finding(state: key, bare) == Finding(verdict: .bare))
        #expect(try erased.search().finding(state: Bytes("cases\0\(ErasedCase.other)".utf8), bare) == nil)
        let marked = StateValue.encode(Bytes("x \(ErasedCase.words) x".utf8))
        #expect(try erased.search(ErasedCase.markers).finding(state: [1], marked) == Finding(verdict: .readable))
    }

    @Test("a receipt or a deadline is about the case and not readable; personal content in clear is")
    func clear() throws {
        let receipt = try ErasedCase.event(ConcernReceipt())
        let said = try ErasedCase.event(InformationAdded.with { $0.information.text = "hej" })
        let search = try erased.search()
        #expect(search.finding(receipt.record()) == Finding(verdict: .bare))
        #expect(search.finding(said.record()) == Finding(verdict: .readable))
        let tombstone = Record(
            topic: "cases", partition: 0, offset: 0, key: Bytes(ErasedCase.reference.utf8), value: nil)
        #expect(search.finding(tombstone) == Finding(verdict: .bare))
        var others = receipt
        others.subject = ErasedCase.other
        others.data = []
        #expect(search.finding(others.record(key: ErasedCase.other)) == nil)
    }

    @Test("the case's reference is found in a key, in a header and in a value, whoever has written them")
    func anywhere() throws {
        let search = try erased.search(ErasedCase.markers)
        func record(_ key: String, _ header: String, _ value: String) -> Record {
            Record(
                topic: "mappings", partition: 0, offset: 0, key: Bytes(key.utf8), value: Bytes(value.utf8),
                headers: [(name: "any", value: Bytes(header.utf8))])
        }
        let (name, number) = (ErasedCase.reference, "140315-2380")
        for found in [record(name, "", "x"), record("", "a \(name)", "x"), record("", "", "{\"a\": \"\(name)\"}")] {
            #expect(search.finding(found)?.isAbout == true)
        }
        for found in [record(number, "", "x"), record("", number, "x"), record("", "", "\"\(number)\"")] {
            #expect(search.finding(found) == Finding(verdict: .readable))
        }
        #expect(search.finding(record("a", "b", "c")) == nil)
    }

    @Test("a report in clear is found by a marker; without markers nobody can say whose it is")
    func report() throws {
        let report = try ErasedCase.event(ConcernReported.with { $0.personalNumber = "20140315-2380" }, nil)
        let structured = Record(
            topic: "concern-reports", partition: 0, offset: 0, key: nil,
            value: Bytes(
                """
                {"specversion": "1.0", "id": "1", "source": "s", "type": "\(ConcernReported.eventType)", \
                "data_base64": "\(Data(report.data).base64EncodedString())"}
                """.utf8))
        for record in [report.record(.concernReports, key: "any"), structured] {
            #expect(try erased.search(ErasedCase.markers).finding(record) == Finding(verdict: .readable))
            #expect(try erased.search(Markers("Bo Exempel")).finding(record) == nil)
            #expect(try erased.search().finding(record) == Finding(isAbout: false, verdict: .undecided(.noMarkers)))
        }
    }

    @Test("what lies under a service's own key is opened, since it may tell of any child")
    func ownKey() throws {
        let letter = try erased.deadLetter("{\"name\": \"\(ErasedCase.words)")
        #expect(try erased.search(ErasedCase.markers).finding(letter) == Finding(verdict: .readable))
        #expect(try erased.search(Markers("Bo Exempel")).finding(letter) == nil)
        #expect(try erased.search().finding(letter) == Finding(isAbout: false, verdict: .undecided(.noMarkers)))
        let closed = try erased.search(ErasedCase.markers, hasKeys: false).finding(letter)
        #expect(closed == Finding(isAbout: false, verdict: .undecided(.noKeys)))
        let named = try erased.deadLetter("{\"case\": \"\(ErasedCase.reference)\"}")
        #expect(try erased.search().finding(named) == Finding(verdict: .readable))

        let event = try erased.said(nil, under: erased.keyring.ownName).record(.intakeRepartition, key: "any")
        #expect(try erased.search(ErasedCase.markers).finding(event) == Finding(verdict: .readable))
        let (key, value) = try erased.state(under: erased.keyring.ownName)
        #expect(try erased.search().finding(state: key, value) == Finding(verdict: .readable))
    }

    @Test("another case's contents stay closed, whatever they say")
    func otherCase() throws {
        let other = try erased.said(ErasedCase.other, under: ErasedCase.other)
        let search = try erased.search(ErasedCase.markers, isErased: false)
        #expect(search.finding(other.record(key: ErasedCase.other)) == nil)
        #expect(search.finding(other.record()) == Finding(verdict: .undecided(.otherCase)), "under this case's key")
    }

    @Test("a key-encryption key that is missing, and a payload that was altered, are told and not taken for erased")
    func doubts() throws {
        let record = try erased.said().record()
        let newer = try ErasedCase(KeyEncryptionKeys(Self.keys.replacing("1 ", with: "2 ", maxReplacements: 1)))
        let search = try newer.search()
        let letter = try erased.deadLetter("any")
        #expect(
            search.finding(letter) == Finding(isAbout: false, verdict: .undecided(.otherVersion)),
            "sealed under version 1")
        var altered = record
        altered.value?[20] ^= 1
        #expect(try erased.search(isErased: false).finding(altered) == Finding(verdict: .undecided(.altered)))
        #expect(try erased.search().finding(altered) == Finding(verdict: .sealed))
    }

    @Test(
        "a living key is readable; a tombstone leaves its former value to be cleaned, and a key that came back is readable"
    )
    func keyTrace() throws {
        func record(_ offset: Int64, _ value: Bytes?) -> Record {
            Record(topic: "child-keys", partition: 0, offset: offset, key: nil, value: value)
        }
        let (key, again, gone, back) = (record(0, [1]), record(1, [2]), record(2, nil), record(3, [3]))
        func verdicts(_ records: [Record]) -> [Finding.Verdict] {
            var trace = KeyTrace()
            records.forEach { trace.add($0) }
            return records.map { trace.finding($0).verdict }
        }
        #expect(verdicts([key, again]) == [.readable, .readable])
        #expect(verdicts([key, again, gone]) == [.uncleaned, .uncleaned, .bare])
        #expect(verdicts([key, gone, back]) == [.readable, .bare, .readable])
        #expect(verdicts([gone]) == [.bare])
        var trace = KeyTrace()
        trace.add(gone)
        #expect(trace.finding(back).verdict == .readable, "it came after the tombstone was read")
    }
}

@Suite("What a search says in the end")
struct ErasureReportTests {
    private func report(_ findings: [Finding], unreachable: Bool = false) -> ErasureReport {
        var place = SearchedPlace("mappings")
        for (index, finding) in findings.enumerated() { place.add(finding, at: "mappings/0/\(index)") }
        if unreachable { place.addUnreachable("does not exist") }
        return ErasureReport(reference: ErasedCase.reference, places: [place, SearchedPlace("cases")])
    }

    @Test("exit code 0 where nothing is readable, 1 where something is, 2 where it cannot be said")
    func exitCodes() {
        let (sealed, bare) = (Finding(verdict: .sealed), Finding(verdict: .bare))
        let (readable, doubt) = (Finding(verdict: .readable), Finding(verdict: .undecided(.noKeys)))
        #expect(report([sealed, bare]).exitCode == 0)
        #expect(report([sealed, readable, doubt], unreachable: true).exitCode == 1)
        #expect(report([sealed, doubt]).exitCode == 2)
        #expect(report([sealed, Finding(verdict: .uncleaned)]).exitCode == 2)
        #expect(report([sealed], unreachable: true).exitCode == 2)
        #expect(report([]).exitCode == 2, "a reference that is misspelled is no proof")
    }

    @Test("the table has a line for each place and their sum, where to look, and why something was not decided")
    func table() throws {
        let report = report(
            [Finding(verdict: .sealed), Finding(verdict: .undecided(.noKeys))]
                + Array(repeating: Finding(verdict: .readable), count: 12), unreachable: true)
        let lines = report.text.split(separator: "\n")
        func cells(_ line: Substring) -> [String] { line.split(separator: " ").map(String.init) }
        #expect(cells(lines[2]) == ["mappings", "14", "1", "12", "0", "1", "1"])
        #expect(cells(lines[3]) == ["cases", "0", "0", "0", "0", "0", "0"])
        #expect(cells(lines[4]) == ["all", "14", "1", "12", "0", "1", "1"])
        #expect(
            lines[5].hasPrefix("mappings: look at mappings/0/2, ") && lines[5].hasSuffix("mappings/0/11 and 2 more"))
        #expect(lines[6] == "mappings: \(Doubt.noKeys.text)" && lines[7] == "mappings: does not exist")
        #expect(lines.last == "\(ErasedCase.reference): 12 can be read")
        let json = try report.lines().split(separator: "\n")
        #expect(json.count == 2 && json[0].contains(#""place":"mappings""#) && json[0].contains(#""readable":12"#))
    }
}
