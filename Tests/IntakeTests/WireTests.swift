import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

@Suite("Intake's wire: what is written is read again as the same")
struct WireTests {
    static let seeds = (1...40).map(UInt64.init)

    /// Writes a message, reads its bytes again, and reads their words.
    private func again<Written: SwiftProtobuf.Message, Value>(
        _ message: Written, _ read: (Written, inout Words) -> Value?
    ) throws -> Value {
        let message = try Written(wire: message.wireBytes())
        return try Words.read(ExampleCounty.directory) { read(message, &$0) }
    }

    @Test("decode after encode is the identity for every report and consultation", arguments: seeds)
    func reports(seed: UInt64) throws {
        var random = RandomReport(seed: seed)
        let report = try random.report()
        #expect(try again(ConcernReported(report)) { $0.report(received: ExampleCounty.monday, &$1) } == report)
        let question = try random.consultation()
        #expect(try again(ConsultationRequested(question)) { $0.consultation(&$1) } == question)
    }

    @Test("decode after encode is the identity for what is received, whatever it holds", arguments: seeds)
    func received(seed: UInt64) throws {
        var random = RandomReport(seed: seed)
        let (id, date, position) = (random.reportID(), random.date(), random.id())
        let (digest, format) = (random.digest(), random.one(Receipt.Format.self))
        func check(_ message: ReportTaken.OneOf_Content, _ content: ReceiveReport.Content) throws {
            let taken = try ReportTaken(
                wire: ReportTaken(id, receivedAt: date, position: position, digest: digest, format, message)
                    .wireBytes())
            #expect(
                try ReceiveReport(taken, ExampleCounty.directory)
                    == ReceiveReport(
                        id: id, receivedAt: date, position: position, digest: digest, format: format, content: content))
        }
        var report = try random.report()
        report.observedAt = date
        try check(.report(ConcernReported(report)), .concern(report))
        let question = try random.consultation()
        try check(.consultation(ConsultationRequested(question)), .consultation(question))
        let reasons = random.reasons()
        try check(.refused(.init(reasons)), .refused(reasons))
    }

    @Test("decode after encode is the identity for all state", arguments: seeds)
    func state(seed: UInt64) throws {
        var random = RandomReport(seed: seed)
        let known = try random.known()
        #expect(try again(ChildState(known)) { $0.kept(&$1) } == known)
        let memory = ReportMemory(
            until: random.date(), positions: random.list { $0.id() }, digest: random.digest(),
            others: random.list { $0.digest() }, outcome: random.maybe { .answered($0.answer()) } ?? .goneOn)
        #expect(try again(TakenReport(memory)) { $0.memory(&$1) } == memory)
    }

    @Test("decode after encode is the identity for every fact", arguments: seeds)
    func facts(seed: UInt64) throws {
        var random = RandomReport(seed: seed)
        var report = try random.report()
        report.observedAt = random.date()
        let accepted = AcceptedReport(
            id: random.reportID(), receivedAt: report.observedAt, report: report,
            occasion: random.one(AcceptedReport.Occasion.self), format: random.one(Receipt.Format.self))
        #expect(try again(ReportAccepted(accepted)) { $0.accepted(&$1) } == accepted)

        let registered = try random.registered()
        #expect(try again(ConcernRegistered(registered)) { $0.fact(&$1) } == .concernRegistered(registered))

        let setAside = try random.setAside()
        #expect(try again(ConcernSetAside(setAside)) { $0.fact(&$1) } == .setAside(setAside))

        let recorded = RecordedChild(
            reference: random.id(), number: try random.personalNumber(), names: random.statements(),
            guardians: random.list { $0.describedGuardian() }, isProtected: random.flag(),
            protectedBy: random.statements())
        let day = random.day()
        #expect(
            try again(Child(recorded)) { $0.fact(reference: recorded.reference, today: day, &$1) }
                == .childRecorded(recorded))

        let consultation = RegisteredConsultation(
            reference: random.id(), county: random.id(), municipality: random.id(), areas: random.areas(),
            question: random.word(), reporter: try random.reporter())
        #expect(
            try again(ConsultationRegistered(consultation)) { $0.fact(&$1) } == .consultationRegistered(consultation))

        let request = PlaceRequest(
            reference: random.id(), county: random.id(), municipality: random.id(), areas: random.areas(),
            email: try random.email())
        #expect(try again(BookConsultation(request)) { $0.fact(&$1) } == .placeRequested(request))

        let receipt = Receipt(
            random.reportID(), random.answer(), random.one(Receipt.Format.self), isRepeated: random.flag())
        #expect(try again(ConcernReceipt(receipt)) { $0.fact(receipt.format, &$1) } == .answered(receipt))
    }

    @Test("each fact goes to its own topic, under the key and subject that its readers need")
    func records() throws {
        var random = RandomReport(seed: 1)
        let receipt = Receipt(random.reportID(), .consultation(reference: "TST-Q-1"), .json)
        let record = IntakeFact.answered(receipt).record
        #expect(record.topic == .concernReceipts && record.key == receipt.report.source)
        #expect(record.subject == "TST-Q-1" && record.content == .json)
        let report = AcceptedReport(
            id: random.reportID(), receivedAt: random.date(), report: try random.report())
        let accepted = IntakeFact.accepted(report, bucket: "0af").record
        #expect(accepted.topic == .intakeRepartition && accepted.key == "0af" && accepted.subject == nil)
    }

    @Test("decode after encode is the identity for a bucket of the index", arguments: seeds)
    func index(seed: UInt64) throws {
        var random = RandomReport(seed: seed)
        let references = random.list { (NumberHash(stored: $0.id()), $0.id()) }
        let index = NumberIndex(Dictionary(references) { $1 })
        #expect(try IndexBucket(wire: IndexBucket(index).wireBytes()).index == index)
    }

    @Test("the contract has room for as many statements as are kept of one thing, and for no more")
    func statements() {
        var child = Child.with { $0.names = Array(repeating: .init(), count: Statements.kept) }
        #expect(child.excesses.isEmpty)
        child.names.append(.init())
        child.guardians = [.with { $0.phones = child.names }]
        #expect(child.excesses.map(\.path) == ["names", "guardians[0].phones"])
    }

    @Test("state with words of a later version is not read, and says where")
    func laterVersion() throws {
        var random = RandomReport(seed: 7)
        var message = ChildState(try random.known())
        (message.stage, message.fallbackReason) = ("university", "strike")
        message.guardians = [.with { $0.aliases = ["n1", "x1"] }]
        message.recent = [.with { $0.areas = ["home", "mood"] }]
        let error = #expect(throws: Refusal.self) { try Words.read { message.kept(&$0) } }
        #expect(
            error?.faults.map(\.path) == ["stage", "fallback_reason", "guardians[0].aliases[1]", "recent[0].areas[1]"])
    }

    @Test("a report about a child whose state a later version has written waits for that version")
    func waits() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let child = try #require(tester.concerns.first).caseReference
        try tester.changeState(of: child) { $0.stage = "university" }
        #expect(throws: StateUnreadable.self) { try tester.send(ExampleCounty.report) }
        #expect(tester.concerns.count == 1)
    }

    @Test("a move to a stage of a later version waits for that version")
    func laterMove() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let child = try #require(tester.concerns.first).caseReference
        #expect(throws: StateUnreadable.self) {
            try tester.publish(CaseMoved.with { $0.stage = "university" }, child: child)
        }
    }
}
