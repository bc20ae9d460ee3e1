import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// Three children as the county's documents mean it, from the report to the end, each led by commands alone.
@Suite("As the documents mean it", .serialized)
struct ThreeChildrenTests {
    @Test(
        "rules 2, 7 and 12: a four-year-old's preschool owns the case; a step-parent is no guardian; one guardian's no keeps the meeting away, and takes it away"
    )
    func guardiansDisagree() async throws {
        try await RunningSuite.with { suite in
            let owner = "nykoping-forskolechef"
            let led = try await LedCase(
                suite, age: 4, stage: .beforeSchool, unit: "nykoping-forskola",
                guardians: ["Vera Exempel", "Olle Exempel", "Stina Exempel"])
            try await led.stands("the preschool's head owns it") { $0.owner == owner && $0.step == "acknowledge" }
            let (vera, olle, stina) = (led.guardians[0], led.guardians[1], led.guardians[2])
            // The documents name child health care, too.
            try await eventually("the child health nurse is told") {
                try await suite.events(.notices, NoticeQueued.self).contains {
                    $0.kind == "counterpart" && $0.recipient == "nykoping-bhv"
                }
            }
            try await led.takeOn(by: owner)
            let removal = RemoveGuardian.with {
                ($0.caseReference, $0.by, $0.guardian) = (led.reference, owner, stina)
                $0.reason = "Är styvförälder, och inte vårdnadshavare."
            }
            #expect(try await led.give(removal, by: owner) == [])
            try await led.hear(.child, .strength, "Har ritat sin familj och berättat om mormor.", by: owner)
            try await led.hear(.guardian, .need, "Det är bråkigt hemma på kvällarna.", by: owner)
            try await led.answer("Familjen behöver stöd hemma.", by: owner)
            try await led.consent(.given, of: vera, by: owner)
            #expect(try await led.conclude(.cooperation, by: owner) == [])
            try await led.stands("the other guardian is waited for") {
                $0.step == "consent" && $0.awaited == [olle]
            }

            try await led.consent(.refused, of: olle, by: owner)
            try await led.consent(.given, of: olle, by: owner)
            try await eventually("a meeting") { try await !led.booked().isEmpty }
            let booked = try await led.booked()
            // Nothing was booked before the last yes, and the step-parent has no seat.
            let family = booked[0].participants.filter(\.family).map(\.person)
            #expect(booked.count == 1 && Set(family).isSuperset(of: [vera, olle]) && !family.contains(stina))

            try await led.consent(.withdrawn, of: olle, by: owner)
            try await eventually("the meeting is cancelled") {
                try await suite.events(.meetings, MeetingCancelled.self).map(\.meeting.id) == booked.map(\.id)
            }
        }
    }

    @Test(
        "rules 2, 12, 15 and 22: who studies outside the county at sixteen is the home municipality's, decides, brings a mentor of there, takes the case along, and meets there"
    )
    func movesAway() async throws {
        try await RunningSuite.with { suite in
            let (owner, next) = ("nykoping-uppfoljning-ansvarig", "eskilstuna-uppfoljning-ansvarig")
            let led = try await LedCase(
                suite, age: 16, stage: .upperSecondaryElsewhere, guardians: ["Vera Exempel"])
            try await led.stands("the follow-up responsible owns it") { $0.owner == owner }
            try await led.takeOn(by: owner)
            try await led.hear(.child, .need, "Jag klarar inte helgerna hemma.", by: owner)
            try await led.hear(.guardian, .strength, "Vi pratar varje kväll i telefon.", by: owner)
            try await led.answer("Ungdomen behöver någon att prata med.", by: owner)
            try await led.consent(.given, of: led.guardians[0], outsiders: true, by: owner)
            #expect(try await led.conclude(.cooperation, by: owner) == [])
            // From that age nothing happens on a guardian's consent alone.
            try await led.stands("the youth is asked") { $0.step == "consent" && $0.awaited == ["youth"] }
            try await led.consent(.given, of: "youth", outsiders: true, by: owner)
            try await eventually("a meeting") { try await !led.booked().isEmpty }
            // The mentor of the school outside the county is in no directory.
            let mentor = InviteOutsider.with {
                ($0.caseReference, $0.county, $0.by) = (led.reference, "SRM", owner)
                $0.outsider = .with {
                    ($0.name, $0.role, $0.organisation) = ("Kajsa Exempel", "mentor", "Gymnasiet i Exempelstad")
                    $0.email = "kajsa@example.org"
                }
                ($0.reason, $0.asked, $0.written) = ("Träffar ungdomen varje dag.", true, true)
            }
            #expect(try await led.give(mentor, by: owner, to: .meetingCommands) == [])
            try await eventually("a neutral invitation") {
                suite.messages().contains { $0.contains("To: kajsa@example.org") && !$0.contains(led.reference) }
            }

            let move = MoveCase.with {
                ($0.caseReference, $0.by) = (led.reference, owner)
                ($0.municipality, $0.stage) = ("0484", Stage.upperSecondaryElsewhere.rawValue)
            }
            #expect(try await led.give(move, by: owner) == [])
            try await led.stands("the new municipality's owns it") { $0.owner == next && $0.municipality == "0484" }
            #expect(try await suite.events(.mappings, CaseMoved.self).map(\.toPerson) == [next])
            // What came along is kept only as the new owner says.
            let review = ReviewMove.with {
                ($0.caseReference, $0.by) = (led.reference, next)
                $0.organisations = ["education", "social_services"]
            }
            #expect(try await led.give(review, by: owner) != [])
            #expect(try await led.give(review, by: next) == [])
            #expect(try await led.give(review, by: next) == ["move.reviewed"])
            // Health care is the same where the youth is now. The others come from there, and they meet.
            try await eventually("the new owner's meeting") {
                try await led.booked().last?.participants.contains { $0.person == next } == true
            }
            try await Self.meetAndClose(led, by: next)
        }
    }

    /// The meeting is held when its time has come and not before; its plan is followed up, and closes the case with a reason
    /// (rules 15 to 17).
    private static func meetAndClose(_ led: LedCase, by owner: String) async throws {
        let meeting = try #require(try await led.booked().last)
        let record = RecordMeeting.with {
            ($0.caseReference, $0.county, $0.by, $0.came) = (led.reference, "SRM", owner, [owner, "child"])
            $0.child = .with { ($0.tookPart, $0.how) = (true, "Ledde själv mötet.") }
            $0.coordinator = .with { ($0.person, $0.chosenByChild) = (owner, true) }
            let later = CivilTime.day(of: meeting.end.date).plus(30).description
            ($0.plan.worksAlready, $0.plan.followUpDate) = (["Samtalen hem"], later)
            $0.plan.measures = [
                .with {
                    ($0.id, $0.area, $0.text) = ("samtal", "home", "Samtal varje söndag kväll.")
                    ($0.responsible, $0.organisation, $0.date) = (owner, "education", later)
                }
            ]
        }
        var codes = try await led.give(record, by: owner, to: .meetingCommands)
        #expect(codes == ["meeting.ahead"])
        try led.suite.connection.clock.move(to: meeting.end.date)
        codes = try await led.give(record, by: owner, to: .meetingCommands)
        #expect(codes == [])
        var followUp = RecordPlanFollowUp.with {
            ($0.caseReference, $0.county, $0.by) = (led.reference, "SRM", owner)
            $0.child = .with { ($0.tookPart, $0.how) = (true, "Berättade själv.") }
            $0.judgements = [
                .with {
                    ($0.measure, $0.text) = ("samtal", "Helgerna är lugnare.")
                    ($0.effect, $0.decision) = (Effect.better.rawValue, "end")
                }
            ]
        }
        codes = try await led.give(followUp, by: owner, to: .meetingCommands)
        #expect(codes == ["closing.reason"])
        followUp.closingReason = "Ungdomen har den hjälp som behövs."
        codes = try await led.give(followUp, by: owner, to: .meetingCommands)
        #expect(codes == [])
        try await led.stands("it is closed") { $0.phase == "closed" }
    }

    @Test(
        "rules 6, 10 and 17: two systems' reports are one case; what got worse is mapped again, and closed with words only"
    )
    func gotWorse() async throws {
        try await RunningSuite.with { suite in
            let owner = "nykoping-rektor"
            let number = WorkedExample.fictionalNumber()
            func report(_ report: inout ConcernReported) { report.personalNumber = number }
            let led = try await LedCase(
                suite, age: 12, stage: .school, unit: "nykoping-skola", guardians: ["Vera Exempel"], report)
            var second = ExampleCountyReport.message
            report(&second)
            second.areas = ["home"]
            let id = try await LedCase.send(second, from: "urn:other", on: suite)
            try await eventually("the second system's receipt") {
                try await LedCase.registered(id, suite)?.caseReference == led.reference
            }
            try await led.takeOn(by: owner)
            try await led.hear(.child, .need, "Rasterna är jobbiga.", by: owner)
            try await led.hear(.guardian, .strength, "Mormor hämtar varje dag.", by: owner)
            try await led.answer("En vuxen på rasterna.", by: owner)
            let measure = Measure.with {
                ($0.area, $0.text, $0.responsible) = ("safety", "En vuxen på rasten.", owner)
            }
            #expect(try await led.conclude(.ownMeasures, by: owner) { $0.measures = [measure] } == [])
            let worse = RecordFollowUp.with {
                ($0.caseReference, $0.by, $0.text) = (led.reference, owner, "Vågar inte gå till skolan.")
                ($0.effect, $0.decision) = (Effect.worse.rawValue, FollowUpDecision.reopen.rawValue)
            }
            #expect(try await led.give(worse, by: owner) == [])
            try await led.stands("it is mapped again") { $0.phase == "mapping" && $0.step == "conclude" }
            // What was heard and answered before counts no more.
            #expect(try await led.conclude(.nothingFurther, by: owner).contains("answers.missing"))
            try await led.hear(.child, .need, "Det är bättre nu.", by: owner)
            try await led.hear(.guardian, .strength, "Skolan ringer varje vecka.", by: owner)
            try await led.answer("Inget mer behövs.", by: owner)
            #expect(try await led.conclude(.nothingFurther, by: owner) == [])
            var end = worse
            end.decision = FollowUpDecision.end.rawValue
            #expect(try await led.give(end, by: owner) == ["closing.reason"])
            end.closingReason = "Familjen flyttar utomlands."
            #expect(try await led.give(end, by: owner) == [])
            try await eventually("it is closed with its reason, and two people are told") {
                try await suite.events(.mappings, CaseClosed.self).contains {
                    $0.reason == "Familjen flyttar utomlands." && $0.to.count == 2
                }
            }
        }
    }
}
