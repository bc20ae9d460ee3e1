import Codec
import DeskCore
import Domain
import SwiftProtobuf

extension FormChoices {
    /// So many people stand in each row of a form's measures; beyond that, those of the unit (pages stay small).
    private static let mostInRows = 40

    /// - Parameter municipality: whose units a move offers.
    init(_ page: CasePage, municipality: String = "") {
        let (opened, language) = (page.opened, page.language)
        today = CivilTime.day(of: page.now)
        givers = page.givers
        guard opened.permit.extent == .whole else { return }
        let status = opened.row.status
        colleagues = {
            let own = opened.county.peopleInOwnOrganisation(of: status.unit)
            let near = own.filter { $0.id != status.owner && opened.county.isInOwnActivity($0, of: status.unit) }
            return Self.people(near, page)
        }
        responsible = {
            let own = opened.county.peopleInOwnOrganisation(of: status.unit)
            let near = own.filter { $0.unit == status.unit || [status.owner, status.delegate].contains($0.id) }
            return Self.people(own.count > Self.mostInRows ? near : own, page)
        }
        // Where a protected child is, a list of what is near tells, too (rule 22).
        let county = opened.permit.showsPlace ? opened.directory.county(ofMunicipality: municipality) : nil
        units = (county?.units.values.filter { $0.municipality == municipality } ?? [])
            .map { ($0.id, $0.name) }.sorted { ($0.label, $0.value) < ($1.label, $1.value) }
        for (question, entries) in opened.file.answers {
            guard let last = entries.last else { continue }
            let values = ["who": page.author(last.by), "when": CivilTime.text(last.at, language)]
            answered[question] = page.word("desk.answered", values)
        }
    }

    /// By name; with the unit, since two people can have one name.
    private static func people(_ people: [County.Person], _ page: CasePage) -> [Choice] {
        people.map { ($0.id, "\($0.name), \(page.name(of: $0.unit))") }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }
    }
}

extension CasePage {
    /// Who can consent: every guardian whom a report has named, and the youth. By name for who reads the whole case; for others,
    /// whoever says no can still be told (rule 13).
    var givers: [FormChoices.Choice] {
        (giverKeys + ["youth"]).uniqued().map { ($0, opened.giver($0, language).capitalizedFirst) }
            + (extent == .whole ? [] : [("others", word("desk.giver.guardian"))])
    }

    /// Those whom the case knows, the guardians first.
    var giverKeys: [String] {
        let (file, status) = (opened.file, opened.row.status)
        let others = file.consents.keys.sorted() + (extent == .whole ? status.awaited : [])
        return (file.guardians + others).filter { $0 != "guardian_unknown" }.uniqued()
    }

    /// Who wrote something: nobody, where it came with a concern.
    func author(_ id: String) -> String { id.isEmpty ? word("desk.by.concern") : name(of: id) }

    func attribution(_ id: String, at moment: String) -> String {
        word("desk.written", ["who": author(id), "when": moment])
    }
}
