import DeskSignIn
import HTTPTypes

/// Whether a request that changes something comes from the desk's own pages (OWASP: verifying the origin with standard headers).
///
/// It stands beside the token that each form carries: a page elsewhere can neither read the token nor make a browser lie here.
enum SameSiteCheck {
    /// What the headers say. Browsers set them by themselves; no script of a page can.
    static func isOwn(_ headers: HTTPFields, _ address: DeskAddress) -> Bool {
        // Browsers that say it say it always, on https and loopback (Fetch Metadata).
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        return headers[.origin].map { $0.lowercased() } == address.origin
    }

    /// GET and HEAD change nothing.
    static func isNeeded(for method: HTTPRequest.Method) -> Bool { method != .get && method != .head }
}

extension HTTPField.Name {
    static let secFetchSite = Self(known: "Sec-Fetch-Site")
    static let secFetchMode = Self(known: "Sec-Fetch-Mode")
    static let refresh = Self(known: "Refresh")
    static let clearSiteData = Self(known: "Clear-Site-Data")

    private init(known name: String) {
        guard let name = Self(name) else { preconditionFailure("\(name) is no name of a header") }
        self = name
    }
}
