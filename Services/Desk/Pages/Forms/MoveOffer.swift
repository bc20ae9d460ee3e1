import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import HTTPTypes

/// A move that somebody may confirm for the unit that would take the case, and who may not read it yet (rule 2). It shows
/// nothing of the case but that: as much as the notice that led here.
struct MoveOffer: Sendable {
    let reference: String
    /// The id of the unit that is proposed.
    let unit: String
    let unitName: String

    /// - Throws: ``NotShown`` for whoever has no such offer: nobody learns whether the case exists. Nobody has one for a child
    ///   with protected identity before the owner has decided (rule 22).
    static func find(_ reference: String, for person: SignedIn, _ desk: DeskServices) async throws -> MoveOffer {
        let day = CivilTime.day(of: desk.now())
        let offer = try await desk.read { db, directory -> MoveOffer? in
            guard let row = try db.status(of: reference), !row.status.protectedIdentity else { return nil }
            let course = try db.facts(of: reference, on: [.mappings]).filter { CaseFile.isCourse($0.type) }
            guard let move = CaseFile(course).proposedMove, let county = directory.counties[move.county] else {
                return nil
            }
            let people = Authority.People(unit: move.unit, namedPerson: move.namedPerson)
            let faults =
                CaseAction.confirmMove.act.requirement.faults(in: row.phase)
                + Authority.faults(.takeOver, by: .person(person.person), of: people, in: county, on: day)
            return faults.isEmpty
                ? MoveOffer(reference: reference, unit: move.unit, unitName: county.units[move.unit]?.name ?? "") : nil
        }
        guard let offer else { throw NotShown() }
        return offer
    }

    func page(_ sent: SentForm?, _ language: Language) -> Page {
        func word(_ name: String) -> String { Catalogue.text(name, language, ["unit": unitName]) }
        let maker = FieldMaker(form: .confirmMove, language: language)
        let form = InputForm(
            CasePage.path(of: .confirmMove, in: reference), id: sent?.id ?? UUID().uuidString,
            fields: ConfirmMoveForm(unit: unit).fields(maker, FormChoices()), submit: word("desk.confirm_move.submit"),
            cancel: Link(word("desk.nav.work"), "/work"))
        var model: [String: Any] = ["lead": [word("desk.offer.lead"), word("desk.offer.next")], "form": form]
        model["problems"] = CasePage.problems(sent, in: form)
        return Page(
            template: "case_form", title: word("desk.offer"), model: model,
            status: sent == nil ? .ok : .unprocessableContent, place: "work")
    }
}
