import Codec
import Domain
import Foundation
import StreamsTestSupport
import Testing

@testable import tillsammans

extension InTheBrowser {
    @Suite("A case from its first page to its last, as each of its people")
    struct PlayedCaseTests {
        @Test("the worked example: report, delegate, hear all four, answer, consent, cooperate, meet, withdraw")
        func workedExample() async throws {
            try await DeskSuite.run { suite in
                let mentor = try await suite.person("nykoping-mentor")
                let reference = try await mentor.report(.init(personalNumber: WorkedExample.fictionalNumber()))
                try await mentor.open("/case/\(reference)")
                try await mentor.sees("desk.error.404")

                let principal = try await suite.person("nykoping-rektor")
                try await principal.takeOn(reference)
                try await principal.delegate(reference, to: "Mia Exempelson, Nyköpings skola")
                try await Self.mentorWorks(mentor, reference)
                try await Self.principalMaps(principal, reference)
                try await Self.meet(suite, principal, reference)
            }
        }

        /// The mentor has talked with the pupil, wheel in hand.
        private static func mentorWorks(_ mentor: Person, _ reference: String) async throws {
            try await mentor.open("/work")
            try await mentor.sees(reference)
            let voice = "Jag vill prata med någon som inte är min lärare."
            try await mentor.add(voice, from: "child", "need", "relationships", to: reference)
            try await mentor.open("/case/\(reference)/people")
            try await mentor.press("desk.hand_back.submit")
            try await mentor.sees("desk.passed_on")
            try await mentor.open("/case/\(reference)")
            try await mentor.sees("desk.error.404")
        }

        private static func principalMaps(_ principal: Person, _ reference: String) async throws {
            for (source, kind, area, text) in [
                ("detector", "need", "safety", "Behöver en vuxen som möter på morgonen."),
                ("organisation", "strength", "learning", "Slöjdläraren har god kontakt med eleven."),
                ("guardian", "strength", "home", "Mormor bor nära och hjälper gärna till."),
            ] {
                try await principal.add(text, from: source, kind, area, to: reference)
            }
            let answers = [
                "Ja, alla fyra källorna är hörda.", "Oro hemma som tar kraft från skoldagen.",
                "Möta eleven varje morgon i två veckor.", "Kuratorssamtal en gång i veckan.",
                "Familjestöd från socialtjänsten och bedömning av hälso- och sjukvården.",
            ]
            try await principal.answerAll(answers, in: reference)
            let organisations = ["education", "social_services", "health_care"]
            try await principal.recordConsent(of: "Vera Exempel", for: organisations, in: reference)
            try await principal.conclude("cooperation", in: reference, days: 21) {
                for organisation in organisations.dropFirst() {
                    let name = principal.choice("organisation.\(organisation)")
                    try await principal.tick(name, in: "desk.conclude.organisations")
                }
            }
        }

        /// The meeting that follows is shown with its answers; a consent that is withdrawn ends it, and closes the case to all
        /// whom it had let in (rule 13).
        private static func meet(_ suite: DeskSuite, _ principal: Person, _ reference: String) async throws {
            try await principal.open("/case/\(reference)/meetings")
            try await principal.waits(for: "desk.meeting.people")
            let meeting = try await suite.meeting(of: reference)
            try await suite.answer(.accepted, to: meeting, by: "nykoping-familjestod")
            try await principal.waits(forLine: "Tove Exempelson", "answer.accepted")

            // From a mail's link: sign in, then the very case.
            let support = try await suite.nobody()
            try await support.open("/case/\(reference)/meetings")
            try await support.signIn(as: "nykoping-familjestod")
            #expect(try await support.path == "/case/\(reference)/meetings")
            try await support.sees("desk.meeting.people")

            try await principal.open("/case/\(reference)")
            try await principal.press("desk.withhold.button")
            try await principal.sees("desk.withhold.lead")
            try await principal.tick("Vera Exempel", in: "desk.withhold_consent.giver")
            try await principal.press("desk.withhold_consent.submit")
            try await principal.did("withhold_consent")
            try await principal.open("/case/\(reference)/meetings")
            try await principal.waits(for: "desk.meeting.none")
            try await support.open("/case/\(reference)/meetings")
            try await support.sees("desk.error.404")
        }

        @Test("own measures: what the school does itself is followed up, and the case is closed")
        func ownMeasures() async throws {
            try await DeskSuite.run { suite in
                let mentor = try await suite.person("nykoping-mentor")
                let reference = try await mentor.report(.init(personalNumber: WorkedExample.fictionalNumber()))
                let principal = try await suite.person("nykoping-rektor")
                try await principal.takeOn(reference)
                try await principal.add(
                    "Vill sitta nära en vän.", from: "child", "need", "relationships", to: reference)
                try await principal.add(
                    "Är bortrest och nås inte.", from: "guardian", "not_asked", nil, to: reference)
                let answers = ["Ja.", "Bråkiga raster.", "Möta eleven varje morgon.", "En vuxen på rasten.", "Ingen."]
                try await principal.answerAll(answers, in: reference)
                try await principal.conclude("own_measures", in: reference, days: 30) {
                    let one = ["number": "1"]
                    try await principal.fill(principal.word("desk.conclude.measures.text", one), "En vuxen på rasten.")
                    try await principal.choose(
                        principal.word("desk.conclude.measures.area", one), principal.choice("area.safety"))
                    try await principal.choose(
                        principal.word("desk.conclude.measures.responsible", one), "Nils Exempelson, Nyköpings skola")
                }
                try await principal.sees("En vuxen på rasten.")
                try await principal.tick(principal.choice("effect.better"), in: "desk.follow_up.effect")
                try await principal.fill("desk.follow_up.text", "Rasterna är lugna nu.")
                try await principal.tick("desk.follow_up.then.end", in: "desk.follow_up.decision")
                try await principal.press("desk.follow_up.submit")
                try await principal.did("follow_up")
                try await principal.open("/case/\(reference)")
                try await principal.sees(principal.choice("phase.closed"))
            }
        }
    }
}
