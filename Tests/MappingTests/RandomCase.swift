import Domain
import Foundation
import MappingCore
import TestSupport

/// Random values of a case, the same for the same seed.
struct RandomCase: RandomValues {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func date() -> Date { Date(timeIntervalSince1970: Double(number(1_700_000_000...1_900_000_000))) }

    mutating func actor() -> Actor { flag() ? .person(id()) : .suite }
    mutating func giver() -> Giver {
        switch number(0...4) {
        case 0: .others
        case 1, 2: .youth
        default: .guardian(id())
        }
    }

    mutating func owner() -> Routing.Owner {
        Routing.Owner(unit: id(), person: id(), fallback: maybe { $0.one(Routing.Fallback.self) })
    }

    mutating func place() -> Case.Place {
        Case.Place(county: id(), municipality: id(), stage: one(Stage.self), attends: maybe { $0.id() })
    }

    mutating func move() -> Case.ProposedMove { Case.ProposedMove(place: place(), owner: owner()) }

    /// - Parameter needsArea: true for information that a person adds, which must name an area.
    mutating func finding(needsArea: Bool = false) -> Case.Finding {
        switch number(0...3) {
        case 0: .strength(needsArea || number(0...1) == 0 ? areas().list : [])
        case 1: .need(areas())
        case 2: .obstacle(areas())
        default: .notAsked(list(0...3) { $0.one(WheelArea.self) })
        }
    }

    private mutating func areas() -> Case.Areas {
        Case.Areas(list(1...7) { $0.one(WheelArea.self) }) ?? .init(.home)
    }

    mutating func information() -> Case.Information {
        Case.Information(
            id: id(), source: one(InformationSource.self), finding: finding(), text: word(), by: actor(), at: date())
    }

    mutating func consentWord() -> Case.Consent.Word {
        switch number(0...2) {
        case 0: .given(until: maybe { $0.day() })
        case 1: .refused
        default: .withdrawn
        }
    }

    mutating func consent() -> Case.Consent {
        Case.Consent(
            giver: giver(), word: consentWord(), organisations: list(1...3) { $0.one(Organisation.self) }, form: word(),
            date: day(), recordedAt: date(), by: actor())
    }

    mutating func guardian() -> Case.Guardian { .init(id(), one(GuardianStanding.self)) }

    mutating func details() -> Case.Guardian.Details {
        .init(name: word(), personalNumber: flag() ? "19850101-2382" : "", email: word(), phone: word())
    }

    mutating func seats() -> Case.Seats {
        .init(guardians: list { $0.id() }, unwritten: list { $0.id() }, isProtected: flag())
    }

    mutating func doubt() -> ConsentDoubt {
        .init(isGiverUnknown: flag(), isByUnknown: flag(), to: id(), county: id())
    }

    mutating func maturity() -> Case.Maturity { .init(youthConsents: flag(), reason: word(), by: actor()) }

    mutating func cooperation() -> Case.Cooperation {
        .init(organisations: list(1...3) { $0.one(Organisation.self) }, latest: day())
    }

    mutating func ownMeasures() -> Case.OwnMeasures {
        let measures = list(1...3) {
            Case.Measure(area: $0.one(WheelArea.self), text: $0.word(), responsible: $0.id())
        }
        return .init(measures, followUp: day())
    }

    mutating func outcome() -> Case.Outcome {
        switch number(0...2) {
        case 0: .nothingFurther(lookAgain: day())
        case 1: .ownMeasures(ownMeasures())
        default: .cooperation(cooperation())
        }
    }

    mutating func phase() -> Case.Phase {
        switch number(0...5) {
        case 0: .mapping
        case 1: .awaitingConsent(cooperation())
        case 2: .cooperation(cooperation())
        case 3: .ownMeasures(ownMeasures())
        case 4: .resting(lookAgain: day())
        default: .closed(after: maybe { $0.outcome() })
        }
    }

    mutating func deadline() -> Case.Deadline {
        .init(
            due: date(), reminded: maybe { $0.one(ReminderLevel.self) },
            next: maybe { .init($0.one(ReminderLevel.self), at: $0.date()) })
    }

    mutating func followUp() -> FollowUp {
        let decision: FollowUp.Decision =
            switch number(0...2) {
            case 0: .continue(until: day())
            case 1: .end
            default: .reopen
            }
        return FollowUp(decision, effect: one(Effect.self), text: word())
    }

    mutating func emergency() -> Reading.Emergency { .init(by: id(), from: date(), until: date()) }

    mutating func ground() -> Case.Erasure.Ground { .init(one(ErasureReason.self), legal: word()) }

    mutating func wholeCase() -> Case {
        var `case` = Case(
            reference: id(), place: place(), owner: owner(), opened: date(), youthConsentFrom: day(),
            adultFrom: day())
        `case`.proposedMove = maybe { $0.move() }
        `case`.delegate = maybe { $0.id() }
        `case`.coordinator = maybe { $0.id() }
        `case`.phase = phase()
        for _ in 0..<number(0...4) { `case`.deadlines[one(Step.self)] = deadline() }
        `case`.concernAreas = list { $0.one(WheelArea.self) }
        `case`.information = list { $0.information() }
        `case`.counterpart = maybe {
            .init(unit: $0.id(), person: $0.id(), asked: $0.maybe { $0.date() }, answered: $0.maybe { $0.date() })
        }
        `case`.corrections = list {
            .init(before: $0.information(), by: $0.actor(), at: $0.date(), reason: $0.word())
        }
        for _ in 0..<number(0...5) { `case`.answers[one(Question.self)] = word() }
        `case`.guardians = list { $0.guardian() }
        for _ in 0..<number(0...3) { `case`.formerGuardians[id()] = maybe { .same(as: $0.id()) } ?? .removed }
        `case`.hasMoreGuardians = flag()
        for consent in list(make: { $0.consent() }) { `case`.consents[consent.giver] = consent }
        `case`.maturity = maybe { $0.maturity() }
        `case`.emergencies = list { $0.emergency() }
        `case`.retention = maybe { .init(closed: $0.day(), check: $0.day(), erase: $0.maybe { $0.day() }) }
        `case`.hold = maybe { .init(by: $0.actor(), reason: $0.word(), at: $0.date()) }
        `case`.erasure = maybe { .init($0.ground(), hasBegun: $0.flag()) }
        `case`.concerns = number(1...9)
        `case`.isProtected = flag()
        `case`.isHarmSuspected = flag()
        return `case`
    }

    private mutating func list<Value>(make: (inout Self) -> Value) -> [Value] { list(0...4, make) }
}
