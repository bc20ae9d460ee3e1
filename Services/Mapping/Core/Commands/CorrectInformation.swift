package import Domain

/// Corrects a piece of information. The earlier words stay in the history (rule 8).
package struct CorrectInformation: CaseCommand {
    package static let act = Authority.Act.correctInformation

    /// The information's id, from its fact.
    package var information: String
    package var finding: Case.Finding
    package var text: String
    package var reason: String

    package init(information: String, finding: Case.Finding, text: String, reason: String) {
        (self.information, self.finding, self.text, self.reason) = (information, finding, text, reason)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        // What was written before a reopening must be right, too.
        let list = [\Case.information, \.formerInformation].first { list in
            work.case[keyPath: list].contains { $0.id == information }
        }
        guard let list, let index = work.case[keyPath: list].firstIndex(where: { $0.id == information }) else {
            throw Refusal([Fault(.informationUnknown, at: "information")])
        }
        try work.case.requireRoom(for: text + reason)
        let before = work.case[keyPath: list][index]
        work.case.corrections.append(
            .init(before: before, by: work.actor, at: work.context.now, reason: reason))
        work.case[keyPath: list][index].finding = finding
        work.case[keyPath: list][index].text = text
        work.report(
            .informationCorrected(
                before: before, after: work.case[keyPath: list][index], reason: reason, by: work.actor))
    }
}
