package import Domain
import Foundation

/// A case during a decision: the changed case, the facts so far, and the decision's input.
package struct CaseInHand {
    var `case`: Case
    private(set) var facts: [CaseFact] = []
    let context: DecisionContext
    let actor: Actor

    init(_ case: Case, by actor: Actor, _ context: DecisionContext) {
        (self.case, self.actor, self.context) = (`case`, actor, context)
    }

    var decision: Decision<Case> { Decision(`case`, facts) }
    var today: LocalDate { context.today }

    /// Nil if the directory does not have the case's county.
    var county: County? { context.directory.counties[`case`.place.county] }
    var settings: County.Settings { county?.settings ?? County.Settings() }

    mutating func report(_ fact: CourseFact) { facts.append(.course(fact)) }
    mutating func report(_ fact: ProposalFact) { facts.append(.proposal(fact)) }
    mutating func report(_ fact: ContentFact) { facts.append(.content(fact)) }
    mutating func report(_ fact: GuardianFact) { facts.append(.guardians(fact)) }
    mutating func report(_ fact: CooperationFact) { facts.append(.cooperation(fact)) }
    mutating func report(_ fact: ErasureFact) { facts.append(.erasure(fact)) }
    mutating func request(_ request: MeetingsRequest) { facts.append(.meetings(request)) }
}

extension Case {
    /// Makes a decision that no person asked for.
    func deciding(_ context: DecisionContext, _ change: (inout CaseInHand) -> Void) -> Decision<Case> {
        var work = CaseInHand(self, by: .suite, context)
        change(&work)
        return work.decision
    }
}

/// A command about a case: who may give it and when, and what it does.
package protocol CaseCommand: Command, Equatable where Subject == Case {
    static var act: Authority.Act { get }

    /// Applies the command. If it throws, nothing changes. The refusal then has its faults and those of `obstacles`.
    func apply(to work: inout CaseInHand) throws(Refusal)
}

extension CaseCommand {
    package static func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        standardObstacles(on: subject, by: actor, context)
    }

    static func standardObstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        // What needs no identity, an erasure does not stop either (rule 13).
        (act.roles.contains(.anybody) ? [] : subject.faultsIfErasing) + subject.faultsUnless(act.requirement)
            + Authority.faults(
                act, by: actor, of: subject.people, in: context.directory.counties[subject.place.county],
                on: context.today)
    }

    /// The next date must be in the future (rule 10).
    package static func faults(ofNext day: LocalDate, _ context: DecisionContext) -> [Fault] {
        day > context.today ? [] : [Fault(.nextDate, at: "next_date")]
    }

    package func decide(
        on subject: Case, by actor: Actor, _ context: DecisionContext
    ) throws(Refusal) -> Decision<Case> {
        var work = CaseInHand(subject, by: actor, context)
        var faults = Self.obstacles(on: subject, by: actor, context)
        do { try apply(to: &work) } catch { faults += error.faults }
        try Refusal.unless(faults)
        return work.decision
    }
}

extension Case {
    func faultsUnless(_ requirement: Authority.Requirement) -> [Fault] { requirement.faults(in: phase.word) }
}
