import CaseReading
import Codec
import Domain

/// Names in place of ids, as far as the reader may know them.
extension OpenedCase {
    /// The name of somebody of the staff, or of a unit (``LoggedReading/name(of:_:)``).
    func name(of id: String, _ language: Language) -> String { reading.name(of: id, language) }

    /// What somebody of the family is called, by the key that the case has for them.
    func giver(_ key: String, _ language: Language) -> String {
        people?.names[key] ?? FactInWords.giver(key, language)
    }

    /// Somebody who takes part in a meeting, of the staff or of the family.
    func name(of participant: Participant, _ language: Language) -> String {
        participant.family ? giver(participant.person, language) : name(of: participant.person, language)
    }

    /// Whom a notice is for. A reporter from outside the directory has no id.
    func recipient(_ id: String, _ language: Language) -> String {
        if id.isEmpty { return Catalogue.text("recipient.reporter", language) }
        if OutsiderID.isOne(id) { return outsider(id, language) }
        return familyKeys.contains(id) ? giver(id, language) : name(of: id, language)
    }

    /// Somebody from outside the directory, by name where the reader's facts have it and they still come.
    private func outsider(_ id: String, _ language: Language) -> String {
        file.cooperation.outsiders.first { $0.outsider.id == id }?.outsider.name
            ?? Catalogue.text("recipient.outsider", language)
    }

    /// The keys of the family, as far as the reader's facts have them.
    private var familyKeys: Set<String> {
        let meetings = [file.cooperation.meeting].compactMap(\.self) + file.cooperation.held.map(\.meeting)
        let invited = meetings.flatMap(\.participants).filter(\.family).map(\.person)
        return Set(guardians + invited + (people.map { Array($0.names.keys) } ?? []))
    }

    /// The keys of the guardians on record, for who reads the whole case.
    var guardians: [String] { permit.extent == .whole ? row.status.guardians.map(\.key) : [] }
}
