import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// One case as a colleague wants to see it: what has happened, what is happening, what comes next (rule 20).
struct Chronology {
    struct Entry {
        let event: Event
        /// What happened, in words.
        let what: String
        let who: String
        /// How they were proven to be that; empty for what nobody did.
        var proof = ""
    }

    let reference: String
    let language: Language
    private var events: [Event] = []
    private(set) var status: CaseStatus?
    private var seen: Set<String> = []

    init(_ reference: String, _ language: Language) { (self.reference, self.language) = (reference, language) }

    /// Takes over an event of any topic, if it is about this case.
    mutating func take(_ event: Event) {
        guard event.subject == reference, seen.insert(event.id).inserted else { return }
        if let told = try? event.decode(CaseStatus.self) {
            status = told
        } else if Catalogue.holds(FactInWords.name(event.type)) {
            events.append(event)
        }
    }

    /// That the case is erased, when, and on what ground; nil for one that is not. It names nobody (rule 23).
    var erased: String? {
        guard let event = events.last(where: { $0.type == ChildErased.eventType }),
            let fact = try? event.decode(ChildErased.self)
        else { return nil }
        let ground = words("erasure.ground.\(fact.ground.reason)")
        return words(
            "case.erased",
            [
                "case": reference, "day": CivilTime.day(of: event.time).description,
                "ground": fact.ground.legal.isEmpty ? ground : "\(ground), \(fact.ground.legal)",
            ])
    }

    var isEmpty: Bool { events.isEmpty && status == nil }

    /// In the order in which it happened; what happened in one instant, in the order of its causes.
    private func sorted(_ reading: LoggedReading) -> [Entry] {
        events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .flatMap { _, event -> [Entry] in
                guard let fact = FactInWords(event, language, mask: reading.mask) else { return [] }
                let proof = ProofInWords.text(event.auth, language)
                return [Entry(event: event, what: fact.what, who: fact.who, proof: proof)]
                    + fact.further.map { Entry(event: event, what: $0, who: "") }
            }
    }

    /// What happened, what happens now, and what comes next, for a person to read.
    func text(_ reading: LoggedReading) -> String {
        func shown(_ word: String) -> String { reading.mask?.shown(word, language) ?? word }
        var text = words("case.title", ["case": reference]) + "\n"
        if status?.harmSuspected == true { text += "\n" + words("case.harm") + "\n" }
        if status?.protectedIdentity == true { text += "\n" + words("case.protected") + "\n" }
        var table = TextTable(["time", "what", "who", "proof"].map { words("case.column.\($0)") })
        for entry in sorted(reading) { table.add([Self.day(entry.event.time), entry.what, entry.who, entry.proof]) }
        text += "\n\(words("case.happened"))\n\n\(table.text)\n"
        guard let status else { return text }
        text += "\n\(words("case.now"))\n\n"
        text += "  \(words("case.phase")): \(words("phase.\(status.phase)"))\n"
        text += "  \(words("case.owner")): \(shown(status.owner)) (\(shown(status.unit)))\n"
        if !status.coordinator.isEmpty { text += "  \(words("case.coordinator")): \(shown(status.coordinator))\n" }
        if !status.delegate.isEmpty { text += "  \(words("case.delegate")): \(shown(status.delegate))\n" }
        if !status.awaited.isEmpty {
            text +=
                "  \(words("case.awaits")): \(status.awaited.map { FactInWords.giver($0, language) }.joined(separator: ", "))\n"
        }
        guard status.hasDue else { return text }
        text += "\n\(words("case.next"))\n\n"
        text += "  \(words("case.step")): \(words("step.\(status.step)"))\n"
        text += "  \(words("case.due")): \(CivilTime.day(of: status.due.date))"
        return text + (status.reminded.isEmpty ? "\n" : " (\(words("level.\(status.reminded)")))\n")
    }

    /// The same as an object, with codes in place of words, and with what was written as far as the reading goes.
    func object(_ reading: LoggedReading) -> [String: Any] {
        let events = sorted(reading).filter { !$0.what.isEmpty }.map { entry -> [String: Any] in
            let event = entry.event
            var object: [String: Any] = [
                "time": Timestamp.text(event.time), "type": event.type, "id": event.id, "cause": event.cause ?? "",
                "what": entry.what, "who": entry.who,
            ]
            if let auth = event.auth { object["proof"] = ProofInWords.object(auth) }
            object["data"] = Opening.content(of: event, for: reading, language)
            return object
        }
        var object: [String: Any] = ["case": reference, "happened": events]
        object["now"] = status?.object.map { reading.mask?.shown($0, language) ?? $0 }
        return object
    }

    private func words(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }

    /// `2026-11-23 09:12`, on the clock in Sweden.
    static func day(_ instant: Date) -> String { "\(CivilTime.day(of: instant)) \(clock(instant).prefix(5))" }

    /// `09:12:05.123`
    static func clock(_ instant: Date) -> String {
        let offset = TimeZone(identifier: CivilTime.zoneName)?.secondsFromGMT(for: instant) ?? 0
        return String(Timestamp.text(instant + Double(offset)).dropFirst(11).prefix(12))
    }
}
