import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

extension ChangeParticipants: CountyCommand {}

/// Who comes from the organisations, or that nobody of one is needed, as a person decides and says why (rules 11 and 14).
struct ParticipantForm: CaseForm {
    static let action = CaseAction.changeParticipants
    var notNeeded: [String] = []
    var add = ""
    var remove: [String] = []
    var reason = ""

    init() {}

    init(_ typed: TypedFields) {
        (notNeeded, add) = (typed.all("not_needed"), typed["add"])
        (remove, reason) = (typed.all("remove"), typed["reason"])
    }

    var changesNothing: Bool { notNeeded.isEmpty && add.isEmpty && remove.isEmpty }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ChangeParticipants.with {
            ($0.caseReference, $0.by, $0.reason) = (reference, person, reason)
            ($0.notNeeded, $0.remove) = (notNeeded, remove)
            if !add.isEmpty { $0.add = [add] }
        }
    }

    func check(_ words: inout Words) { _ = words.text(reason, at: "reason") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let missing = choices.missing.map { maker.choice($0.rawValue, named: "organisation", of: "not_needed") }
        let newcomers = missing.isEmpty ? [] : choices.newcomers()
        let removable = choices.participants.map { ($0.value, $0.label, nil as String?) }
        return [
            missing.isEmpty ? nil : maker.several("not_needed", missing, notNeeded, isOptional: true),
            newcomers.isEmpty ? nil : maker.select("add", newcomers, add, isOptional: true),
            removable.isEmpty ? nil : maker.several("remove", removable, remove, isOptional: true),
            maker.area("reason", reason, limit: ChangeParticipants.mostBytes(of: "reason")),
        ].compactMap(\.self)
    }

    /// Of several that are chosen, the command names one by its place.
    func field(of path: String) -> String { String(path.prefix { $0 != "[" }) }
}

extension CasePage {
    /// For who may change who comes to the meeting that is booked or waits for a time.
    func participantActs(_ sent: SentForm?) -> [Act] {
        guard opened.denials(of: .changeParticipants, by: person, at: now).isEmpty else { return [] }
        return [act(ParticipantForm(), FormChoices(self), sent: sent, style: "secondary")]
    }

    /// Those of the staff who are to come and can be taken away: not who leads, and not the coordinator (rule 15). Where a
    /// protected child is, somebody's id can tell, too (rule 22).
    var removableParticipants: [FormChoices.Choice] {
        guard opened.permit.showsPlace else { return [] }
        let kept = [opened.row.status.owner, opened.row.status.coordinator]
        return (opened.file.cooperation.meeting?.participants ?? []).filter { !$0.family && !kept.contains($0.person) }
            .map { ($0.person, opened.name(of: $0, language).capitalizedFirst) }
    }

    /// Those who work in the child's municipality, in the organisations from which somebody is missing.
    var newcomers: [FormChoices.Choice] {
        guard opened.permit.showsPlace else { return [] }
        let (county, missing) = (opened.county, opened.file.cooperation.missing)
        let coming = Set((opened.file.cooperation.meeting?.participants ?? []).map(\.person))
        let people = county.people.values.filter { person in
            guard let unit = county.units[person.unit], !coming.contains(person.id) else { return false }
            return missing.contains(unit.kind.organisation) && unit.municipality == opened.row.status.municipality
        }
        return FormChoices.people(people, self)
    }
}

extension CaseCooperation {
    /// The organisations of question 5 from which nobody is to come.
    var missing: [Organisation] { uninvited.compactMap { Organisation(rawValue: $0.organisation) } }
}
