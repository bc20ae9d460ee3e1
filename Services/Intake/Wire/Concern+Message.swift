import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ReportAccepted {
    init(_ accepted: AcceptedReport) {
        self = .with {
            ($0.reportID, $0.reportSource) = (accepted.id.id, accepted.id.source)
            ($0.receivedAt, $0.report) = (.init(accepted.receivedAt), .init(accepted.report))
            ($0.occasion, $0.json) = (accepted.occasion.rawValue, accepted.format == .json)
        }
    }

    var id: ReportID { ReportID(source: reportSource, id: reportID) }

    func accepted(_ words: inout Words) -> AcceptedReport? {
        let occasion = words.one(of: AcceptedReport.Occasion.self, occasion, at: "occasion")
        let report = report.report(received: receivedAt.date, &words)
        guard let occasion, let report else { return nil }
        return AcceptedReport(
            id: id, receivedAt: receivedAt.date, report: report, occasion: occasion, format: format)
    }

    var format: Receipt.Format { json ? .json : .protobuf }
}

extension ConcernRegistered {
    init(_ registered: RegisteredConcern) {
        self.init()
        concern = registered.concern
        caseReference = registered.reference
        county = registered.county
        municipality = registered.municipality
        stage = registered.stage.rawValue
        unit = registered.owner.unit
        namedPerson = registered.owner.person
        fallback = registered.owner.fallback != nil
        fallbackReason = registered.owner.fallback?.rawValue ?? ""
        moved = registered.hasMoved
        receivedAt = .init(registered.receivedAt)
        observedAt = .init(registered.observedAt)
        areas = registered.areas.map(\.rawValue)
        observation = registered.observation
        strengths = registered.strengths
        harmSuspected = registered.isHarmSuspected
        reporter = .init(registered.reporter)
        guardians = registered.guardians
        youthConsentFrom = registered.youthConsentFrom.description
        adultFrom = registered.adultFrom.description
        protectedIdentity = registered.isProtected
        linkedTo = registered.linkedTo ?? ""
        reportedMunicipality = registered.reportedMunicipality ?? ""
    }

    func fact(_ words: inout Words) -> IntakeFact? {
        let stage = words.one(of: Stage.self, stage, at: "stage")
        let owner = words.owner(unit: unit, person: namedPerson, fallback: fallbackReason)
        let areas = words.areas(areas)
        let reporter = reporter.read(&words)
        let youthConsentFrom = words.day(youthConsentFrom, at: "youth_consent_from")
        let adultFrom = words.day(adultFrom, at: "adult_from")
        guard let stage, let areas, let reporter, let youthConsentFrom, let adultFrom else { return nil }
        return .concernRegistered(
            RegisteredConcern(
                concern: concern, reference: caseReference, county: county, municipality: municipality,
                stage: stage, owner: owner, hasMoved: moved, receivedAt: receivedAt.date, observedAt: observedAt.date,
                areas: areas, observation: observation, strengths: strengths, isHarmSuspected: harmSuspected,
                reporter: reporter, guardians: guardians, youthConsentFrom: youthConsentFrom, adultFrom: adultFrom,
                isProtected: protectedIdentity, linkedTo: linkedTo.nonEmpty,
                reportedMunicipality: reportedMunicipality.nonEmpty))
    }
}

extension ConcernSetAside {
    init(_ concern: SetAsideConcern) {
        self.init()
        caseReference = concern.reference
        county = concern.county
        municipality = concern.municipality
        unit = concern.owner.unit
        namedPerson = concern.owner.person
        fallbackReason = concern.owner.fallback?.rawValue ?? ""
        receivedAt = .init(concern.receivedAt)
        observedAt = .init(concern.observedAt)
        areas = concern.areas.map(\.rawValue)
        observation = concern.observation
        reporter = .init(concern.reporter)
    }

    func fact(_ words: inout Words) -> IntakeFact? {
        let owner = words.owner(unit: unit, person: namedPerson, fallback: fallbackReason)
        let areas = words.areas(areas)
        let reporter = reporter.read(&words)
        guard let areas, let reporter else { return nil }
        return .setAside(
            SetAsideConcern(
                reference: caseReference, county: county, municipality: municipality, owner: owner,
                receivedAt: receivedAt.date, observedAt: observedAt.date, areas: areas, observation: observation,
                reporter: reporter))
    }
}

extension Child {
    init(_ recorded: RecordedChild) {
        self = .with {
            $0.personalNumber = recorded.number.digits.reveal
            $0.name = recorded.name
            $0.guardians = recorded.guardians.map(Codec.Guardian.init)
            $0.protectedIdentity = recorded.isProtected
        }
    }

    /// - Parameters:
    ///   - reference: the event's subject, which the message does not repeat.
    ///   - today: decides the century of a number without one. Intake writes none.
    func fact(reference: String, today: LocalDate, _ words: inout Words) -> IntakeFact? {
        do throws(Fault) {
            return .childRecorded(
                RecordedChild(
                    reference: reference, number: try PersonalNumber(personalNumber, today: today), name: name,
                    guardians: guardians.map(\.read), isProtected: protectedIdentity))
        } catch {
            words.add(Fault(error.code, at: "personal_number"))
            return nil
        }
    }
}
