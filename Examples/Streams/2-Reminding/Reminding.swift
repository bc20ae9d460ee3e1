import CloudEvents
import Foundation
import Stage
import Streams

/// Waits for an answer to each question, and publishes an event if none comes in time. The timers are state, so they
/// survive a restart.
struct Patience: Processor {
    static let topology = Topology(
        "reminding", inputs: [.init("talk")], outputs: [.init("notes")],
        changelog: .init("reminding-state", .compacted))

    func process(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case "question": turn.remind("answer", at: turn.now + 0.5)
        case "answer":
            turn.cancelReminder("answer")
            turn.publish(type: "answered", [], to: "notes")
        default: break
        }
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        turn.publish(type: "unanswered", [], to: "notes")
    }
}

@main enum Reminding {
    static func main() async throws {
        let stage = try Stage(Patience.topology)
        for name in ["Ada", "Bo"] { try await stage.send("question", key: name, to: "talk") }
        try await stage.send("answer", key: "Bo", to: "talk")
        try await stage.play(Patience(), until: 2, from: "notes")
    }
}
