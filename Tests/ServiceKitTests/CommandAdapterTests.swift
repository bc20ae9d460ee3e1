import CloudEvents
import Codec
package import Domain
import Foundation
package import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@Suite("The command adapter: the same for every service")
struct CommandAdapterTests {
    private static let key = "key"

    private static func tester() -> ProcessorTester<SumProcessor> {
        let topology = Topology(
            "sums", inputs: [.init("in")], outputs: [.init(Codec.Topic.mappings)],
            changelog: .init("changelog", .compacted), tables: [SumProcessor.sums.name], globals: [Topology.counties])
        var tester = ProcessorTester(SumProcessor(), topology, now: ExampleCounty.monday)
        tester.directory = ExampleCounty.directory
        tester.door = { ExampleDoor.sign($0, $1, now: $2) }
        return tester
    }

    private static func add(_ number: String, by: String = "teacher", to reference: String = "sum") -> CaseViewed {
        .with { ($0.caseReference, $0.by, $0.what) = (reference, by, number) }
    }

    private func codes(_ tester: ProcessorTester<SumProcessor>) -> [[String]] {
        tester.published(CommandRefused.self).map { $0.reasons.map(\.code) }
    }

    @Test("a command changes the aggregate, and its fact and its reminder follow")
    package func decides() throws {
        var tester = Self.tester()
        try tester.process(Self.add("3"), key: Self.key)
        try tester.process(Self.add("4"), key: Self.key)
        #expect(tester.published(CaseTakenOn.self).map(\.by) == ["3", "7"])
        #expect(try tester.state(SumProcessor.sums, Self.key)?.owner == "7")
        #expect(tester.reminders.map(\.name) == ["sum 7"], "the former one is cancelled")
    }

    @Test("a command that comes again changes nothing, and is not refused either")
    func again() throws {
        var tester = Self.tester()
        try tester.process(Self.add("3"), key: Self.key, id: "one")
        try tester.process(Self.add("3"), key: Self.key, id: "one")
        #expect(tester.published(CaseTakenOn.self).map(\.by) == ["3"] && codes(tester).isEmpty)
    }

    @Test("what was refused has not been taken: the same command may come once more")
    func refusedOnce() throws {
        var tester = Self.tester()
        try tester.process(Self.add("100"), key: Self.key, id: "one")
        try tester.process(Self.add("100"), key: Self.key, id: "one")
        #expect(codes(tester) == [["measures.missing"], ["measures.missing"]])
        #expect(try tester.state(SumProcessor.sums, Self.key) == nil, "a refusal changes nothing")
    }

    @Test("what stands against the command anyway is said with its words, all at once")
    func allAtOnce() throws {
        var tester = Self.tester()
        try tester.process(Self.add("many", by: "nobody"), key: Self.key)
        try tester.process(Self.add("100", by: "nobody"), key: Self.key)
        #expect(codes(tester) == [["person.unknown", "question.unknown"], ["person.unknown", "measures.missing"]])
        #expect(tester.published(CommandRefused.self).map(\.caseReference) == ["sum", "sum"])
    }

    @Test("an aggregate that does not exist, and a type that nobody knows, are refused with that alone")
    func unknown() throws {
        var tester = Self.tester()
        try tester.process(Self.add("many", by: "nobody", to: "elsewhere"), key: Self.key)
        try tester.process(MappingOverdue(), key: Self.key)
        #expect(codes(tester) == [["case.unknown"], ["command.unknown"]])
        #expect(tester.published(CommandRefused.self).map(\.caseReference) == ["elsewhere", ""])
    }

    @Test(
        "reading words costs no more than in proportion to them, and little for each kB",
        arguments: ["mood", " ", "2026-", "å"])
    func linear(part: String) {
        let lists = Growth.ofEightfold(
            from: 2_000, bytes: { $0.count * part.utf8.count }, { Array(repeating: part, count: $0) }
        ) {
            var words = Words()
            _ = words.all(of: WheelArea.self, $0, at: "areas")
        }
        let texts = Growth.ofEightfold(from: 20_000, bytes: \.utf8.count, { String(repeating: part, count: $0) }) {
            var words = Words()
            _ = words.text($0, at: "text")
            _ = words.day($0, at: "date")
            _ = words.one(of: WheelArea.self, $0, at: "area")
        }
        #expect(lists.isBounded && texts.isBounded, "\(lists), \(texts)")
    }

    @Test("words are read on after the first that is wrong, each by its path")
    func words() throws {
        var words = Words()
        #expect(words.one(of: WheelArea.self, "mood", at: "area") == nil)
        #expect(words.all(of: Organisation.self, ["education", "police"], at: "organisations") == nil)
        #expect(words.text(" \n", at: "text") == nil)
        #expect(words.day("2026-02-30", at: "date") == nil)
        #expect(words.dayIfAny("", at: "until") == nil)
        #expect(words.faults.map(\.path) == ["area", "organisations[1]", "text", "date"])
        #expect(words.all(of: Organisation.self, ["education"], at: "organisations") == [.education])
        #expect(words.faults.count == 4)
    }
}

/// A number to which people add, at most 99 at a time.
package struct Sum: Aggregate {
    package typealias Fact = Int
    var value = 0
}

package struct Add: Command {
    package typealias Subject = Sum
    let number: Int

    package static func obstacles(on subject: Sum, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        let people = Authority.People(unit: "school", namedPerson: "head-school")
        return Authority.faults(
            .addInformation, by: actor, of: people, in: context.directory.counties["TST"], on: context.today)
    }

    package func decide(on subject: Sum, by actor: Actor, _ context: DecisionContext) throws(Refusal) -> Decision<Sum> {
        var faults = Self.obstacles(on: subject, by: actor, context)
        if number > 99 { faults.append(Fault(.measuresMissing)) }
        try Refusal.unless(faults)
        let sum = Sum(value: subject.value + number)
        return Decision(sum, [sum.value])
    }
}

// A message that is no command elsewhere stands for one here.
extension CaseViewed: CommandMessage {
    package var address: CommandAddress { CommandAddress(caseReference) }
    package var actor: Actor { Actor(by: by) }

    package func command(_ words: inout Words) -> Add? {
        if let number = Int(what) { return Add(number: number) }
        words.add(Fault(.questionUnknown, at: "what"))
        return nil
    }
}

private struct SumProcessor: Processor {
    static let sums = Table("sums", of: MappingState.self) { _, _ in .own }

    static let adapter = CommandAdapter(
        AggregateWiring<Sum>(
            facts: .mappings, steps: .mappingSteps, unknown: Fault(.caseUnknown),
            find: { address, turn in
                guard address.reference == "sum" else { return nil }
                let state = try turn.get(Self.sums, turn.key) ?? MappingState()
                return Kept(Sum(value: Int(state.owner) ?? 0), taken: state.taken)
            },
            context: { event, _, turn in
                DecisionContext(
                    now: turn.now, received: turn.received, directory: turn.directory, commandId: event.id)
            },
            put: { kept, turn in
                let state = MappingState.with { ($0.owner, $0.taken) = ("\(kept.subject.value)", kept.taken) }
                try turn.put(Self.sums, turn.key, state)
            },
            publish: { fact, _, turn in
                try turn.publish(CaseTakenOn.with { $0.by = "\(fact)" }, to: Topic.mappings.rawValue)
            },
            reminders: { sum in
                sum.value == 0 ? [:] : ["sum \(sum.value)": Date(timeIntervalSince1970: 1_900_000_000)]
            }), [.on(CaseViewed.self)])

    func process(_ event: Event, in turn: inout Turn) throws { try Self.adapter.process(event, in: &turn) }
}
