package import Domain

/// The names of a county's people, units and municipalities, for pages on which nobody should meet an id.
package struct DirectoryNames: Sendable {
    private let names: [String: String]

    package init(_ county: County) {
        var names: [String: String] = [:]
        for municipality in county.municipalities.values { names[municipality.code] = municipality.name }
        for unit in county.units.values { names[unit.id] = unit.name }
        for person in county.people.values { names[person.id] = person.name }
        self.names = names
    }

    /// The name of an id. What the directory does not have is told as that: a fact stays when its doer has left.
    package func name(of id: String, _ language: Language) -> String {
        names[id] ?? Catalogue.text("name.unknown", language)
    }
}
