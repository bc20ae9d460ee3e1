package import Domain

/// A child's personal number as a keyed hash: the HMAC-SHA256 of its digits. It stands in the values of Intake's index and
/// in no other place, since whoever has the secret can try all numbers there are.
package struct NumberHash: Sendable, Hashable {
    /// 64 hexadecimal digits.
    package let text: String

    package init(_ number: PersonalNumber, secret: KeySecret) { text = secret.code(number.digits.reveal) }

    /// A hash that was stored.
    package init(stored text: String) { self.text = text }

    /// The part of the index in which the child is: three hexadecimal digits. They are the key of a record, and fit every
    /// 4,096th number there is.
    package var bucket: String { String(text.prefix(3)) }
}
