package import CloudEvents
package import Codec
package import Domain
package import Foundation
import SwiftProtobuf

/// What has happened in one case, in order, and where it stands now (rule 20).
package struct Chronology: Sendable {
    package struct Entry: Sendable {
        package let event: Event
        /// What happened, in words.
        package let what: String
        package let who: String
        /// How they were proven to be that; empty for what nobody did.
        package var proof = ""
    }

    package let reference: String
    package let language: Language
    private var events: [Event] = []
    package private(set) var status: CaseStatus?
    private var seen: Set<String> = []

    package init(_ reference: String, _ language: Language) { (self.reference, self.language) = (reference, language) }

    /// Takes over an event of any topic, if it is about this case.
    package mutating func take(_ event: Event) {
        guard event.subject == reference, seen.insert(event.id).inserted else { return }
        if event.type == CaseStatus.eventType {
            if let told = try? event.decode(CaseStatus.self) { status = told }
        } else if Catalogue.holds(FactInWords.name(event.type)), !Self.isOutsidersTry(event) {
            events.append(event)
        }
    }

    /// A command that was refused since its sender has no part in the case. It is no part of the case's story: else anybody of
    /// the directory could fill it. What a person must look at stays (rule 13).
    private static func isOutsidersTry(_ event: Event) -> Bool {
        guard event.type == CommandRefused.eventType, let refused = try? event.decode(CommandRefused.self) else {
            return false
        }
        return refused.to.isEmpty && refused.reasons.contains(where: \.namesOutsider)
    }

    /// That the case is erased, when, and on what ground; nil for one that is not. It names nobody (rule 23).
    package var erased: String? {
        guard let event = events.last(where: { $0.type == ChildErased.eventType }),
            let fact = try? event.decode(ChildErased.self)
        else { return nil }
        let ground = Catalogue.text("erasure.ground.\(fact.ground.reason)", language)
        return Catalogue.text(
            "case.erased", language,
            [
                "case": reference, "day": CivilTime.day(of: event.time).description,
                "ground": fact.ground.legal.isEmpty ? ground : "\(ground), \(fact.ground.legal)",
            ])
    }

    package var isEmpty: Bool { events.isEmpty && status == nil }

    /// In the order in which it happened; what happened in one instant, in the order in which it was taken. Nothing for a reading
    /// of the status alone.
    ///
    /// - Parameter names: names people, units and municipalities; nil: their ids are shown.
    package func entries(_ reading: LoggedReading, names: DirectoryNames? = nil) -> [Entry] {
        guard reading.permit.extent >= .course else { return [] }
        let sorted = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
        let begun = sorted.lastIndex { Self.beginnings.contains($0.type) } ?? 0
        return sorted.enumerated()
            .flatMap { place, event -> [Entry] in
                let fact = FactInWords(
                    event, language, mask: reading.mask, names: names,
                    showsWritten: Opening.isOpen(event, for: reading))
                guard let fact else { return [] }
                let proof = ProofInWords.text(event.auth, language)
                let isFormer = place < begun && Self.findings.contains(event.type)
                let what = isFormer ? Catalogue.text("mapping.former", language, ["what": fact.what]) : fact.what
                return [Entry(event: event, what: what, who: fact.who, proof: proof)]
                    + fact.further.map { Entry(event: event, what: $0, who: "") }
            }
    }

    /// With these a mapping begins; what was found and answered before is former (rule 10).
    private static let beginnings: Set<String> = [MappingOpened.eventType, MappingReopened.eventType]
    private static let findings: Set<String> = [
        InformationAdded.eventType, InformationCorrected.eventType, AnswersRecorded.eventType,
    ]

    /// `2026-11-23 09:12`, on the clock in Sweden.
    package static func day(_ instant: Date) -> String { "\(CivilTime.day(of: instant)) \(clock(instant).prefix(5))" }

    /// `09:12:05.123`
    package static func clock(_ instant: Date) -> String {
        let offset = TimeZone(identifier: CivilTime.zoneName)?.secondsFromGMT(for: instant) ?? 0
        return String(Timestamp.text(instant + Double(offset)).dropFirst(11).prefix(12))
    }
}

extension Reason {
    /// The sender is not proven, not in the directory, or has no part in the case or its meeting.
    fileprivate var namesOutsider: Bool {
        switch FaultCode(rawValue: code) {
        case .actorUnproven, .actorNotEntitled, .personNotAllowed, .participantUnknown: true
        case .personUnknown: path == "by"
        default: false
        }
    }
}
