import Codec
import Foundation
import TestSupport

@testable import tillsammans

extension AttackTests {
    /// Through the commands that read what other people's software writes. 65: the input is refused.
    static let input = [
        Attack(name: "a calendar that repeats every second", expected: ["65"]) { _ in
            try await calendar(event("RRULE:FREQ=SECONDLY"))
        },
        Attack(name: "a rule of 173 bytes", expected: ["65"]) { _ in
            let minutes = (0..<60).map(String.init).joined(separator: ",")
            return try await calendar(event("RRULE:FREQ=DAILY;BYSETPOS=-366;BYHOUR=1,2;BYMINUTE=\(minutes)"))
        },
        Attack(name: "components of 100 000 levels", expected: ["65"]) { _ in
            try await calendar(String(repeating: "BEGIN:VEVENT\r\n", count: 100_000))
        },
        Attack(name: "a calendar of 20 MB", expected: ["65"], limit: 30) { _ in
            try await calendar(String(repeating: "BEGIN:VCALENDAR\r\n", count: 1_200_000))
        },
        Attack(name: "mail whose parts stand in each other 30 000 deep", expected: ["75"], limit: 30) { _ in
            let parts = (0..<30_000).map { "Content-Type: multipart/mixed; boundary=b\($0)\r\n\r\n--b\($0)\r\n" }
            return try await mail(parts.joined())
        },
        Attack(name: "4 MB of boundaries", expected: ["75"], limit: 30) { _ in
            try await mail(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: "--b\r\n\r\n", count: 570_000))
        },
        Attack(name: "mail of 20 MB", expected: ["75"], limit: 30) { _ in
            try await mail(String(repeating: "x", count: 20_000_000))
        },
        Attack(name: "a directory of 350 bytes with aliases", expected: ["1"]) { _ in
            let lines = (1...8).map { level in
                "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]"
            }
            return try await command(
                ["directory", "apply", "--dry-run", "--file", "INPUT"],
                (["a0: &a0 [x]"] + lines).joined(separator: "\n"))
        },
    ]

    private static func event(_ line: String) -> String {
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//attack", "BEGIN:VEVENT", "UID:u", "DTSTAMP:20261123T080000Z",
            "DTSTART:20261201T080000Z", "DURATION:PT1H", line, "END:VEVENT", "END:VCALENDAR", "",
        ].joined(separator: "\r\n")
    }

    private static func calendar(_ text: String) async throws -> [String] {
        try await command(
            ["calendar", "publish", "--county", "SRM", "--person", "p", "--file", "INPUT", "--dry-run"], text)
    }

    /// What cannot be read reaches a person all the same. Without Kafka the mail server is asked to try again (75).
    private static func mail(_ text: String) async throws -> [String] {
        try await command(["mail", "receive"], text)
    }

    /// Runs the command line on a file, which stands for `INPUT` and is the standard input too, and gives its exit code.
    private static func command(_ arguments: [String], _ input: String) async throws -> [String] {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/input"
        try input.write(toFile: path, atomically: true, encoding: .utf8)
        let key = folder.path + "/mail.jwk"
        try DoorKey(door: "SRM/mail", id: "1").write(to: key)
        let process = try ChildProcess(
            "tillsammans", arguments: arguments.map { $0 == "INPUT" ? path : $0 },
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "REPLY_SECRET": "only-for-tests-and-no-real-child-at-all",
                "DOOR_KEY_FILE": key,
            ], input: path)
        try await process.ended()
        return ["\(process.exitCode)"]
    }
}
