import Domain
import Foundation
import IntakeCore
import MappingCore
import TestSupport
import Testing

@Suite("Rule 2: Intake and Mapping know one owner, however late each hears of the other")
struct FollowedCaseTests {
    /// Both services of one child, and what has been published by the one and not yet read by the other.
    private struct Pair {
        var intake = IntakeStory()
        var `case`: Case?
        private var concerns: [Concern] = []
        private var changes: [FollowCase] = []
        private var count = 0

        var context: DecisionContext {
            DecisionContext(
                now: intake.now, received: intake.now, directory: intake.directory, commandId: "command-\(count)")
        }

        mutating func report(stage: Stage?, unit: String?, municipality: String) throws {
            let home = try #require(ServedMunicipality(municipality, in: intake.directory))
            try intake.register { ($0.stage, $0.unit, $0.municipality) = (stage, unit, home) }
            concerns.append(Concern(try #require(intake.concerns.last)))
        }

        /// Mapping reads a concern.
        ///
        /// - Returns: whether an open case has changed its owner by it, though its child has not grown.
        mutating func readConcern() -> Bool {
            guard !concerns.isEmpty else { return false }
            let (concern, before) = (concerns.removeFirst(), `case`)
            take(concern.decide(on: before, context))
            guard let before, before.isOpen, !concern.hasGrown else { return false }
            return `case`?.owner != before.owner || `case`?.place != before.place
        }

        /// Intake reads a fact of Mapping.
        mutating func readChange() throws {
            if !changes.isEmpty { try intake.follow(changes.removeFirst()) }
        }

        mutating func give<Given: Command>(_ command: Given) where Given.Subject == Case {
            count += 1
            guard let before = `case` else { return }
            if let decision = try? command.decide(on: before, by: .person("county"), context) { take(decision) }
        }

        mutating func deliverAll() throws -> Bool {
            var wasTaken = false
            while !concerns.isEmpty { wasTaken = readConcern() || wasTaken }
            while !changes.isEmpty { try readChange() }
            return wasTaken
        }

        private mutating func take(_ decision: Decision<Case>) {
            `case` = decision.subject
            for fact in decision.facts {
                switch fact {
                case .course(.opened(let owner, let place, _, _)):
                    changes.append(.isOpen(with: owner, at: .init(place)))
                case .course(.moved(let move)): changes.append(.isOpen(with: move.to, at: .init(move.place)))
                case .course(.closed): changes.append(.isClosed)
                default: break
                }
            }
        }
    }

    @Test(
        "reports in any order, late on either side, take no open case from its owner; both end with one owner",
        arguments: (1...60).map(UInt64.init))
    func oneOwner(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func one<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &random)] }
        var pair = Pair()
        pair.intake.directory = try ExampleCounty.twoMunicipalities
        pair.intake.now = try Date("2020-03-01T08:00:00Z", strategy: .iso8601)
        for step in 0..<120 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                try pair.report(
                    stage: one([nil, nil, .beforeSchool, .school]),
                    unit: one([nil, "preschool", "school", "school-2"]),
                    municipality: one(["0001", "0001", "0002"]))
            case 2, 3, 4:
                let wasTaken = pair.readConcern()
                #expect(!wasTaken, "taken, seed \(seed), step \(step)")
            case 5, 6: try pair.readChange()
            case 7: pair.give(ConfirmMove(unit: pair.case?.proposedMove?.owner.unit ?? ""))
            case 8: pair.give(DeclineMove(unit: pair.case?.proposedMove?.owner.unit ?? "", reason: "ord"))
            default:
                // The mapping ends, and the case is closed.
                for source in [InformationSource.child, .guardian] {
                    pair.give(AddInformation(source: source, finding: .need(.init(.home)), text: "ord"))
                }
                pair.give(RecordAnswers(Question.allCases.map { .init($0, "ord") }))
                pair.give(Conclude(.nothingFurther(lookAgain: pair.context.today.plus(30))))
                pair.give(FollowUp(.end, effect: .same, text: "ord"))
                pair.intake.now += Double.random(in: 0...(10 * 86_400), using: &random)
            }
        }
        try pair.report(stage: nil, unit: nil, municipality: "0001")
        let wasTaken = try pair.deliverAll()
        #expect(!wasTaken, "taken, seed \(seed)")
        let (known, `case`) = (try #require(pair.intake.child), try #require(pair.case))
        #expect(known.owner.unit == `case`.owner.unit && known.hasOpenCase == `case`.isOpen, "seed \(seed)")
        #expect(known.place.municipality == `case`.place.municipality, "seed \(seed)")
        #expect((`case`.proposedMove != nil) == (`case`.deadlines[.decideMove] != nil), "seed \(seed)")
    }
}

extension KnownChild.Place {
    fileprivate init(_ place: Case.Place) {
        self.init(county: place.county, municipality: place.municipality, stage: place.stage, attends: place.attends)
    }
}

extension Case.Place {
    fileprivate init(_ place: KnownChild.Place) {
        self.init(county: place.county, municipality: place.municipality, stage: place.stage, attends: place.attends)
    }
}

extension Concern {
    /// As the wire carries it.
    fileprivate init(_ registered: RegisteredConcern) {
        self.init(
            id: registered.concern, reference: registered.reference,
            place: .init(
                county: registered.county, municipality: registered.municipality, stage: registered.stage,
                attends: registered.attends),
            owner: registered.owner, hasGrown: registered.hasGrown,
            proposed: registered.proposed.map { .init(place: .init($0.place), owner: $0.owner) },
            receivedAt: registered.receivedAt, areas: registered.areas, observation: registered.observation,
            guardians: registered.guardians, youthConsentFrom: registered.youthConsentFrom,
            adultFrom: registered.adultFrom)
    }
}
