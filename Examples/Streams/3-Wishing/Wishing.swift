import CloudEvents
import Foundation
import Kafka
import Stage
import Streams
import SwiftProtobuf

/// Asks for a letter to be printed, and publishes an event when it was. The processor has no side effects. It makes a
/// wish, which is performed after the step is committed. The result comes back as an event.
struct Letters: Processor {
    static let topology = Topology(
        "wishing", inputs: [.init("letters")], outputs: [.init("post")], changelog: .init("wishing-state", .compacted))

    func process(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case "write":
            let letter = Google_Protobuf_StringValue(String(decoding: event.data, as: UTF8.self))
            try turn.wish(turn.key, letter)
        case "printed":
            // Fulfilled, so it is not performed again. A second report finds no wish and changes nothing.
            guard try turn.wish(turn.key, as: Google_Protobuf_StringValue.self) != nil else { return }
            turn.fulfil(turn.key)
            turn.publish(type: "posted", event.data, to: "post")
        default: break
        }
    }
}

/// The only place with side effects. After a crash it may be asked again for the same letter. The receiver detects the
/// duplicate by the letter's key.
struct Printer: WishPerformer {
    let producer: Producer

    func perform(_ wish: Wish) async {
        guard let letter = try? Google_Protobuf_StringValue(serializedBytes: wish.data) else { return }
        print("(printing: \(letter.value))")
        let report = Event(
            id: "\(wish.key)#printed", source: "printer", type: "printed", time: Date(),
            data: Bytes("\(letter.value.count) letters".utf8))
        // The result goes to the partition whose task holds the wish.
        _ = try? await producer.send(
            ProducerRecord(
                topic: "letters", partition: wish.partition, key: Bytes(wish.key.utf8), value: report.data,
                headers: report.headers))
    }
}

@main enum Wishing {
    static func main() async throws {
        let stage = try Stage(Letters.topology)
        try await stage.send("write", "Dear Kim, come and see us.", key: "Kim", to: "letters")
        try await stage.play(Letters(), performer: Printer(producer: stage.producer), until: 1, from: "post")
    }
}
