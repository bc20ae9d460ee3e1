import Codec
import Domain
import Foundation
import Kafka
import Logging
import NotificationsCore
import ServiceKit
import Streams
import Synchronization
import TestSupport
import Testing

@testable import notifications

@Suite("The words of notices, which a county can replace")
struct TemplatesTests {
    private func folder(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(name)")) }
        return folder
    }

    @Test("a county's own file takes the place of the program's; the others stay")
    func replaced() throws {
        let folder = try folder(["concern.mustache": "Hej! {{! ett ord }}Ärende {{case}}{{#link}}: {{link}}{{/link}}"])
        defer { folder.remove() }
        let templates = try Templates(folder: folder.path)
        #expect(templates.text(.concern, ["case": "A", "link": "x"]) == "Hej! Ärende A: x")
        #expect(templates.text(.coordinator, ["case": "A", "link": "x"]).contains("samordningsperson"))
    }

    @Test(
        "a fault in a file stops the service at start, and says what to do",
        arguments: [
            ("concern.mustache", "{{name}}", "uses {{name}}, which this notice does not have; it has case, link"),
            ("concern.mustache", "{{#case}}", "concern.mustache cannot be read"),
            ("consern.mustache", "x", "is no notice; there are answer_forwarded,"),
        ])
    func faults(name: String, text: String, words: String) throws {
        let folder = try folder([name: text])
        defer { folder.remove() }
        do {
            _ = try Templates(folder: folder.path)
            Issue.record("it was accepted")
        } catch { #expect("\(error)".contains(words), "\(error)") }
        #expect(throws: ConfigurationFault.self) { try Templates(folder: folder.path + "/nowhere") }
    }

    @Test("as HTML, words stay words: nothing in them becomes markup")
    func html() throws {
        let html = try Templates().html("A & B", "Hej <b>du</b>,\n\nse https://example.org/a?b=1&c=\"2 nu\n\nslut")
        #expect(html.contains("<title>A &amp; B</title>") && html.contains("<p>Hej &lt;b&gt;du&lt;/b&gt;,</p>"))
        #expect(html.contains("<a href=\"https://example.org/a?b=1&amp;c=&quot;2\">"))
    }
}
