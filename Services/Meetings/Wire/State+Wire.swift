import CloudEvents
import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// What is kept of a case, a person, a day and a forum.

extension Cooperation {
    /// Nil before the first call.
    ///
    /// - Throws: `Undecodable` for words that this version does not know.
    init?(_ state: MeetingState, of key: CaseKey) throws(Undecodable) {
        guard state.hasCall else { return nil }
        // A day that stands in for one that cannot be read is never used: that throws.
        var wire = WireReader(today: LocalDate(number: 0))
        self.init(
            key: key, request: Request(state.call, &wire), form: state.digital ? .digital : .room,
            stage: Stage(state, &wire), isStopped: state.stopped, agreement: Agreement(state, &wire),
            history: state.history.map { .init($0, &wire) }, told: state.told,
            uninvited: state.uninvited.map { .init($0, &wire) },
            wish: state.hasWish ? MeetingsCore.ChildsWish(state.wish, at: "wish", &wire) : nil,
            outsiders: state.outsiders.map { $0.read(&wire) })
        guard wire.faults.isEmpty else { throw Undecodable(Refusal(wire.faults)) }
    }
}

extension Cooperation.Stage {
    fileprivate init(_ state: MeetingState, _ wire: inout WireReader) {
        let meeting = state.hasMeeting ? MeetingsCore.Meeting(state.meeting, &wire) : nil
        if let meeting, !state.cancelled, !state.over {
            self = .booked(meeting)
            return
        }
        let end: Cooperation.End = !state.cancelled ? .held : state.over ? .replaced : .calledOff
        let former = meeting.map { Cooperation.Former($0, end) }
        self = state.wanted.isEmpty ? .idle(after: former) : .waiting(.init(state, &wire), after: former)
    }
}

extension Cooperation.Waiting {
    fileprivate init(_ state: MeetingState, _ wire: inout WireReader) {
        let hasProposal = state.proposedEnd > state.proposedStart
        self.init(
            state.wanted.map { .init($0, &wire) }, missingRoles: state.missingRoles,
            proposed: hasProposal ? .init(start: state.proposedStart, end: state.proposedEnd) : nil)
    }
}

extension WaitingMeeting {
    init(_ value: Cooperation.Waiting) { self = .with { $0.people = value.participants.map(\.person) } }
}

extension Agreement {
    fileprivate init?(_ state: MeetingState, _ wire: inout WireReader) {
        guard state.hasPlan else { return nil }
        self.init(
            .init(state.coordinator, at: "coordinator", &wire), .init(state.plan, &wire),
            isConcernOpen: state.concernOpen)
    }
}

extension MeetingState {
    /// - Parameter taken: the events that were applied to the case.
    init(_ value: Cooperation, taken: [UInt64]) {
        self = .with {
            $0.taken = taken
            $0.call.caseReference = value.key.reference
            $0.call.county = value.key.county
            $0.call.write(value.request)
            $0.digital = value.form == .digital
            $0.write(value.stage, of: value.key)
            $0.stopped = value.isStopped
            if let agreement = value.agreement {
                $0.coordinator = .init(agreement.coordinator)
                $0.plan = .init(agreement.plan)
                $0.concernOpen = agreement.isConcernOpen
            }
            $0.history = value.history.map(Codec.Plan.init)
            $0.told = value.told
            $0.uninvited = value.uninvited.map(NobodyInvited.Organisation.init)
            $0.outsiders = value.outsiders.map(InvitedOutsider.init)
            if let wish = value.wish { $0.wish = .init(wish) }
        }
    }

    private mutating func write(_ stage: Cooperation.Stage, of key: CaseKey) {
        switch stage {
        case .booked(let meeting): self.meeting = .init(meeting, of: key)
        case .idle(let former): write(former, of: key)
        case .waiting(let waiting, let former):
            wanted = waiting.participants.map(Codec.Participant.init)
            missingRoles = waiting.missingRoles
            proposedStart = waiting.proposed?.start ?? 0
            proposedEnd = waiting.proposed?.end ?? 0
            write(former, of: key)
        }
    }

    private mutating func write(_ former: Cooperation.Former?, of key: CaseKey) {
        guard let former else { return }
        meeting = .init(former.meeting, of: key)
        cancelled = former.end != .held
        over = former.end != .calledOff
    }
}

extension MeetingsCore.PersonCalendar {
    init(_ message: Codec.PersonCalendar) {
        self.init(
            bookings: message.bookings.map { .init($0.slot, MeetingID($0.meeting), room: $0.place.nonEmpty) },
            busy: message.busy.map {
                .init($0.slot, $0.meeting.isEmpty ? .elsewhere : .declined(reference: $0.meeting))
            })
    }
}

extension Codec.PersonCalendar {
    init(_ value: MeetingsCore.PersonCalendar) {
        self = .with {
            $0.bookings = value.bookings.map { .init($0.slot, $0.meeting.text, place: $0.room ?? "") }
            $0.busy = value.busy.map { time in
                switch time.reason {
                case .elsewhere: .init(time.slot, "")
                case .declined(let reference): .init(time.slot, reference)
                }
            }
        }
    }
}

extension Codec.Booking {
    fileprivate init(_ slot: Scheduler.Slot, _ meeting: String, place: String = "") {
        self = .with {
            $0.start = slot.start
            $0.end = slot.end
            $0.meeting = meeting
            $0.place = place
        }
    }

    fileprivate var slot: Scheduler.Slot { .init(start: start, end: end) }
}

extension MeetingsCore.RoomsOfDay {
    init(_ message: Codec.RoomsOfDay) {
        self.init(
            Dictionary(
                message.rooms.map {
                    ($0.name, Scheduler.Quarters($0.second) << 64 | Scheduler.Quarters($0.first))
                }
            ) { $1 })
    }
}

extension Codec.RoomsOfDay {
    init(_ value: MeetingsCore.RoomsOfDay) {
        self = .with {
            $0.rooms = value.quarters.sorted { $0.key < $1.key }.map { name, quarters in
                .with {
                    $0.name = name
                    $0.first = UInt64(truncatingIfNeeded: quarters)
                    $0.second = UInt64(truncatingIfNeeded: quarters >> 64)
                }
            }
        }
    }
}

extension [ConsultationPlace] {
    init(_ message: ForumState) { self = message.bookings.map { .init($0.slot, reference: $0.meeting) } }
}

extension ForumState {
    init(_ value: [ConsultationPlace]) {
        self = .with { $0.bookings = value.map { .init($0.slot, $0.reference) } }
    }
}
