import Codec
import Domain
import Foundation
import MeetingsCore
import Streams

// An anonymous question gets a place in the next sitting of a standing forum (rule 5).

extension MeetingsProcessor {
    /// How many sittings ahead a place is looked for.
    private static let sittings = 26

    /// The earliest free place after today in a forum for the municipality and the areas. Where there is no such forum,
    /// nothing follows: the fallback unit has been told of the question already.
    func bookConsultation(
        _ command: BookConsultation, _ event: Event, _ county: County, _ turn: inout Turn
    ) throws {
        let today = CivilTime.day(of: turn.now)
        var best: (forum: County.Forum, place: Booking)?
        for forum in county.forums(for: command.municipality, areas: Set(command.areas.compactMap(WheelArea.init))) {
            let state = try turn.get(Self.forums, turn.own(forum.id)) ?? ForumState()
            // It has its place.
            if state.bookings.contains(where: { $0.meeting == command.reference }) { return }
            let place = forum.sittings(from: today.plus(1)).prefix(Self.sittings).lazy
                .compactMap { forum.place(on: $0, state) }.first
            if let place, place.start < best?.place.start ?? .max { best = (forum, place) }
        }
        guard let forum = best?.forum, var place = best?.place else { return }
        place.meeting = command.reference
        var state = try turn.get(Self.forums, turn.own(forum.id)) ?? ForumState()
        state.bookings.removeAll { Double($0.end) < turn.now.timeIntervalSince1970 }
        state.bookings.append(place)
        try turn.put(Self.forums, turn.own(forum.id), state)
        try turn.publish(
            ConsultationBooked.with { [place] in
                ($0.reference, $0.county, $0.forum) = (command.reference, county.code, forum.id)
                ($0.chair, $0.place, $0.email) = (forum.chair, forum.place, command.email)
                $0.start = .init(Date(timeIntervalSince1970: Double(place.start)))
                $0.end = .init(Date(timeIntervalSince1970: Double(place.end)))
            }, to: Topic.meetings.rawValue, subject: command.reference)
    }
}

extension County.Forum {
    /// The first free place in a day's sitting.
    fileprivate func place(on day: LocalDate, _ state: ForumState) -> Booking? {
        for minute in stride(from: hours.from, through: hours.to - minutes, by: minutes) {
            let start = CivilTime.instant(day, minute: minute)
            let slot = Scheduler.Slot(from: start, to: start + Double(minutes) * 60)
            if !state.bookings.contains(where: { slot.overlaps(.init($0)) }) {
                return .with { ($0.start, $0.end) = (slot.start, slot.end) }
            }
        }
        return nil
    }
}
