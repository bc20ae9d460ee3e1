import Domain
import Foundation

@testable import desk

/// A form of a page as a browser has it: its fields with what stands in them, to be filled in and sent.
struct FilledForm {
    let action: String
    private(set) var fields: [(name: String, value: String)]

    /// Nil where the page has no form that is sent there.
    init?(_ html: String, to action: String) {
        let forms = html.matches(of: #/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/#.dotMatchesNewlines())
        guard let form = forms.first(where: { $0.1.hasSuffix(action) }) else { return nil }
        self.action = String(form.1)
        fields = Self.fields(in: String(form.2))
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Replaces all values of a field.
    func with(_ name: String, _ values: String...) -> FilledForm {
        var filled = self
        filled.fields.removeAll { $0.name == name }
        filled.fields += values.map { (name, $0) }
        return filled
    }

    private static func fields(in html: String) -> [(name: String, value: String)] {
        func attribute(_ name: String, _ tag: Substring) -> String? {
            tag.range(of: " \(name)=\"").flatMap { start in
                tag[start.upperBound...].firstIndex(of: "\"").map { plain(tag[start.upperBound..<$0]) }
            }
        }
        var fields: [(name: String, value: String)] = []
        for input in html.matches(of: #/<input [^>]*>/#) {
            let isChoice = input.0.contains(#/type="(radio|checkbox)"/#)
            guard let name = attribute("name", input.0), !isChoice || input.0.contains(" checked") else { continue }
            fields.append((name, attribute("value", input.0) ?? ""))
        }
        for area in html.matches(of: #/(<textarea [^>]*>)\n?(.*?)<\/textarea>/#.dotMatchesNewlines()) {
            attribute("name", area.1).map { fields.append(($0, plain(area.2))) }
        }
        for select in html.matches(of: #/(<select [^>]*>)(.*?)<\/select>/#.dotMatchesNewlines()) {
            let option = select.2.firstMatch(of: #/<option value="([^"]*)" selected>/#)
            attribute("name", select.1).map { fields.append(($0, option.map { plain($0.1) } ?? "")) }
        }
        return fields
    }

    private static func plain(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&#x27;", with: "'").replacing("&amp;", with: "&")
    }
}

extension DeskTester {
    /// Opens a page, fills in one of its forms, and sends it.
    ///
    /// - Throws: ``NoForm`` where the page does not have it.
    func fill(
        _ path: String, _ action: String, as person: String, _ change: (FilledForm) -> FilledForm = { $0 }
    ) async throws -> Answer {
        let page = try await get(path, as: person)
        guard let form = FilledForm(page.html, to: "/do/\(action)") else { throw NoForm(action: action) }
        let filled = change(form)
        return try await post(filled.action, form: filled.fields, as: person)
    }

    struct NoForm: Error { let action: String }
}
