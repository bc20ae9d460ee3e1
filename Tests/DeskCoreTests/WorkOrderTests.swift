import DeskCore
import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@Suite("In which order work is shown, and whose turn it is")
struct WorkOrderTests {
    struct Item: WorkItem, Hashable {
        var reference: String
        var due: Date?
    }

    private static let now = ExampleCounty.monday

    private static func items(_ random: inout SeededGenerator) -> [Item] {
        (0..<Int.random(in: 0...40, using: &random)).map { number in
            // Few different dates, so that many are the same.
            let hours = Double(Int.random(in: -12...60, using: &random) * 6)
            return Item(
                reference: "TST-\(number)", due: Int.random(in: 0...9, using: &random) == 0 ? nil : now + hours * 3_600)
        }
    }

    @Test("sections have every case once, overdue first, each by date; no section is empty", arguments: 0..<50)
    func sections(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let items = Self.items(&random)
        let sections = WorkOrder.sections(items, at: Self.now)
        let shown = sections.flatMap(\.items)
        #expect(Set(shown) == Set(items) && shown.count == items.count)
        #expect(sections.map(\.urgency) == sections.map(\.urgency).sorted())
        #expect(sections.allSatisfy { !$0.items.isEmpty })
        for (urgency, items) in sections {
            #expect(items.allSatisfy { WorkOrder.Urgency(due: $0.due, at: Self.now) == urgency })
        }
        let dates = shown.map { $0.due ?? .distantFuture }
        #expect(dates == dates.sorted())
        // What is cut into pages is the same list.
        #expect(WorkOrder.sorted(items.shuffled(using: &random)) == shown)
    }

    @Test("overdue is what has passed, today what is due later today, a week is seven days")
    func urgencies() {
        func urgency(_ hours: Double) -> WorkOrder.Urgency { .init(due: Self.now + hours * 3_600, at: Self.now) }
        #expect(urgency(-0.1) == .overdue && urgency(-400) == .overdue)
        #expect(urgency(0) == .today && urgency(8) == .today)
        #expect(urgency(24) == .week && urgency(7 * 24) == .week)
        #expect(urgency(8 * 24) == .later && WorkOrder.Urgency(due: nil, at: Self.now) == .later)
    }

    @Test("the delegate maps, the coordinator leads the cooperation, the named person decides what is responsibility")
    func turns() {
        let all = Authority.People(unit: "u", namedPerson: "owner", delegate: "delegate", coordinator: "coordinator")
        let alone = Authority.People(unit: "u", namedPerson: "owner")
        let expected: [Step: String] = [
            .acknowledge: "delegate", .conclude: "delegate", .consent: "delegate", .meeting: "coordinator",
            .bookFollowUp: "coordinator", .planFollowUp: "coordinator", .answerFamily: "coordinator",
            .followUp: "owner", .lookAgain: "owner", .handOver: "owner", .decideMove: "owner", .reviewMove: "owner",
            .findOwner: "owner", .invite: "owner",
        ]
        for step in Step.allCases {
            #expect(Turn(step, of: all, awaited: []) == .of(expected[step] ?? ""))
            #expect(Turn(step, of: alone, awaited: []) == .of("owner"))
        }
        #expect(Turn(.consent, of: alone, awaited: ["youth"]) == .family(["youth"], askedBy: "owner"))
        #expect(Turn(.conclude, of: alone, awaited: ["youth"]) == .of("owner"))
    }

    @Test("a filter that is written as an address is read as the same filter", arguments: 0..<50)
    func filters(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let filter = WorkFilter(
            list: Bool.random(using: &random) ? Reading.WorkList.allCases.randomElement(using: &random) : nil,
            phase: Bool.random(using: &random) ? Phase.allCases.randomElement(using: &random) : nil,
            step: Bool.random(using: &random) ? Step.allCases.randomElement(using: &random) : nil,
            isOverdue: Bool.random(using: &random), unit: Bool.random(using: &random) ? "school-2_b.c" : nil)
        let fields = Dictionary(uniqueKeysWithValues: filter.fields.map { ($0.name, $0.value) })
        #expect(WorkFilter { fields[$0] } == filter)
        #expect(filter.query.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !Array("\"<>#%?+".utf8).contains($0) })
    }

    @Test("what is not understood of a filter is left out")
    func unknown() {
        let odd = ["of": "everything", "phase": "closing", "overdue": "yes", "unit": "a b&c=\"<", "step": "conclude"]
        #expect(WorkFilter { odd[$0] } == WorkFilter(step: .conclude))
        #expect(WorkFilter { $0 == "unit" ? String(repeating: "a", count: 129) : nil } == WorkFilter())
    }
}
