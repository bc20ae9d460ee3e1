package import Domain
package import Foundation

extension Case {
    /// One piece of information: from whom, about what, in words (rules 7 and 8).
    package struct Information: Sendable, Equatable {
        package var id: String
        package var source: InformationSource
        package var finding: Finding
        package var text: String
        /// Who wrote it; the suite if it came with a concern.
        package var by: Actor
        package var at: Date

        package init(
            id: String, source: InformationSource, finding: Finding, text: String, by: Actor, at: Date
        ) {
            (self.id, self.source, self.finding) = (id, source, finding)
            (self.text, self.by, self.at) = (text, by, at)
        }
    }

    /// A need, a strength or an obstacle in one area. A diagnosis has no place here (rule 8).
    package enum Finding: Sendable, Equatable {
        /// A concern's strengths name no area.
        case strength(WheelArea?)
        case need(WheelArea)
        case obstacle(WheelArea)
        /// The child or the guardians were not asked. The text says why (rule 7).
        case notAsked(WheelArea?)

        /// The area in which something must be done.
        var areaToActOn: WheelArea? {
            switch self {
            case .need(let area), .obstacle(let area): area
            case .strength, .notAsked: nil
            }
        }
    }

    /// A corrected piece of information as it was before. The earlier words stay in the history.
    package struct Correction: Sendable, Equatable {
        package var before: Information
        package var by: Actor
        package var at: Date
        package var reason: String

        package init(before: Information, by: Actor, at: Date, reason: String) {
            (self.before, self.by, self.at, self.reason) = (before, by, at, reason)
        }
    }
}
