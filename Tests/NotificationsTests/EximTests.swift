import Foundation
import TestSupport
import Testing

@testable import notifications

/// A mail server that people run: Exim, with a configuration of its own on a port of its own.
private final class Exim: Sendable {
    let port: Int
    private let folder: TemporaryFolder
    private let process: Process

    /// Nil, with a reason that prints, where it is not installed or does not start.
    ///
    /// - Parameter isUp: it answers on this port.
    static func start(isUp: @escaping @Sendable (Int) async -> Bool) async throws -> Exim? {
        guard let binary = ["/usr/sbin/exim4", "/usr/sbin/exim"].first(where: FileManager.default.isExecutableFile)
        else {
            print("skipped: Exim is not installed here (apt-get install exim4-daemon-light)")
            return nil
        }
        for _ in 0..<5 {
            let port = try freePort()
            let exim = try Exim(port, prepared(port: port), binary)
            // A port that another program took in the meantime ends it, and the next one is tried.
            do {
                try await eventually("Exim", within: .seconds(10)) {
                    let isHere = await isUp(port)
                    return isHere || !exim.process.isRunning
                }
                if exim.process.isRunning { return exim }
            } catch is NotInTime {}
        }
        print("skipped: Exim does not start here")
        return nil
    }

    private init(_ port: Int, _ folder: TemporaryFolder, _ binary: String) throws {
        (self.port, self.folder) = (port, folder)
        process = Process()
        process.executableURL = URL(filePath: binary)
        process.arguments = ["-C", folder.path + "/exim.conf", "-bdf"]
        process.standardError = FileHandle.nullDevice
        try process.start()
    }

    /// A folder with the configuration, and with room for what Exim writes.
    private static func prepared(port: Int) throws -> TemporaryFolder {
        // Exim never delivers as root. There it delivers as its own user, who owns the folder.
        let isRoot = geteuid() == 0
        let folder = TemporaryFolder()
        for name in ["spool", "log", "mail"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        let file = folder.path + "/exim.conf"
        let text = configuration(port: port, folder: folder.path, user: isRoot ? "Debian-exim" : nil)
        try Data(text.utf8).write(to: URL(filePath: file))
        guard isRoot else { return folder }
        let owner = Process()
        owner.executableURL = URL(filePath: "/usr/bin/env")
        owner.arguments = ["chown", "-R", "Debian-exim:Debian-exim", folder.path]
        try owner.start()
        owner.waitUntilExit()
        try FileManager.default.setAttributes([.posixPermissions: 0o644, .ownerAccountID: 0], ofItemAtPath: file)
        return folder
    }

    private static func configuration(port: Int, folder: String, user: String?) -> String {
        """
        primary_hostname = relay.example.org
        spool_directory = \(folder)/spool
        log_file_path = \(folder)/log/%slog
        pid_file_path = \(folder)/pid
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(port)
        tls_advertise_hosts =
        queue_only = false
        acl_smtp_rcpt = rcpt
        begin acl
        rcpt:
          defer local_parts = later
          deny local_parts = nobody
          accept domains = example.org
          deny
        begin routers
        all:
          driver = accept
          transport = file
        begin transports
        file:
          driver = appendfile
          directory = \(folder)/mail/box
          maildir_format
        \(user.map { "  user = \($0)" } ?? "")

        """
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        folder.remove()
    }

    /// The messages that it has delivered, at least one.
    func delivered() async throws -> [String] {
        let box = "\(folder.path)/mail/box/new"
        @Sendable func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: box)) ?? [] }
        try await eventually("a message", within: .seconds(20)) { !names().isEmpty }
        return try names().map { try String(contentsOfFile: "\(box)/\($0)", encoding: .utf8) }
    }
}

extension SMTPTests {
    @Test(
        "Exim delivers a notice to the receiver's box unchanged; what it defers and what it denies are different failures"
    )
    func exim() async throws {
        @Sendable func mailer(_ port: Int) throws -> SMTPMailer {
            try SMTPMailer(url: "smtp://127.0.0.1:\(port)", tls: .off, username: "", password: "", patience: 20)
        }
        let exim = try await Exim.start { port in
            // Any reply shows that it is up.
            guard let mailer = try? mailer(port), let failure = try? await send("later", by: mailer) else {
                return false
            }
            return failure.detail.hasPrefix("SMTP")
        }
        guard let exim else { return }
        #expect(try await send("ok", by: try mailer(exim.port)) == nil)
        let message = try #require(try await exim.delivered().first)
        let sender = try NotificationsTests.address("tillsammans@example.org")
        let sent = String(decoding: try Self.message(from: sender), as: UTF8.self)
        let body = sent.replacing("\r\n", with: "\n").trimmingCharacters(in: .newlines)
        #expect(message.contains(body))
        #expect(try await send("later", by: try mailer(exim.port))?.isTemporary == true)
        #expect(try await send("nobody", by: try mailer(exim.port))?.isTemporary == false)
    }
}
