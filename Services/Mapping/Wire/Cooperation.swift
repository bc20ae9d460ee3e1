package import Codec
package import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// Consents and cooperation: messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let cooperationCommands: [Entry] = [
        .on(Codec.NoteCooperation.self),
        .on(Codec.EndCooperation.self),
    ]
}

extension Codec.NoteCooperation: CommandMessage {
    package var address: CommandAddress { CommandAddress(caseReference) }
    package var actor: Actor { .suite }

    package func command(_ words: inout Words) -> MappingCore.NoteCooperation? {
        // No case can have a step that this version does not know, so such steps are ignored.
        let done = done.compactMap(Step.init)
        if step.isEmpty { return .init(done: done, next: nil, coordinator: coordinator.nonEmpty) }
        let step = words.one(of: Step.self, step, at: "step")
        let day = words.day(date, at: "date")
        guard let step, let day else { return nil }
        return .init(done: done, next: .init(step, on: day), coordinator: coordinator.nonEmpty)
    }

    init(_ command: MappingCore.NoteCooperation, of reference: String) {
        self = .with {
            ($0.caseReference, $0.coordinator) = (reference, command.coordinator ?? "")
            $0.done = command.done.map(\.rawValue)
            if let next = command.next { ($0.step, $0.date) = (next.step.rawValue, next.day.description) }
        }
    }
}

extension Codec.EndCooperation: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.EndCooperation? {
        words.text(reason, at: "reason").map { .init(reason: $0, isWorse: worse) }
    }

    init(_ command: MappingCore.EndCooperation, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.reason, $0.worse) = (command.reason, command.isWorse)
        }
    }
}

// MARK: Facts

extension CooperationFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .waiting(let awaited, let owner, let county, let due):
            CooperationWaiting.with {
                ($0.caseReference, $0.county, $0.owner) = (reference, county, owner)
                ($0.reasons, $0.due) = (awaited.map { Reason($0.fault) }, .init(due))
            }
        case .started(let cooperation, let owner):
            CooperationStarted.with {
                ($0.caseReference, $0.owner) = (reference, owner)
                $0.organisations = cooperation.organisations.map(\.rawValue)
                $0.latestDate = cooperation.latest.description
            }
        }
    }
}

extension CooperationWaiting: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let awaited = reasons.enumerated().compactMap { Awaited($1, &words, at: "reasons[\($0)]") }
        return .cooperation(.waiting(for: awaited, owner: owner, county: county, due: due.date))
    }
}

extension Awaited {
    private static let (before, after) = ("consents[", "]")

    /// The giver's name is in the reason's path.
    fileprivate init?(_ reason: Reason, _ words: inout Words, at path: String) {
        if reason.code == FaultCode.consentNobody.rawValue {
            self = .nobodyKnown
        } else if reason.code == FaultCode.consentDeceased.rawValue {
            self = .nobodyLiving
        } else if [FaultCode.consentMissing, .consentOthers, .consentObjection].map(\.rawValue).contains(reason.code),
            reason.path.hasPrefix(Self.before),
            reason.path.hasSuffix(Self.after)
        {
            let giver = Giver(name: String(reason.path.dropFirst(Self.before.count).dropLast(Self.after.count)))
            self = reason.code == FaultCode.consentObjection.rawValue ? .objection(giver) : .giver(giver)
        } else {
            words.add(Fault(.wordUnknown, at: path, ["words": FaultCode.consentMissing.rawValue]))
            return nil
        }
    }
}

extension CooperationStarted: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let organisations = words.all(of: Organisation.self, organisations, at: "organisations")
        let latest = words.day(latestDate, at: "latest_date")
        guard let organisations, let latest else { return nil }
        return .cooperation(.started(.init(organisations: organisations, latest: latest), owner: owner))
    }
}

extension MeetingsRequest {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .call(let call): CallMeeting(call, of: reference)
        case .cancel(let county, let isClosed, let tellsOutsiders):
            CancelMeeting.with {
                ($0.caseReference, $0.county, $0.closed) = (reference, county, isClosed)
                $0.tellsOutsiders = tellsOutsiders
            }
        case .admitOutsiders(let isAdmitted, let county):
            AdmitOutsiders.with { ($0.caseReference, $0.county, $0.admitted) = (reference, county, isAdmitted) }
        case .erase(let county): EraseCooperation.with { ($0.caseReference, $0.county) = (reference, county) }
        case .protect(let county): ProtectMeeting.with { ($0.caseReference, $0.county) = (reference, county) }
        case .handOver(let lead):
            HandOverMeeting.with {
                ($0.caseReference, $0.county) = (reference, lead.county)
                ($0.unit, $0.namedPerson) = (lead.unit, lead.namedPerson)
                ($0.stage, $0.attends) = (lead.stage.rawValue, lead.attends ?? "")
            }
        case .relocate(let relocation, let departure, let county):
            RelocateMeeting.with {
                ($0.caseReference, $0.county) = (reference, county)
                ($0.municipalities, $0.units) = (departure.municipalities, departure.units)
                ($0.people, $0.keepsPlace) = (relocation.people, relocation.keepsPlace)
            }
        case .seat(let seats, let county):
            SeatGuardians.with {
                ($0.caseReference, $0.county, $0.protectedIdentity) = (reference, county, seats.isProtected)
                ($0.guardians, $0.unwritten) = (seats.guardians, seats.unwritten)
            }
        }
    }
}

extension CallMeeting: FactMessage {
    init(_ call: MeetingCall, of reference: String) {
        self = .with {
            ($0.caseReference, $0.county) = (reference, call.lead.county)
            ($0.unit, $0.namedPerson) = (call.lead.unit, call.lead.namedPerson)
            ($0.stage, $0.attends) = (call.lead.stage.rawValue, call.lead.attends ?? "")
            $0.areas = call.areas.map(\.rawValue)
            $0.organisations = call.cooperation.organisations.map(\.rawValue)
            $0.latestDate = call.cooperation.latest.description
            ($0.guardians, $0.unwritten) = (call.seats.guardians, call.seats.unwritten)
            $0.protectedIdentity = call.seats.isProtected
            $0.outsiders = call.admitsOutsiders
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let areas = words.all(of: WheelArea.self, areas, at: "areas")
        let organisations = words.all(of: Organisation.self, organisations, at: "organisations")
        let latest = words.day(latestDate, at: "latest_date")
        let stage = words.one(of: Stage.self, stage, at: "stage")
        guard let stage, let areas, let organisations, let latest else { return nil }
        return .meetings(
            .call(
                MeetingCall(
                    .init(
                        county: county, unit: unit, namedPerson: namedPerson, stage: stage, attends: attends.nonEmpty),
                    areas: areas, cooperation: .init(organisations: organisations, latest: latest),
                    seats: .init(guardians: guardians, unwritten: unwritten, isProtected: protectedIdentity),
                    admitsOutsiders: outsiders)))
    }
}

extension CancelMeeting: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .meetings(.cancel(county: county, isClosed: closed, tellsOutsiders: tellsOutsiders))
    }
}

extension AdmitOutsiders: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .meetings(.admitOutsiders(admitted, county: county)) }
}

extension EraseCooperation: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .meetings(.erase(county: county)) }
}

extension SeatGuardians: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let seats = Case.Seats(guardians: guardians, unwritten: unwritten, isProtected: protectedIdentity)
        return .meetings(.seat(seats, county: county))
    }
}

extension ProtectMeeting: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .meetings(.protect(county: county)) }
}

extension HandOverMeeting: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        words.one(of: Stage.self, stage, at: "stage").map {
            .meetings(
                .handOver(
                    .init(county: county, unit: unit, namedPerson: namedPerson, stage: $0, attends: attends.nonEmpty)))
        }
    }
}

extension RelocateMeeting: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let departure = Domain.Departure(municipalities: municipalities, units: units)
        return .meetings(
            .relocate(.init(people: people, keepsPlace: keepsPlace), from: departure, county: county))
    }
}
