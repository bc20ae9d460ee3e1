import CloudEvents
import Domain
package import Streams

// What a sender has chosen and the suite may repeat: an id, a source, a key. None that could be a personal number, and
// none that could be of any length.

extension Turn {
    /// The record's key where an answer may travel under it; else where the record lies.
    package var repeatableKey: String { isRepeatable(key) ? key : position }

    /// What somebody calls a record or a case, where that may be repeated; nil for nothing, too.
    package func repeatable(_ name: String?) -> String? {
        name.flatMap { isRepeatable($0) ? $0.nonEmpty : nil }
    }

    private func isRepeatable(_ text: String) -> Bool {
        text.utf8.count <= Event.attributeLimit
            && !PersonalNumber.seemsToStand(in: text, today: CivilTime.day(of: now))
    }
}
