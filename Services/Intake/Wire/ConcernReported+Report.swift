import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ConcernReported {
    init(_ report: Report) {
        self.init()
        personalNumber = report.number.written.reveal
        name = report.name
        municipality = report.municipality.code
        stage = report.stage?.rawValue ?? ""
        unit = report.unit ?? ""
        areas = report.areas.map(\.rawValue)
        observation = report.observation
        strengths = report.strengths
        harmSuspected = report.isHarmSuspected
        observedAt = .init(report.observedAt)
        reporter = .init(report.reporter)
        guardians = report.guardians.map(Codec.Guardian.init)
        protectedIdentity = report.isProtected
    }

    /// The report as a value (rules 1, 2 and 4); nil where `words` has found what is wrong.
    func report(received: Date, _ words: inout Words) -> Report? {
        let observed = hasObservedAt ? observedAt.date : received
        for fault in Report.faults(ofObservationAt: observed, received: received) { words.add(fault) }
        let home = words.municipality(municipality)
        let number = readNumber(received: received, &words)
        if let number {
            let settings = home?.county.settings ?? County.Settings()
            for fault in settings.faults(ofAge: number, on: CivilTime.day(of: observed)) { words.add(fault) }
        }
        let areas = words.areas(areas)
        let observation = words.text(observation, at: "observation", else: .observationMissing)
        let reporter = reporter.read(&words)
        let stage = stage.nonEmpty.flatMap { words.one(of: Stage.self, $0, at: "stage", else: .stageUnknown) }
        guard let home, let number, let areas, let observation, let reporter else { return nil }
        return Report(
            number: number, name: name, municipality: home, stage: stage, unit: unit.nonEmpty, areas: areas,
            observation: observation, strengths: strengths, isHarmSuspected: harmSuspected, observedAt: observed,
            reporter: reporter, guardians: guardians.map(\.read), isProtected: protectedIdentity)
    }

    private func readNumber(received: Date, _ words: inout Words) -> PersonalNumber? {
        do throws(Fault) { return try PersonalNumber(personalNumber, today: CivilTime.day(of: received)) } catch {
            words.add(Fault(error.code, at: "personal_number"))
            return nil
        }
    }
}
