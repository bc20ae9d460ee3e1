import Foundation
import Testing

/// What checks pages, and is no part of this repository: `Tools/browser-needs` fetches it.
enum BrowserTools {
    /// axe-core, which finds what keeps people out (MPL-2.0).
    static let axe = folder + "/axe.min.js"
    /// The Nu HTML Checker, which knows the standard (MIT).
    static let checker = folder + "/vnu.jar"

    static let hasAxe = FileManager.default.isReadableFile(atPath: axe)
    static let hasChecker = FileManager.default.isReadableFile(atPath: checker) && java != nil

    static let noAxe: Comment = "skipped: axe-core is not here (Tools/browser-needs)"
    static let noChecker: Comment = "skipped: the Nu HTML Checker or Java is not here (Tools/browser-needs)"

    static let java: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/java" }.first(where: FileManager.default.isExecutableFile)
    }()

    private static let folder =
        ProcessInfo.processInfo.environment["BROWSER_TOOLS"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build-browser")
        .standardizedFileURL.path
}
