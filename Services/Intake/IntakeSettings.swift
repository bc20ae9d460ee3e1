import Domain
import IntakeCore
import ServiceKit

extension Setting {
    static let keySecret = Setting(
        "KEY_SECRET", default: nil, isSecret: true,
        "Secret under which personal numbers are hashed, at least 32 characters.")
    static let previousKeySecret = Setting(
        "KEY_SECRET_PREVIOUS", default: "", isSecret: true,
        "The secret that KEY_SECRET replaces; children, guardians and reports hashed under it are known again.")
}

extension Settings {
    /// - Throws: ``ConfigurationFault``
    func keySecrets() throws(ConfigurationFault) -> KeySecrets {
        let current = try keySecret("KEY_SECRET")
        let text = try text("KEY_SECRET_PREVIOUS")
        guard !text.isEmpty else { return KeySecrets(current) }
        guard text != (try self.text("KEY_SECRET")) else {
            throw ConfigurationFault(
                "KEY_SECRET_PREVIOUS is the same as KEY_SECRET; set it to the secret before, or not at all")
        }
        return KeySecrets(current, previous: try keySecret("KEY_SECRET_PREVIOUS"))
    }

    private func keySecret(_ name: String) throws(ConfigurationFault) -> KeySecret {
        let text = try text(name)
        do { return try KeySecret(text) } catch { throw ConfigurationFault("\(name): \(error.english)") }
    }
}
