import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import SwiftProtobuf

extension MeetingsCore.Meeting {
    init(_ message: Codec.Meeting, _ wire: inout WireReader) {
        let place: Place =
            if let room = message.place.nonEmpty { .room(room) } else if let link = message.link.nonEmpty {
                .digital(link: link)
            } else { .unnamed }
        self.init(
            id: MeetingID(message.id), slot: .init(from: message.start.date, to: message.end.date), place: place,
            // The named person stood first before they were named.
            namedPerson: message.namedPerson.nonEmpty ?? message.participants.first?.person ?? "",
            participants: message.participants.map { .init($0, &wire) }, sequence: message.sequence)
    }
}

extension Codec.Meeting {
    init(_ value: MeetingsCore.Meeting, of key: CaseKey) {
        self = .with {
            $0.id = value.id.text
            $0.caseReference = key.reference
            $0.county = key.county
            $0.start = .init(seconds: value.slot.start)
            $0.end = .init(seconds: value.slot.end)
            switch value.place {
            case .room(let room): $0.place = room
            case .digital(let link): $0.link = link
            case .unnamed: break
            }
            $0.namedPerson = value.namedPerson
            $0.participants = value.participants.map(Codec.Participant.init)
            $0.sequence = value.sequence
        }
    }
}

extension MeetingsCore.Participant {
    init(_ message: Codec.Participant, _ wire: inout WireReader) {
        let party: Party =
            if !message.family {
                .staff(message.person, role: message.role)
            } else if message.person == Self.child { .child } else { .guardian(message.person) }
        self.init(
            party, isRequired: message.required,
            answer: message.answer.isEmpty
                ? nil
                : Reply(wire.word(message.answer, at: "answer"), given: message.answered.date),
            hasDeclinedOnce: message.declinedOnce)
    }
}

extension Codec.Participant {
    init(_ value: MeetingsCore.Participant) {
        self = .with {
            $0.person = value.person
            switch value.party {
            case .staff(_, let role): $0.role = role
            case .guardian: $0.role = "guardian"
            case .child: $0.role = "child"
            }
            $0.required = value.isRequired
            $0.family = value.isFamily
            $0.declinedOnce = value.hasDeclinedOnce
            guard let answer = value.answer else { return }
            $0.answer = answer.attendance.rawValue
            $0.answered = .init(answer.given)
        }
    }
}
