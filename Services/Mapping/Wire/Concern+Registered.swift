import CloudEvents
import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf

extension Concern {
    /// - Parameter receivedAt: used if the concern does not say when it was received.
    /// - Throws: `Undecodable` with every word that this version does not know.
    init(_ message: ConcernRegistered, receivedAt: Date) throws(Undecodable) {
        var words = Words()
        let place = words.place(
            county: message.county, municipality: message.municipality, stage: message.stage, attends: message.unit)
        let owner = words.owner(
            unit: message.unit, person: message.namedPerson, fallback: message.fallbackReason)
        let areas = words.all(of: WheelArea.self, message.areas, at: "areas")
        let youthConsentFrom = words.day(message.youthConsentFrom, at: "youth_consent_from")
        let adultFrom = words.day(message.adultFrom, at: "adult_from")
        guard let place, let owner, let areas, let youthConsentFrom, let adultFrom else {
            throw Undecodable(Refusal(words.faults))
        }
        self.init(
            id: message.concern, reference: message.caseReference, place: place, owner: owner,
            hasMoved: message.moved, receivedAt: message.hasReceivedAt ? message.receivedAt.date : receivedAt,
            areas: areas, observation: message.observation, strengths: message.strengths, guardians: message.guardians,
            youthConsentFrom: youthConsentFrom, adultFrom: adultFrom, isProtected: message.protectedIdentity,
            isHarmSuspected: message.harmSuspected, linkedTo: message.linkedTo.nonEmpty)
    }
}
