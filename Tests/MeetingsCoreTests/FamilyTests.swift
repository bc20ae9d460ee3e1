import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("The family's part: what it is told, asked, and says")
struct FamilyTests {
    private func held() throws -> CountyInMemory {
        var county = CountyInMemory()
        try county.call { $0.guardians = ["g1"] }
        county.now = try #require(county.meeting?.start) + 7_200
        try county.decide(CountyInMemory.record(followUp: "2026-12-21"))
        return county
    }

    private func told(_ county: CountyInMemory) -> [FamilyTold] {
        county.told { if case .family(.told(let fact)) = $0 { fact } else { nil } }
    }

    private static let asked = FamilyVoice(
        of: Participant.child, asked: "Vem vill du ha med?", forms: [.pictures, .words], afterwards: "Det kändes bra.")

    @Test(
        "rule 22: plan, coordinator and next step are told by a person's decision, each time, with the contact to ring")
    func matters() throws {
        var county = try held()
        try county.decide(InformFamily(to: "g1", of: [.plan, .coordinator, .nextStep], .phone))
        let fact = try #require(told(county).last)
        #expect(fact.matters == [.plan, .coordinator, .nextStep] && fact.meeting == nil)
        #expect(fact.by == "head-school" && fact.contact == "family", "the coordinator is the contact (rule 21)")
        try county.decide(InformFamily(to: "g1", .phone), by: .person("family"))
        #expect(told(county).last?.meeting?.isCancelled == false)
    }

    @Test(
        "rule 22: of a plan that there is not nobody is told, nor anybody but the family, nor by whoever does not decide"
    )
    func refused() throws {
        var county = CountyInMemory()
        try county.call { ($0.guardians, $0.unwritten) = (["g1", "g2"], ["g2"]) }
        #expect(county.faults(InformFamily(to: "g1", of: [.plan], .phone)) == ["case_reference planNone"])
        #expect(county.faults(InformFamily(to: "g1", of: [.nextStep], .phone)).isEmpty)
        #expect(county.faults(InformFamily(to: "g9", of: [.nextStep], .phone)) == ["to familyUnknown"])
        #expect(county.faults(InformFamily(to: "g2", of: [.nextStep], .letter)) == ["channel familyUnwritten"])
        #expect(
            county.faults(InformFamily(to: "g1", of: [.nextStep], .phone), by: .person("nurse")) == [
                "by personNotAllowed"
            ])
    }

    @Test("rule 22: an address that was told of the plan alone is no address to answer an invitation from")
    func address() throws {
        var county = try held()
        try county.decide(InformFamily(to: "g1", of: [.plan], .email(try #require(EmailAddress("vera@example.org")))))
        #expect(county.cooperation?.told.isEmpty == true)
    }

    @Test(
        "rule 7: who was asked what, in which form, and what they said afterwards is recorded, by whoever leads or coordinates"
    )
    func participation() throws {
        var county = try held()
        for person in ["head-school", "family"] {
            try county.decide(RecordParticipation(Self.asked), by: .person(person))
        }
        let recorded = county.told { if case .family(.tookPart(let fact)) = $0 { fact } else { nil } }
        #expect(recorded == ["head-school", "family"].map { .init(Self.asked, by: $0) })
        var stranger = Self.asked
        stranger.person = "g9"
        #expect(
            county.faults(RecordParticipation(stranger), by: .person("nurse")) == [
                "by personNotAllowed", "voice.person familyUnknown",
            ])
    }

    @Test("rule 7: a meeting's record and a follow-up tell who of the family was asked, and nobody else")
    func records() throws {
        var county = try held()
        var followUp = CountyInMemory.judge([("m1", .end), ("m2", .end)], next: nil)
        followUp.child.voices = [Self.asked, Self.asked]
        followUp.child.voices[1].person = "nurse"
        #expect(county.faults(followUp) == ["child.voices[1].person familyUnknown"])
        followUp.child.voices[1].person = "g1"
        try county.decide(followUp)
        let told = county.told {
            if case .plan(.followedUp(let fact)) = $0 { fact.child.voices.map(\.person) } else { nil }
        }
        #expect(told == [["child", "g1"]])
        // What was said afterwards may come when the case has closed (rule 24).
        try county.decide(RecordParticipation(Self.asked))
    }
}
