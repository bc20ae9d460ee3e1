import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Once a cooperation has stopped, nobody plans a meeting until it is called for again")
struct StoppedTests {
    /// A consent is withdrawn after the first meeting.
    private static func stopped() throws -> CountyInMemory {
        var county = CountyInMemory()
        try county.call { $0.guardians = ["g1"] }
        county.now = try #require(county.meeting).start + 3_600
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        try county.decide(Cancel(isClosed: false), by: .suite)
        return county
    }

    private static let goesOn = CountyInMemory.judge([("m1", .continue), ("m2", .continue)], next: "2027-01-25")
    private static let ends = CountyInMemory.judge([("m1", .end), ("m2", .end)], next: nil)
    private static let book = BookFollowUp(on: CountyInMemory.day("2027-01-20"))
    private static let wish = ChildsWish(person: "nurse", words: "Nils är bra.")

    @Test("rule 12: after a withdrawal no follow-up is booked or held, and none closes the case")
    func followUp() throws {
        var county = try Self.stopped()
        let change = ChangeCoordinator(to: Coordinator("nurse", .child(reason: ""), wish: Self.wish))
        #expect(county.faults(Self.book) == [" cooperationNone"])
        #expect(county.faults(Self.goesOn) == [" cooperationNone"])
        #expect(county.faults(Self.ends) == [" cooperationNone"])
        #expect(county.faults(change) == [" cooperationNone"])
        #expect(county.faults(RecordWish(Self.wish)) == [" cooperationNone"])
        #expect(county.meeting == nil)
    }

    @Test("rule 17: the family's word reaches the coordinator all the same, and is answered")
    func familysWord() throws {
        var county = try Self.stopped()
        try county.decide(ReportConcern(text: "Samtalen blir inte av."), by: .person("teacher"))
        #expect(
            county.told { if case .plan(.concernReported(let word)) = $0 { word.coordinator } else { nil } } == [
                "family"
            ])
        try county.decide(AnswerConcern(text: "Vi ringer."))
        #expect(county.cooperation?.agreement?.isConcernOpen == false)
    }

    @Test("rule 12: called for again, the plan goes on")
    func calledAgain() throws {
        var county = try Self.stopped()
        try county.call { $0.guardians = ["g1"] }
        #expect(county.meeting != nil && county.cooperation?.agreement?.plan.measures.count == 2)
        #expect(county.faults(Self.goesOn).isEmpty)
    }

    @Test(
        "rule 12: a follow-up is for those who were called for last: no former guardian is asked to it, nor who led before"
    )
    func calledLast() throws {
        var county = try Self.stopped()
        county.take("head-kaa", days: 30)
        try county.call {
            ($0.guardians, $0.unit, $0.namedPerson, $0.latestDate) = (
                ["g2"], "kaa", "head-kaa", CountyInMemory.day("2026-12-14")
            )
        }
        #expect(county.meeting == nil)
        try county.decide(Self.goesOn, by: .person("head-kaa"))
        #expect(
            try #require(county.meeting).participants.map(\.person) == ["head-kaa", "family", "nurse", "g2", "child"])
    }

    @Test(
        "rule 17: a last follow-up closes the case also where the next meeting waits for a time: nobody waits any more")
    func closedWhileWaiting() throws {
        var county = CountyInMemory()
        try county.call()
        county.now = try #require(county.meeting).start + 3_600
        county.take("family", days: 200)
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        guard case .waiting = county.cooperation?.stage else {
            Issue.record("there is a time")
            return
        }
        try county.decide(Self.ends)
        guard case .idle = county.cooperation?.stage else {
            Issue.record("a meeting is looked for in a closed case")
            return
        }
    }
}
