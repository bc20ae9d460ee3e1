import Domain
import ServiceKit

extension Setting {
    static let keySecret = Setting(
        "KEY_SECRET", default: nil, isSecret: true,
        "Secret under which personal numbers are hashed, at least 32 characters; never changed.")
}

extension Settings {
    /// - Throws: ``ConfigurationFault``
    func keySecret() throws(ConfigurationFault) -> KeySecret {
        let text = try text("KEY_SECRET")
        do { return try KeySecret(text) } catch { throw ConfigurationFault("KEY_SECRET: \(error.english)") }
    }
}
