package import Domain

/// Adds information from one of four sources, about areas of the wheel, in words (rules 7 and 8).
package struct AddInformation: CaseCommand {
    package static let act = Authority.Act.addInformation

    package var source: InformationSource
    package var finding: Case.Finding
    package var text: String

    package init(source: InformationSource, finding: Case.Finding, text: String) {
        (self.source, self.finding, self.text) = (source, finding, text)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        // The first words of each source always have room: without them nothing can be concluded (rule 7).
        if work.case.information.contains(where: { $0.source == source }) { try work.case.requireRoom(for: text) }
        let information = Case.Information(
            id: work.context.commandId, source: source, finding: finding, text: text, by: work.actor,
            at: work.context.now)
        work.case.information.append(information)
        work.noteCounterpartsAnswer()
        work.report(.informationAdded(information))
    }
}
