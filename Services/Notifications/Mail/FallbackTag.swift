import Domain
import NotificationsCore

/// Whether the fallback unit that has a case is still to find who is to own it (rule 2).
enum FallbackOwner: Sendable {
    case sought
    /// Its owner has recorded why the case stays.
    case kept
}

extension Notice {
    /// The cases of which its receiver may know who has them: staff alone (rule 22). A digest is about several.
    var casesOfStaff: [String] {
        guard case .person = recipient else { return [] }
        return caseReference.map { [$0] } ?? gathered.compactMap(\.caseReference).uniqued()
    }

    /// With a line above all else for each case that a fallback unit has, as on the case's pages (rule 2).
    func tagged(_ owners: [String: FallbackOwner]) -> Notice {
        let lines = casesOfStaff.compactMap { reference -> (swedish: String, english: String)? in
            guard let owner = owners[reference] else { return nil }
            let (name, values) = (owner == .sought ? "mail.fallback.sought" : "mail.fallback", ["case": reference])
            return (Catalogue.text(name, .swedish, values), Catalogue.text(name, .english, values))
        }
        guard !lines.isEmpty else { return self }
        var notice = self
        notice.text.body = lines.map { "\($0.swedish)\n\($0.english)\n\n" }.joined() + text.body
        if !text.html.isEmpty { notice.text.html = text.html.under(lines.map(Self.html).joined()) }
        return notice
    }

    private static func html(_ line: (swedish: String, english: String)) -> String {
        """
        <p style="margin: 0; padding: 12px 20px; background-color: #fff1d0; color: #3d2f00; font-family: sans-serif; \
        font-size: 15px; line-height: 1.4; text-align: center;">\
        <strong lang="sv">\(NoticeBody.linked(line.swedish))</strong><br>\
        <span lang="en">\(NoticeBody.linked(line.english))</span></p>
        """
    }
}

extension String {
    /// A page of HTML with something above all that it shows. A county's own layout has a body, too, or is no more than one.
    fileprivate func under(_ top: String) -> String {
        guard let body = firstMatch(of: #/<body[^>]*>/#) else { return top + self }
        return self[..<body.range.upperBound] + "\n" + top + self[body.range.upperBound...]
    }
}
