import Codec
import Domain
import Foundation
import SwiftProtobuf

/// Who writes a report in the desk, and in which county.
struct ReportWriter: Sendable {
    let signedIn: SignedIn
    let county: County
    let directory: Directory
    private let person: County.Person

    /// - Throws: ``NotShown`` for who is not in the directory; `ViewNotReady`.
    init(_ context: DeskContext, _ desk: DeskServices) async throws {
        signedIn = try context.person()
        directory = try await desk.read { _, directory in directory }
        guard let county = directory.counties[signedIn.county], let person = county.people[signedIn.person] else {
            throw NotShown()
        }
        (self.county, self.person) = (county, person)
    }

    /// The unit in which they work.
    var unit: County.Unit? { county.units[person.unit] }

    /// As the report names them (rule 1). The record is in Swedish, whatever language they read in.
    var reporter: Codec.Reporter {
        .with {
            ($0.name, $0.role) = (person.name, role(.swedish))
            ($0.organisation, $0.email) = ((unit?.kind.organisation ?? .education).rawValue, person.email.text)
        }
    }

    /// The role in words, or as the directory has it.
    private func role(_ language: Language) -> String {
        let name = "role.\(person.role)"
        return Catalogue.holds(name) ? Catalogue.text(name, language) : person.role
    }

    /// Name, role and unit, and where the answer goes.
    func words(_ language: Language) -> String {
        let who = [person.name, role(language), unit?.name].compactMap(\.self).joined(separator: ", ")
        return Catalogue.text("desk.report.writer", language, ["who": who, "email": person.email.text])
    }

    /// The municipalities in which a child can live: the county's own, then those of other counties with these.
    var municipalities: [(value: String, label: String)] {
        func listed(_ county: County, _ suffix: String) -> [(value: String, label: String)] {
            county.municipalities.values.map { ($0.code, $0.name + suffix) }.sorted { $0.label < $1.label }
        }
        let others = directory.counties.values.filter { $0.code != county.code }.sorted { $0.name < $1.name }
        return listed(county, "") + others.flatMap { listed($0, " (\($0.name))") }
    }

    /// The county's units that children attend, by municipality. Where they are too many for a page, those of one municipality.
    ///
    /// - Parameter municipality: the one that was chosen.
    func units(for municipality: String) -> [(value: String, label: String)] {
        let all = county.units.values.filter { $0.kind.stage != nil }
        let home = municipality.isEmpty ? unit?.municipality : municipality
        let shown = all.count <= Self.mostUnits ? all : all.filter { $0.municipality == home }
        return shown.map { unit in
            let place = county.municipalities[unit.municipality]?.name ?? ""
            return (place, unit.name, unit.id)
        }
        .sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.prefix(Self.mostUnits)
        .map { (value: $0.2, label: $0.0.isEmpty ? $0.1 : "\($0.0): \($0.1)") }
    }

    /// About 40 kB of the page.
    private static let mostUnits = 500
}
