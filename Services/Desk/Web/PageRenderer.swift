import Crypto
import Domain
import Foundation
import Hummingbird
import Mustache

/// A page: a template, and what it shows.
struct Page {
    var template: String
    /// Stands in the window's title, and is the page's heading.
    var title: String
    /// What the template shows beside what each page has. Values are escaped when they are rendered.
    var model: [String: Any] = [:]
    var status = HTTPResponse.Status.ok
    /// Which of the navigation's links the page belongs to: work, concern or consultation.
    var place = ""
}

/// Makes HTML of pages.
///
/// Each template has, beside its page's model: `title`, `language`, `csrf`, `signed_in` (`name`, `unit`, `key`; false where nobody is),
/// `place_NAME` (true on the pages of that place), `path`, `lags` (the view is behind), `style` and `script` (the paths of the
/// assets). `{{#text}}desk.work.title{{/text}}` puts words of the catalogue in (``Templates``).
struct PageRenderer: Sendable {
    private let libraries: [Language: MustacheLibrary]
    let assets: Assets
    /// Who somebody is, for the page's head.
    private let names: @Sendable (SignedIn) -> (name: String, unit: String)?
    private let isBehind: @Sendable () -> Bool

    /// - Parameter more: templates beside the desk's own, by name.
    /// - Throws: a fault of a template.
    init(
        and more: [String: String] = [:], assets: Assets,
        names: @escaping @Sendable (SignedIn) -> (name: String, unit: String)?,
        isBehind: @escaping @Sendable () -> Bool
    ) throws {
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases { libraries[language] = try Templates.library(language, and: more) }
        (self.libraries, self.assets, self.names, self.isBehind) = (libraries, assets, names, isBehind)
    }

    func response(_ page: Page, _ request: Request, _ context: DeskContext) -> Response {
        let html = html(page, path: OwnPath(shownBy: request).text, context)
        return Response(
            status: page.status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    func html(_ page: Page, path: String, _ context: DeskContext) -> String {
        let language = context.language
        var model = page.model
        model["title"] = page.title
        model["language"] = language.rawValue
        model["is_swedish"] = language == .swedish
        model["csrf"] = context.csrf
        model["path"] = path
        model["place_\(page.place)"] = true
        model["lags"] = isBehind()
        model["style"] = assets.path(of: "desk.css")
        model["script"] = assets.path(of: "desk.js")
        if let signedIn = context.signedIn, let who = names(signedIn) {
            model["signed_in"] = ["name": who.name, "unit": who.unit, "key": Self.key(of: signedIn)]
        }
        guard let html = libraries[language]?.render(PageFields(model), withTemplate: page.template) else {
            preconditionFailure("there is no template \(page.template)")
        }
        return html
    }

    /// Whose unsaved text it is that a tab keeps. It tells two people apart, and nothing else.
    private static func key(of signedIn: SignedIn) -> String {
        SHA256.hash(data: Data("\(signedIn.county)/\(signedIn.person)".utf8)).prefix(8).map {
            String(format: "%02x", $0)
        }
        .joined()
    }
}

extension Response {
    /// After a form: the browser gets the page anew (post/redirect/get).
    static func seeOther(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }
}
