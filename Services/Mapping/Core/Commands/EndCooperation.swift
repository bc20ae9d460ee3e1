package import Domain

/// From Meetings: the last follow-up closes the case (rule 17). No further meeting needs to be cancelled.
package struct EndCooperation: CaseCommand {
    package static let act = Authority.Act.endCooperation

    package init() {}

    package func apply(to work: inout CaseInHand) { work.end(reason: "plan") }
}
