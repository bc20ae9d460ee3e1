package import Domain
import Foundation

/// An anonymous question gets the earliest free place after today in a standing forum for its municipality and areas (rule 5).
///
/// Where there is no such forum, nothing follows: the fallback unit has been told of the question already.
package struct PlaceConsultation: Command, Hashable {
    package var reference: String
    package var municipality: String
    package var areas: [WheelArea]
    /// Of the one who asks.
    package var email: String

    package init(reference: String, municipality: String, areas: [WheelArea], email: String) {
        (self.reference, self.municipality, self.areas, self.email) = (reference, municipality, areas, email)
    }

    /// How many sittings ahead a place is looked for.
    private static let sittings = 26

    /// The forums that could take the question, by id.
    package func forums(in county: County) -> [County.Forum] { county.forums(for: municipality, areas: Set(areas)) }

    package func decide(
        on sittings: Sittings, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Sittings> {
        let forums = forums(in: context.county)
        let hasPlace = forums.contains { forum in sittings.places(of: forum).contains { $0.reference == reference } }
        if hasPlace { return Decision(sittings) }
        var best: (forum: County.Forum, slot: Scheduler.Slot)?
        for forum in forums {
            let free = forum.sittings(from: context.today.plus(1)).prefix(Self.sittings).lazy
                .compactMap { forum.place(on: $0, taken: sittings.places(of: forum)) }.first
            if let free, free.start < best?.slot.start ?? .max { best = (forum, free) }
        }
        guard let (forum, slot) = best else { return Decision(sittings) }
        var sittings = sittings
        sittings.take(ConsultationPlace(slot, reference: reference), in: forum, now: context.now)
        return Decision(
            sittings,
            [
                .init(
                    reference: reference, forum: forum.id, chair: forum.chair, place: forum.place, slot: slot,
                    email: email)
            ])
    }
}

/// The places in the forums' sittings that are taken.
package struct Sittings: Aggregate {
    package private(set) var places: [String: [ConsultationPlace]]
    /// The forum in which a place was taken.
    package private(set) var changed: String?

    /// - Parameter places: by the forum's id.
    package init(_ places: [String: [ConsultationPlace]]) { self.places = places }

    package typealias Context = CountyContext

    package struct Fact: Sendable, Hashable {
        package var reference: String
        package var forum: String
        package var chair: String
        package var place: String
        package var slot: Scheduler.Slot
        package var email: String

        package init(
            reference: String, forum: String, chair: String, place: String, slot: Scheduler.Slot, email: String
        ) {
            (self.reference, self.forum, self.chair) = (reference, forum, chair)
            (self.place, self.slot, self.email) = (place, slot, email)
        }
    }

    func places(of forum: County.Forum) -> [ConsultationPlace] { places[forum.id] ?? [] }

    mutating func take(_ place: ConsultationPlace, in forum: County.Forum, now: Date) {
        let ahead = places(of: forum).filter { Double($0.slot.end) >= now.timeIntervalSince1970 }
        (places[forum.id], changed) = (ahead + [place], forum.id)
    }
}

/// A place in a sitting, and the question that has it.
package struct ConsultationPlace: Sendable, Hashable {
    package var slot: Scheduler.Slot
    package var reference: String

    package init(_ slot: Scheduler.Slot, reference: String) { (self.slot, self.reference) = (slot, reference) }
}

extension County.Forum {
    /// The first free place in a day's sitting.
    fileprivate func place(on day: LocalDate, taken: [ConsultationPlace]) -> Scheduler.Slot? {
        stride(from: hours.from, through: hours.to - minutes, by: minutes).lazy
            .map { minute in
                let start = CivilTime.instant(day, minute: minute)
                return Scheduler.Slot(from: start, to: start + Double(minutes) * 60)
            }
            .first { slot in !taken.contains { slot.overlaps($0.slot) } }
    }
}
