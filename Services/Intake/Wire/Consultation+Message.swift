import Codec
import Domain
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ConsultationRequested {
    /// Has nothing but the fields that were read: what a later or foreign version has added is left out (rule 5).
    init(_ consultation: Consultation) {
        self = .with {
            ($0.municipality, $0.areas) = (consultation.municipality.code, consultation.areas.map(\.rawValue))
            ($0.question, $0.reporter) = (consultation.question, .init(consultation.reporter))
        }
    }

    /// The question as a value; nil where `words` has found what is wrong.
    func consultation(_ words: inout Words) -> Consultation? {
        let municipality = words.municipality(municipality)
        let areas = words.areas(areas)
        let reporter = reporter.read(&words)
        let question = words.text(question, at: "question")
        for fault in Anonymity.faults(in: self.question, at: "question") { words.add(fault) }
        guard let municipality, let areas, let reporter, let question else { return nil }
        return Consultation(municipality: municipality, areas: areas, question: question, reporter: reporter)
    }
}

extension ConsultationRegistered {
    init(_ registered: RegisteredConsultation) {
        self = .with {
            ($0.reference, $0.county) = (registered.reference, registered.county)
            ($0.municipality, $0.areas) = (registered.municipality, registered.areas.map(\.rawValue))
            ($0.question, $0.reporter) = (registered.question, .init(registered.reporter))
        }
    }

    func fact(_ words: inout Words) -> IntakeFact? {
        let areas = words.areas(areas)
        let reporter = reporter.read(&words)
        guard let areas, let reporter else { return nil }
        return .consultationRegistered(
            RegisteredConsultation(
                reference: reference, county: county, municipality: municipality, areas: areas, question: question,
                reporter: reporter))
    }
}

extension BookConsultation {
    init(_ request: PlaceRequest) {
        self = .with {
            ($0.reference, $0.county) = (request.reference, request.county)
            ($0.municipality, $0.areas) = (request.municipality, request.areas.map(\.rawValue))
            $0.email = request.email.text
        }
    }

    func fact(_ words: inout Words) -> IntakeFact? {
        let areas = words.areas(areas)
        let address = EmailAddress(email)
        if address == nil { words.add(Fault(.reporterEmail, at: "email")) }
        guard let areas, let address else { return nil }
        return .placeRequested(
            PlaceRequest(
                reference: reference, county: county, municipality: municipality, areas: areas, email: address))
    }
}
