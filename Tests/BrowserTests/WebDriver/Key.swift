/// A key that writes no letter (WebDriver, section "Keyboard actions").
enum Key: String {
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case escape = "\u{E00C}"
    case space = " "
    case left = "\u{E012}"
    case up = "\u{E013}"
    case right = "\u{E014}"
    case down = "\u{E015}"
}

extension Browser {
    /// Presses keys where the focus is.
    func press(_ keys: Key...) async throws {
        let steps = keys.flatMap {
            [["type": "keyDown", "value": $0.rawValue], ["type": "keyUp", "value": $0.rawValue]]
        }
        try await client.post(path + "/actions", Keyboard(actions: [.init(actions: steps)]))
    }

    /// Presses a key with Shift held.
    func pressWithShift(_ key: Key) async throws {
        let shift = "\u{E008}"
        let steps = [
            ("keyDown", shift), ("keyDown", key.rawValue), ("keyUp", key.rawValue), ("keyUp", shift),
        ].map { ["type": $0, "value": $1] }
        try await client.post(path + "/actions", Keyboard(actions: [.init(actions: steps)]))
    }

    /// The element that has the focus.
    var focused: Element {
        get async throws { Element(self, try await client.get(path + "/element/active")) }
    }
}

private struct Keyboard: Encodable {
    let actions: [Source]

    struct Source: Encodable {
        var type = "key"
        var id = "keyboard"
        let actions: [[String: String]]
    }
}
