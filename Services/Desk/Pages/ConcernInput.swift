import Codec
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// What somebody has written in the form of a concern, as they wrote it.
struct ConcernInput: Sendable {
    /// The most guardians that the form has room for.
    static let guardians = 4
    static let guardianFields = ["name", "personal_number", "email", "phone"]

    /// The fields with one text each, by the names that the message has for them.
    static let names =
        [
            "strengths", "observation", "observed_on", "observed_time", "harm_suspected", "name", "personal_number",
            "protected_identity", "municipality", "stage", "unit",
        ]
        + (0..<guardians).flatMap { row in guardianFields.map { guardian(row, $0) } }

    static func guardian(_ row: Int, _ field: String) -> String { "guardians-\(row)-\(field)" }

    let areas: [String]
    private var texts: [String: String]

    init(_ form: Form) {
        areas = form.all("areas")
        texts = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, form[$0]) })
        // Without empty rows between them, so that a guardian's row is its place in the message.
        let rows = (0..<Self.guardians).filter(isWritten).map { row in
            Self.guardianFields.map { self[Self.guardian(row, $0)] }
        }
        for row in 0..<Self.guardians {
            for (index, field) in Self.guardianFields.enumerated() {
                texts[Self.guardian(row, field)] = row < rows.count ? rows[row][index] : ""
            }
        }
    }

    /// An empty form: seen now, by somebody of a unit.
    init(now: Date, municipality: String) {
        let minute = CivilTime.clock(of: now).minute
        let time = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        self.init(
            Form([
                "observed_on": CivilTime.day(of: now).description, "observed_time": time, "municipality": municipality,
            ]))
    }

    subscript(name: String) -> String { texts[name] ?? "" }

    var isHarmSuspected: Bool { self["harm_suspected"] == "yes" }
    var isProtected: Bool { !self["protected_identity"].isEmpty }
    var chosenAreas: Set<WheelArea> { Set(areas.compactMap(WheelArea.init)) }

    /// All that was written, for a form's hidden fields.
    var hidden: [(name: String, value: String)] {
        areas.map { ("areas", $0) } + Self.names.map { ($0, self[$0]) }.filter { !$0.1.isEmpty }
    }
}

/// A concern that is ready to be sent, and where it goes.
struct CheckedConcern: Sendable {
    let message: ConcernReported
    /// Where the report by itself leads (rule 2).
    let owner: Routing.Owner
    /// The county in which the child lives.
    let county: County
    let observedAt: Date
}

extension ConcernInput {
    /// Reads the form.
    ///
    /// - Throws: `Refusal` with everything that is wrong, by path in the message. Intake decides once more.
    func checked(_ writer: ReportWriter, now: Date) throws(Refusal) -> CheckedConcern {
        let directory = writer.directory
        return try Words.read(directory) { words in
            let home = readHome(&words)
            let observedAt = readTime(now: now, &words)
            let number = readNumber(at: observedAt, home?.settings ?? writer.county.settings, now: now, &words)
            checkWords(now: now, &words)
            let message = message(number: number, observedAt: observedAt, by: writer.reporter)
            for fault in message.excesses { words.add(fault) }
            guard let home, let observedAt, let number else { return nil }
            let stage =
                directory.reportedStage(Stage(rawValue: self["stage"]), unit: self["unit"].nonEmpty, in: home)
                ?? Stage.usual(
                    born: number.born, on: CivilTime.day(of: observedAt), autumnTerm: home.settings.autumnTerm)
            let owner = Routing(home, today: CivilTime.day(of: now)).owner(
                .init(municipality: self["municipality"], stage: stage, unit: self["unit"]))
            return CheckedConcern(message: message, owner: owner, county: home, observedAt: observedAt)
        }
    }

    private func readHome(_ words: inout Words) -> County? {
        guard words.text(self["municipality"], at: "municipality") != nil else { return nil }
        if let county = words.directory.county(ofMunicipality: self["municipality"]) { return county }
        words.add(Fault(.municipalityUnknown, at: "municipality"))
        return nil
    }

    private func readTime(now: Date, _ words: inout Words) -> Date? {
        let day = words.day(self["observed_on"], at: "observed_on")
        let minute = Self.minute(self["observed_time"])
        if minute == nil { words.add(Fault(.textMissing, at: "observed_time")) }
        guard let day, let minute else { return nil }
        let observed = CivilTime.instant(day, minute: minute)
        if observed <= now { return observed }
        words.add(Fault(.observedInFuture, at: "observed_on"))
        return nil
    }

    /// Minutes from midnight; nil for what is no `14:30`. Some browsers add seconds.
    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    private func readNumber(
        at observed: Date?, _ settings: County.Settings, now: Date, _ words: inout Words
    ) -> PersonalNumber? {
        do throws(Fault) {
            let number = try PersonalNumber(self["personal_number"], today: CivilTime.day(of: now))
            for fault in settings.faults(ofAge: number, on: CivilTime.day(of: observed ?? now)) { words.add(fault) }
            return number
        } catch {
            words.add(Fault(error.code, at: "personal_number"))
            return nil
        }
    }

    private func checkWords(now: Date, _ words: inout Words) {
        if areas.isEmpty { words.add(Fault(.areasMissing, at: "areas")) }
        _ = words.all(of: WheelArea.self, areas, at: "areas", else: .areaUnknown)
        _ = words.text(self["observation"], at: "observation", else: .observationMissing)
        _ = words.text(self["harm_suspected"], at: "harm_suspected")
        if let stage = self["stage"].nonEmpty { _ = words.one(of: Stage.self, stage, at: "stage", else: .stageUnknown) }
        for row in 0..<Self.guardians where isWritten(row) { checkGuardian(row, CivilTime.day(of: now), &words) }
    }

    private func checkGuardian(_ row: Int, _ day: LocalDate, _ words: inout Words) {
        _ = words.text(self[Self.guardian(row, "name")], at: Self.guardian(row, "name"))
        guard let number = self[Self.guardian(row, "personal_number")].nonEmpty else { return }
        do throws(Fault) { _ = try PersonalNumber(number, today: day) } catch {
            words.add(Fault(error.code, at: Self.guardian(row, "personal_number")))
        }
    }

    /// Whether a guardian stands in a row.
    func isWritten(_ row: Int) -> Bool { Self.guardianFields.contains { !self[Self.guardian(row, $0)].isEmpty } }

    private func message(
        number: PersonalNumber?, observedAt: Date?, by reporter: Codec.Reporter
    ) -> ConcernReported {
        ConcernReported.with {
            $0.personalNumber = number?.written.reveal ?? ""
            ($0.name, $0.municipality, $0.stage, $0.unit) = (
                self["name"], self["municipality"], self["stage"], self["unit"]
            )
            ($0.areas, $0.observation) = (areas, self["observation"])
            $0.strengths = self["strengths"].isEmpty ? [] : [self["strengths"]]
            ($0.harmSuspected, $0.protectedIdentity) = (isHarmSuspected, isProtected)
            if let observedAt { $0.observedAt = .init(observedAt) }
            $0.reporter = reporter
            $0.guardians = (0..<Self.guardians).filter(isWritten).map(guardian)
        }
    }

    private func guardian(_ row: Int) -> Codec.Guardian {
        .with {
            ($0.name, $0.personalNumber) = (
                self[Self.guardian(row, "name")], self[Self.guardian(row, "personal_number")]
            )
            ($0.email, $0.phone) = (self[Self.guardian(row, "email")], self[Self.guardian(row, "phone")])
        }
    }
}
