/// A link: in `tabs` and `chips`, under an empty list, in a notice. Properties of components are the variables of their templates.
struct Link {
    let href: String
    let text: String
    let isCurrent: Bool
    /// How many things it leads to.
    let count: Int?

    init(_ text: String, _ href: String, isCurrent: Bool = false, count: Int? = nil) {
        (self.text, self.href, self.isCurrent, self.count) = (text, href, isCurrent, count)
    }
}

/// What a person can do, as a button that leads to its form. What is not possible now says why.
struct Action {
    let id: String
    let text: String
    let href: String
    let isPossible: Bool
    let reasons: [String]
    /// `secondary` or `danger`; the page's main action has none.
    let style: String?

    /// - Parameter reasons: why it is not possible now; empty where it is.
    init(_ id: String, _ text: String, href: String, reasons: [String] = [], style: String? = nil) {
        (self.id, self.text, self.href, self.style) = (id, text, href, style)
        (isPossible, self.reasons) = (reasons.isEmpty, reasons)
    }
}

/// A state in one or two words.
struct Tag {
    enum Kind: String { case good, warn, bad, care, done }

    let text: String
    let kind: String?

    init(_ text: String, _ kind: Kind? = nil) { (self.text, self.kind) = (text, kind?.rawValue) }
}

/// A day or an instant, for machines and for people.
struct Moment {
    /// RFC 3339, or a day as `2026-11-24`.
    let iso: String
    let text: String
}

/// A label and its value, as `pairs` show them.
struct Pair {
    let label: String
    let value: String
    /// What stands behind the value, less strong.
    let detail: String?

    init(_ label: String, _ value: String, detail: String? = nil) {
        (self.label, self.value, self.detail) = (label, value, detail)
    }
}
