package import Codec
package import Domain

extension MeetingImpossible.Reason {
    /// Who is in the way of a meeting time, by role and unit, and how; or what would help (rule 18).
    ///
    ///     Fia Exempelson (rektor, Exempelskolan): Måste vara med och är ledig 2026-12-01.
    ///
    /// - Parameters:
    ///   - name: what an id of the directory is called, as far as the reader may know it.
    ///   - giver: what somebody of the family is called.
    package func words(_ language: Language, name: (String) -> String, giver: (String) -> String) -> String {
        let why = language == .swedish ? swedish : english
        if person.isEmpty { return why }
        if Self.family.contains(role) { return "\(giver(person)): \(why)" }
        let who = name(person)
        let word = Catalogue.holds("role.\(role)") ? Catalogue.text("role.\(role)", language) : ""
        // What the reader may not know is `…`, and a person is their role then (rule 22).
        let details = [word, unit.isEmpty ? "" : name(unit)].filter { !["", "…", who].contains($0) }
        return (details.isEmpty ? who : "\(who) (\(details.joined(separator: ", ")))") + ": \(why)"
    }

    private static let family = ["guardian", "child"]
}
