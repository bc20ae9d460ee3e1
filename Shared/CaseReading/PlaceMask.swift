package import Domain

/// Hides where a child with protected identity lives and attends, from whoever may not be told (rule 22).
///
/// Units, municipalities and rooms of the directory become `…`, and people become their roles: an id like
/// `nykoping-rektor` names the town. What somebody has written in own words is not searched.
package struct PlaceMask: Sendable {
    private let words: [String: String]

    package init(_ directory: Directory) {
        var words: [String: String] = [:]
        for county in directory.counties.values {
            for unit in county.units.values { for word in [unit.id, unit.name, unit.place] { words[word] = "…" } }
            for municipality in county.municipalities.values {
                for word in [municipality.code, municipality.name] { words[word] = "…" }
            }
            for room in county.rooms.keys { words[room] = "…" }
            for person in county.people.values { words[person.id] = "role.\(person.role)" }
        }
        words[""] = nil
        self.words = words
    }

    /// A value of a field.
    package func shown(_ value: String, _ language: Language) -> String { known(value, language) ?? value }

    /// What is known to be an id of the directory's. One that it no longer has is hidden, too: it may name the town.
    package func name(of id: String, _ language: Language) -> String { known(id, language) ?? "…" }

    /// The same for a list, which names few people, and needs no mask of a whole county for that.
    package static func name(of id: String, in county: County, _ language: Language) -> String {
        county.people[id].map { word("role.\($0.role)", language) } ?? "…"
    }

    private static func word(_ name: String, _ language: Language) -> String {
        Catalogue.holds(name) ? Catalogue.text(name, language) : "…"
    }

    private func known(_ value: String, _ language: Language) -> String? {
        words[value].map { Self.word($0, language) }
    }

    /// A JSON object, whatever lies in it.
    package func shown(_ object: Any, _ language: Language) -> Any {
        switch object {
        case let text as String: shown(text, language)
        case let list as [Any]: list.map { shown($0, language) }
        case let fields as [String: Any]: fields.mapValues { shown($0, language) }
        default: object
        }
    }
}
