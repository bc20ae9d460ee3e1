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

    /// What the report has learnt on its way through the index.
    var search: IndexedNumber.Search {
        get { .init(found: caseReference.nonEmpty, askedUnder: askedUnder.nonEmpty) }
        set { (caseReference, askedUnder) = (newValue.found ?? "", newValue.askedUnder ?? "") }
    }

    func with(_ search: IndexedNumber.Search) -> ReportAccepted {
        var copy = self
        copy.search = search
        return copy
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
        attends = registered.attends ?? ""
        grown = registered.hasGrown
        if let move = registered.proposed { proposed = .init(move) }
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
    }

    func fact(_ words: inout Words) -> IntakeFact? {
        let stage = words.one(of: Stage.self, stage, at: "stage")
        let owner = words.owner(unit: unit, person: namedPerson, fallback: fallbackReason)
        let areas = words.areas(areas)
        let reporter = reporter.read(&words)
        let youthConsentFrom = words.day(youthConsentFrom, at: "youth_consent_from")
        let adultFrom = words.day(adultFrom, at: "adult_from")
        let move = hasProposed ? proposed.read(&words) : nil
        guard let stage, let areas, let reporter, let youthConsentFrom, let adultFrom else { return nil }
        return .concernRegistered(
            RegisteredConcern(
                concern: concern, reference: caseReference, county: county, municipality: municipality,
                stage: stage, attends: attends.nonEmpty, owner: owner, hasGrown: grown, proposed: move,
                receivedAt: receivedAt.date, observedAt: observedAt.date,
                areas: areas, observation: observation, strengths: strengths, isHarmSuspected: harmSuspected,
                reporter: reporter, guardians: guardians, youthConsentFrom: youthConsentFrom, adultFrom: adultFrom,
                isProtected: protectedIdentity, linkedTo: linkedTo.nonEmpty))
    }
}

extension Codec.ProposedMove {
    init(_ move: IntakeCore.ProposedMove) {
        self.init()
        county = move.place.county
        municipality = move.place.municipality
        stage = move.place.stage.rawValue
        attends = move.place.attends ?? ""
        unit = move.owner.unit
        namedPerson = move.owner.person
        fallbackReason = move.owner.fallback?.rawValue ?? ""
    }

    /// Nil where `words` has found what this version does not know.
    fileprivate func read(_ words: inout Words) -> IntakeCore.ProposedMove? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: unit, person: namedPerson, fallback: fallbackReason)
        return place.map { .init(place: $0, owner: owner) }
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
            $0.names = recorded.names.messages
            $0.guardians = recorded.guardians.map(Codec.DescribedGuardian.init)
            ($0.protectedIdentity, $0.protectedBy) = (recorded.isProtected, recorded.protectedBy.messages)
        }
    }

    /// - Parameters:
    ///   - reference: the event's subject, which the message does not repeat.
    ///   - today: decides the century of a number without one. Intake writes none.
    func fact(reference: String, today: LocalDate, _ words: inout Words) -> IntakeFact? {
        do throws(Fault) {
            return .childRecorded(
                RecordedChild(
                    reference: reference, number: try PersonalNumber(personalNumber, today: today),
                    names: Statements(names), guardians: guardians.map(\.read), isProtected: protectedIdentity,
                    protectedBy: Statements(protectedBy)))
        } catch {
            words.add(Fault(error.code, at: "personal_number"))
            return nil
        }
    }
}
