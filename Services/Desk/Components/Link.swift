/// A link: in `tabs` and `chips`, under an empty list, in a notice. Properties of components are the variables
/// of their templates; none is named `text`, which in a template puts words of the catalogue in.
struct Link {
    let href: String
    let label: String
    let isCurrent: Bool
    /// How many things it leads to.
    let count: Int?

    init(_ label: String, _ href: String, isCurrent: Bool = false, count: Int? = nil) {
        (self.label, self.href, self.isCurrent, self.count) = (label, href, isCurrent, count)
    }
}

/// What a person can do, as a button that leads to its form. What is not possible now says why.
struct Action {
    let id: String
    let label: String
    let href: String
    let isPossible: Bool
    let reasons: [String]
    /// `secondary` or `danger`; the page's main action has none.
    let style: String?

    /// - Parameter reasons: why it is not possible now; empty where it is.
    init(_ id: String, _ label: String, href: String, reasons: [String] = [], style: String? = nil) {
        (self.id, self.label, self.href, self.style) = (id, label, href, style)
        (isPossible, self.reasons) = (reasons.isEmpty, reasons)
    }
}

/// A state in one or two words.
struct Tag {
    enum Kind: String { case good, warn, bad, care, done }

    let label: String
    let kind: String?

    init(_ label: String, _ kind: Kind? = nil) { (self.label, self.kind) = (label, kind?.rawValue) }
}

/// A day or an instant, for machines and for people.
struct Moment {
    /// RFC 3339, or a day as `2026-11-24`.
    let iso: String
    let label: String
}

/// A label and its value, as `pairs` show them.
struct Pair {
    let label: String
    let value: String
    /// What stands behind the value, less strong.
    let detail: String?
    /// The same for a number, which stays on one line.
    let number: String?

    init(_ label: String, _ value: String, detail: String? = nil, number: String? = nil) {
        (self.label, self.value, self.detail, self.number) = (label, value, detail, number)
    }
}
