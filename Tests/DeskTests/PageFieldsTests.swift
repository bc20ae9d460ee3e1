import Foundation
import Mustache
import Testing

@testable import desk

@Suite("A page's model, as its template reads it")
struct PageFieldsTests {
    private enum Kind { case near }

    private struct Outer {
        var name = "outer"
        var hint: String? = "a hint"
        var nothing: String?
        var isTrue = true
        var isFalse = false
        var number = 7
        var length = 2.5
        var kind = Kind.near
        var inner = [Inner(name: "first"), Inner(name: "second")]
        var pair = (left: "l", right: Inner(name: "r"))
        var words = ["a", "b"]
    }

    private struct Inner {
        let name: String
    }

    private func rendered(_ template: String, _ model: [String: Any]) throws -> String {
        try MustacheTemplate(string: template).render(PageFields(model))
    }

    @Test(
        "it is what the model itself would be",
        arguments: [
            "{{title}} {{#outer}}{{name}} {{number}} {{length}} {{kind}}{{/outer}}",
            "{{#outer}}{{#isTrue}}yes{{/isTrue}}{{#isFalse}}no{{/isFalse}}{{^isFalse}}not{{/isFalse}}{{/outer}}",
            "{{#outer}}{{#inner}}{{name}} {{title}} {{number}};{{/inner}}{{/outer}}",
            "{{#outer}}{{#nothing}}there{{/nothing}}{{^nothing}}nothing{{/nothing}}{{.nothing}}{{/outer}}",
            "{{#outer}}{{#hint}}{{.}} of {{name}}{{/hint}}{{/outer}}",
            "{{#outer}}{{#words}}<{{.}}>{{/words}}{{/outer}}",
            "{{#outer}}{{pair.left}} {{pair.right.name}}{{/outer}}{{outer.inner.name}}",
            "{{unknown}}{{#empty}}x{{/empty}}",
            "{{^empty}}empty{{/empty}}{{#map}}{{key}} {{other}}{{/map}}", "{{escaped}} {{{escaped}}}",
        ])
    func same(template: String) throws {
        let model: [String: Any] = [
            "title": "a page", "outer": Outer(), "empty": [String](), "map": ["key": "value"], "escaped": "<b>&",
        ]
        let expected = try MustacheTemplate(string: template).render(model)
        #expect(try rendered(template, model) == expected)
        #expect(!expected.contains("Optional"))
    }

    @Test("an optional that has nothing is not there, so that the value around it is found")
    func nothing() throws {
        let model: [String: Any] = ["hint": "around", "none": String?.none as Any, "outer": Outer(hint: nil)]
        #expect(try rendered("{{#outer}}{{hint}}{{/outer}}{{#none}}there{{/none}}", model) == "around")
    }

    private static func components(_ word: String?) -> [any PageComponent] {
        let choice = Field.Choice(id: "to-1", value: "1", label: "First", hint: word, isChosen: word == nil)
        let check = Field.NumberCheck(right: "right", wrongDate: "date", wrongDigits: "digits")
        let tag = Tag("late", word == nil ? nil : .bad)
        let moment = Moment(iso: "2026-11-24", label: "today")
        var field = Field.text("given_name", "Name", value: "<b>", hint: word, error: word, limit: word.map { _ in 64 })
        (field.choices, field.check, field.inputMode) = ([choice, choice], word.map { _ in check }, word)
        return [
            field, choice, check, tag, moment, Link("All", "/work", isCurrent: word == nil, count: word.map { _ in 3 }),
            Pair("who", "Gun", detail: word),
            TaskLine(
                href: "/case", what: "look", reference: "AB", due: moment, urgency: word.map { _ in .today },
                tag: word.map { _ in tag }, detail: word),
            TimelineDay.Entry(time: moment, what: "sent", who: word, words: word, tag: word.map { _ in tag }),
            WheelPicture.Band(
                kind: "need", label: "needs", count: 2, isKnown: word == nil, outline: "M0", mark: "M1", x: 1.5, y: 2,
                hatch: word),
        ]
    }

    @Test("a component tells its fields by name, each of them, as it would by reflection")
    func components() throws {
        for component in Self.components("help") + Self.components(nil) {
            let fields = Mirror(reflecting: component).children.compactMap { child in
                child.label.map { ($0, child.value) }
            }
            for (name, _) in fields {
                let template = """
                    {{#it}}{{#.\(name)}}there {{.\(name)}} {{label}} {{iso}} {{right}}{{/.\(name)}}\
                    {{^.\(name)}}not{{/.\(name)}}{{.\(name)}}{{/it}}
                    """
                let reflected = try rendered(template, ["it": Dictionary(uniqueKeysWithValues: fields)])
                #expect(try rendered(template, ["it": component]) == reflected, "\(type(of: component)).\(name)")
            }
            #expect(try rendered("{{#it}}{{.other}}{{/it}}", ["it": component]).isEmpty)
        }
    }

    @Test("what describes itself is text")
    func described() throws {
        let id = UUID()
        #expect(try rendered("{{id}}", ["id": id]) == id.uuidString)
    }
}
