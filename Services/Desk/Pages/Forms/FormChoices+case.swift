import CaseReading
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
        withholders = page.withholders
        outsiders = opened.file.cooperation.outsiders.map { ($0.outsider.id, $0.outsider.name) }
        missing = opened.file.cooperation.missing
        newcomers = { page.newcomers }
        participants = page.removableParticipants
        family = page.family
        coordinators = { page.possibleCoordinators }
        guard opened.permit.extent == .whole else { return }
        guardians = opened.guardians.map { ($0, opened.giver($0, language).capitalizedFirst) }
        removable = guardians + (opened.row.status.moreGuardians ? [("others", page.word("giver_name.others"))] : [])
        formerGuardians = (opened.people?.former ?? []).map {
            ($0.key, opened.giver($0.key, language).capitalizedFirst)
        }
        objections = opened.row.status.objections.map { ($0, page.objector($0)) }
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
        cameAlong = CameAlong(page)
        for question in Question.allCases {
            guard let last = opened.file.answer(to: question) else { continue }
            let values = ["who": page.author(last.by), "when": CivilTime.text(last.at, language)]
            answered[question] = page.word("desk.answered", values)
        }
    }

    /// By name; with the unit, since two people can have one name.
    static func people(_ people: [County.Person], _ page: CasePage) -> [Choice] {
        people.map { ($0.id, "\($0.name), \(page.name(of: $0.unit))") }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }
    }
}

extension CasePage {
    /// Who can consent: every living guardian on record, and the youth. By name for who reads the whole case.
    var givers: [FormChoices.Choice] {
        let deceased = opened.row.status.guardians.filter { $0.standing == GuardianStanding.deceased.rawValue }
        let asked = giverKeys.filter { key in
            !opened.row.status.objections.contains(key) && !deceased.contains { $0.key == key }
        }
        return (asked + ["youth"]).uniqued().map { ($0, opened.giver($0, language).capitalizedFirst) }
    }

    /// Who can say no: also a guardian whom the reader may not know by name, and somebody whom the case does not have (rule 13).
    var withholders: [FormChoices.Choice] {
        givers.filter { $0.value != "others" }
            + [("others", word(extent == .whole ? "desk.giver.other" : "desk.giver.guardian"))]
    }

    /// Those whom the case knows, the guardians first.
    var giverKeys: [String] {
        let status = opened.row.status
        let others = extent == .whole ? ["youth", "others"].filter(status.awaited.contains) + status.objections : []
        let heard = opened.file.consents.keys.sorted().filter { ["youth", "others"].contains($0) }
        return (opened.guardians + heard + others).uniqued()
    }

    /// Who has given or refused consent. Of somebody who is not on record it says so, by name where they were before.
    func consentGiver(_ key: String) -> String {
        guard opened.row.status.objections.contains(key) else { return opened.giver(key, language).capitalizedFirst }
        return objector(key)
    }

    func objector(_ key: String) -> String {
        if let name = opened.people?.names[key] { return name }
        return key == "others"
            ? word("desk.objection.others") : word("desk.objection.giver", ["giver": key])
    }

    /// Who wrote something: nobody, where it came with a concern.
    func author(_ id: String) -> String { id.isEmpty ? word("desk.by.concern") : name(of: id) }

    func attribution(_ id: String, at moment: String) -> String {
        word("desk.written", ["who": author(id), "when": moment])
    }
}
