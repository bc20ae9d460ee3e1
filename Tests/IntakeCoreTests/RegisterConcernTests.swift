import Domain
import Foundation
import IntakeCore
import TestSupport
import Testing

@Suite("Intake's core: a report is registered, on values alone")
struct RegisterConcernTests {
    @Test("a child's guardians take bounded room, however many are named; each still has a key of their own")
    func manyGuardians() throws {
        var story = IntakeStory()
        for report in 0..<20 {
            try story.register {
                $0.guardians = (0..<20).map {
                    IntakeStory.guardian("Vera \(report) \($0)", email: "vera\($0)@example.org")
                }
            }
        }
        let known = try #require(story.child).guardians
        #expect(known.count == 40 && known.allSatisfy { $0.aliases.count <= 16 })
        #expect(Set(story.concerns.flatMap(\.guardians)).count == 400)
    }

    @Test("rules 1 and 2: the first report gives the child a case reference and an owner, and is answered")
    func first() throws {
        var story = IntakeStory()
        try story.register { $0.strengths = ["Har en god vän"] }
        let (child, concern) = (try #require(story.child), try #require(story.concerns.first))
        #expect(child.owner == Routing.Owner(unit: "school", person: "head-school"))
        #expect(concern.reference == child.reference && concern.strengths == ["Har en god vän"])
        #expect((concern.youthConsentFrom.description, concern.adultFrom.description) == ("2029-03-15", "2032-03-15"))
        guard case .answered(let receipt) = story.facts.last, case .registered(let answer) = receipt.answer else {
            Issue.record("no receipt")
            return
        }
        #expect(receipt.report == ReportID(source: "urn:school", id: "report-1"))
        #expect((answer.unit, answer.unitName, answer.fallback) == ("school", "Enhet school", nil))
    }

    @Test("rule 6: a later report joins the same case reference, also after a move to another county")
    func joins() throws {
        var story = IntakeStory()
        for _ in 0..<2 { try story.register() }
        #expect(Set(story.concerns.map(\.reference)).count == 1 && Set(story.concerns.map(\.concern)).count == 2)
        #expect(story.concerns.allSatisfy { $0.proposed == nil })
    }

    @Test("rule 2: a report that says less than is known changes nothing")
    func saysLess() throws {
        var story = IntakeStory()
        try story.register()
        let known = try #require(story.child)
        try story.register { ($0.stage, $0.unit) = (nil, nil) }
        #expect(story.child?.place == known.place && story.child?.owner == known.owner)
    }

    @Test("rule 2: one report moves nothing, whichever source sends it; it proposes where it leads")
    func proposes() throws {
        for source in ["urn:school", "urn:other"] {
            var story = IntakeStory()
            try story.register(source: "urn:school") { ($0.stage, $0.unit) = (.upperSecondary, "gymnasium") }
            let known = try #require(story.child)
            try story.register(source: source) { ($0.stage, $0.unit) = (.outsideUpperSecondary, nil) }
            #expect(story.child?.place == known.place && story.child?.owner == known.owner)
            let concern = try #require(story.concerns.last)
            #expect(concern.owner.unit == "gymnasium" && concern.stage == .upperSecondary && !concern.hasGrown)
            #expect(concern.proposed?.owner == Routing.Owner(unit: "kaa", person: "head-kaa"))
            #expect(concern.proposed?.place.stage == .outsideUpperSecondary)
        }
    }

    @Test("rule 2: a child grows into the next stage by age, and no further than a report of that age says")
    func grows() throws {
        for (stage, unit, owner) in [
            (Stage?.none, String?.none, "fallback"), (.school, "school", "school"), (.beforeSchool, nil, "preschool"),
            (.upperSecondary, "gymnasium", "preschool"),
        ] {
            var story = IntakeStory()
            story.now = try Date("2020-03-01T08:00:00Z", strategy: .iso8601)
            try story.register { ($0.stage, $0.unit) = (nil, "preschool") }
            story.now = try Date("2020-09-01T08:00:00Z", strategy: .iso8601)
            try story.register { ($0.stage, $0.unit) = (stage, unit) }
            let concern = try #require(story.concerns.last)
            #expect(concern.owner.unit == owner && concern.hasGrown == (owner != "preschool"))
            #expect((concern.proposed != nil) == (stage == .upperSecondary))
        }
    }

    @Test(
        "rule 2: a child who has grown and is said to live elsewhere is handed over at home, and the move is proposed")
    func growsAndMoves() throws {
        var story = IntakeStory()
        story.directory = try ExampleCounty.twoMunicipalities
        story.now = try Date("2020-03-01T08:00:00Z", strategy: .iso8601)
        try story.register { ($0.stage, $0.unit) = (nil, "preschool") }
        story.now = try Date("2020-09-01T08:00:00Z", strategy: .iso8601)
        let other = try #require(ServedMunicipality("0002", in: story.directory))
        try story.register { ($0.municipality, $0.stage, $0.unit) = (other, nil, "school-2") }
        let concern = try #require(story.concerns.last)
        #expect(concern.hasGrown && concern.municipality == "0001" && concern.owner.fallback == .unitUnknown)
        #expect(concern.proposed?.owner.unit == "school-2" && story.child?.place.stage == .school)
    }

    @Test("rule 2: a report about a child without an open case places the child, and tells Mapping where it leads")
    func places() throws {
        var story = IntakeStory()
        try story.register()
        try story.follow(.isClosed)
        try story.register { ($0.stage, $0.unit) = (.outsideUpperSecondary, nil) }
        #expect(story.child?.owner.unit == "kaa" && story.concerns.last?.owner.unit == "kaa")
        #expect(story.concerns.last?.proposed?.owner.unit == "kaa", "in case another report has opened it meanwhile")
        try story.register { ($0.stage, $0.unit) = (.school, "school") }
        #expect(story.concerns.last?.owner.unit == "kaa" && story.concerns.last?.proposed?.owner.unit == "school")
    }

    @Test("rule 2: where no unit matches, the fallback unit owns the concern, and the receipt says why")
    func fallback() throws {
        var story = IntakeStory()
        try story.register { $0.unit = nil }
        #expect(story.child?.owner.unit == "fallback" && story.child?.owner.fallback == .unitUnknown)
    }

    @Test("rule 2: what Mapping has handed over, the next report finds where it is")
    func followed() throws {
        var story = IntakeStory()
        try story.register()
        let place = KnownChild.Place(
            county: "TST", municipality: "0001", stage: .outsideUpperSecondary, attends: nil)
        try story.follow(.isOpen(with: Routing.Owner(unit: "kaa", person: "head-kaa"), at: place))
        try story.register { ($0.stage, $0.unit) = (nil, nil) }
        #expect(story.concerns.last?.owner.unit == "kaa" && story.concerns.last?.proposed == nil)
    }

    @Test("rule 2: an open case's concerns go to its owner, whoever has the role by now, until the owner leaves")
    func staysWithOwner() throws {
        var story = IntakeStory()
        try story.register()
        let place = try #require(story.child).place
        try story.follow(.isOpen(with: Routing.Owner(unit: "school", person: "teacher"), at: place))
        try story.register()
        #expect(story.concerns.last?.owner.person == "teacher" && story.child?.owner.person == "teacher")
        story.directory.counties["TST"]?.people["teacher"] = nil
        try story.register()
        #expect(story.concerns.last?.owner.person == "head-school")
        try story.follow(.isOpen(with: Routing.Owner(unit: "school", person: "manager"), at: place))
        try story.follow(.isClosed)
        try story.register()
        #expect(story.concerns.last?.owner.person == "head-school", "without an open case, who has the role owns it")
    }

    @Test("rule 2: at a fallback unit, too, an open case's child is at the stage that Mapping knows, until grown")
    func stageAtFallback() throws {
        var story = IntakeStory()
        story.directory = try ExampleCounty.twoMunicipalities
        let other = try #require(ServedMunicipality("0002", in: story.directory))
        func report(_ stage: Stage?) throws {
            try story.register { ($0.municipality, $0.stage, $0.unit) = (other, stage, nil) }
        }
        story.now = try Date("2020-03-01T08:00:00Z", strategy: .iso8601)
        try report(.beforeSchool)
        try report(.outsideUpperSecondary)
        #expect(story.child?.owner.unit == "fallback" && story.child?.place.stage == .beforeSchool)
        story.now = try Date("2020-09-01T08:00:00Z", strategy: .iso8601)
        try report(.school)
        #expect(story.concerns.last?.hasGrown == true && story.child?.place.stage == .school)
    }

    @Test("rule 3: harm suspected is said in this report's receipt only; the child is marked for ever")
    func harm() throws {
        var story = IntakeStory()
        for isHarmSuspected in [true, false] { try story.register { $0.isHarmSuspected = isHarmSuspected } }
        #expect(story.concerns.map(\.isHarmSuspected) == [true, false])
        #expect(story.child?.isHarmSuspected == true)
    }

    @Test("rule 22: the receipt is the same whatever others have told: no school, no other report, no other county")
    func receipt() throws {
        for isProtected in [true, false] {
            var known = IntakeStory()
            try known.register(source: "urn:school") { $0.isProtected = isProtected }
            try known.register(source: "urn:clinic") { ($0.unit, $0.stage) = (nil, nil) }
            var unknown = IntakeStory()
            try unknown.register(source: "urn:clinic") { ($0.unit, $0.stage) = (nil, nil) }
            #expect(known.receipts.last?.answer == unknown.receipts.last?.answer)
            #expect(known.concerns.last?.owner.unit == "school", "the named person has it all the same")
        }
    }

    @Test(
        "rule 22: of a child with protected identity, another county's sources learn no reference of the first county")
    func protectedElsewhere() throws {
        for isProtected in [true, false] {
            var story = IntakeStory(reference: "OTH-AAAA-AAAA-AA")
            try story.register { $0.isProtected = isProtected }
            guard case .registered(let answer) = story.receipts.last?.answer else {
                Issue.record("not registered")
                return
            }
            #expect(answer.reference == (isProtected ? nil : "OTH-AAAA-AAAA-AA"))
        }
    }

    @Test("a guardian of two children has a key of its own in each case, so nobody sees that it is the same person")
    func siblings() throws {
        let keys = try ["TST-AAAA-AAAA-AA", "TST-BBBB-BBBB-BB"].map { reference in
            var story = IntakeStory(reference: reference)
            let vera = IntakeStory.guardian("Vera Exempel", number: "19850101-2384")
            for _ in 0..<2 { try story.register { $0.guardians = [vera] } }
            #expect(Set(story.concerns.map(\.guardians)).count == 1)
            return try #require(story.concerns.last).guardians
        }
        #expect(keys[0] != keys[1])
    }

    @Test("rule 2: no source moves a case to another municipality, not even the one that has placed the child")
    func otherHome() throws {
        var story = IntakeStory()
        story.directory = try ExampleCounty.twoMunicipalities
        try story.register(source: "urn:school")
        let known = try #require(story.child)
        let other = try #require(ServedMunicipality("0002", in: story.directory))
        for source in ["urn:other", "urn:school"] {
            try story.register(source: source) { ($0.municipality, $0.unit) = (other, "school-2") }
            #expect(story.child?.place == known.place && story.child?.owner == known.owner)
            let concern = try #require(story.concerns.last)
            #expect(concern.owner.unit == "school" && concern.proposed?.place.municipality == "0002")
            #expect(concern.proposed?.owner.person == "teacher")
        }
    }

    @Test("rule 2: where a person has moved the case to another municipality, no report takes it back by itself")
    func decided() throws {
        var story = IntakeStory()
        story.directory = try ExampleCounty.twoMunicipalities
        try story.register()
        try story.follow(
            .isOpen(
                with: Routing.Owner(unit: "school-2", person: "teacher"),
                at: .init(county: "TST", municipality: "0002", stage: .school, attends: "school-2")))
        try story.register()
        #expect(story.child?.owner.unit == "school-2")
        #expect(story.concerns.last?.proposed?.place.municipality == "0001")
    }

    @Test("guardians and name are added to, and never erased by a report that says less or other")
    func recorded() throws {
        var story = IntakeStory()
        let vera = IntakeStory.guardian("Vera Exempel", email: "vera@example.org", number: "19850101-2384")
        let kim = IntakeStory.guardian("Kim Exempel")
        try story.register { $0.guardians = [vera, kim] }
        try story.register(source: "urn:clinic") { ($0.guardians, $0.name) = ([], "") }
        let first = Statement("Alva Exempel", source: "urn:school", at: story.now)
        #expect(story.recorded.last?.names.all == [first])
        #expect(story.recorded[1].guardians == story.recorded[0].guardians && story.recorded[1].guardians.count == 2)
        // Another source says otherwise: both stand side by side, the newest first.
        story.now += 60
        let moved = IntakeStory.guardian("Vera Exempel", email: "other@example.org", number: "19850101-2384")
        try story.register(source: "urn:clinic") { $0.guardians = [moved, IntakeStory.guardian("Lo Exempel")] }
        let vera2 = try #require(story.recorded.last?.guardians.first)
        #expect(vera2.emails.all.map(\.text) == ["other@example.org", "vera@example.org"])
        #expect(vera2.emails.all.map(\.source) == ["urn:clinic", "urn:school"])
        #expect(story.recorded.last?.guardians.count == 3)
        // The same source says otherwise: its newer statement stands, and nobody else's is touched.
        story.now += 60
        try story.register { ($0.name, $0.guardians) = ("Alva Ny Exempel", []) }
        #expect(story.recorded.last?.names.all.map(\.text) == ["Alva Ny Exempel", "Alva Exempel"])
        #expect(story.recorded.last?.guardians.first == vera2)
    }

    @Test("rule 4: a report that is sent again is answered as the first time, and registers nothing")
    func repeated() throws {
        var story = IntakeStory()
        try story.register { $0.isHarmSuspected = true }
        let known = story.child
        try story.register(.repeated) { $0.isHarmSuspected = true }
        #expect(story.concerns.count == 1 && story.child == known)
        #expect(story.receipts.map(\.isRepeated) == [false, true])
        #expect(story.receipts[0].answer == story.receipts[1].answer)
        #expect(story.receipts[0].report == story.receipts[1].report)
    }

    @Test(
        "rule 3: a report that speaks of harm under a taken id is refused, and its named person and reporter are told")
    func setAside() throws {
        for isKnown in [true, false] {
            var story = IntakeStory()
            if isKnown { try story.register() }
            let known = story.child
            try story.register(.idReused) { ($0.isHarmSuspected, $0.observation) = (true, "Har blåmärken") }
            #expect(story.child == known && story.concerns.count == (isKnown ? 1 : 0))
            let concern = try #require(story.setAside.first)
            #expect((concern.owner.unit, concern.owner.person) == ("school", "head-school"))
            #expect(concern.observation == "Har blåmärken" && concern.reference.hasPrefix("TST-"))
            guard case .refused(let reasons) = story.receipts.last?.answer else {
                Issue.record("not refused")
                return
            }
            #expect(reasons.map(\.code) == [.idReused])
        }
    }

    @Test("rule 22: a protected identity stays protected, whatever later reports say")
    func protected() throws {
        var story = IntakeStory()
        for isProtected in [false, true, false] { try story.register { $0.isProtected = isProtected } }
        #expect(story.concerns.map(\.isProtected) == [false, true, true])
    }

    @Test("rule 12: a guardian is known again by number, or by name and address; two people are never one")
    func guardians() throws {
        var story = IntakeStory()
        let reported = [
            [IntakeStory.guardian("Vera Exempel", email: "vera@example.org"), IntakeStory.guardian("Kim Exempel")],
            [
                IntakeStory.guardian("Vera Exempel", email: "vera@example.org", number: "19850101-2384"),
                IntakeStory.guardian("Kim Exempel", email: "kim@example.org"),
            ],
            [IntakeStory.guardian("V. Exempel", number: "850101-2384")],
            // Namesakes of one report are two people.
            [IntakeStory.guardian("Lo Exempel"), IntakeStory.guardian("Lo Exempel")],
        ]
        for guardians in reported { try story.register { $0.guardians = guardians } }
        let keys = story.concerns.map(\.guardians)
        #expect(keys[1] == keys[0] && keys[2] == [keys[0][0]])
        #expect(keys[3].count == 2 && keys[3][1] == "\(keys[3][0])-2")
    }

    @Test("the same concern from two systems is linked, within the county's hours and with an area in common")
    func linked() throws {
        var story = IntakeStory()
        try story.register()
        try story.register(source: "urn:clinic") { $0.areas = [.learning] }
        story.now += 47 * 3_600
        try story.register(source: "urn:clinic") { $0.areas = [.home] }
        #expect(story.concerns.map(\.linkedTo) == [nil, nil, story.concerns[0].concern])
    }

    @Test("what can be linked is bounded: 32 concerns, and those of two weeks at most")
    func bounded() throws {
        var story = IntakeStory()
        for _ in 0..<40 { try story.register() }
        #expect(story.child?.recent.count == 32)
        story.now += 15 * 24 * 3_600
        try story.register()
        #expect(story.child?.recent.count == 1)
    }
}
