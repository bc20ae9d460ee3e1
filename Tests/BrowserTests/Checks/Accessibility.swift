import Foundation

/// One rule that a page breaks, as axe-core finds it.
struct Violation: Decodable, CustomStringConvertible {
    /// The rule's name, such as `color-contrast`.
    let id: String
    let help: String
    let nodes: [Node]

    struct Node: Decodable {
        let target: [Selector]
        let failureSummary: String?
    }

    /// A CSS selector; of several frames or shadows, one for each.
    enum Selector: Decodable {
        case one(String)
        case nested([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = try (try? container.decode(String.self)).map(Self.one) ?? .nested(container.decode([String].self))
        }

        var text: String {
            switch self {
            case .one(let selector): selector
            case .nested(let selectors): selectors.joined(separator: " ")
            }
        }
    }

    var description: String {
        let places = nodes.map { node in
            "  \(node.target.map(\.text).joined(separator: " ")): \(node.failureSummary ?? "")".replacing(
                "\n", with: " ")
        }
        return (["\(id): \(help)"] + places).joined(separator: "\n")
    }
}

extension Browser {
    /// What WCAG 2.2 A and AA, and good practice, forbid on this page as it is shown now.
    ///
    /// axe-core sees the light or dark, wide or narrow page that is on the screen: ask again after a change.
    func violations() async throws -> [Violation] {
        if try await !run("return typeof axe === 'object'", as: Bool.self) {
            try await run(String(contentsOfFile: BrowserTools.axe, encoding: .utf8))
        }
        return try await runAsync(
            """
            const [tags, done] = arguments
            axe.run(document, { runOnly: tags, resultTypes: ["violations"], preload: false })
                .then(result => done(result.violations), error => done([{ id: String(error), help: "", nodes: [] }]))
            """, [.texts(Self.rules)], as: [Violation].self)
    }

    private static let rules = [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ]
}
