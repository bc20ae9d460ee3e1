import Domain
import Foundation
import ServiceKit

extension NoticeWriter {
    static let settings = [
        Setting(
            "MAIL_FROM", default: "tillsammans@example.org",
            "Sender of all notices, and organiser of meetings: at most 14 letters before the @."),
        Setting(
            "REPLY_SECRET", default: nil, isSecret: true,
            "Secret that marks the addresses of answers, at least 32 characters; the same for `tillsammans mail receive`."
        ),
        Setting(
            "CASE_LINK", default: "https://tillsammans.example.org/case/", "Link to a case; its reference is added."),
        Setting("MAIL_DIRECTORY", default: "", "Folder: write messages there as .eml files, and send none."),
        Setting(
            "TEMPLATES_DIRECTORY", default: "",
            "Folder with a county's own words: files like invitation.mustache replace those of the program."),
    ]

    /// - Throws: ``ConfigurationFault``; what is wrong with a template.
    init(_ settings: Settings) throws {
        let secret: KeySecret
        do { secret = try KeySecret(try settings.text("REPLY_SECRET")) } catch let fault as Fault {
            throw ConfigurationFault("REPLY_SECRET: \(fault.english)")
        }
        // After it stands the mark of each answer's address.
        let longest = ReplyAddress.longestSender
        let expected = "an e-mail address with at most \(longest) letters before the @"
        self.init(
            sender: try settings.value("MAIL_FROM", expected: expected) { text in
                EmailAddress(text).flatMap { $0.text.prefix { $0 != "@" }.utf8.count > longest ? nil : $0 }
            },
            caseLink: try settings.webAddress("CASE_LINK"), replySecret: secret,
            templates: try Templates(folder: try settings.text("TEMPLATES_DIRECTORY")))
    }
}

extension Setting {
    /// How mail leaves the house.
    static let mail = [
        Setting(
            "SMTP_URL", default: "smtp://localhost:25",
            "Relays, tried in this order, separated by spaces: smtp://host:port, or smtps:// for implicit TLS."),
        Setting("SMTP_RATE", default: "300", "Messages a minute that each relay is given."),
        Setting(
            "SMTP_TLS", default: "always", "STARTTLS: always, or none where all relays are on this machine (loopback)."),
        Setting("SMTP_USERNAME", default: "", "User at the relay; empty: none."),
        Setting("SMTP_CA_FILE", default: "", "Certificates (PEM) to trust in place of the system's."),
        Setting("SMTP_PASSWORD", default: "", isSecret: true, "Password at the relay."),
    ]
}

extension Settings {
    /// Writes files where a folder is set, and sends through the relays otherwise.
    ///
    /// - Throws: ``ConfigurationFault``; a folder or a certificate that cannot be used.
    func mailer() throws -> any Mailer {
        guard try text("MAIL_DIRECTORY").isEmpty else { return try FileMailer(folder: folder("MAIL_DIRECTORY")) }
        let relays = try value("SMTP_URL", expected: "smtp://host:port or smtps://host:port") { text in
            let relays = text.split(separator: " ").map(String.init)
            let isGood = relays.allSatisfy { $0.hasPrefix("smtp://") || $0.hasPrefix("smtps://") }
            return relays.isEmpty || !isGood ? nil : relays
        }
        // Off this machine, neither a message nor the password goes in clear.
        let tls = try value("SMTP_TLS", expected: "always, or none where all relays are on loopback") { text in
            let tls = SMTPMailer.TLS(rawValue: text)
            return tls == .off && !relays.allSatisfy(Self.isOnLoopback) ? nil : tls
        }
        let mailers = try relays.map { url in
            try SMTPMailer(
                url: url, tls: tls, username: text("SMTP_USERNAME"), password: text("SMTP_PASSWORD"),
                authorities: text("SMTP_CA_FILE"))
        }
        let rate = try value("SMTP_RATE", expected: "a number from 1 on") { text in
            Int(text).flatMap { $0 > 0 ? $0 : nil }
        }
        return Relays(mailers, perMinute: rate)
    }

    private static func isOnLoopback(_ url: String) -> Bool {
        guard let host = URLComponents(string: url)?.host else { return false }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return ["localhost", "::1", "[::1]"].contains(host)
            || octets.count == 4 && octets[0] == 127 && octets.allSatisfy { $0 != nil }
    }
}
