import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import Streams

// The words that several messages share.

extension Words {
    /// One or more areas of the wheel (rule 1).
    mutating func areas(_ words: [String], at path: String = "areas") -> [WheelArea]? {
        if words.isEmpty { add(Fault(.areasMissing, at: path)) }
        return all(of: WheelArea.self, words, at: path, else: .areaUnknown)
    }

    mutating func municipality(_ code: String) -> ServedMunicipality? {
        if let municipality = ServedMunicipality(code, in: directory) { return municipality }
        add(Fault(.municipalityUnknown, at: "municipality"))
        return nil
    }

    /// Reading has failed where ``faults`` has grown.
    mutating func owner(unit: String, person: String, fallback: String) -> Routing.Owner {
        Routing.Owner(unit: unit, person: person, fallback: fallbackIfAny(fallback))
    }

    mutating func place(county: String, municipality: String, stage: String, attends: String) -> KnownChild.Place? {
        one(of: Stage.self, stage, at: "stage").map {
            KnownChild.Place(county: county, municipality: municipality, stage: $0, attends: attends.nonEmpty)
        }
    }

    /// A number with its century, as this service has stored it.
    mutating func storedNumber(_ digits: String) -> PersonalNumber? {
        // The day would decide a century that is missing.
        do throws(Fault) { return try PersonalNumber(digits, today: CivilTime.day(of: .distantPast)) } catch {
            add(Fault(error.code, at: "personal_number"))
            return nil
        }
    }

    /// A reason that may be left out. Reading has failed where ``faults`` has grown.
    mutating func fallbackIfAny(_ word: String) -> Routing.Fallback? {
        word.nonEmpty.flatMap { one(of: Routing.Fallback.self, $0, at: "fallback_reason") }
    }
}
