import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf

extension KeysCommand {
    struct RotateIndex: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has Intake hash all children anew under KEY_SECRET, so that KEY_SECRET_PREVIOUS can go.",
            discussion: """
                Run it when Intake has been started with both secrets. Reports are taken meanwhile. Intake answers for each
                case when nothing of it depends on the previous secret any more; the command ends when it has answered for
                all (exit code 0). It may be interrupted and run again. Keep KEY_SECRET_PREVIOUS until 30 days after
                KEY_SECRET was changed: for as long, a report that is sent again is known by it.
                It needs a principal that may read child-keys, and read and write intake-repartition, such as Intake's. It
                shows nothing of any child.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "Seconds to wait for the next answers.")
        var timeout = 60

        func run() async throws {
            let outcome = try await KeysCommand.rotateIndex(options.connection, patience: .seconds(timeout)) {
                tell("\($0.asked) of \($0.all) case references …")
            }
            print(outcome.summary)
        }
    }

    /// Asks for every reference that has a data key, some at a time.
    ///
    /// - Parameter show: told now and then how far it is.
    /// - Throws: ``CommandFault`` where Intake does not answer within `patience`.
    static func rotateIndex(
        _ connection: Connection, patience: Duration = .seconds(60),
        _ show: @Sendable (IndexRotation) -> Void = { _ in }
    ) async throws -> IndexRotation {
        let references = try await read(connection.topic(.childKeys), connection.properties).wrapped.keys.sorted()
        var rotation = IndexRotation(id: UUID().uuidString.lowercased(), references)
        let producer = try Producer(connection.properties)
        try await EventFeed.reading(connection, [.intakeRepartition], fromBeginning: false) { feed in
            while let batch = rotation.next() {
                try await withThrowingTaskGroup { group in
                    for event in try batch.map(rotation.question) {
                        group.addTask {
                            try await producer.send(
                                connection.record(event, to: .intakeRepartition, key: event.subject ?? ""))
                        }
                    }
                    try await group.waitForAll()
                }
                rotation = try await within(patience, waitingFor: "Intake to answer; \(rotation.rest)") {
                    [rotation] in
                    var answered = rotation
                    for try await item in feed.items where answered.take(item) { break }
                    return answered
                }
                show(rotation)
            }
        }
        return rotation
    }
}

/// All children hashed anew under Intake's current secret: for whom it has been asked, and who is still open.
struct IndexRotation: Sendable {
    /// References that are asked for at a time. Each takes Intake a few records.
    static let batchSize = 500

    private let id: String
    private var waiting: ArraySlice<String>
    private var open: Set<String> = []
    let all: Int
    private(set) var asked = 0
    /// References that are a child's.
    private(set) var children = 0
    /// Intake has the previous secret, too.
    private(set) var isReplacing = true

    init(id: String, _ references: [String]) {
        (self.id, waiting, all) = (id, references[...], references.count)
    }

    /// The references to ask for next; nil where all have been.
    mutating func next() -> [String]? {
        let batch = Array(waiting.prefix(Self.batchSize))
        waiting = waiting.dropFirst(Self.batchSize)
        open = Set(batch)
        asked += batch.count
        return batch.isEmpty ? nil : batch
    }

    /// What is asked for a reference.
    func question(_ reference: String) throws -> Event {
        try Event(
            id: UUID().uuidString.lowercased(), source: "tillsammans:keys", time: Date(), subject: reference,
            RehashChild.with { $0.rotation = id })
    }

    /// - Returns: whether all that has been asked is answered.
    mutating func take(_ item: EventFeed.Item) -> Bool {
        guard let event = item.event, event.type == ChildRehashed.eventType,
            let answer = try? event.decode(ChildRehashed.self), answer.rotation == id,
            open.remove(item.key) != nil
        else { return open.isEmpty }
        children += answer.child ? 1 : 0
        isReplacing = isReplacing && answer.replacing
        return open.isEmpty
    }

    /// What an interrupted command leaves.
    var rest: String {
        "\(asked - open.count) of \(all) case references were done before. Is it running? Run this command again"
    }

    var summary: String {
        let done = children == 1 ? "1 child is" : "\(children) children are"
        let others = all - children
        let rest = others == 0 ? "" : "; \(others) other references are no child's"
        let advice =
            isReplacing
            ? "KEY_SECRET_PREVIOUS is not needed for them any more; keep it until 30 days after KEY_SECRET was changed."
            : "Intake had no KEY_SECRET_PREVIOUS: entries under another secret, if there are any, were not deleted."
        return "\(done) hashed under KEY_SECRET\(rest).\n\(advice)"
    }
}
