import Domain
import Foundation
import IntakeCore
import TestSupport
import Testing

@Suite("Who has told what of a child, and when")
struct StatementTests {
    /// A report as far as it says who the child and its guardians are.
    private struct Said {
        let source: String
        let at: Date
        let name: String
        let guardians: [Guardian]
        let isProtected: Bool
    }

    private struct RandomSaid: RandomValues {
        var generator: SeededGenerator

        /// More sources than are kept, and two guardians who are known by their numbers.
        mutating func said(_ index: Int) -> Said {
            let guardians = ["19850101-2384", "19840807-2380"].map { number in
                Guardian(
                    name: maybe { $0.word() } ?? "", personalNumber: number, email: maybe { $0.id() } ?? "",
                    phone: maybe { $0.id() } ?? "")
            }
            return Said(
                source: "urn:\(number(1...7))", at: ExampleCounty.monday + Double(60 * index),
                name: maybe { $0.word() } ?? "", guardians: guardians.filter { _ in flag() }, isProtected: flag())
        }
    }

    private func recorded(_ all: [Said]) throws -> RecordedChild {
        var story = IntakeStory()
        for said in all {
            story.now = said.at
            try story.register(source: said.source) {
                ($0.name, $0.guardians, $0.isProtected) = (said.name, said.guardians, said.isProtected)
            }
        }
        var child = try #require(story.recorded.last)
        child.guardians.sort { $0.key < $1.key }
        return child
    }

    /// The latest of each source that says something, newest first.
    private func latest(_ all: [Said], _ text: (Said) -> String?) -> [Statement] {
        var statements: [String: Statement] = [:]
        for said in all.sorted(by: { $0.at < $1.at }) {
            guard let text = text(said) else { continue }
            statements[said.source] = Statement(text, source: said.source, at: said.at)
        }
        return Array(statements.values.sorted { $0.at > $1.at }.prefix(Statements.kept))
    }

    @Test(
        "what a report leaves out erases nothing: whatever the order, each source's latest word stands, newest first",
        arguments: (1...40).map(UInt64.init))
    func anyOrder(seed: UInt64) throws {
        var random = RandomSaid(generator: SeededGenerator(seed: seed))
        let all = (0..<random.number(1...24)).map { random.said($0) }
        let inOrder = try recorded(all)
        let shuffled = try recorded(all.shuffled(using: &random.generator))
        #expect(shuffled.names == inOrder.names && shuffled.protectedBy == inOrder.protectedBy)
        #expect(shuffled.guardians == inOrder.guardians && shuffled.isProtected == inOrder.isProtected)

        #expect(inOrder.names.all == latest(all) { $0.name.isEmpty ? nil : $0.name })
        #expect(inOrder.protectedBy.all == latest(all) { $0.isProtected ? "" : nil })
        #expect(inOrder.isProtected == all.contains(where: \.isProtected), "once protected, always protected")
        for guardian in inOrder.guardians {
            let number = try #require(guardian.personalNumbers.all.first).text
            func said(_ part: KeyPath<Guardian, String>) -> [Statement] {
                latest(all) { said in
                    let texts = said.guardians.filter { $0.personalNumber == number }.map { $0[keyPath: part] }
                    return texts.first { !$0.isEmpty }
                }
            }
            #expect(guardian.names.all == said(\.name) && guardian.emails.all == said(\.email))
            #expect(guardian.phones.all == said(\.phone) && guardian.personalNumbers.all == said(\.personalNumber))
        }
    }

    @Test("of two statements of one source and instant, one stands, whichever comes first")
    func sameInstant() throws {
        let all = ["Alva A", "Alva B"].map {
            Said(source: "urn:school", at: ExampleCounty.monday, name: $0, guardians: [], isProtected: false)
        }
        #expect(try recorded(all).names == recorded(all.reversed()).names)
        #expect(try recorded(all).names.all.count == 1)
    }
}
