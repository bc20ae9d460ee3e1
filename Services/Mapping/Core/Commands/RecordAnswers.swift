package import Domain

/// Records answers to the five questions, in words, in any order and as often as needed (rule 9).
package struct RecordAnswers: CaseCommand {
    package static let act = Authority.Act.recordAnswers

    package struct Answer: Sendable, Equatable {
        package var question: Question
        package var text: String

        package init(_ question: Question, _ text: String) { (self.question, self.text) = (question, text) }
    }

    package var answers: [Answer]

    package init(_ answers: [Answer]) { self.answers = answers }

    package func apply(to work: inout CaseInHand) {
        for answer in answers { work.case.answers[answer.question] = answer.text }
        work.report(.answersRecorded(answers, by: work.actor))
    }
}
