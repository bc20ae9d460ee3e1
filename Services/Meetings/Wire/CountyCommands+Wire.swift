import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// Commands about no case: a person's other times, and an anonymous question.

extension PublishTimes: WireCommand {
    init(_ message: PublishBusyTimes, _ wire: inout WireReader) {
        for (index, time) in message.busy.enumerated() where time.end.date <= time.start.date {
            wire.fail(Fault(.busyTime, at: "busy[\(index)]"))
        }
        self.init(
            busy: message.busy.map { .init(from: $0.start.date, to: $0.end.date) }, isOwnLeftOut: message.ownLeftOut)
    }

    func write(to message: inout PublishBusyTimes) {
        message.busy = busy.map { slot in
            .with {
                $0.start = .init(seconds: slot.start)
                $0.end = .init(seconds: slot.end)
            }
        }
        message.ownLeftOut = isOwnLeftOut
    }
}

extension BusyTimesPublished {
    init(_ fact: PersonTimes.Fact, county: String) {
        self = .with {
            $0.county = county
            $0.person = fact.person
            $0.count = Int32(clamping: fact.count)
        }
    }
}

extension PersonTimes.Fact {
    init(_ message: BusyTimesPublished) { self.init(person: message.person, count: Int(message.count)) }
}

extension PlaceConsultation: WireCommand {
    init?(_ message: BookConsultation, _ wire: inout WireReader) {
        let areas: [WheelArea] = wire.words(message.areas, at: "areas")
        guard let email = EmailAddress(message.email) else {
            wire.fail(Fault(.reporterEmail, at: "email"))
            return nil
        }
        self.init(reference: message.reference, municipality: message.municipality, areas: areas, email: email)
    }

    func write(to message: inout BookConsultation) {
        message.reference = reference
        message.municipality = municipality
        message.areas = areas.map(\.rawValue)
        message.email = email.text
    }
}

extension ConsultationBooked {
    init(_ fact: Sittings.Booked, county: String) {
        self = .with {
            $0.reference = fact.reference
            $0.county = county
            $0.forum = fact.forum
            $0.chair = fact.chair
            $0.start = .init(seconds: fact.slot.start)
            $0.end = .init(seconds: fact.slot.end)
            $0.place = fact.place
            $0.email = fact.email.text
        }
    }
}

extension Sittings.Booked {
    /// Nil without an address.
    init?(_ message: ConsultationBooked) {
        guard let email = EmailAddress(message.email) else { return nil }
        self.init(
            reference: message.reference, forum: message.forum, chair: message.chair, place: message.place,
            slot: .init(from: message.start.date, to: message.end.date), email: email)
    }
}

extension ConsultationUnplaced {
    init(_ fact: Sittings.Unplaced, county: String) {
        self = .with {
            $0.reference = fact.reference
            $0.county = county
            $0.municipality = fact.municipality
            $0.to = fact.to ?? ""
            $0.why = fact.why.rawValue
        }
    }
}

extension Sittings.Unplaced {
    init(_ message: ConsultationUnplaced, _ wire: inout WireReader) {
        self.init(
            reference: message.reference, municipality: message.municipality, to: message.to.nonEmpty,
            wire.word(message.why, at: "why"))
    }
}
