import Foundation
import Testing

@Suite("The style sheet's colours can be read (WCAG 2.2, success criteria 1.4.3 and 1.4.11)")
struct ContrastTests {
    private typealias Colours = [String: Double]

    /// The luminance of each colour that is a value of the style sheet: of the light page, or of the dark one.
    private static func luminances(isDark: Bool) throws -> Colours {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Services/Desk/Assets/desk.css").standardizedFileURL
        let css = try String(contentsOf: path, encoding: .utf8)
        let blocks = css.matches(of: #/:root \{([^}]*)\}/#).map(\.1)
        let block = try #require(isDark ? blocks.dropFirst().first : blocks.first)
        var colours: Colours = [:]
        for match in block.matches(of: #/--([a-z-]+): #([0-9a-f]{6}|[0-9a-f]{3})\b/#) {
            let digits = match.2.count == 3 ? match.2.map { "\($0)\($0)" }.joined() : String(match.2)
            colours[String(match.1)] = luminance(try #require(Int(digits, radix: 16)))
        }
        return colours
    }

    /// WCAG 2.2, relative luminance.
    private static func luminance(_ colour: Int) -> Double {
        let channels = [colour >> 16, colour >> 8, colour].map { part in
            let share = Double(part & 0xff) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    private static func contrast(_ one: String, _ other: String, _ colours: Colours) throws -> Double {
        let pair = [try #require(colours[one], "\(one)"), try #require(colours[other], "\(other)")].sorted()
        return (pair[1] + 0.05) / (pair[0] + 0.05)
    }

    @Test("text has at least 4.5 : 1 on each ground that it stands on", arguments: [false, true])
    func text(isDark: Bool) throws {
        let colours = try Self.luminances(isDark: isDark)
        var pairs = [("on-accent", "accent"), ("on-accent", "accent-deep"), ("sheet", "bad")]
        for ground in ["ground", "sheet"] {
            pairs += ["ink", "quiet", "accent", "accent-deep", "visited", "bad", "good", "warn", "care"].map {
                ($0, ground)
            }
        }
        for kind in ["good", "warn", "bad", "care"] {
            pairs += [kind, "ink", "quiet", "accent", "visited"].map { ($0, "\(kind)-wash") }
        }
        pairs += ["ink", "quiet", "accent", "accent-deep", "visited", "bad"].map { ($0, "wash") }
        for (text, ground) in pairs {
            let contrast = try Self.contrast(text, ground, colours)
            #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
        }
    }

    @Test("lines of fields and signs, and the focus, have at least 3 : 1", arguments: [false, true])
    func lines(isDark: Bool) throws {
        let colours = try Self.luminances(isDark: isDark)
        let grounds = ["ground", "sheet", "wash", "good-wash", "warn-wash", "bad-wash", "care-wash"]
        for line in ["line", "accent"] {
            for ground in grounds {
                let contrast = try Self.contrast(line, ground, colours)
                #expect(contrast >= 3, "\(line) on \(ground): \(contrast)")
            }
        }
    }
}
