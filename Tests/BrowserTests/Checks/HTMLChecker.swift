import Foundation
import StreamsTestSupport
import Subprocess

/// What the Nu HTML Checker finds in pages: errors and warnings, both.
enum HTMLChecker {
    /// One start of Java for all pages, since that costs seconds.
    ///
    /// - Parameter pages: the HTML as it was served, by names for the messages.
    /// - Returns: `name:line: message`, for each.
    static func faults(in pages: [(name: String, html: String)]) async throws -> [String] {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        for (index, page) in pages.enumerated() {
            try page.html.write(toFile: "\(folder.path)/\(index).html", atomically: false, encoding: .utf8)
        }
        let result = try await Subprocess.run(
            .name("java"),
            arguments: [
                "-Xss1m", "-jar", BrowserTools.checker, "--format", "json", "--stdout", "--exit-zero-always",
                "--no-langdetect", "--filterpattern", Self.outdated, folder.path,
            ], output: .data(limit: 4 << 20))
        return try JSONDecoder().decode(Report.self, from: result.standardOutput).messages.map { message in
            let index = message.url.flatMap { Int($0.split(separator: "/").last?.split(separator: ".").first ?? "") }
            let page = index.map { pages[$0].name } ?? ""
            return "\(page):\(message.lastLine ?? 0): \(message.message) \(message.extract ?? "")"
        }
    }

    /// All browsers know `inputmode` since 2021.
    private static let outdated = ".*“inputmode” attribute is not supported in all browsers.*"

    private struct Report: Decodable {
        let messages: [Message]

        struct Message: Decodable {
            let url: String?
            let lastLine: Int?
            let message: String
            let extract: String?
        }
    }
}
