import Foundation

/// The terminal that somebody reads in.
enum Terminal {
    /// How many characters a line of standard output has: `COLUMNS`, or what the terminal says. Nil for a file or another
    /// program, which breaks no lines.
    static var width: Int? { width(columns: ProcessInfo.processInfo.environment["COLUMNS"], window: windowWidth) }

    static func width(columns: String?, window: Int?) -> Int? {
        [columns.flatMap { Int($0) }, window].compactMap(\.self).first { $0 > 0 }
    }

    private static var windowWidth: Int? {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : nil
    }
}
