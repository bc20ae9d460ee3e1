import CloudEvents
import Domain
package import Streams

// What a sender has chosen and the suite may repeat: an id, a source, a key. None that could be a personal number, and
// none that could be of any length.

extension Turn {
    /// The record's key where an answer may travel under it; else where the record lies.
    package var repeatableKey: String {
        key.utf8.count <= Event.attributeLimit && !seemsPersonal(key) ? key : position
    }

    /// What a record that cannot be read calls itself, where that may be repeated.
    package func repeatable(_ claimed: String?) -> String? {
        claimed.flatMap { seemsPersonal($0) ? nil : $0.nonEmpty }
    }

    private func seemsPersonal(_ text: String) -> Bool {
        PersonalNumber.seemsToStand(in: text, today: CivilTime.day(of: now))
    }
}
