import Domain
import Foundation
import Mustache
import NotificationsCore
import ServiceHost
import ServiceKit

/// The words of each notice. A county can replace each template of the program by a file of the same name.
///
/// All faults of the templates are found when they are read, not when a notice is sent.
struct Templates: Sendable {
    private static let layout = "layout.html"

    private let texts: [Notice.Kind: MustacheTemplate]
    private let layout: MustacheTemplate

    /// - Parameter folder: a county's own files; empty for none.
    /// - Throws: `ConfigurationFault` for a file that cannot be read, that no notice has, or that uses a variable of another notice.
    init(folder: String = "") throws {
        let own = try Self.files(in: folder)
        func template(_ name: String, _ embedded: [UInt8], _ variables: Set<String>) throws -> MustacheTemplate {
            let text = own[name] ?? String(decoding: embedded, as: UTF8.self)
            let file = "\(name).mustache"
            for tag in Self.tags(text) where !variables.contains(tag) {
                throw ConfigurationFault(
                    "\(file) uses {{\(tag)}}, which this notice does not have; it has "
                        + variables.sorted().joined(separator: ", "))
            }
            // A notice is written as plain text. The layout alone is HTML, and escapes once.
            do {
                return try name == Self.layout
                    ? MustacheTemplate(html: text) : MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + text)
            } catch {
                throw ConfigurationFault("\(file) cannot be read: \(error)")
            }
        }
        let names = Set(Notice.Kind.allCases.map(\.rawValue) + [Self.layout])
        if let other = own.keys.sorted().first(where: { !names.contains($0) }) {
            throw ConfigurationFault(
                "\(folder)/\(other).mustache is no notice; there are " + names.sorted().joined(separator: ", "))
        }
        texts = try Dictionary(
            uniqueKeysWithValues: Notice.Kind.allCases.map { kind in
                (
                    kind,
                    try template(
                        kind.rawValue, kind.form.template,
                        Set(kind.form.variables.map(\.rawValue)).union(["case", "link"]))
                )
            })
        layout = try template(Self.layout, Notice.Kind.layout, Self.ofLayout)
    }

    /// What ``NoticeBody/layout(_:)`` gives.
    private static let ofLayout: Set<String> = [
        "subject", "has_facts", "facts", "blocks", "words", "has_items", "items", "action", "label", "url", "html",
        "english",
    ]

    /// - Parameter values: an empty text counts as none, so that its section is left out.
    func body(_ kind: Notice.Kind, _ values: [String: Any]) -> NoticeBody {
        NoticeBody(template(of: kind).render(values.filter { $0.value as? String != "" }))
    }

    /// A notice's words as HTML.
    func html(_ subject: String, _ body: NoticeBody) -> String { layout.render(body.layout(subject)) }

    private func template(of kind: Notice.Kind) -> MustacheTemplate {
        guard let template = texts[kind] else { preconditionFailure("\(kind) has no template") }
        return template
    }

    private static func files(in folder: String) throws -> [String: String] {
        if folder.isEmpty { return [:] }
        let ending = ".mustache"
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in
                    (
                        String(name.dropLast(ending.count)),
                        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                    )
                })
        } catch {
            throw ConfigurationFault("the templates in \(folder) cannot be read: \(error.localizedDescription)")
        }
    }

    /// The names in a template's tags (mustache(5)): of variables and sections, but not of comments.
    private static func tags(_ text: String) -> [String] {
        text.components(separatedBy: "{{").dropFirst().compactMap { rest in
            guard let end = rest.range(of: "}}") else { return nil }
            let tag = rest[..<end.lowerBound].drop { "{#^/& ".contains($0) }.prefix { $0 != "}" && $0 != " " }
            return tag.hasPrefix("!") || tag == "." ? nil : String(tag)
        }
    }
}
