import Domain
import Foundation
import IntakeCore
import TestSupport
import Testing

@Suite("Intake's core: a report is received once, on values alone")
struct ReceiveReportTests {
    private let story = IntakeStory()
    private let id = ReportID(source: "urn:school", id: "r1")

    private func receive(
        _ content: ReceiveReport.Content, at position: String = "t/0/1", on memory: ReportMemory? = nil
    ) throws -> Decision<ReportMemory> {
        ReceiveReport(id: id, receivedAt: story.now, position: position, content: content)
            .decide(on: memory, try story.context)
    }

    private func codes(_ decision: Decision<ReportMemory>) -> [FaultCode] {
        decision.facts.flatMap { fact -> [FaultCode] in
            guard case .answered(let receipt) = fact, case .refused(let reasons) = receipt.answer else { return [] }
            return reasons.map(\.code)
        }
    }

    @Test("a report that is new goes on under the child's key, which says nothing of the number")
    func accepted() throws {
        let report = try story.report()
        let decision = try receive(.concern(report))
        guard case .accepted(let command) = decision.facts.first, decision.facts.count == 1 else {
            Issue.record("not accepted")
            return
        }
        #expect(command.report == report && command.id == id)
        #expect(ChildKey(command.child) != nil && !command.child.contains("2014"))
        #expect(decision.subject.until == story.now + ReportMemory.duration)
    }

    @Test("rule 4: a report that is sent again is answered; a record that is read again is not")
    func again() throws {
        let first = try receive(.concern(try story.report()))
        let sentAgain = try receive(.concern(try story.report()), at: "t/0/2", on: first.subject)
        #expect(codes(sentAgain) == [.alreadyReceived] && sentAgain.facts.count == 1)
        #expect(sentAgain.subject.until == first.subject.until)
        let readAgain = try receive(.concern(try story.report()), at: "t/0/2", on: sentAgain.subject)
        #expect(readAgain.facts.isEmpty && readAgain.subject == sentAgain.subject)
    }

    @Test("however often a report is sent, the memory of it is bounded")
    func bounded() throws {
        var memory: ReportMemory?
        for index in 0..<100 { memory = try receive(.refused([]), at: "t/0/\(index)", on: memory).subject }
        #expect(memory?.positions.count == 32 && memory?.positions.last == "t/0/99")
    }

    @Test("rule 4: what does not hold is refused with its reasons")
    func refused() throws {
        let decision = try receive(.refused([.init(Fault(.areasMissing, at: "areas"))]))
        #expect(codes(decision) == [.areasMissing])
    }

    @Test("rule 5: a question gets a reference of its own, a place is asked for, and nothing says whom it is about")
    func consultation() throws {
        let question = Consultation(
            municipality: try #require(ServedMunicipality("0001", in: story.directory)), areas: [.learning],
            question: "Hur?", reporter: try IntakeStory.reporter)
        let facts = try receive(.consultation(question)).facts
        guard case .consultationRegistered(let registered) = facts.first, facts.count == 3 else {
            Issue.record("not registered")
            return
        }
        #expect(registered.reference.hasPrefix("TST-Q-") && registered.question == "Hur?")
        #expect(
            facts[1]
                == .placeRequested(
                    PlaceRequest(
                        reference: registered.reference, county: "TST", municipality: "0001", areas: [.learning],
                        email: question.reporter.email)))
        #expect(facts[2] == .answered(Receipt(id, .consultation(reference: registered.reference))))
    }

    @Test(
        "rule 4: a child is born and under the county's age on the day of the observation",
        arguments: [
            ("2014-03-14", FaultCode.childUnborn), ("2014-03-15", nil), ("2032-03-14", nil),
            ("2032-03-15", .childAdult),
        ])
    func age(day: String, code: FaultCode?) throws {
        let number = try PersonalNumber("20140315-2380", today: CivilTime.day(of: story.now))
        let faults = Report.faults(ofAge: number, on: try #require(LocalDate(day)), County.Settings())
        #expect(faults.map(\.code) == (code.map { [$0] } ?? []))
    }

    @Test("an observation may lie a day ahead of a clock that is slow, and no more")
    func future() {
        let day: TimeInterval = 24 * 3_600
        #expect(Report.faults(ofObservationAt: story.now + day, received: story.now).isEmpty)
        let late = Report.faults(ofObservationAt: story.now + day + 1, received: story.now)
        #expect(late.map(\.code) == [.observedInFuture] && late.map(\.path) == ["observed_at"])
    }
}
