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

    @Test("a choice tells its fields by name, each of them")
    func choice() throws {
        for hint in ["help", nil] {
            let choice = Field.Choice(id: "to-1", value: "1", label: "First", hint: hint, isChosen: hint == nil)
            let fields = Mirror(reflecting: choice).children.compactMap { child in child.label.map { ($0, child.value) }
            }
            for (name, _) in fields {
                let template = "{{#choice}}{{#.\(name)}}there {{.\(name)}}{{/.\(name)}}{{.\(name)}}{{/choice}}"
                let reflected = try rendered(template, ["choice": Dictionary(uniqueKeysWithValues: fields)])
                #expect(try rendered(template, ["choice": choice]) == reflected, "\(name)")
            }
        }
    }

    @Test("what describes itself is text")
    func described() throws {
        let id = UUID()
        #expect(try rendered("{{id}}", ["id": id]) == id.uuidString)
    }
}
