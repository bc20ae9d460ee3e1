package import Domain

/// The names of a county's people, units and municipalities, for pages on which nobody should meet an id.
package struct DirectoryNames: Sendable {
    private let county: County

    package init(_ county: County) { self.county = county }

    /// The name of an id. What the directory does not have is told as that: a fact stays when its doer has left.
    package func name(of id: String, _ language: Language) -> String {
        county.people[id]?.name ?? county.units[id]?.name ?? county.municipalities[id]?.name
            ?? Catalogue.text("name.unknown", language)
    }
}
