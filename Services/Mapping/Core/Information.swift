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

    /// A need, a strength or an obstacle in one or more areas: what somebody saw is one text, whatever it is about. A diagnosis
    /// has no place here (rule 8).
    package enum Finding: Sendable, Equatable {
        /// A concern's strengths name no area.
        case strength([WheelArea])
        case need(Areas)
        case obstacle(Areas)
        /// The child or the guardians were not asked. The text says why (rule 7).
        case notAsked([WheelArea])

        /// Where something must be done.
        var areasToActOn: [WheelArea] {
            switch self {
            case .need(let areas), .obstacle(let areas): areas.list
            case .strength, .notAsked: []
            }
        }
    }

    /// At least one area, each once, in the wheel's order.
    package struct Areas: Sendable, Equatable {
        package let list: [WheelArea]

        package init(_ first: WheelArea, _ others: WheelArea...) { list = [WheelArea]([first] + others).inWheelsOrder }

        /// Nil for no area.
        package init?(_ areas: [WheelArea]) {
            if areas.isEmpty { return nil }
            list = areas.inWheelsOrder
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

extension [WheelArea] {
    fileprivate var inWheelsOrder: [WheelArea] { WheelArea.allCases.filter(contains) }
}
