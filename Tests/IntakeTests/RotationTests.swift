import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import StreamsTesting
import TestSupport
import Testing

@testable import intake

@Suite("A secret is replaced: KEY_SECRET_PREVIOUS")
struct RotationTests {
    private static let new = "another-secret-of-32-characters!!"

    private static func both() throws -> KeySecrets {
        KeySecrets(try KeySecret(new), previous: try IntakeTester.secret)
    }

    /// Where the number's entry lies under a secret.
    private func reference(
        of number: PersonalNumber, under secret: KeySecret, in tester: IntakeTester
    ) throws -> String? {
        let hash = NumberHash(number, secret: secret)
        return try tester.index(hash.bucket)?.index.references[hash]
    }

    private var number: PersonalNumber {
        get throws {
            try PersonalNumber(ExampleCounty.report.personalNumber, today: CivilTime.day(of: ExampleCounty.monday))
        }
    }

    @Test(
        "rule 6: a child known under the previous secret keeps its reference, its entry is moved, and then the previous secret is not needed, even if each record is read twice",
        arguments: [false, true])
    func report(isReadTwice: Bool) throws {
        var tester = try IntakeTester()
        tester.readsOwnOutputTwice = isReadTwice
        try tester.send(ExampleCounty.report)
        tester.restart(try Self.both())
        for _ in 0..<2 { try tester.send(ExampleCounty.report) }
        tester.restart(KeySecrets(try KeySecret(Self.new)))
        try tester.send(ExampleCounty.report)
        let references = Set(tester.concerns.map(\.caseReference))
        #expect(tester.concerns.count == 4 && references.count == 1)
        #expect(try reference(of: number, under: IntakeTester.secret, in: tester) == nil)
        #expect(try reference(of: number, under: KeySecret(Self.new), in: tester) == references.first)
    }

    @Test("without KEY_SECRET_PREVIOUS a known child is taken for a new one")
    func withoutPrevious() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        tester.restart(KeySecrets(try KeySecret(Self.new)))
        try tester.send(ExampleCounty.report)
        #expect(Set(tester.concerns.map(\.caseReference)).count == 2)
    }

    @Test("a report that is sent again is answered as the first time, and not registered twice")
    func repeated() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report, id: "r")
        tester.restart(try Self.both())
        try tester.send(ExampleCounty.report, id: "r")
        #expect(tester.concerns.count == 1 && tester.receipts.map(\.repeated) == [false, true])
        #expect(tester.receipts[0].registered == tester.receipts[1].registered)
    }

    @Test("rule 22: on its way from one secret to the other, no record has a hash of the number")
    func noHash() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        tester.restart(try Self.both())
        try tester.send(ExampleCounty.report)
        try tester.rehash(try #require(tester.concerns.first).caseReference)
        let hashes = try [IntakeTester.secret, KeySecret(Self.new)].map {
            String(NumberHash(try number, secret: $0).text.prefix(8))
        }
        for (topic, key, event) in tester.published {
            let headers = event.headers.map { String(decoding: $0.value, as: UTF8.self) }
            let texts = headers + [key, String(decoding: event.data, as: UTF8.self)]
            #expect(!texts.contains { text in hashes.contains { text.contains($0) } }, "\(topic)")
        }
        #expect(EventRegistry.sealed.contains(RehashNumber.eventType))
    }

    @Test("a rotation by command moves the entry of a child about whom nothing comes, and says when it is done")
    func command() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let child = try #require(tester.concerns.first).caseReference
        tester.restart(try Self.both())
        for _ in 0..<2 { try tester.rehash(child) }
        #expect(tester.published(ChildRehashed.self).map(\.child) == [true, true])
        #expect(tester.published(ChildRehashed.self).allSatisfy { $0.rotation == "rotation" && $0.replacing })
        #expect(try reference(of: number, under: IntakeTester.secret, in: tester) == nil)
        tester.restart(KeySecrets(try KeySecret(Self.new)))
        try tester.send(ExampleCounty.report)
        #expect(Set(tester.concerns.map(\.caseReference)) == [child])
    }

    @Test("a reference that is no child's is answered too")
    func noChild() throws {
        var tester = try IntakeTester()
        try tester.rehash("TST-AAAA-AAAA-AA")
        #expect(tester.published(ChildRehashed.self).map(\.child) == [false])
        #expect(tester.published(ChildRehashed.self).map(\.replacing) == [false])
    }

    @Test("a thousand children keep their references, whatever comes first: a report, the command or both")
    func thousand() throws {
        var random = SeededGenerator(seed: 13)
        var given = FictionalNumbers(seed: 13)
        let numbers = (0..<1_000).map { _ in given.next() }
        func report(_ number: PersonalNumber) -> ConcernReported {
            ExampleCounty.report.with { $0.personalNumber = number.digits.reveal }
        }
        var tester = try IntakeTester()
        for number in numbers { try tester.send(report(number)) }
        let before = tester.concerns.map(\.caseReference)
        #expect(Set(before).count == numbers.count)
        tester.restart(try Self.both())
        var children = Array(numbers.indices)
        children.shuffle(using: &random)
        for child in children {
            let isFirst = Bool.random(using: &random)
            if isFirst { try tester.send(report(numbers[child])) }
            if !isFirst || Bool.random(using: &random) { try tester.rehash(before[child]) }
        }
        tester.restart(KeySecrets(try KeySecret(Self.new)))
        let count = tester.concerns.count
        for number in numbers { try tester.send(report(number)) }
        #expect(tester.concerns.dropFirst(count).map(\.caseReference) == before)
        let secret = try IntakeTester.secret
        #expect(try numbers.allSatisfy { try reference(of: $0, under: secret, in: tester) == nil })
    }

    @Test("KEY_SECRET_PREVIOUS may be left out")
    func settings() throws {
        #expect(try secrets(["KEY_SECRET": Self.new]).previous == nil)
        let both = try secrets(["KEY_SECRET": Self.new, "KEY_SECRET_PREVIOUS": "a-secret-of-at-least-32-characters"])
        #expect(try both.previous?.id == IntakeTester.secret.id && both.current.id == KeySecret(Self.new).id)
    }

    @Test(
        "a secret that is wrong is named, and not repeated",
        arguments: [
            (new, "too-short", "KEY_SECRET_PREVIOUS: "), ("too-short", new, "KEY_SECRET: "), (new, new, "the same as"),
        ])
    func wrongSettings(current: String, previous: String, beginning: String) throws {
        let fault = #expect(throws: ConfigurationFault.self) {
            try secrets(["KEY_SECRET": current, "KEY_SECRET_PREVIOUS": previous])
        }
        let text = try #require(fault).description
        #expect(text.contains(beginning) && !text.contains(current) && !text.contains(previous))
    }

    private func secrets(_ environment: [String: String]) throws -> KeySecrets {
        try Settings([.keySecret, .previousKeySecret], SettingsSource(environment)).keySecrets()
    }
}
