import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// One case as a colleague wants to see it: what has happened, what is happening, what comes next (rule 20).
extension Chronology {
    /// What happened, what happens now, and what comes next, for a person to read: names in place of ids.
    ///
    /// - Parameters:
    ///   - people: who the case is about; nil for who may not know.
    ///   - width: how many characters a line may have; nil: as many as it needs.
    func text(_ reading: LoggedReading, _ people: CasePeople.Shown? = nil, within width: Int? = nil) -> String {
        let names = DirectoryNames(reading.county, family: people?.names ?? [:])
        var table = TextTable(["time", "what", "who", "proof"].map { words("case.column.\($0)") })
        for entry in entries(reading, names: names) {
            table.add([Self.day(entry.event.time), entry.what, entry.who, entry.proof])
        }
        var parts = [Wrapping.text(beginning(people), within: width)]
        if reading.permit.extent >= .course {
            parts.append("\(words("case.happened"))\n\n\(table.text(within: width))\n")
        }
        parts.append(Wrapping.text(present(reading, names), within: width))
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// What was written, as far as the reading goes (rules 8 and 9).
    func written(_ reading: LoggedReading, within width: Int? = nil) -> String {
        let events = entries(reading).map(\.event)
        return Wrapping.text(CaseContents(events, reading, language).text, within: width)
    }

    /// Which case it is, and what somebody must know before anything else.
    private func beginning(_ people: CasePeople.Shown?) -> String {
        var text = words("case.title", ["case": reference]) + "\n"
        if status?.harmSuspected == true { text += "\n" + words("case.harm") + "\n" }
        if status?.protectedIdentity == true { text += "\n" + words("case.protected") + "\n" }
        if let people { text += "\n" + about(people) }
        return text
    }

    /// What happens now, and what comes next.
    private func present(_ reading: LoggedReading, _ names: DirectoryNames) -> String {
        guard let status else { return "" }
        func name(_ id: String) -> String { reading.name(of: id, language) }
        var text = "\(words("case.now"))\n\n"
        text += "  \(words("case.phase")): \(words("phase.\(status.phase)"))\n"
        text += "  \(words("case.owner")): \(name(status.owner)) (\(name(status.unit)))\n"
        if status.hasCounterpart {
            let other = status.counterpart
            text += "  \(words("case.counterpart")): \(name(other.person)) (\(name(other.unit))), "
            text += "\(other.standing(language))\n"
        }
        if !status.coordinator.isEmpty { text += "  \(words("case.coordinator")): \(name(status.coordinator))\n" }
        if !status.delegate.isEmpty { text += "  \(words("case.delegate")): \(name(status.delegate))\n" }
        if !status.awaited.isEmpty {
            let awaited = status.awaited.map { names.guardian($0) ?? FactInWords.giver($0, language) }
            text += "  \(words("case.awaits")): \(awaited.joined(separator: ", "))\n"
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
