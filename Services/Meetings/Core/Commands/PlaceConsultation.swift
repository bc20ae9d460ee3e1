package import Domain
import Foundation

/// An anonymous question gets the earliest free place after today in a standing forum for its municipality and areas (rule 5).
///
/// Where no forum takes it, or none has a place, the fallback unit's named person is told, or else the county's function.
package struct PlaceConsultation: Command, Hashable {
    package var reference: String
    package var municipality: String
    package var areas: [WheelArea]
    /// Of the one who asks.
    package var email: EmailAddress

    package init(reference: String, municipality: String, areas: [WheelArea], email: EmailAddress) {
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
        if forums.isEmpty { return unplaced(.noForum, sittings, context) }
        var best: (forum: County.Forum, slot: Scheduler.Slot)?
        for forum in forums {
            let free = forum.sittings(from: context.today.plus(1)).prefix(Self.sittings).lazy
                .compactMap { forum.place(on: $0, taken: sittings.places(of: forum)) }.first
            if let free, free.start < best?.slot.start ?? .max { best = (forum, free) }
        }
        guard let (forum, slot) = best else { return unplaced(.noTime, sittings, context) }
        var sittings = sittings
        sittings.add(ConsultationPlace(slot, reference: reference), in: forum, now: context.now)
        return Decision(
            sittings,
            [
                .booked(
                    .init(
                        reference: reference, forum: forum.id, chair: forum.chair, place: forum.place, slot: slot,
                        email: email))
            ])
    }

    private func unplaced(
        _ why: Sittings.Unplaced.Why, _ sittings: Sittings, _ context: CountyContext
    ) -> Decision<Sittings> {
        let unit = context.county.municipalities[municipality].flatMap { context.county.units[$0.fallbackUnit] }
        let to = unit?.namedPerson ?? context.county.function
        return Decision(sittings, [.unplaced(.init(reference: reference, municipality: municipality, to: to, why))])
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

    package enum Fact: Sendable, Hashable {
        case booked(Booked)
        case unplaced(Unplaced)
    }

    package struct Booked: Sendable, Hashable {
        package var reference: String
        package var forum: String
        package var chair: String
        package var place: String
        package var slot: Scheduler.Slot
        package var email: EmailAddress

        package init(
            reference: String, forum: String, chair: String, place: String, slot: Scheduler.Slot,
            email: EmailAddress
        ) {
            (self.reference, self.forum, self.chair) = (reference, forum, chair)
            (self.place, self.slot, self.email) = (place, slot, email)
        }
    }

    /// No forum takes the question, or none has a place for it.
    package struct Unplaced: Sendable, Hashable {
        package var reference: String
        package var municipality: String
        /// Who is told; nil where the directory names nobody.
        package var to: String?
        package var why: Why

        package init(reference: String, municipality: String, to: String?, _ why: Why) {
            (self.reference, self.municipality, self.to, self.why) = (reference, municipality, to, why)
        }

        package enum Why: String, Sendable, Hashable, CaseIterable {
            case noForum = "no_forum"
            case noTime = "no_time"
        }
    }

    func places(of forum: County.Forum) -> [ConsultationPlace] { places[forum.id] ?? [] }

    mutating func add(_ place: ConsultationPlace, in forum: County.Forum, now: Date) {
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
