import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite("The proof of who acts")
struct ActorProofTests {
    private static let now = ExampleCounty.monday
    private static let event = Event(
        id: "e1", source: "urn:desk", type: TakeOn.eventType, time: now, content: .json,
        data: Bytes(#"{"caseReference": "TST-AAAA-AAAA-AA", "by": "head-school"}"#.utf8))

    private static func signed(_ key: DoorKey = ExampleDoor.desk, for person: String? = "head-school") throws -> Event {
        try key.sign(event, for: person, .three, now: now)
    }

    /// The reason for which an event proves nothing; empty where it proves who acts.
    private func flaw(
        _ event: Event, at received: Date = now, in directory: Directory = ExampleCounty.directory
    ) -> String {
        do throws(Fault) {
            _ = try directory.proveActor(of: event, received: received)
            return ""
        } catch { return error.code == .actorUnproven ? error.english : error.code.rawValue }
    }

    private static func text(_ reason: String) -> String { Fault.unproven(reason).english }

    @Test("a door's signature proves person, door, assurance and key")
    func proves() throws {
        let proven = try ExampleCounty.directory.proveActor(of: Self.signed(), received: Self.now)
        #expect(proven.auth.id == "head-school" && proven.auth.type == "user")
        #expect(proven.auth.claims == #"{"assurance":"3","door":"TST/desk","key":"1"}"#)
    }

    @Test("an altered event, or the signature of another, is refused")
    func altered() throws {
        let signed = try Self.signed()
        let changes: [(inout Event) -> Void] = [
            { $0.id = "e2" }, { $0.source = "urn:other" }, { $0.type = DelegateWork.eventType }, { $0.time += 1 },
            { $0.data[20] ^= 1 },
        ]
        for change in changes {
            var event = signed
            change(&event)
            #expect(flaw(event) == Self.text("event"))
        }
        var none = signed
        none.actor = nil
        #expect(flaw(none) == Self.text("missing"))
    }

    @Test("every other text than the door's own is refused: other bytes, other headers, further parts")
    func malformed() throws {
        let signed = try Self.signed()
        let text = try #require(signed.actor)
        let parts = text.split(separator: ".").map(String.init)
        func header(_ json: String) -> String {
            ([Base64URL.text(Bytes(json.utf8))] + parts.dropFirst()).joined(separator: ".")
        }
        let wrong = [
            header(#"{"alg":"none","kid":"1","typ":"actor+jwt"}"#),
            header(#"{"alg":"HS256","kid":"1","typ":"actor+jwt"}"#),
            header(#"{"alg":"EdDSA","kid":"1","typ":"JWT"}"#),
            header(#"{"alg":"EdDSA","crit":"x","kid":"1","typ":"actor+jwt"}"#),
            header(#"{"alg":"EdDSA","crit":["x"],"kid":"1","typ":"actor+jwt"}"#), text + ".", text + "." + parts[2],
            text + "=", "",
            parts[0] + "." + parts[1] + ".", "..", parts.joined(separator: "~"), String(repeating: "a", count: 2_049),
            // The last letter of 64 bytes holds four bits that mean nothing; only one spelling is taken.
            String(text.dropLast()) + (text.hasSuffix("A") ? "B" : "A") + "A",
        ]
        for actor in wrong {
            var event = signed
            event.actor = actor
            #expect(flaw(event) == Self.text("format"), "\(actor.prefix(80))")
        }
        var spelt = signed
        let last = try #require(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".firstIndex(of: text.last!))
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        spelt.actor = String(text.dropLast()) + String(letters[letters.index(after: last)])
        #expect(flaw(spelt) == Self.text("format"))
        var resigned = signed
        resigned.actor = header(#"{"alg":"EdDSA","typ":"actor+jwt","kid":"1"}"#)
        #expect(flaw(resigned) == Self.text("signature"), "the header is signed, too")
    }

    @Test("a signature counts from a minute before it was made until ten after, or as long as the county says")
    func expired() throws {
        let signed = try Self.signed()
        #expect(flaw(signed, at: Self.now - 60).isEmpty && flaw(signed, at: Self.now + 600).isEmpty)
        #expect(flaw(signed, at: Self.now - 62) == Self.text("time"))
        #expect(flaw(signed, at: Self.now + 602) == Self.text("time"))
        let short = try ExampleCounty.changed { $0.settings.proofMinutes = 1 }
        #expect(flaw(signed, at: Self.now + 61, in: short) == Self.text("time"))
        let old = try ExampleDoor.desk.sign(
            Self.event, for: "head-school", .three, loggedIn: Self.now - 25 * 3_600, now: Self.now)
        #expect(flaw(old) == Self.text("time"), "logged in too long ago")
    }

    @Test("a door speaks for nobody else's staff")
    func entitled() throws {
        #expect(flaw(try Self.signed(for: "stranger")) == "actor.not_entitled")
        #expect(flaw(try Self.signed(ExampleDoor.system)) == "actor.not_entitled")
        #expect(flaw(try Self.signed(ExampleDoor.system, for: "urn:system")).isEmpty)
        #expect(flaw(try Self.signed(ExampleDoor.system, for: nil)).isEmpty, "it speaks for itself")
        let school = try ExampleCounty.changed { county in
            (county.doors[0].staff, county.doors[0].units) = (false, ["school"])
        }
        #expect(flaw(try Self.signed(), in: school).isEmpty)
        #expect(flaw(try Self.signed(for: "nurse"), in: school) == "actor.not_entitled")
    }

    @Test("a key counts on its days, and another key than the directory's is none")
    func keys() throws {
        let other = DoorKey(door: "TST/desk", id: "1")
        #expect(flaw(try Self.signed(other)) == Self.text("signature"))
        #expect(flaw(try Self.signed(DoorKey(door: "TST/desk", id: "2"))) == Self.text("key"))
        #expect(flaw(try Self.signed(DoorKey(door: "TST", id: "1"))) == Self.text("key"))
        for (from, until, flaw) in [
            ("2026-11-23", "2026-11-23", ""), ("2026-11-24", "", Self.text("key")),
            ("", "2026-11-22", Self.text("key")),
        ] {
            let directory = try ExampleCounty.changed { county in
                (county.doors[0].keys[0].from, county.doors[0].keys[0].until) = (from, until)
            }
            #expect(self.flaw(try Self.signed(), in: directory) == flaw)
        }
    }

    @Test("a key file holds the whole key, and nothing else is one")
    func file() throws {
        let file = try ExampleDoor.desk.file
        let read = try #require(DoorKey(file: file))
        #expect(read.door == "TST/desk" && read.publicKey == ExampleDoor.desk.publicKey)
        #expect(DoorKey(file: Data("{}".utf8)) == nil && DoorKey(file: Data()) == nil)
    }

    @Test("the directory refuses doors that could be taken for people, and keys that are none")
    func directory() throws {
        let changes: [((inout CountyDirectory) -> Void, String)] = [
            ({ $0.doors[0].id = "nurse" }, "directory.door"), ({ $0.doors[2].accounts = ["nurse"] }, "directory.door"),
            ({ $0.doors[0].source = "urn:x" }, "directory.door"), ({ $0.doors[0].keys = [] }, "directory.door"),
            ({ $0.doors[0].kind = "window" }, "word.unknown"),
            ({ $0.doors[0].units = ["none"] }, "directory.reference"),
            ({ $0.doors[0].keys[0].x += "=" }, "directory.key"), ({ $0.doors[0].keys[0].x = "AAAA" }, "directory.key"),
            ({ $0.doors[0].keys[0].from = "tomorrow" }, "directory.key"),
            ({ $0.doors[1].id = "desk" }, "directory.twice"),
        ]
        for (change, code) in changes {
            var message = ExampleCounty.message
            change(&message)
            #expect { try message.county() } throws: { ($0 as? Refusal)?.faults.first?.code.rawValue == code }
        }
    }

    @Test(
        "the attribute travels in every mode, and what is too long or no text is read as empty, so that it blocks nothing"
    )
    func binding() throws {
        let signed = try Self.signed()
        #expect(try Event(headers: signed.headers, value: signed.data, received: Self.now) == signed)
        let object: [String: Any] = [
            "specversion": "1.0", "id": "e", "source": "s", "type": "t", "data": ["a": 1], "actor": "x.y.z",
        ]
        let structured = try Event(
            headers: [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))],
            value: Bytes(JSONSerialization.data(withJSONObject: object)), received: Self.now)
        #expect(structured.actor == "x.y.z")
        let http = try Event(
            .binary(.json),
            fields: [
                ("ce-specversion", "1.0"), ("ce-id", "e"), ("ce-source", "s"), ("ce-type", "t"), ("ce-actor", "x.y.z"),
            ]
            .map { (name: $0.0, value: $0.1) }, body: Bytes("{}".utf8), received: Self.now)
        #expect(http.actor == "x.y.z")
        for value in [Bytes(repeating: 0x61, count: 2_049), [0xFF]] {
            let headers = Self.event.headers + [(name: "ce_actor", value: value)]
            #expect(try Event(headers: headers, value: [], received: Self.now).actor == "")
        }
    }
}
