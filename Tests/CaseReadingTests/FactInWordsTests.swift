import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite("A fact in words")
struct FactInWordsTests {
    private static let names = DirectoryNames(ExampleCounty.county)

    private func words(
        _ payload: some EventPayload, mask: PlaceMask? = nil, names: DirectoryNames? = Self.names
    ) throws -> FactInWords {
        let event = try Event(
            id: "1", source: "test", time: ExampleCounty.monday, subject: "TST-AAAA-AAAA-AA", payload)
        return try #require(FactInWords(event, .swedish, mask: mask, names: names))
    }

    private static let moved = CaseMoved.with {
        ($0.fromPerson, $0.toPerson) = ("head-school", "head-kaa")
        ($0.fromUnit, $0.toUnit) = ("school", "kaa")
    }

    @Test("people and units stand there by name, and by their ids for who works with ids")
    func named() throws {
        let named = try words(Self.moved)
        #expect(named.who == "Chef Exempelson → Chef Exempelson")
        #expect(named.what == "överlämnat från Enhet school till Enhet kaa")
        #expect(try words(Self.moved, names: nil).what == "överlämnat från school till kaa")
    }

    @Test("rule 14: from which organisation nobody comes is told with the reason, and that nobody is missing any more")
    func nobodyInvited() throws {
        let missing = NobodyInvited.with {
            $0.namedPerson = "head-school"
            $0.organisations = [.with { $0.swedish = "Ingen från utbildning kallas." }]
        }
        #expect(try words(missing).what == "någon saknas på mötet: Ingen från utbildning kallas.")
        #expect(try words(missing).who == "Chef Exempelson")
        let settled = try words(NobodyInvited.with { $0.settled = true })
        #expect(settled.what.hasPrefix("ingen saknas längre på mötet"))
    }

    @Test(
        "no time says who is in the way, by role and unit, and by role alone where nobody may know the place (rules 18 and 22)"
    )
    func noTime() throws {
        let people = [("head-school", "principal", "school"), ("0123456789abcdef", "guardian", ""), ("", "", "")]
        let impossible = MeetingImpossible.with {
            $0.to = ["head-school"]
            $0.reasons = people.map { person, role, unit in
                .with { ($0.person, $0.role, $0.unit, $0.swedish) = (person, role, unit, "Upptagen.") }
            }
        }
        #expect(
            try words(impossible).what == "ingen tid för möte: Chef Exempelson (rektor, Enhet school): Upptagen. "
                + "vårdnadshavare 0123: Upptagen. Upptagen.")
        #expect(try words(impossible).who == "Chef Exempelson")
        let masked = try words(impossible, mask: PlaceMask(ExampleCounty.directory))
        #expect(!masked.what.contains("Enhet") && !masked.what.contains("Exempelson"))
    }

    @Test("who has left the directory is told as that, never by an id")
    func left() throws {
        let taken = try words(CaseTakenOn.with { $0.by = "nykoping-rektor" })
        #expect(taken.who == "finns inte i katalogen")
    }

    @Test("rule 22: the mask goes before the name, and hides an id that the directory does not have")
    func masked() throws {
        let mask = PlaceMask(ExampleCounty.directory)
        let moved = try words(Self.moved, mask: mask)
        #expect(moved.what == "överlämnat från … till …" && !moved.who.contains("Exempelson"))
        #expect(try words(CaseTakenOn.with { $0.by = "nykoping-rektor" }, mask: mask, names: nil).who == "…")
        let county = ExampleCounty.county
        for id in Array(county.people.keys) + county.units.keys + ["nykoping-rektor", "0001", ""] {
            #expect(PlaceMask.name(of: id, in: county, .swedish) == mask.name(of: id, .swedish), "\(id)")
        }
    }

    @Test("of a meeting, the staff are told by name and the family by what they are to the child")
    func meeting() throws {
        let meeting = Codec.Meeting.with {
            $0.participants = [
                .with { $0.person = "nurse" }, .with { ($0.person, $0.family) = ("0123456789abcdef", true) },
            ]
        }
        let nurse = try #require(ExampleCounty.county.people["nurse"]?.name)
        #expect(try words(MeetingScheduled.with { $0.meeting = meeting }).who == "\(nurse), vårdnadshavare 0123")
        let held = MeetingHeld.with { ($0.meeting, $0.came) = (meeting, ["nurse", "0123456789abcdef"]) }
        #expect(try words(held).who == "\(nurse), vårdnadshavare 0123")
    }

    @Test("every field that holds an id of the directory is read as a name in every sentence")
    func everyId() {
        let ids: Set = [
            "by", "owner", "namedPerson", "person", "came", "coordinator", "fromPerson", "toPerson", "fromUnit",
            "toUnit", "unit", "municipality", "recipient", "delegateTo",
        ]
        let texts = Catalogue.names.filter { $0.hasPrefix("fact.") || $0.hasPrefix("answer.") }
            .flatMap { name in ["who", "sv", "en"].compactMap { Catalogue.entry(name, $0) } }
        let placeholders = texts.flatMap { text in text.matches(of: /{([A-Za-z.]+)}/).map { String($0.1) } }
        #expect(texts.count > 100)
        #expect(placeholders.filter { ids.contains(String($0.split(separator: ".").last ?? "")) } == [])
    }
}
