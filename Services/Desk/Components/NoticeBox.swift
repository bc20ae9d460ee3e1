/// What the page tells, in a box (`notice_box`).
struct NoticeBox {
    enum Kind: String {
        case success, refusal, warning
        /// The duty to report to social services (rule 3).
        case harm
        /// The child's identity is protected (rule 22).
        case protected
        case information
    }

    let kind: String
    let icon: String
    /// `alert` interrupts a screen reader, `status` waits, `note` is read in its place.
    let role: String
    let title: String
    let paragraphs: [String]
    let items: [String]
    let hasItems: Bool
    let link: Link?
    /// The draft that a success has made needless: ``InputForm/draft``.
    let saved: String?

    init(
        _ kind: Kind, _ title: String, paragraphs: [String] = [], items: [String] = [], link: Link? = nil,
        saved: String? = nil
    ) {
        self.kind = kind.rawValue
        (icon, role) =
            switch kind {
            case .success: ("good", "status")
            case .refusal: ("bad", "alert")
            case .warning, .harm: ("warn", "note")
            case .protected: ("shield", "note")
            case .information: ("info", "note")
            }
        (self.title, self.paragraphs, self.items) = (title, paragraphs, items)
        (hasItems, self.link, self.saved) = (!items.isEmpty, link, saved)
    }
}

/// What is wrong with what somebody has written, with a link to each field (`problems` in the layout). It gets the focus.
struct ErrorSummary {
    let errors: [FieldError]

    /// - Returns: nil where nothing is wrong.
    init?(_ errors: [FieldError]) {
        if errors.isEmpty { return nil }
        self.errors = errors
    }
}

/// A line of the error summary.
struct FieldError {
    let message: String
    /// The field's ``FormField/target``; nil for what is true of the whole form.
    let field: String?

    /// - Parameter label: what the field asks for, said first: two fields can have the same message.
    init(_ message: String, field: String? = nil, label: String? = nil) {
        (self.message, self.field) = (label.map { "\($0) – \(message)" } ?? message, field)
    }
}
