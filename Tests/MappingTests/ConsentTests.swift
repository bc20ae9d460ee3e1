import CloudEvents
import Codec
import Domain
import Foundation
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rules 12 and 13: nothing without consent, and nothing that blocks its withdrawal")
struct ConsentTests {
    typealias Tester = MappingTester

    @Test(
        "rule 12: cooperation waits visibly until every guardian has consented, for every organisation",
        arguments: [
            [], [Tester.consent("g1")], [Tester.consent("g1"), Tester.consent("g2", "refused")],
            [Tester.consent("g1"), Tester.consent("g2", "given", ["health_care"])],
            [Tester.consent("g1"), Tester.consent("g2"), Tester.consent("g2", "withdrawn")],
        ])
    func waits(consents: [RecordConsent]) throws {
        var tester = try Tester.ready { $0.guardians = ["g1", "g2"] }
        for consent in consents { try tester.send(consent) }
        try tester.conclude()
        #expect(tester.codes.isEmpty)
        #expect(tester.facts(CallMeeting.self).isEmpty)
        #expect((tester.phase, tester.status.step) == (.awaitingConsent, "consent"))
        #expect(tester.status.awaited.contains("g2"))
        let reasons = try #require(tester.facts(CooperationWaiting.self).first).reasons
        #expect(reasons.allSatisfy { $0.code == "consent.missing" && $0.english.contains("rule 12") })
        // Cooperation starts by itself with the last consent.
        for giver in ["g1", "g2"] { try tester.send(Tester.consent(giver)) }
        #expect(tester.facts(CallMeeting.self).count == 1)
        #expect(tester.phase == .cooperation && tester.status.awaited.isEmpty)
    }

    @Test("rule 12: where no guardian is known there is nobody to consent, and the case says so")
    func nobody() throws {
        var tester = try Tester.ready { $0.guardians = [] }
        try tester.conclude()
        #expect(tester.facts(CooperationWaiting.self).first?.reasons.map(\.code) == ["consent.nobody"])
        try tester.send(Tester.consent("youth"))
        #expect(tester.facts(CallMeeting.self).isEmpty)
        try tester.concern { $0.guardians = ["g1"] }
        try tester.send(Tester.consent("g1"))
        #expect(tester.facts(CallMeeting.self).count == 1)
    }

    @Test(
        "rule 12: from the age threshold, to the day, nothing happens on a guardian's consent alone",
        arguments: [("2026-11-23", true), ("2026-11-24", false)])
    func youth(from: String, isNeeded: Bool) throws {
        var tester = try Tester.ready { $0.youthConsentFrom = from }
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        #expect(tester.facts(CallMeeting.self).isEmpty == isNeeded)
        if isNeeded {
            #expect(tester.status.awaited == ["youth"])
            try tester.send(Tester.consent("youth"))
            #expect(tester.facts(CallMeeting.self).count == 1)
        }
    }

    @Test("rule 12: the birthday itself stops what went on without the youth")
    func birthday() throws {
        var tester = try Tester.ready { $0.youthConsentFrom = "2026-11-26" }
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        try tester.advance(to: "2026-11-25", hour: 23)
        #expect(tester.facts(CancelMeeting.self).isEmpty)
        try tester.advance(to: "2026-11-26")
        #expect(tester.facts(CancelMeeting.self).count == 1)
        #expect(tester.status.awaited == ["youth"])
    }

    @Test(
        "rule 12: a recorded judgement of maturity counts, younger and older than the threshold",
        arguments: [true, false])
    func maturity(needed: Bool) throws {
        var tester = try Tester.ready { $0.youthConsentFrom = needed ? "2029-03-15" : "2026-01-01" }
        func judge(_ reason: String) -> RecordMaturity {
            .with {
                ($0.caseReference, $0.by) = (Tester.reference, Tester.owner)
                ($0.youthConsents, $0.reason) = (needed, reason)
            }
        }
        try tester.send(judge(""))
        #expect(tester.codes == ["text.missing"])
        try tester.send(judge("Förstår vad frågan gäller."))
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        #expect(tester.facts(CallMeeting.self).isEmpty == needed)
    }

    @Test("rule 12: an adult decides alone")
    func adult() throws {
        var tester = try Tester.ready { $0.adultFrom = "2026-11-25" }
        try tester.conclude()
        #expect(tester.status.awaited == ["g1"])
        try tester.advance(to: "2026-11-25")
        try tester.send(Tester.consent("youth"))
        #expect(tester.facts(CallMeeting.self).count == 1)
    }

    @Test("rule 12: a new guardian on record has not consented, so what is booked is called off")
    func newGuardian() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        try tester.concern { $0.guardians = ["g2"] }
        #expect(tester.facts(CancelMeeting.self).count == 1)
        #expect(tester.status.awaited == ["g2"])
    }

    @Test(
        "rule 13: a withdrawal is blocked by nothing: no state, no unknown person, not even an unknown giver",
        arguments: ["mapping", "cooperation", "closed"], ["g1", "stranger"])
    func withdrawn(phase: String, giver: String) throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        if phase == "cooperation" { try tester.conclude() }
        if phase == "closed" {
            try tester.conclude("nothing_further")
            try tester.followUp("end")
        }
        try tester.send(Tester.consent(giver, "withdrawn", []) { ($0.by, $0.form) = ("", "") })
        #expect(tester.codes.isEmpty)
        #expect(tester.facts(ConsentRecorded.self).last?.consent.decision == "withdrawn")
        #expect(tester.facts(CancelMeeting.self).count == (phase == "cooperation" ? 1 : 0))
        if phase == "mapping" {
            try tester.conclude()
            #expect(tester.facts(CallMeeting.self).isEmpty)
        }
        if phase == "cooperation" {
            let isKnown = giver == "g1"
            #expect(tester.phase == .awaitingConsent && tester.status.awaited == (isKnown ? [giver] : []))
            #expect(tester.status.objections == (isKnown ? [] : [giver]))
            // A guardian who has refused can consent later; what a stranger has said the owner ends. Cooperation then starts by
            // itself.
            if isKnown { try tester.send(Tester.consent(giver)) } else { try tester.endObjection(giver) }
            #expect(tester.facts(CallMeeting.self).count == 2)
        }
    }

    @Test(
        "rules 12 and 20: a consent that ends while another one is awaited is asked for again, and everybody sees that")
    func endsWhileWaiting() throws {
        var tester = try Tester.ready { $0.guardians = ["g1", "g2"] }
        try tester.conclude()
        try tester.send(Tester.consent("g1") { $0.validUntil = "2026-11-25" })
        #expect(tester.status.awaited == ["g2"])
        try tester.advance(to: "2026-11-25", hour: 23)
        #expect(tester.status.awaited == ["g2"])
        try tester.advance(to: "2026-11-26")
        #expect(tester.status.awaited == ["g1", "g2"])
        let count = tester.facts(CaseStatus.self).count
        try tester.advance(to: "2026-11-27")
        #expect(tester.facts(CaseStatus.self).count == count, "and it is said once")
    }

    @Test(
        "rule 13: people from outside are let in as long as every consent that lets them is in force, and no case that is closed"
    )
    func outsidersWhileInForce() throws {
        var tester = try Tester.ready()
        func consent(until day: String) -> RecordConsent {
            Tester.consent("g1") { ($0.outsiders, $0.validUntil) = (true, day) }
        }
        try tester.send(consent(until: "2026-11-25"))
        #expect(tester.status.outsiders)
        try tester.advance(to: "2026-11-26")
        #expect(!tester.status.outsiders)
        try tester.send(consent(until: ""))
        try tester.conclude("nothing_further")
        #expect(tester.status.outsiders)
        try tester.followUp("end")
        #expect(!tester.status.outsiders)
    }

    @Test("rule 13: the withdrawal and the cancelled meeting are one step, in the order in which Meetings takes them")
    func order() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1"))
        try tester.conclude()
        let before = tester.tester.published.count
        try tester.send(Tester.consent("g1", "withdrawn"))
        let types = tester.tester.published[before...].map(\.event.type)
        #expect(types.prefix(2) == [ConsentRecorded.eventType, CancelMeeting.eventType])
    }

    @Test(
        "rule 13: a consent has a scope, a giver, a form, a date that has come and an end that has not",
        arguments: [
            ("organisations", "text.missing"), ("organisations[0]", "word.unknown"), ("giver", "consent.giver"),
            ("form", "text.missing"), ("date", "date.invalid"), ("valid_until", "date.invalid"),
            ("decision", "word.unknown"),
        ])
    func incomplete(path: String, code: String) throws {
        var tester = try Tester.ready()
        try tester.send(
            Tester.consent("g1") {
                switch path {
                case "organisations": $0.organisations = []
                case "organisations[0]": $0.organisations = ["police"]
                case "giver": $0.giver = "stranger"
                case "form": $0.form = " "
                case "date": $0.date = "2026-11-24"
                case "valid_until": $0.validUntil = "2026-11-22"
                default: $0.decision = "maybe"
                }
            })
        let reason = try #require(tester.facts(CommandRefused.self).first?.reasons.first)
        #expect((reason.path, reason.code) == (path, code))
    }

    @Test("rule 13: a consent holds through its last day and no longer")
    func expires() throws {
        var tester = try Tester.ready()
        try tester.send(Tester.consent("g1") { $0.validUntil = "2026-11-25" })
        try tester.conclude()
        try tester.advance(to: "2026-11-25", hour: 23)
        #expect(tester.facts(CancelMeeting.self).isEmpty)
        try tester.advance(to: "2026-11-26")
        #expect(tester.facts(CancelMeeting.self).count == 1 && tester.phase == .awaitingConsent)
    }

    @Test("rule 13: consents that come after the meeting's last day ask for a meeting within the county's days")
    func late() throws {
        var tester = try Tester.ready()
        try tester.conclude(next: "2026-11-30")
        try tester.advance(to: "2026-12-07")
        try tester.send(Tester.consent("g1"))
        #expect(tester.facts(CallMeeting.self).map(\.latestDate) == ["2026-12-28"])
    }
}
