import Domain
import Foundation
import NotificationsCore
import TestSupport
import Testing

@testable import notifications

/// A real SMTP server (Python's aiosmtpd) on a port of its own. An address in a message says what to do with that message.
private final class Relay: Sendable {
    static let script = #"""
        import asyncio, os, ssl, sys, threading
        from aiosmtpd.smtp import SMTP, AuthResult
        folder, tls, login = sys.argv[1], sys.argv[2] == "tls", sys.argv[3]
        class Handler:
            async def wish(self, server, stage, address):
                at, _, what = address.split("@")[0].partition("-")
                if at != stage: return None
                if what == "drop": server.transport.abort(); return "421 bye"
                if what == "stall": await asyncio.Event().wait()
                return what + " as you wish"
            async def handle_MAIL(self, server, session, envelope, address, options):
                envelope.mail_from = address
                return await self.wish(server, "mail", address) or "250 OK"
            async def handle_RCPT(self, server, session, envelope, address, options):
                envelope.rcpt_tos.append(address)
                return await self.wish(server, "rcpt", address) or "250 OK"
            async def handle_DATA(self, server, session, envelope):
                name = envelope.rcpt_tos[0].split("@")[0]
                wish = await self.wish(server, "data", name)
                if wish: return wish
                with open(folder + "/" + name + "-" + str(len(envelope.content)), "wb") as file:
                    file.write(envelope.content)
                return "250 OK"
        def check(server, session, envelope, mechanism, data):
            open(folder + "/password", "wb").close()
            return AuthResult(success=(data.login + b":" + data.password).decode() == login, handled=True)
        context = None
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
        def make():
            return SMTP(Handler(), hostname="relay", tls_context=context, require_starttls=tls, enable_SMTPUTF8=True,
                        authenticator=check if login else None, auth_required=bool(login), auth_require_tls=tls)
        # Ends with the test, also where that ends in a crash.
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
        async def main():
            server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """#

    let port: Int
    let folder: TemporaryFolder
    private let process: Process

    /// Nil, with a reason that prints, where python3, aiosmtpd or openssl are missing.
    init?(tls: Bool = false, login: String = "") throws {
        folder = TemporaryFolder()
        if tls {
            let made = try Self.run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", folder.path + "/key.pem", "-out",
                folder.path + "/cert.pem",
            ])
            made.waitUntilExit()
            guard made.terminationStatus == 0 else {
                folder.remove()
                print("skipped: openssl is not installed here")
                return nil
            }
        }
        let output = Pipe()
        process = try Self.run(["python3", "-c", Self.script, folder.path, tls ? "tls" : "plain", login], output)
        // It prints its port first. No output means that it could not start.
        guard
            let port = Int(
                String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines))
        else {
            process.waitUntilExit()
            folder.remove()
            print("skipped: python3 with aiosmtpd is not installed here (pip install aiosmtpd)")
            return nil
        }
        self.port = port
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        folder.remove()
    }

    private static func run(_ arguments: [String], _ output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        if let output { process.standardOutput = output } else { process.standardOutput = FileHandle.nullDevice }
        try process.start()
        return process
    }

    /// The messages that it has accepted, by receiver's name.
    func accepted(_ name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasPrefix(name + "-") }
            .compactMap { try? String(contentsOfFile: "\(folder.path)/\($0)", encoding: .utf8) }
    }
}

@Suite("SMTP: a relay that accepts, delays, refuses and drops, at every stage (RFC 5321)")
struct SMTPTests {
    static func notice() throws -> NotificationsCore.Notice {
        NotificationsCore.Notice(
            id: "n", kind: .invitation, caseReference: nil, county: "TST",
            recipient: .reporter(email: try NotificationsTests.address("ok@example.org")),
            text: .init(subject: "Kallelse – åäö", body: ".punkt först\nrad två", html: ""),
            meeting: .init(
                id: "m", edition: Edition(0, .request), calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
            messageID: "<n@example.org>", created: Date(timeIntervalSince1970: 0))
    }

    static func message(from sender: EmailAddress) throws -> [UInt8] {
        MailMessage(notice: try notice(), sender: sender, date: Date(timeIntervalSince1970: 0)).bytes
    }

    func send(_ name: String, by mailer: SMTPMailer) async throws -> DeliveryFailure? {
        let sender = try NotificationsTests.address(
            name.hasPrefix("mail-") ? "\(name)@example.org" : "tillsammans@example.org")
        let receiver = try NotificationsTests.address("\(name)@example.org")
        let message = try Self.message(from: sender)
        do throws(DeliveryFailure) {
            try await mailer.send(message, from: sender, to: receiver, id: "n")
            return nil
        } catch { return error }
    }

    @Test("a message arrives whole, with its words and its calendar")
    func accepted() async throws {
        guard let relay = try Relay() else { return }
        let mailer = try SMTPMailer(url: "smtp://127.0.0.1:\(relay.port)", tls: .off, username: "", password: "")
        #expect(try await send("ok", by: mailer) == nil)
        let message = try #require(relay.accepted("ok").first)
        let parts = message.replacing("\r\n", with: "\n").components(separatedBy: "base64\n\n").dropFirst().compactMap {
            Data(base64Encoded: $0.components(separatedBy: "\n--")[0], options: .ignoreUnknownCharacters)
        }.map { String(decoding: $0, as: UTF8.self) }
        #expect(parts.first?.contains(".punkt först") == true && parts.last?.contains("BEGIN:VCALENDAR") == true)
    }

    @Test(
        "at each stage: 4xx, a broken connection and a silent relay are temporary; 5xx is permanent",
        arguments: ["mail", "rcpt", "data"].flatMap { stage in
            [
                ("421", true), ("451", true), ("452", true), ("550", false), ("554", false), ("drop", true),
                ("stall", true),
            ]
            .map { ("\(stage)-\($0.0)", $0.1) }
        })
    func refused(name: String, isTemporary: Bool) async throws {
        guard let relay = try Relay() else { return }
        let mailer = try SMTPMailer(
            url: "smtp://127.0.0.1:\(relay.port)", tls: .off, username: "", password: "",
            patience: name.hasSuffix("stall") ? 1 : 60)
        let failure = try #require(try await send(name, by: mailer))
        #expect(failure.isTemporary == isTemporary, "\(name): \(failure.detail)")
        #expect(!failure.detail.contains("example.org"), "no address in what is reported")
        #expect(relay.accepted(name).isEmpty)
    }

    @Test("a relay that is not there may come back")
    func absent() async throws {
        // A port that was free a moment ago.
        guard let port = try Relay()?.port else { return }
        let mailer = try SMTPMailer(url: "smtp://127.0.0.1:\(port)", tls: .off, username: "", password: "")
        #expect(try await send("ok", by: mailer)?.isTemporary == true)
    }

    @Test("with STARTTLS and login; a wrong password, an untrusted certificate or no TLS at all is temporary")
    func secured() async throws {
        guard let relay = try Relay(tls: true, login: "tillsammans:hemligt") else { return }
        func mailer(_ password: String, _ tls: SMTPMailer.TLS, trusting: Bool = true) throws -> SMTPMailer {
            try SMTPMailer(
                url: "smtp://localhost:\(relay.port)", tls: tls, username: "tillsammans", password: password,
                authorities: trusting ? relay.folder.path + "/cert.pem" : "")
        }
        #expect(try await send("ok", by: try mailer("hemligt", .always)) == nil)
        #expect(relay.accepted("ok").count == 1)
        #expect(try await send("ok", by: try mailer("fel", .always))?.isTemporary == true)
        #expect(try await send("ok", by: try mailer("hemligt", .always, trusting: false))?.isTemporary == true)
        guard let plain = try Relay(login: "tillsammans:hemligt") else { return }
        let demanding = try SMTPMailer(
            url: "smtp://127.0.0.1:\(plain.port)", tls: .always, username: "tillsammans", password: "hemligt")
        #expect(try await send("ok", by: demanding)?.isTemporary == true, "no TLS, no message")
        #expect(plain.accepted("ok").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: plain.folder.path + "/password"), "no password in clear")
        #expect(FileManager.default.fileExists(atPath: relay.folder.path + "/password"))
    }
}
