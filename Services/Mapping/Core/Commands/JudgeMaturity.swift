package import Domain

/// Records a person's judgement of whether the youth's own consent is needed, with a reason. The software never judges
/// (rules 3 and 12).
package struct JudgeMaturity: CaseCommand {
    package static let act = Authority.Act.judgeMaturity

    package var youthConsents: Bool
    package var reason: String

    package init(youthConsents: Bool, reason: String) { (self.youthConsents, self.reason) = (youthConsents, reason) }

    package func apply(to work: inout CaseInHand) {
        let maturity = Case.Maturity(youthConsents: youthConsents, reason: reason, by: work.actor)
        work.case.maturity = maturity
        work.report(.maturityJudged(maturity))
        work.reviewConsents()
    }
}
