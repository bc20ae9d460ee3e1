import Foundation
import TestSupport
import Testing

@testable import tillsammans

@Suite("What doctor says of how people sign in at the desk")
struct DoctorTests {
    private static let openID = [
        "DESK_ADDRESS": "https://desk.example.org", "OIDC_ISSUER": "https://login.example.org",
        "OIDC_CLIENT_ID": "desk", "OIDC_CLIENT_SECRET": "hemligt",
    ]

    @Test("where all is set it names the provider; where nothing of the desk is, it says that it has not looked")
    func good() {
        let seen = Doctor.signIn(Self.openID)
        #expect(seen.faults.isEmpty && seen.good == "with OpenID, by https://login.example.org")
        let alone = Doctor.signIn(["KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "STATE_DIRECTORY": "/none"])
        #expect(alone.faults.isEmpty && alone.good.hasPrefix("not looked at"))
        #expect(Doctor.signIn(["DESK_SIGN_IN": "development"]).good.contains("on this machine alone"))
    }

    @Test("what is missing or wrong is said in the desk's own words, and never the secret")
    func faults() {
        for name in Self.openID.keys {
            let seen = Doctor.signIn(Self.openID.filter { $0.key != name })
            #expect(seen.faults.count == 1 && seen.text.contains(name), "\(name): \(seen.text)")
        }
        let rows = [
            ("OIDC_ISSUER", "login", "OIDC_ISSUER, OIDC_CLIENT_ID or OIDC_CLIENT_SECRET"),
            ("OIDC_MAX_AGE_MINUTES", "soon", "OIDC_MAX_AGE_MINUTES must be a number from 0 to 480"),
            ("DESK_ADDRESS", "desk.example.org", "DESK_ADDRESS must be https://"),
            ("DESK_SIGN_IN", "development", "contradict each other"), ("DESK_PORT", "many", "DESK_PORT must be"),
        ]
        for (name, value, words) in rows {
            let seen = Doctor.signIn(Self.openID.merging([name: value]) { $1 })
            #expect(seen.text.contains(words) && !seen.text.contains("hemligt"), "\(name): \(seen.text)")
        }
    }

    @Test("a file of settings is read as the desk reads it")
    func file() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/desk.yaml"
        try Data("oidc.issuer: https://login.example.org\n".utf8).write(to: URL(filePath: path))
        #expect(Doctor.signIn(["CONFIG_FILE": path]).text.contains("DESK_ADDRESS"))
    }
}
