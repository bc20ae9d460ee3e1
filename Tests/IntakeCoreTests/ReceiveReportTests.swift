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
        _ content: ReceiveReport.Content, at position: String = "t/0/1", digest: String = "1",
        on memory: ReportMemory? = nil
    ) throws -> Decision<ReportMemory> {
        ReceiveReport(
            id: id, receivedAt: story.now, position: position, digest: ReportDigest(stored: digest), format: .json,
            content: content
        ).decide(on: memory, try story.context)
    }

    private func occasions(_ decision: Decision<ReportMemory>) -> [AcceptedReport.Occasion] {
        decision.facts.compactMap { if case .accepted(let report, _) = $0 { report.occasion } else { nil } }
    }

    private func receipts(_ decision: Decision<ReportMemory>) -> [Receipt] {
        decision.facts.compactMap { if case .answered(let receipt) = $0 { receipt } else { nil } }
    }

    private func codes(_ decision: Decision<ReportMemory>) -> [FaultCode] {
        decision.facts.flatMap { fact -> [FaultCode] in
            guard case .answered(let receipt) = fact, case .refused(let reasons) = receipt.answer else { return [] }
            return reasons.map(\.code)
        }
    }

    @Test("a report that is new goes on under three hexadecimal digits, which many children share")
    func accepted() throws {
        let report = try story.report()
        let decision = try receive(.concern(report))
        guard case .accepted(let accepted, let bucket) = decision.facts.first, decision.facts.count == 1 else {
            Issue.record("not accepted")
            return
        }
        #expect(accepted.report == report && accepted.id == id)
        #expect(bucket.wholeMatch(of: /[0-9a-f]{3}/) != nil)
        #expect(decision.subject.until == story.now + ReportMemory.duration)
    }

    @Test("rule 4: a report that is sent again is answered again; a record that is read again is not")
    func again() throws {
        let first = try receive(.concern(try story.report()))
        #expect(occasions(first) == [.new])
        let sentAgain = try receive(.concern(try story.report()), at: "t/0/2", on: first.subject)
        #expect(occasions(sentAgain) == [.repeated] && sentAgain.facts.count == 1)
        #expect(sentAgain.subject.until == first.subject.until)
        let readAgain = try receive(.concern(try story.report()), at: "t/0/2", on: sentAgain.subject)
        #expect(readAgain.facts.isEmpty && readAgain.subject == sentAgain.subject)
    }

    @Test("rule 4: what was answered here is answered again, word for word, and marked as repeated")
    func repeated() throws {
        let refusal = ReceiveReport.Content.refused([.init(Fault(.areasMissing, at: "areas"))])
        let question = ReceiveReport.Content.consultation(
            Consultation(
                municipality: try #require(ServedMunicipality("0001", in: story.directory)), areas: [.learning],
                question: "Hur?", reporter: try IntakeStory.reporter))
        for content in [refusal, question] {
            let first = try receive(content)
            let again = try receive(content, at: "t/0/2", on: first.subject)
            let answers = (try #require(receipts(first).last), try #require(receipts(again).last))
            #expect(answers.0.answer == answers.1.answer && answers.1.format == .json)
            #expect(!answers.0.isRepeated && answers.1.isRepeated && again.facts.count == 1)
        }
    }

    @Test("another report under a taken id is refused as that, and not swallowed; each time that it comes")
    func idReused() throws {
        let first = try receive(.concern(try story.report()))
        let other = try receive(.concern(try story.report()), at: "t/0/2", digest: "2", on: first.subject)
        #expect(codes(other) == [.idReused] && !receipts(other)[0].isRepeated && occasions(other).isEmpty)
        let faulty = try receive(
            .refused([.init(Fault(.areasMissing, at: "areas"))]), at: "t/0/3", digest: "3", on: other.subject)
        #expect(codes(faulty) == [.idReused, .areasMissing], "all faults are said at once")
        let again = try receive(.concern(try story.report()), at: "t/0/4", digest: "2", on: faulty.subject)
        #expect(codes(again) == [.idReused] && receipts(again)[0].isRepeated)
        // The first report is still known as itself.
        #expect(occasions(try receive(.concern(try story.report()), at: "t/0/5", on: again.subject)) == [.repeated])
    }

    @Test("rule 3: a report that speaks of harm goes to a person where its id is taken, once")
    func harmUnderTakenID() throws {
        let first = try receive(.concern(try story.report()))
        let harm = ReceiveReport.Content.concern(try story.report { $0.isHarmSuspected = true })
        let second = try receive(harm, at: "t/0/2", digest: "2", on: first.subject)
        #expect(occasions(second) == [.idReused] && second.facts.count == 1)
        let third = try receive(harm, at: "t/0/3", digest: "2", on: second.subject)
        #expect(occasions(third).isEmpty && codes(third) == [.idReused])
    }

    @Test("a report that was refused may be corrected under its own id")
    func corrected() throws {
        let refused = try receive(.refused([.init(Fault(.areasMissing, at: "areas"))]))
        let corrected = try receive(.concern(try story.report()), at: "t/0/2", digest: "2", on: refused.subject)
        #expect(occasions(corrected) == [.new] && corrected.subject.positions == ["t/0/1", "t/0/2"])
        let again = try receive(.concern(try story.report()), at: "t/0/3", digest: "2", on: corrected.subject)
        #expect(occasions(again) == [.repeated])
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
        #expect(facts[2] == .answered(Receipt(id, .consultation(reference: registered.reference), .json)))
    }

    @Test(
        "rule 4: a child is born and under the county's age on the day of the observation",
        arguments: [
            ("2014-03-14", FaultCode.childUnborn), ("2014-03-15", nil), ("2032-03-14", nil),
            ("2032-03-15", .childAdult),
        ])
    func age(day: String, code: FaultCode?) throws {
        let number = try PersonalNumber("20140315-2380", today: CivilTime.day(of: story.now))
        let faults = County.Settings().faults(ofAge: number, on: try #require(LocalDate(day)))
        #expect(faults.map(\.code) == (code.map { [$0] } ?? []))
    }

    @Test("rule 4: an observation lies at most five minutes ahead, as a fast clock may say")
    func future() {
        let skew: TimeInterval = 5 * 60
        #expect(Report.faults(ofObservationAt: story.now + skew, received: story.now).isEmpty)
        let late = Report.faults(ofObservationAt: story.now + skew + 1, received: story.now)
        #expect(late.map(\.code) == [.observedInFuture] && late.map(\.path) == ["observed_at"])
    }
}
