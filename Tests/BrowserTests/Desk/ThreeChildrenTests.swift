import Codec
import Domain
import Foundation
import StreamsTestSupport
import Testing

@testable import tillsammans

extension InTheBrowser {
    /// The same three children as the suite is led through by commands (`Tests/EndToEnd/ThreeChildrenTests.swift`), here by staff.
    @Suite("As the documents mean it, through the desk's pages")
    struct ThreeChildrenTests {
        private static let organisations = Organisation.allCases.map(\.rawValue)
        private static let answers = [
            "Ja.", "Bråkigt på kvällarna.", "Lyssna.", "En vuxen att gå till.", "Stöd hemma.",
        ]

        @Test("rules 2 and 12: a four-year-old, whose guardians disagree")
        func guardiansDisagree() async throws {
            try await DeskSuite.run { suite in
                let nurse = try await suite.person("nykoping-bhv")
                var concern = Person.Concern(personalNumber: WorkedExample.fictionalNumber(age: 4))
                (concern.stage, concern.unit) = (.beforeSchool, "Nyköping: Nyköpings förskola")
                let reference = try await nurse.report(concern)

                let head = try await suite.person("nykoping-forskolechef")
                try await head.takeOn(reference)
                try await head.open("/case/\(reference)/people")
                try await head.fill("desk.add_guardian.details-name", "Olle Exempel")
                try await head.tick(head.choice("guardian_standing.reachable"), in: "desk.add_guardian.standing")
                try await head.fill("desk.add_guardian.reason", "Står som vårdnadshavare i folkbokföringen.")
                try await head.press("desk.add_guardian.submit")
                try await head.did("add_guardian")
                try await Self.map(head, reference)
                try await head.recordConsent(of: "Vera Exempel", for: Self.organisations, in: reference)
                try await Self.cooperate(head, reference)
                try await head.recordConsent(of: "Olle Exempel", for: [], in: reference, .refused)
                try await head.open("/case/\(reference)/meetings")
                try await head.sees("desk.meeting.none")

                try await head.recordConsent(of: "Olle Exempel", for: Self.organisations, in: reference)
                try await head.open("/case/\(reference)/meetings")
                try await head.waits(for: "desk.meeting.people")
                try await head.sees("Olle Exempel")
            }
        }

        @Test(
            "rules 2, 12 and 22: a sixteen-year-old, who studies outside the county, decides, brings a mentor from outside, and moves"
        )
        func movesAway() async throws {
            try await DeskSuite.run { suite in
                let worker = try await suite.person("nykoping-socialsekreterare")
                var concern = Person.Concern(personalNumber: WorkedExample.fictionalNumber(age: 16))
                (concern.stage, concern.unit) = (.upperSecondaryElsewhere, nil)
                let reference = try await worker.report(concern)

                let owner = try await suite.person("nykoping-uppfoljning-ansvarig")
                try await owner.takeOn(reference)
                try await Self.map(owner, reference)
                try await owner.recordConsent(
                    of: "Vera Exempel", for: Self.organisations, outsiders: true, in: reference)
                try await Self.cooperate(owner, reference)
                try await owner.open("/case/\(reference)/meetings")
                try await owner.sees("desk.meeting.none")
                try await owner.recordConsent(
                    of: owner.choice("giver_name.youth"), for: Self.organisations, outsiders: true, in: reference)
                try await owner.open("/case/\(reference)/meetings")
                try await owner.waits(for: "desk.meeting.people")
                try await Self.bringMentor(owner, reference)

                try await owner.open("/case/\(reference)/people")
                try await owner.follow("Eskilstuna")
                try await owner.tick("desk.stage.upper_secondary_elsewhere", in: "desk.move.stage")
                try await owner.press("desk.move.submit")
                let next = try await suite.person("eskilstuna-uppfoljning-ansvarig")
                try await next.open("/work")
                try await next.waits(for: reference)
                try await next.open("/case/\(reference)/people")
                try await next.sees("desk.review_move.people")
                try await next.tick("desk.review_move.place.near", in: "desk.review_move.place")
                try await next.tick(next.choice("organisation.education"), in: "desk.review_move.organisations")
                try await next.press("desk.review_move.submit")
                try await next.did("review_move")
            }
        }

        @Test("rules 6, 10 and 17: a child who is reported twice, and whose case got worse")
        func gotWorse() async throws {
            try await DeskSuite.run { suite in
                let mentor = try await suite.person("nykoping-mentor")
                let concern = Person.Concern(personalNumber: WorkedExample.fictionalNumber())
                let reference = try await mentor.report(concern)
                #expect(try await mentor.report(concern) == reference)

                let principal = try await suite.person("nykoping-rektor")
                try await principal.takeOn(reference)
                try await Self.map(principal, reference)
                try await principal.conclude("own_measures", in: reference, days: 30) {
                    let one = ["number": "1"]
                    try await principal.fill(principal.word("desk.conclude.measures.text", one), "En vuxen på rasten.")
                    try await principal.choose(
                        principal.word("desk.conclude.measures.area", one), principal.choice("area.safety"))
                    try await principal.choose(
                        principal.word("desk.conclude.measures.responsible", one), "Nils Exempelson, Nyköpings skola")
                }
                try await Self.gotWorse(principal, "reopen")
                // It is done again: what was answered before is former, and counts no more.
                try await principal.open("/case/\(reference)/outcome")
                try await principal.sees("desk.need.missing")
                try await Self.map(principal, reference)
                try await principal.conclude("nothing_further", in: reference, days: 30) {}
                try await Self.gotWorse(principal, "end")
                try await principal.sees("closing.reason")
                try await principal.fill("desk.follow_up.closing_reason", "Familjen flyttar utomlands.")
                try await principal.press("desk.follow_up.submit")
                try await principal.did("follow_up")
                try await principal.open("/case/\(reference)")
                try await principal.sees(principal.choice("phase.closed"))
            }
        }

        private static func gotWorse(_ owner: Person, _ decision: String) async throws {
            try await owner.tick(owner.choice("effect.worse"), in: "desk.follow_up.effect")
            try await owner.fill("desk.follow_up.text", "Vågar inte gå till skolan.")
            try await owner.tick("desk.follow_up.then.\(decision)", in: "desk.follow_up.decision")
            try await owner.press("desk.follow_up.submit")
        }

        /// Hears child and guardian, and answers the five questions (rules 7 and 9).
        private static func map(_ owner: Person, _ reference: String) async throws {
            try await owner.add("Jag vill ha det lugnt.", from: "child", "need", "home", to: reference)
            try await owner.add("Mormor hjälper gärna till.", from: "guardian", "strength", "home", to: reference)
            try await owner.answerAll(answers, in: reference)
        }

        /// The mentor of a school outside the county comes by a decision, is seen in the case, and stays away by another one.
        private static func bringMentor(_ owner: Person, _ reference: String) async throws {
            let (name, role) = ("Kajsa Exempel", "mentor, Gymnasiet i Exempelstad")
            try await owner.inviteOutsider(
                name, "mentor", of: "Gymnasiet i Exempelstad", at: "kajsa@example.org", in: reference)
            try await owner.open("/case/\(reference)/meetings")
            try await owner.waits(for: role)
            try await owner.open("/case/\(reference)")
            try await owner.sees("Träffar ungdomen varje dag.")
            try await owner.open("/case/\(reference)/meetings")
            try await owner.choose("desk.dismiss_outsider.outsider", name)
            try await owner.fill("desk.dismiss_outsider.reason", "Ungdomen byter skola.")
            try await owner.press("desk.dismiss_outsider.submit")
            try await owner.did("dismiss_outsider")
            try await owner.open("/case/\(reference)")
            try await owner.waits(for: "Ungdomen byter skola.")
        }

        private static func cooperate(_ owner: Person, _ reference: String) async throws {
            try await owner.conclude("cooperation", in: reference, days: 21) {
                for organisation in ["social_services", "health_care"] {
                    let name = owner.choice("organisation.\(organisation)")
                    try await owner.tick(name, in: "desk.conclude.organisations")
                }
            }
        }
    }
}
