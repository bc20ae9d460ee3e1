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
        #expect(templates.body(.concern, ["case": "A", "link": "x"]).plain == "Hej! Ärende A: x\n")
        #expect(templates.body(.coordinator, ["case": "A", "link": "x"]).plain.contains("samordningsperson"))
    }

    @Test(
        "a fault in a file stops the service at start, and says what to do",
        arguments: [
            (
                "concern.mustache", "{{name}}",
                "uses {{name}}, which this notice does not have; it has case, fallback, further, link"
            ),
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

    @Test("as HTML, words stay words: nothing in them becomes markup, and each is escaped once")
    func html() throws {
        let body = NoticeBody("Hej <b>du</b>,\n\nse https://example.org/a?b=1&c=\"2 nu\n\nslut")
        let html = try Templates().html("A & B", body)
        #expect(html.contains("<title>A &amp; B</title>") && html.contains(">Hej &lt;b&gt;du&lt;/b&gt;,</p>"))
        #expect(html.contains("<a href=\"https://example.org/a?b=1&amp;c=&quot;2\">"))
        #expect(!html.contains("&amp;amp;") && !html.contains("&amp;lt;"))
    }

    @Test("the plain text holds no entities: a name is written as it is")
    func plain() throws {
        let body = try Templates().body(.cancellation, ["case": "A & <B>", "link": "", "time": "i \"dag\""])
        #expect(body.plain.contains("i ärende A & <B> är inställt") && body.plain.contains(": i \"dag\"\n"))
    }

    @Test(
        "a line break of a template is a space; facts, lists and links are parts of their own, with blank lines between"
    )
    func parts() {
        let body = NoticeBody(
            "Hej!\n\n\nEn rad\nsom fortsätter.\nTid: nu\n\nTid: nu\nPlats: Rum 1\n\n- ett\n  https://example.org/1\n- två\n\n"
                + "Öppna ärendet: https://example.org/\n\nIn English: one\ntwo.\n")
        #expect(
            body.parts == [
                .words("Hej!"), .words("En rad som fortsätter. Tid: nu"),
                .facts([.init(label: "Tid", value: "nu"), .init(label: "Plats", value: "Rum 1")]),
                .list([.init(words: "ett", link: "https://example.org/1"), .init(words: "två")]),
                .action(.init(label: "Öppna ärendet", link: "https://example.org/")),
            ])
        #expect(body.english == "In English: one two.")
        #expect(NoticeBody(body.plain) == body)
    }
}
