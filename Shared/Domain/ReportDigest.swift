import Crypto
package import Foundation

/// What a report says, as a hash by which the same is known again. It is keyed, so it reveals nothing.
package struct ReportDigest: Sendable, Hashable {
    /// 32 hexadecimal digits.
    package let text: String

    package init(_ content: some DataProtocol, secret: KeySecret) {
        text = String(secret.code(Array("report ".utf8) + content).prefix(32))
    }

    /// A digest that was stored.
    package init(stored text: String) { self.text = text }
}
