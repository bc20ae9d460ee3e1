import CloudEvents
import Stage
import Streams
import SwiftProtobuf

/// Counts events for each key. It writes state and publishes an event in one step.
struct Counter: Processor {
    static let counts = Table("counts", of: Google_Protobuf_Int64Value.self)

    static let topology = Topology(
        "counting", inputs: [.init("words")], outputs: [.init("totals")],
        changelog: .init("counting-state", .compacted), tables: ["counts"])

    func process(_ event: Event, in turn: inout Turn) throws {
        var count = try turn.get(Self.counts, turn.key) ?? Google_Protobuf_Int64Value()
        count.value += 1
        try turn.put(Self.counts, turn.key, count)
        turn.publish(type: "total", Bytes("\(count.value)".utf8), to: "totals")
    }
}

@main enum Counting {
    static func main() async throws {
        let stage = try Stage(Counter.topology)
        for word in ["tea", "milk", "tea", "tea"] { try await stage.send("word", key: word, to: "words") }
        try await stage.play(Counter(), until: 4, from: "totals")
    }
}
