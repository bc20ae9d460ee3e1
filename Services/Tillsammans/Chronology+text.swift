import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// One case as a colleague wants to see it: what has happened, what is happening, what comes next (rule 20).
extension Chronology {
    /// What happened, what happens now, and what comes next, for a person to read.
    ///
    /// - Parameter people: who the case is about; nil for who may not know.
    func text(_ reading: LoggedReading, _ people: CasePeople.Shown? = nil) -> String {
        func shown(_ word: String) -> String { reading.mask?.shown(word, language) ?? word }
        var text = words("case.title", ["case": reference]) + "\n"
        if status?.harmSuspected == true { text += "\n" + words("case.harm") + "\n" }
        if status?.protectedIdentity == true { text += "\n" + words("case.protected") + "\n" }
        if let people { text += "\n" + about(people) }
        var table = TextTable(["time", "what", "who", "proof"].map { words("case.column.\($0)") })
        for entry in entries(reading) { table.add([Self.day(entry.event.time), entry.what, entry.who, entry.proof]) }
        if reading.permit.extent >= .course { text += "\n\(words("case.happened"))\n\n\(table.text)\n" }
        guard let status else { return text }
        text += "\n\(words("case.now"))\n\n"
        text += "  \(words("case.phase")): \(words("phase.\(status.phase)"))\n"
        text += "  \(words("case.owner")): \(shown(status.owner)) (\(shown(status.unit)))\n"
        if let why = status.fallbackReason.nonEmpty {
            text += "  \(words("case.fallback", ["why": words("fallback.\(why)")]))\n"
        }
        if !status.coordinator.isEmpty { text += "  \(words("case.coordinator")): \(shown(status.coordinator))\n" }
        if !status.delegate.isEmpty { text += "  \(words("case.delegate")): \(shown(status.delegate))\n" }
        if !status.awaited.isEmpty {
            text +=
                "  \(words("case.awaits")): \(status.awaited.map { FactInWords.giver($0, language) }.joined(separator: ", "))\n"
        }
        if !status.objections.isEmpty { text += "  \(words("case.objections"))\n" }
        guard status.hasDue else { return text }
        text += "\n\(words("case.next"))\n\n"
        text += "  \(words("case.step")): \(words("step.\(status.step)"))\n"
        text += "  \(words("case.due")): \(CivilTime.day(of: status.due.date))"
        return text + (status.reminded.isEmpty ? "\n" : " (\(words("level.\(status.reminded)")))\n")
    }

    private func about(_ people: CasePeople.Shown) -> String {
        func named(_ key: String) -> String { people.names[key] ?? FactInWords.giver(key, language) }
        let child = [people.name, people.personalNumber].filter { !$0.isEmpty }.joined(separator: ", ")
        let guardians = people.guardians.map { guardian in
            guard case .onRecord(let standing) = guardian.place, standing != .reachable else {
                return named(guardian.key)
            }
            return "\(named(guardian.key)) (\(words("guardian_standing.\(standing.rawValue)")))"
        }
        return "  \(words("case.about")): \(child)\n"
            + (guardians.isEmpty
                ? "" : "  \(words("case.guardians")): \(guardians.joined(separator: ", "))\n")
    }

    /// The same as an object, with codes in place of words, and with what was written as far as the reading goes.
    func object(_ reading: LoggedReading, _ people: CasePeople.Shown? = nil) -> [String: Any] {
        let events = entries(reading).filter { !$0.what.isEmpty }.map { entry -> [String: Any] in
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
        if let people {
            let guardians = people.guardians.map { guardian -> [String: String] in
                guard case .onRecord(let standing) = guardian.place else { return [:] }
                return ["key": guardian.key, "name": guardian.name, "standing": standing.rawValue]
            }
            object["about"] =
                [
                    "name": people.name, "personal_number": people.personalNumber, "guardians": guardians,
                ] as [String: Any]
        }
        object["now"] = status?.object.map { reading.mask?.shown($0, language) ?? $0 }
        return object
    }

    private func words(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }
}
