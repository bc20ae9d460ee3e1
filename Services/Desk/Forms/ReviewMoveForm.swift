import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

/// What came with a case from where the child was, and whose going on is decided (rule 2).
struct CameAlong: Sendable {
    /// The staff of the meeting, or of the last one, who work there.
    var people: [FormChoices.Choice] = []
    /// The room of the meeting that stands; nil where it has none.
    var room: String?
    /// The organisations that consents cover, and that are others where the child is now.
    var organisations: [String] = []
}

extension CameAlong {
    init(_ page: CasePage) {
        guard let departure = page.opened.file.departure else { return }
        let (file, status) = (page.opened.file, page.opened.row.status)
        let meeting = file.cooperation.meeting
        let participants = (meeting ?? file.cooperation.held.last?.meeting)?.participants ?? []
        people = participants.filter { participant in
            !participant.family && ![status.owner, status.coordinator].contains(participant.person)
                && departure.holds(participant.person, in: page.opened.county)
        }.map { ($0.person, page.role(of: $0)) }
        room = meeting?.place.nonEmpty
        let covered = Set(file.consents.values.compactMap(\.last).filter(\.isGiven).flatMap(\.organisations))
        organisations = departure.organisations.map(\.rawValue).filter(covered.contains)
    }
}

extension CaseFile.Entry<Consent> {
    fileprivate var isGiven: Bool { value.decision == ConsentDecision.given.rawValue }
    fileprivate var organisations: [String] { value.organisations }
}

extension CasePage {
    /// `Fia Exempelson, kurator`
    fileprivate func role(of participant: Participant) -> String {
        let role = "role.\(participant.role)"
        return [name(of: participant.person), Catalogue.holds(role) ? word(role) : nil].compactMap(\.self)
            .joined(separator: ", ")
    }
}

/// What of where the child was goes on, as who owns the case now says (rules 2 and 13).
struct ReviewMoveForm: CaseForm {
    static let action = CaseAction.reviewMove
    var people: [String] = []
    var place = Place.keep.rawValue
    var organisations: [String] = []

    enum Place: String, CaseIterable {
        case keep, near
    }

    /// Whoever came along goes on until the owner says otherwise. What the consents cover is asked: nothing is chosen beforehand.
    init(_ choices: FormChoices) { people = choices.cameAlong.people.map(\.value) }

    init(_ typed: TypedFields) {
        (people, organisations) = (typed.all("people"), typed.all("organisations"))
        place = typed["place"]
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ReviewMove.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.people, $0.organisations) = (people, organisations)
            $0.keepsPlace = place != Place.near.rawValue
        }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let known = choices.cameAlong
        var fields: [any FormField] = []
        if !known.people.isEmpty {
            fields.append(
                maker.several("people", known.people.map { ($0.value, $0.label, nil) }, people, isOptional: true))
        }
        if let room = known.room {
            let places = Place.allCases.map { place in
                (place.rawValue, maker.word("desk.review_move.place.\(place.rawValue)", ["place": room]), String?.none)
            }
            fields.append(maker.one("place", places, place))
        }
        if !known.organisations.isEmpty {
            let covered = known.organisations.map {
                maker.choice($0, named: "organisation", of: "organisations")
            }
            fields.append(maker.several("organisations", covered, organisations, isOptional: true))
        }
        return fields
    }
}
