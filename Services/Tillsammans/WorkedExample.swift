import Codec
import Domain
import Foundation
import Kafka
import ServiceKit

/// The pupil in year 6 (`002`, "Exempel på Barnets bästa-ansvarig"), step by step: each step publishes what a person
/// would, waits for the fact that answers it, and adds a row to the timeline.
struct WorkedExample: Sendable {
    private let folder: String

    private let personalNumber: String

    /// - Parameter personalNumber: the pupil's; each run has a fictional pupil of its own unless told.
    /// - Throws: ``CommandFault`` when a file of the example is missing.
    init(folder: String, personalNumber: String = fictionalNumber()) throws {
        (self.folder, self.personalNumber) = (folder, personalNumber)
        for name in Self.files where !FileManager.default.isReadableFile(atPath: "\(folder)/\(name).json") {
            throw CommandFault(
                "\(folder)/\(name).json is missing; run this from the project's folder, or give --example")
        }
    }

    private static let files = [
        "1-concern", "2-take-on", "3-information-detector", "4-information-guardian", "5-information-child",
        "6-answers",
        "7-consent", "8-conclude", "9-decline", "10-record", "11-follow-up", "12-tell-family",
    ]

    /// - Throws: ``CommandFault`` when a step did not happen, and without a key file: the answers are sealed.
    func play(on connection: Connection, mailFolder: String?) async throws {
        guard connection.doorKeyFile != nil else {
            throw CommandFault("KEY_ENCRYPTION_KEY_FILE must name the running suite's file: facts are sealed")
        }
        let topics: [Topic] = [.concernReceipts, .concerns, .mappings, .meetings, .notices]
        try await EventFeed.reading(connection, topics, fromBeginning: false, opens: true) { feed in
            var play = try Play(folder, personalNumber, connection, Facts(feed))
            let (detected, opened) = try await play.detect()
            try await play.map(detected, opened)
            let meeting = try await play.meet(detected)
            if connection.clock.isMovable {
                try await play.followUp(detected, meeting)
            } else {
                tell(
                    "The example ends before its meeting: what happens there is recorded when its time has come, and the time of this Kafka cannot be moved."
                )
            }
            print(play.timeline.text(reference: detected.caseReference))
            if let mailFolder { try Self.show(mailFolder, meeting) }
        }
    }

    /// Prints the first invitation: where it lies, and what it says.
    private static func show(_ folder: String, _ meeting: Meeting) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let path = "\(folder)/\(name)"
            guard let message = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            // Each part is base64 between an empty line and the next boundary.
            let parts = message.components(separatedBy: "Content-Transfer-Encoding: base64\r\n\r\n").dropFirst()
                .compactMap {
                    Data(base64Encoded: $0.components(separatedBy: "\r\n--")[0], options: .ignoreUnknownCharacters)
                }.map { String(decoding: $0, as: UTF8.self).replacing("\r\n", with: "\n") }
            guard let calendar = parts.last, calendar.contains("METHOD:REQUEST"),
                calendar.contains("UID:\(meeting.id)")
            else { continue }
            print("\nThe invitation: \(path)\n\n\(parts[0])\n\(calendar)")
            return
        }
        throw CommandFault("no invitation lies in \(folder)")
    }

    /// A number of the Tax Agency's test series (birth numbers 238 and 239).
    ///
    /// - Parameter age: in the child's calendar year; a pupil in year 6 is 12.
    static func fictionalNumber(age: Int = 12, today: LocalDate = CivilTime.day(of: Date())) -> String {
        while true {
            let year = today.year - age
            let nine = [
                year / 10 % 10, year % 10, 0, Int.random(in: 1...9), Int.random(in: 0...2), Int.random(in: 1...8), 2, 3,
                Int.random(in: 8...9),
            ]
            for check in 0...9 {
                let digits = nine.map(String.init).joined()
                let number = "\(year / 100)\(digits.prefix(6))-\(digits.suffix(3))\(check)"
                if (try? PersonalNumber(number, today: today)) != nil { return number }
            }
        }
    }
}
