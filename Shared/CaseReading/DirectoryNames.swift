package import Domain

/// The names of a county's people, units and municipalities, for pages on which nobody should meet an id.
package struct DirectoryNames: Sendable {
    private let county: County
    /// The family's names by their keys, for who may know them.
    private let family: [String: String]

    package init(_ county: County, family: [String: String] = [:]) { (self.county, self.family) = (county, family) }

    /// What a guardian is called, by the key that the case has for them; nil where that is not known here.
    package func guardian(_ key: String) -> String? { family[key] }

    /// The name of an id. What the directory does not have is told as that: a fact stays when its doer has left.
    package func name(of id: String, _ language: Language) -> String {
        county.people[id]?.name ?? county.units[id]?.name ?? county.municipalities[id]?.name
            ?? Catalogue.text("name.unknown", language)
    }
}
